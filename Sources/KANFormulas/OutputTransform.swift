import KAN
import KANLinearAlgebra

/// A function that is taken of the targets before a structure is looked for, and its inverse in the formula.
enum OutputTransform: CaseIterable, Sendable {
  case identity, logarithm, inverse, square, squareRoot, inverseSquare, exponential

  /// T(y), or nil where it is not finite for every value, or where its range leaves too few digits.
  func apply(to values: [Double]) -> [Double]? {
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let hasOneSign = low > 0 || high < 0
    switch self {
    case .identity: return values
    case .logarithm: return hasOneSign ? values.map { Elementary.log(abs($0)) } : nil
    case .inverse: return hasOneSign ? values.map { 1 / $0 } : nil
    case .square: return low >= 0 || high <= 0 ? values.map { $0 * $0 } : nil
    case .squareRoot: return low >= 0 || high <= 0 ? values.map { abs($0).squareRoot() } : nil
    case .inverseSquare: return hasOneSign ? values.map { 1 / ($0 * $0) } : nil
    case .exponential: return max(abs(low), abs(high)) < 30 ? values.map { Elementary.exp($0) } : nil
    }
  }

  /// T⁻¹(u); a sign that the transform loses is put in front.
  func inverse(of expression: Expression, isNegative: Bool) -> Expression {
    let sign: [Expression] = isNegative && losesSign ? [.whole(-1)] : []
    let result: Expression =
      switch self {
      case .identity: expression
      case .logarithm: .apply(.exp, expression)
      case .inverse: .power(expression, .whole(-1))
      case .square: .power(expression, .exact(Exact(1, over: 2)))
      case .squareRoot: .power(expression, .whole(2))
      case .inverseSquare: .power(expression, .exact(Exact(-1, over: 2)))
      case .exponential: .apply(.log, expression)
      }
    return sign.isEmpty ? result : .product(sign + [result])
  }

  /// T⁻¹(u), with the sign that the values had.
  func inverse(of value: Double, isNegative: Bool) -> Double {
    let result: Double =
      switch self {
      case .identity: value
      case .logarithm: Elementary.exp(value)
      case .inverse: 1 / value
      case .square: max(0, value).squareRoot()
      case .squareRoot: value * value
      case .inverseSquare: 1 / max(value, .leastNormalMagnitude).squareRoot()
      case .exponential: Elementary.log(max(value, .leastNormalMagnitude))
      }
    return isNegative && losesSign ? -result : result
  }

  /// Whether T(y) = T(-y).
  private var losesSign: Bool {
    switch self {
    case .logarithm, .square, .squareRoot, .inverseSquare: true
    case .identity, .inverse, .exponential: false
    }
  }

  /// |dT/dy|, by which errors grow.
  func slope(at value: Double) -> Double {
    switch self {
    case .identity: 1
    case .logarithm: 1 / abs(value)
    case .inverse: 1 / (value * value)
    case .square: 2 * abs(value)
    case .squareRoot: 0.5 / abs(value).squareRoot()
    case .inverseSquare: 2 / abs(value * value * value)
    case .exponential: Elementary.exp(value)
    }
  }
}
