import KAN
import KANLinearAlgebra

/// Formulas for a curve: which of the named functions, with which constants, goes through its points.
///
/// Each family c·f(a·x + b) + d is tried from a grid of a and b, with c and d by linear least squares (variable
/// projection, Golub and Pereyra 1973, SIAM J. Numer. Anal. 10), and the best starts are fitted in full.
struct CurveMatch {
  let points: [Double]
  let values: [Double]
  /// The relative error of the values.
  let noise: Double
  private let fit: ConstantFit
  private let middle, half: Double
  /// The starts are judged at so many points.
  private static let coarse = 48

  init(points: [Double], values: [Double], noise: Double) {
    self.points = points
    self.values = values
    self.noise = max(noise, 1e-13)
    fit = ConstantFit(columns: [points], targets: values)
    let (low, high) = (points.min() ?? 0, points.max() ?? 0)
    middle = (low + high) / 2
    half = high > low ? (high - low) / 2 : 1
  }

  /// The best formulas in variable 0, the likeliest first.
  func candidates(limit: Int = 6, deep: Bool = true) -> [FormulaCandidate] {
    var found = matches(values)
    if deep, (found.map(\.error).min() ?? 1) > 3 * noise { found += wrapped() }
    if deep, (found.map(\.error).min() ?? 1) > 3 * noise { found += ofReciprocal() }
    var best: [FormulaCandidate] = []
    for candidate in found.sorted(by: { $0.cost(noise: noise) < $1.cost(noise: noise) }).prefix(3 * limit) {
      let snapping = Snapping(fit, error: candidate.error, noise: noise)
      let plain = fit.fit(snapping.snapped(candidate.expression))
      if !best.contains(where: { $0.expression == plain.expression }) {
        best.append(plain)
      }
    }
    return Array(best.sorted { $0.cost(noise: noise) < $1.cost(noise: noise) }.prefix(limit))
  }

  // MARK: Functions of functions

  /// T⁻¹(c·f(a·x + b) + d), and such curves times a power of x.
  private func wrapped() -> [FormulaCandidate] {
    var result: [FormulaCandidate] = []
    for transform in OutputTransform.allCases where transform != .identity {
      guard let inner = transform.apply(to: values) else { continue }
      for candidate in matches(inner).prefix(4) {
        result.append(
          fit.fit(transform.inverse(of: candidate.expression, isNegative: (values.max() ?? 0) <= 0).simplified()))
      }
    }
    let least = points.map(abs).min() ?? 0
    if least > 0 {
      for power in [Exact(1), Exact(-1), Exact(2), Exact(-2)] {
        let inner = zip(points, values).map { $1 / Elementary.pow($0, power.value) }
        for candidate in matches(inner).prefix(3) {
          let product = Expression.product([.power(.variable(0), .exact(power)), candidate.expression])
          result.append(fit.fit(product.simplified()))
        }
        guard let inverse = OutputTransform.inverse.apply(to: inner) else { continue }
        for candidate in matches(inverse).prefix(3) {
          let product = Expression.product([
            .power(.variable(0), .exact(power)), .power(candidate.expression, .whole(-1)),
          ])
          result.append(fit.fit(product.simplified()))
        }
      }
    }
    return result
  }

  /// Curves of 1/x.
  private func ofReciprocal() -> [FormulaCandidate] {
    let (low, high) = (points.min() ?? 0, points.max() ?? 0)
    guard low > 0 || high < 0 else { return [] }
    let inner = CurveMatch(points: points.map { 1 / $0 }, values: values, noise: noise)
    return (inner.matches(values).prefix(4) + inner.wrapped()).map { candidate in
      let whole = candidate.expression.substituting { _ in .power(.variable(0), .whole(-1)) }.simplified()
      return FormulaCandidate(expression: whole, error: fit.error(of: whole))
    }
  }

  // MARK: One family

  private func matches(_ targets: [Double]) -> [FormulaCandidate] {
    let fit = ConstantFit(columns: [points], targets: targets)
    let every = max(1, points.count / Self.coarse)
    let places = Array(stride(from: 0, to: points.count, by: every))
    let t = places.map { (points[$0] - middle) / half }
    let y = places.map { targets[$0] }
    var result: [FormulaCandidate] = []
    for family in CurveFamilies(middle: middle, half: half).all {
      var starts: [(Double, Expression)] = []
      for parameters in family.starts {
        guard let (error, coefficients) = project(family, parameters, t, y) else { continue }
        starts.append((error, family.formula(parameters, coefficients)))
      }
      starts.sort { $0.0 < $1.0 }
      var best = FormulaCandidate(expression: .whole(0), error: .infinity)
      // A family with many starts has several valleys.
      for (_, expression) in starts.prefix(starts.count > 20 ? 3 : 1) {
        let whole = fit.fit(expression.simplified(), iterations: 25)
        if whole.error < best.error { best = whole }
      }
      if best.error < 0.5 { result.append(best) }
    }
    return result.sorted { $0.cost(noise: noise) < $1.cost(noise: noise) }
  }

  /// The linear coefficients for fixed parameters, and the squared error; nil where the curve is not finite.
  private func project(
    _ family: CurveFamily, _ parameters: [Double], _ t: [Double], _ y: [Double]
  ) -> (Double, [Double])? {
    let count = family.columns(parameters, t[0]).count + 1
    var normal = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    var total = 0.0
    for (point, target) in zip(t, y) {
      let row = family.columns(parameters, point) + [1]
      for i in 0..<count {
        if !row[i].isFinite { return nil }
        for j in 0...i { normal[i * count + j] += row[i] * row[j] }
        right[i] += row[i] * target
      }
      total += target * target
    }
    // Cholesky, with a shift so small that only dependent columns notice.
    var factor = normal
    for i in 0..<count {
      for j in 0...i {
        var sum = factor[i * count + j]
        if i == j { sum *= 1 + 1e-13 }
        for k in 0..<j { sum -= factor[i * count + k] * factor[j * count + k] }
        if i == j {
          guard sum > 0 else { return nil }
          factor[i * count + i] = sum.squareRoot()
        } else {
          factor[i * count + j] = sum / factor[j * count + j]
        }
      }
    }
    var solution = right
    for i in 0..<count {
      for k in 0..<i { solution[i] -= factor[i * count + k] * solution[k] }
      solution[i] /= factor[i * count + i]
    }
    let explained = solution.reduce(0) { $0 + $1 * $1 }
    for i in (0..<count).reversed() {
      for k in i + 1..<max(count, i + 1) { solution[i] -= factor[k * count + i] * solution[k] }
      solution[i] /= factor[i * count + i]
    }
    guard solution.allSatisfy(\.isFinite) else { return nil }
    return (max(0, total - explained), solution)
  }
}
