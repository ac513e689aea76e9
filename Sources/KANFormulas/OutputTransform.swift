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

  /// T⁻¹(u); the sign of the values is lost by some transforms and is put in front.
  func inverse(of expression: Expression, signs values: [Double]) -> Expression {
    let isNegative = (values.max() ?? 0) <= 0 && self != .exponential && self != .identity && self != .inverse
    let sign: [Expression] = isNegative ? [.whole(-1)] : []
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
