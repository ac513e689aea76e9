import KAN
import KANLinearAlgebra

/// The constants of a formula by nonlinear least squares.
///
///     minimise Σ (y - f(x; c))²       (JᵀJ + μ·D²)·Δc = Jᵀr
///
/// with D the largest norms of J's columns so far, by Householder QR as in MINPACK (Moré 1978, The Levenberg-Marquardt
/// Algorithm: Implementation and Theory): products with Jᵀ would lose half of the digits, which is what tells π from
/// 3.14159.
struct ConstantFit {
  /// The variables: [variables][rows]
  let columns: [[Double]]
  /// y: [rows]
  let targets: [Double]
  /// See ``spread(of:)``.
  let spread: Double

  init(columns: [[Double]], targets: [Double]) {
    self.columns = columns
    self.targets = targets
    spread = Self.spread(of: targets)
  }

  /// The unit of relative errors: √(Σ (y - ȳ)²/n), or the mean |y| where that is 0 or beyond the range of numbers.
  static func spread(of targets: [Double]) -> Double {
    let spread = Formula.spread(of: targets)
    if spread > 0 && spread.isFinite { return spread }
    return max(targets.reduce(0) { $0 + abs($1) / Double(max(1, targets.count)) }, .leastNormalMagnitude)
  }

  /// The same problem on some of the rows, evenly taken.
  func thinned(to count: Int) -> ConstantFit {
    if targets.count <= count { return self }
    let places = (0..<count).map { $0 * targets.count / count }
    return ConstantFit(
      columns: columns.map { column in places.map { column[$0] } }, targets: places.map { targets[$0] })
  }

  /// The relative error of a formula as it is.
  func error(of expression: Expression) -> Double {
    let tape = Tape(expression)
    return relative(sum(tape.values(at: columns, constants: tape.constants, rows: targets.count)))
  }

  /// The formula with constants at a minimum near its own.
  func fit(_ expression: Expression, iterations: Int = 30, tolerance: Double = 1e-4) -> FormulaCandidate {
    let tape = Tape(expression)
    let (rows, count) = (targets.count, tape.constants.count)
    if count == 0 || rows == 0 { return FormulaCandidate(expression: expression, error: error(of: expression)) }
    let height = max(rows, count + 1)
    var constants = tape.constants
    var values = [Double](repeating: 0, count: rows)
    // J and, as the last column, r.
    var system = [Double](repeating: 0, count: height * (count + 1))
    var damped = [Double](repeating: 0, count: (2 * count + 1) * (count + 1))
    var scale = [Double](repeating: 0, count: count)
    var damping = 1e-3
    var best = sum(tape.values(at: columns, constants: constants, rows: rows))
    guard best.isFinite else { return FormulaCandidate(expression: expression, error: .infinity) }
    let floor = Double(rows) * 1e-30
    var calm = 0
    for _ in 0..<iterations {
      if best <= floor { break }
      system.withUnsafeMutableBufferPointer { system in
        let base = system.baseAddress!
        base.update(repeating: 0, count: system.count)
        tape.derivatives(
          at: columns, constants: constants, rows: rows, values: &values, to: base, stride: height)
        for row in 0..<rows { base[count * height + row] = targets[row] - values[row] }
        // In units of the spread, so that no square leaves the range of numbers.
        let unit = 1 / spread
        for index in system.indices { base[index] *= unit }
      }
      guard system.allSatisfy(\.isFinite) else { break }
      for j in 0..<count {
        var norm = 0.0
        for row in 0..<rows { norm += system[j * height + row] * system[j * height + row] }
        scale[j] = max(scale[j], norm.squareRoot())
      }
      system.withUnsafeMutableBufferPointer {
        OrthogonalReduction.reduce($0.baseAddress!, rows: height, columns: count + 1)
      }
      var accepted = false
      while damping < 1e12 {
        let step = solve(system, height, count, scale, damping, &damped)
        let trial = zip(constants, step).map { $0 + $1 }
        let total = sum(tape.values(at: columns, constants: trial, rows: rows))
        if total < best {
          calm = best - total <= tolerance * best ? calm + 1 : 0
          (constants, best, accepted) = (trial, total, true)
          damping = max(damping / 10, 1e-15)
          break
        }
        damping *= 8
      }
      if !accepted || calm >= 2 { break }
    }
    return FormulaCandidate(expression: expression.replacing(constants: constants), error: relative(best))
  }

  /// Δc of the damped problem from the triangle of J and r.
  private func solve(
    _ triangle: [Double], _ height: Int, _ count: Int, _ scale: [Double], _ damping: Double, _ damped: inout [Double]
  ) -> [Double] {
    let tall = 2 * count + 1
    for index in damped.indices { damped[index] = 0 }
    for column in 0...count {
      for row in 0...min(column, count) { damped[column * tall + row] = triangle[column * height + row] }
      if column < count {
        damped[column * tall + count + 1 + column] = damping.squareRoot() * max(scale[column], .leastNormalMagnitude)
      }
    }
    damped.withUnsafeMutableBufferPointer {
      OrthogonalReduction.reduce($0.baseAddress!, rows: tall, columns: count + 1)
    }
    var step = [Double](repeating: 0, count: count)
    for row in (0..<count).reversed() {
      var rest = damped[count * tall + row]
      for column in row + 1..<max(count, row + 1) { rest -= damped[column * tall + row] * step[column] }
      let pivot = damped[row * tall + row]
      step[row] = pivot == 0 ? 0 : rest / pivot
    }
    return step
  }

  private func sum(_ values: [Double]) -> Double {
    var sum = 0.0
    for (value, target) in zip(values, targets) {
      let error = (target - value) / spread
      sum += error * error
    }
    return sum.isFinite ? sum : .infinity
  }

  private func relative(_ sum: Double) -> Double {
    (sum / Double(max(1, targets.count))).squareRoot()
  }
}
