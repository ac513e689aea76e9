import KAN
import KANLinearAlgebra

/// An expression as a list of operations, for values and derivatives by the constants at many rows.
struct Tape {
  private enum Operation {
    case constant(Int)
    case exact(Double)
    case variable(Int)
    case sum(Range<Int>)
    case product(Range<Int>)
    case power(Int, Int)
    case whole(Int, Int)
    case apply(NamedFunction, Int)
    case spline(SplineCurve, Int)
  }

  private var operations: [Operation] = []
  /// Operands of sums and products.
  private var operands: [Int] = []
  /// The free constants, in the order of the tree.
  private(set) var constants: [Double] = []
  /// Rows of a block: the columns of some dozens of operations stay in the second-level cache.
  private static let block = 256

  init(_ expression: Expression) { _ = append(expression) }

  private mutating func append(_ expression: Expression) -> Int {
    switch expression {
    case .constant(let value):
      constants.append(value)
      operations.append(.constant(constants.count - 1))
    case .exact(let exact): operations.append(.exact(exact.value))
    case .variable(let index): operations.append(.variable(index))
    case .sum(let terms), .product(let terms):
      let places = terms.map { append($0) }
      let range = operands.count..<operands.count + places.count
      operands += places
      if case .sum = expression { operations.append(.sum(range)) } else { operations.append(.product(range)) }
    case .power(let base, let exponent):
      let place = append(base)
      if case .exact(let exact) = exponent, exact.denominator == 1, exact.power == 0, abs(exact.numerator) <= 8 {
        operations.append(.whole(place, exact.numerator))
      } else {
        let other = append(exponent)
        operations.append(.power(place, other))
      }
    case .apply(let function, let argument):
      let place = append(argument)
      operations.append(.apply(function, place))
    case .spline(let curve, let argument):
      let place = append(argument)
      operations.append(.spline(curve, place))
    }
    return operations.count - 1
  }

  /// The values at rows of variables, column by column: [rows].
  func values(at columns: [[Double]], constants: [Double], rows: Int) -> [Double] {
    var result = [Double](repeating: 0, count: rows)
    var memory = [Double](repeating: 0, count: operations.count * Self.block)
    for start in stride(from: 0, to: rows, by: Self.block) {
      let count = min(Self.block, rows - start)
      memory.withUnsafeMutableBufferPointer { forward(columns, constants, start, count, $0.baseAddress!) }
      for row in 0..<count { result[start + row] = memory[(operations.count - 1) * Self.block + row] }
    }
    return result
  }

  /// Values, and derivatives by each constant, column-major with a leading dimension of `stride`: [rows × constants].
  func derivatives(
    at columns: [[Double]], constants: [Double], rows: Int, values: inout [Double],
    to jacobian: UnsafeMutablePointer<Double>, stride leading: Int
  ) {
    let count = operations.count
    var memory = [Double](repeating: 0, count: 2 * count * Self.block)
    memory.withUnsafeMutableBufferPointer { memory in
      let (value, adjoint) = (memory.baseAddress!, memory.baseAddress! + count * Self.block)
      for start in stride(from: 0, to: rows, by: Self.block) {
        let size = min(Self.block, rows - start)
        forward(columns, constants, start, size, value)
        for row in 0..<size { values[start + row] = value[(count - 1) * Self.block + row] }
        adjoint.update(repeating: 0, count: count * Self.block)
        for row in 0..<size { adjoint[(count - 1) * Self.block + row] = 1 }
        backward(size, value, adjoint) { place, from in
          (jacobian + place * leading + start).update(from: from, count: size)
        }
      }
    }
  }

