import KAN
import KANLinearAlgebra

/// How two variables may enter a function together: as z = (x - s)·(y - t), (x - s)/(y - t) or x + k·y.
struct PairOperation {
  enum Kind { case product, quotient, sum }
  let kind: Kind
  /// s and t; for a sum, 0 and k.
  let first, second: Double

  private func join(_ x: Double, _ y: Double) -> Double {
    switch kind {
    case .product: (x - first) * (y - second)
    case .quotient: (x - first) / (y - second)
    case .sum: x + second * y
    }
  }

  /// The y that makes z of an x.
  private func other(_ x: Double, joined z: Double) -> Double {
    switch kind {
    case .product: z / (x - first) + second
    case .quotient: (x - first) / z + second
    case .sum: (z - x) / second
    }
  }

  func expression(_ x: Expression, _ y: Expression) -> Expression {
    func shifted(_ variable: Expression, _ shift: Double) -> Expression {
      shift == 0 ? variable : .sum([variable, .constant(-shift)])
    }
    switch kind {
    case .product: return .product([shifted(x, first), shifted(y, second)])
    case .quotient: return .product([shifted(x, first), .power(shifted(y, second), .whole(-1))])
    case .sum:
      let factor: Expression = abs(second) == 1 ? .whole(Int(second)) : .constant(second)
      return .sum([x, .product([factor, y])])
    }
  }

  /// The operations that a function's slopes suggest, the plainest first.
  ///
  /// A function of (x - s)·(y - t) has (x - s)·f_x = (y - t)·f_y, one of the quotient the same with the other sign, one
  /// of x + k·y has f_y = k·f_x: s, t and k by least squares over the points.
  static func candidates(for field: ScalarField, _ first: Int, _ second: Int) -> [PairOperation] {
    var result = [
      PairOperation(kind: .product, first: 0, second: 0), PairOperation(kind: .quotient, first: 0, second: 0),
      PairOperation(kind: .sum, first: 0, second: 1), PairOperation(kind: .sum, first: 0, second: -1),
    ]
    let (x, y) = (field.samples[first], field.samples[second])
    guard let (fx, fy) = slopes(field, first, second) else { return result }
    func sum(_ term: (Int) -> Double) -> Double { x.indices.reduce(0) { $0 + term($1) } }
    let (xx, xy, yy) = (sum { fx[$0] * fx[$0] }, sum { fx[$0] * fy[$0] }, sum { fy[$0] * fy[$0] })
    if xx > 0, yy > 0, xy != 0 {
      // From both sides, since both slopes have errors.
      let factor = (xy > 0 ? 1.0 : -1.0) * (yy / xx).squareRoot()
      if factor.isFinite, abs(abs(factor) - 1) > 1e-9 {
        result.append(PairOperation(kind: .sum, first: 0, second: factor))
      }
    }
    for (kind, sign) in [(Kind.product, 1.0), (.quotient, -1.0)] {
      // x·f_x ∓ y·f_y = s·f_x ∓ t·f_y
      let left = x.indices.map { x[$0] * fx[$0] - sign * y[$0] * fy[$0] }
      let (bx, by) = (sum { left[$0] * fx[$0] }, sum { left[$0] * -sign * fy[$0] })
      let determinant = xx * yy - xy * xy
      if determinant > 1e-9 * xx * yy {
        let cross = -sign * xy
        let (s, t) = ((bx * yy - by * cross) / determinant, (by * xx - bx * cross) / determinant)
        result.append(PairOperation(kind: kind, first: s, second: t))
      }
      if xx > 0 { result.append(PairOperation(kind: kind, first: bx / xx, second: 0)) }
      if yy > 0 { result.append(PairOperation(kind: kind, first: 0, second: by / yy)) }
    }
    return result
  }

  /// Central differences of a fiftieth of the variables' ranges.
  private static func slopes(_ field: ScalarField, _ first: Int, _ second: Int) -> ([Double], [Double])? {
    func slope(_ variable: Int) -> [Double] {
      let column = field.samples[variable]
      let (low, high) = (column.min()!, column.max()!)
      let step = (high - low) / 50
      var (above, below) = (field.samples, field.samples)
      above[variable] = column.map { min(high, $0 + step) }
      below[variable] = column.map { max(low, $0 - step) }
      return zip(field.evaluate(above), field.evaluate(below)).enumerated().map {
        ($1.0 - $1.1) / (above[variable][$0] - below[variable][$0])
      }
    }
    let (fx, fy) = (slope(first), slope(second))
    return fx.allSatisfy(\.isFinite) && fy.allSatisfy(\.isFinite) ? (fx, fy) : nil
  }

  /// The function of z, first, and the remaining variables, if x and y enter in no other way.
  ///
  /// Tested by moving x to other values that occur and y so that z stays: the function must stay within its noise. What
  /// an error of s, t or k moves is allowed too, if they come from slopes: a fit to the data will find them exactly.
  func merge(_ field: ScalarField, _ first: Int, _ second: Int) -> ScalarField? {
    let (x, y) = (field.samples[first], field.samples[second])
    let (low, high) = (y.min()!, y.max()!)
    let joined = x.indices.map { join(x[$0], y[$0]) }
    guard joined.allSatisfy(\.isFinite) else { return nil }
    var moved = field.samples.map { _ in [Double]() }
    var expected: [Double] = []
    for place in x.indices {
      let partner = x[(place + x.count / 3 + 1) % x.count]
      let counterpart = other(partner, joined: joined[place])
      guard counterpart >= low, counterpart <= high else { continue }
      for variable in moved.indices {
        moved[variable].append(
          variable == first ? partner : variable == second ? counterpart : field.samples[variable][place])
      }
      expected.append(field.values[place])
    }
    guard expected.count >= 20 else { return nil }
    let found = field.evaluate(moved)
    let change = rootMeanSquare(zip(found, expected).map { $0 - $1 })
    let isPlain = self.first == 0 && (kind == .sum ? abs(self.second) == 1 : self.second == 0)
    let allowed = max(5 * field.noise, isPlain ? 0 : 1e-3 * field.spread)
    guard change <= allowed, field.noise < 0.01 * field.spread else { return nil }
    let choices = evenQuantiles(of: x.sorted(), count: 25)
    let middle = (low + high) / 2
    let rest = (0..<field.variables).filter { $0 != first && $0 != second }
    return ScalarField(samples: [joined] + rest.map { field.samples[$0] }, noise: max(field.noise, change)) { columns in
      var all = [[Double]](repeating: [], count: field.variables)
      for (index, variable) in rest.enumerated() { all[variable] = columns[index + 1] }
      for z in columns[0] {
        // Of the usual values of x, the one whose y is nearest to the middle of its range.
        let pairs = choices.map { ($0, other($0, joined: z)) }.filter { $0.1.isFinite }
        let best = pairs.min { abs($0.1 - middle) < abs($1.1 - middle) } ?? (choices[12], middle)
        all[first].append(best.0)
        all[second].append(best.1)
      }
      return field.evaluate(all)
    }
  }
}
