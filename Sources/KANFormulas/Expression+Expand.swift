import KAN

extension Expression {
  /// The same formula with products of sums, and squares and cubes of sums, multiplied out and like terms collected.
  ///
  ///     (u + 2·v)²/4 - u²/4 - v² = u·v
  func expanded() -> Expression { expandedOnce().simplified() }

  /// More terms than that no formula gains by.
  private static let mostTerms = 64

  private func expandedOnce() -> Expression {
    let parts = replacing(children: children.map { $0.expandedOnce() })
    switch parts {
    case .power(.sum(let terms), .exact(let exponent)):
      guard exponent.power == 0, exponent.denominator == 1, (2...3).contains(exponent.numerator) else { return parts }
      let factors = Array(repeating: terms, count: exponent.numerator)
      return Self.distributed(factors).map { .sum($0) } ?? parts
    case .product(let factors):
      let sums = factors.map { if case .sum(let terms) = $0 { terms } else { [$0] } }
      guard sums.contains(where: { $0.count > 1 }), let terms = Self.distributed(sums) else { return parts }
      return .sum(terms)
    case .sum(let terms):
      return .sum(terms.flatMap { if case .sum(let inner) = $0 { inner } else { [$0] } })
    default: return parts
    }
  }

  /// The terms of a product of sums, or nil for too many; factors in one order, so that like terms are equal.
  private static func distributed(_ sums: [[Expression]]) -> [Expression]? {
    var terms: [[Expression]] = [[]]
    for sum in sums {
      if terms.count * sum.count > mostTerms { return nil }
      terms = terms.flatMap { term in sum.map { term + [$0] } }
    }
    return terms.map { factors in
      let flat = factors.flatMap { if case .product(let inner) = $0 { inner } else { [$0] } }
      return .product(flat.sorted { $0.order < $1.order })
    }
  }

  /// Numbers first, then variables, then others by what they are.
  private var order: String {
    switch self {
    case .constant, .exact: "0"
    case .variable(let index): "1 \(index + 1_000_000)"
    default: "2 \(self)"
    }
  }

  /// The same formula with the factors of curves in the curves: c·spline(x) is a spline.
  func foldingSplines() -> Expression {
    let parts = replacing(children: children.map { $0.foldingSplines() })
    guard case .product(let factors) = parts, factors.count == 2, let factor = factors[0].number,
      case .spline(let curve, let argument) = factors[1]
    else { return parts }
    return .spline(
      SplineCurve(name: curve.name, points: curve.points, values: curve.values.map { factor * $0 }), argument)
  }
}