  private func forward(
    _ columns: [[Double]], _ constants: [Double], _ start: Int, _ rows: Int, _ memory: UnsafeMutablePointer<Double>
  ) {
    let block = Self.block
    for (place, operation) in operations.enumerated() {
      let to = memory + place * block
      switch operation {
      case .constant(let index): to.update(repeating: constants[index], count: rows)
      case .exact(let value): to.update(repeating: value, count: rows)
      case .variable(let index):
        columns[index].withUnsafeBufferPointer { to.update(from: $0.baseAddress! + start, count: rows) }
      case .sum(let range):
        to.update(repeating: 0, count: rows)
        for operand in operands[range] {
          let from = memory + operand * block
          for row in 0..<rows { to[row] += from[row] }
        }
      case .product(let range):
        to.update(repeating: 1, count: rows)
        for operand in operands[range] {
          let from = memory + operand * block
          for row in 0..<rows { to[row] *= from[row] }
        }
      case .power(let base, let exponent):
        let (from, by) = (memory + base * block, memory + exponent * block)
        for row in 0..<rows { to[row] = Elementary.pow(from[row], by[row]) }
      case .whole(let base, let exponent):
        let from = memory + base * block
        for row in 0..<rows { to[row] = wholePower(from[row], exponent) }
      case .apply(let function, let argument):
        let from = memory + argument * block
        for row in 0..<rows { to[row] = function.value(at: from[row]) }
      case .spline(let curve, let argument):
        let from = memory + argument * block
        for row in 0..<rows { to[row] = curve.evaluate(at: from[row]).value }
      }
    }
  }

  private func backward(
    _ rows: Int, _ memory: UnsafeMutablePointer<Double>, _ adjoint: UnsafeMutablePointer<Double>,
    _ found: (Int, UnsafePointer<Double>) -> Void
  ) {
    let block = Self.block
    for place in operations.indices.reversed() {
      let own = adjoint + place * block
      switch operations[place] {
      case .constant(let index): found(index, own)
      case .exact, .variable: break
      case .sum(let range):
        for operand in operands[range] {
          let to = adjoint + operand * block
          for row in 0..<rows { to[row] += own[row] }
        }
      case .product(let range):
        for operand in range {
          let to = adjoint + operands[operand] * block
          for row in 0..<rows {
            var others = own[row]
            for other in range where other != operand { others *= memory[operands[other] * block + row] }
            to[row] += others
          }
        }
      case .power(let base, let exponent):
        let (x, p) = (memory + base * block, memory + exponent * block)
        let (dx, dp) = (adjoint + base * block, adjoint + exponent * block)
        for row in 0..<rows {
          dx[row] += own[row] * p[row] * Elementary.pow(x[row], p[row] - 1)
          if x[row] > 0 { dp[row] += own[row] * memory[place * block + row] * Elementary.log(x[row]) }
        }
      case .whole(let base, let exponent):
        let (x, dx) = (memory + base * block, adjoint + base * block)
        for row in 0..<rows { dx[row] += own[row] * Double(exponent) * wholePower(x[row], exponent - 1) }
      case .apply(let function, let argument):
        let (x, dx) = (memory + argument * block, adjoint + argument * block)
        for row in 0..<rows { dx[row] += own[row] * function.slope(at: x[row]) }
      case .spline(let curve, let argument):
        let (x, dx) = (memory + argument * block, adjoint + argument * block)
        for row in 0..<rows { dx[row] += own[row] * curve.evaluate(at: x[row]).slope }
      }
    }
  }
}

/// xⁿ
func wholePower(_ x: Double, _ exponent: Int) -> Double {
  var result = 1.0
  for _ in 0..<abs(exponent) { result *= x }
  return exponent < 0 ? 1 / result : result
}

extension Expression {
  /// The formula at rows of variables, column by column: [rows].
  public func values(at columns: [[Double]]) -> [Double] {
    let tape = Tape(self)
    return tape.values(at: columns, constants: tape.constants, rows: columns.first?.count ?? 0)
  }

  /// The expression with other free constants, in the order of the tree.
  func replacing(constants: [Double]) -> Expression {
    var next = 0
    func walk(_ expression: Expression) -> Expression {
      if case .constant = expression {
        next += 1
        return .constant(constants[next - 1])
      }
      return expression.replacing(children: expression.children.map(walk))
    }
    return walk(self)
  }
}
