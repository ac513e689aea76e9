import KAN
import KANLinearAlgebra

extension Expression {
  /// The same formula in a plainer form: sums within sums and products within products are joined, numbers folded,
  /// powers of the same base collected, and constants without effect dropped.
  ///
  /// Free constants that only enter together become one, so that each can be determined by a fit: c·(a·x)² is c′·x².
  func simplified() -> Expression {
    var present = self
    for _ in 0..<12 {
      let next = present.simplifiedOnce()
      if next == present { return next }
      present = next
    }
    return present
  }

  private func simplifiedOnce() -> Expression {
    let parts = replacing(children: children.map { $0.simplifiedOnce() })
    switch parts {
    case .sum(let terms): return Expression.joined(sum: terms)
    case .product(let factors): return Expression.joined(product: factors)
    case .power(let base, let exponent): return Expression.joined(base, to: exponent)
    case .apply(let function, let argument): return Expression.joined(function, argument)
    case .spline(let curve, let argument):
      return argument.number.map { .constant(curve.evaluate(at: $0).value) } ?? parts
    default: return parts
    }
  }

  /// Whether the number is a closed form.
  private var isExact: Bool { if case .exact = self { true } else { false } }

  private static func folded(_ numbers: [Expression], _ start: Int, _ combine: (Double, Double) -> Double)
    -> Expression?
  {
    if numbers.isEmpty { return nil }
    if numbers.count == 1 { return numbers[0] }
    let exacts = numbers.compactMap { if case .exact(let exact) = $0 { exact } else { nil } }
    if exacts.count == numbers.count, let exact = foldedExactly(exacts, isProduct: start == 1) { return .exact(exact) }
    return .constant(numbers.reduce(Double(start)) { combine($0, $1.number!) })
  }

  private static func foldedExactly(_ exacts: [Exact], isProduct: Bool) -> Exact? {
    var (numerator, denominator, power) = (isProduct ? 1 : 0, 1, isProduct ? 0 : exacts[0].power)
    for exact in exacts {
      if isProduct {
        (numerator, denominator) = (numerator * exact.numerator, denominator * exact.denominator)
        power += exact.power
      } else {
        if exact.power != power { return nil }
        numerator = numerator * exact.denominator + exact.numerator * denominator
        denominator *= exact.denominator
      }
      if abs(numerator) > 100_000 || denominator > 10_000 || abs(power) > 4 { return nil }
    }
    return Exact(numerator, over: denominator, piTo: power)
  }

  private static func joined(sum terms: [Expression]) -> Expression {
    let flat = terms.flatMap { if case .sum(let inner) = $0 { inner } else { [$0] } }
    var numbers = flat.filter { $0.number != nil }
    if let free = numbers.first(where: { !$0.isExact }) {
      // A free constant absorbs all others.
      numbers = [.constant(numbers.reduce(0) { $0 + $1.number! } + 0 * free.number!)]
    }
    // Terms that differ by their coefficients alone are collected.
    var order: [Expression] = []
    var coefficients: [Expression: [Expression]] = [:]
    for term in flat where term.number == nil {
      let (coefficient, rest) = term.splitCoefficient
      if coefficients[rest] == nil { order.append(rest) }
      coefficients[rest, default: []].append(coefficient)
    }
    var result: [Expression] = order.map { rest in
      let coefficient = folded(coefficients[rest]!, 0, +)!
      return joined(product: [coefficient, rest])
    }
    result = result.flatMap { term -> [Expression] in
      if case .sum(let inner) = term { return inner }
      return [term]
    }.filter { $0 != .whole(0) }
    if let number = folded(numbers, 0, +), number != .whole(0) { result.append(number) }
    if result.isEmpty { return .whole(0) }
    return result.count == 1 ? result[0] : .sum(result)
  }

  /// The factor in front, and what it multiplies.
  private var splitCoefficient: (Expression, Expression) {
    if case .product(let factors) = self, let first = factors.first, first.number != nil {
      let rest = Array(factors.dropFirst())
      return (first, rest.count == 1 ? rest[0] : .product(rest))
    }
    return (.whole(1), self)
  }

  private static func joined(product factors: [Expression]) -> Expression {
    let flat = factors.flatMap { if case .product(let inner) = $0 { inner } else { [$0] } }
    let numbers = flat.filter { $0.number != nil }
    var number = folded(numbers, 1, *) ?? .whole(1)
    if number.number == 0, number.isExact { return .whole(0) }
    // Exponents of equal bases are added.
    var order: [Expression] = []
    var exponents: [Expression: [Expression]] = [:]
    for factor in flat where factor.number == nil {
      let (base, exponent): (Expression, Expression) =
        if case .power(let base, let exponent) = factor { (base, exponent) } else { (factor, .whole(1)) }
      if exponents[base] == nil { order.append(base) }
      exponents[base, default: []].append(exponent)
    }
    // exp(a)·exp(b) = exp(a + b)
    let exponentials = order.filter { base in
      if case .apply(.exp, _) = base { return exponents[base] == [.whole(1)] }
      return false
    }
    var result: [Expression] = []
    if exponentials.count > 1 {
      let argument = joined(
        sum: exponentials.map { if case .apply(_, let argument) = $0 { argument } else { $0 } })
      result.append(joined(.exp, argument))
      order.removeAll { exponentials.contains($0) }
    }
    result += order.map { joined($0, to: folded(exponents[$0]!, 0, +)!) }
    let inner = result.flatMap { if case .product(let inner) = $0 { inner } else { [$0] } }
    let more = inner.filter { $0.number != nil }
    if !more.isEmpty { number = folded([number] + more, 1, *)! }
    // A free coefficient absorbs the coefficient of a single sum: c·(a·u + b) = (c·a)·u + c·b.
    var rest = inner.filter { $0.number == nil }
    if rest.count == 1, case .sum(let terms) = rest[0], number != .whole(1) {
      return joined(sum: terms.map { joined(product: [number, $0]) })
    }
    if rest.count > 1 {
      // Elsewhere it is drawn out of a sum, whose first free coefficient becomes 1.
      for (place, factor) in rest.enumerated() {
        guard case .sum(let terms) = factor, let value = freeCoefficient(of: terms) else { continue }
        rest[place] = divided(terms, by: value)
        number = folded([number, .constant(value)], 1, *)!
      }
    }
    if number == .whole(1), !rest.isEmpty { return rest.count == 1 ? rest[0] : .product(rest) }
    if number.number == 0 { return .whole(0) }
    return rest.isEmpty ? number : .product([number] + rest)
  }

  /// The coefficient of the first term, if it is free and not 0.
  private static func freeCoefficient(of terms: [Expression]) -> Double? {
    let coefficient = terms[0].splitCoefficient.0
    if coefficient.isExact || terms[0].number != nil { return nil }
    return coefficient.number.flatMap { $0 == 0 || $0 == 1 || $0 == -1 ? nil : $0 }
  }

  /// Σ terms/value, where the first term's coefficient becomes exactly ±1.
  private static func divided(_ terms: [Expression], by value: Double) -> Expression {
    let (coefficient, rest) = terms[0].splitCoefficient
    let first = coefficient.number! / value > 0 ? rest : joined(product: [.whole(-1), rest])
    return joined(sum: [first] + terms.dropFirst().map { joined(product: [.constant(1 / value), $0]) })
  }

  private static func joined(_ base: Expression, to exponent: Expression) -> Expression {
    if exponent == .whole(0) { return .whole(1) }
    if exponent == .whole(1) { return base }
    if let number = base.number, let by = exponent.number {
      if case .exact(let exact) = base, exact.power == 0, case .exact(let whole) = exponent, whole.denominator == 1,
        whole.power == 0, abs(whole.numerator) <= 4
      {
        let value = joined(product: Array(repeating: base, count: abs(whole.numerator)))
        if case .exact(let result) = value, result.numerator != 0 {
          return whole.numerator > 0 ? value : .exact(Exact(result.denominator, over: result.numerator))
        }
      }
      return .constant(Elementary.pow(number, by))
    }
    let isWhole = if case .exact(let exact) = exponent { exact.denominator == 1 && exact.power == 0 } else { false }
    switch base {
    case .power(let inner, let first) where first.number != nil:
      // (x²)^(1/2) is |x|, so that only whole outer exponents are multiplied in, or roots of roots.
      if isWhole { return joined(inner, to: folded([first, exponent], 1, *)!) }
      return .power(base, exponent)
    case .product(let factors) where isWhole: return joined(product: factors.map { joined($0, to: exponent) })
    case .product(let factors):
      // A positive coefficient can be drawn out of any power.
      if let number = factors[0].number, number > 0, factors.count > 1 {
        return joined(product: [
          joined(factors[0], to: exponent), .power(joined(product: Array(factors.dropFirst())), exponent),
        ])
      }
      return .power(base, exponent)
    case .apply(.exp, let argument): return .apply(.exp, joined(product: [exponent, argument]))
    case .sum(let terms) where isWhole || exponent.number != nil:
      // (a·u + b)ᵖ = |a|ᵖ·(±u + b/|a|)ᵖ, so that c·(a·u + b)ᵖ has one constant too many no longer.
      if let coefficient = freeCoefficient(of: terms) {
        let value = isWhole ? coefficient : abs(coefficient)
        return joined(product: [
          .constant(Elementary.pow(value, exponent.number!)), .power(divided(terms, by: value), exponent),
        ])
      }
      return .power(base, exponent)
    default: return .power(base, exponent)
    }
  }

  private static func joined(_ function: NamedFunction, _ argument: Expression) -> Expression {
    switch function {
    case .zero: return .whole(0)
    case .identity: return argument
    case .square: return joined(argument, to: .whole(2))
    case .cube: return joined(argument, to: .whole(3))
    case .fourth: return joined(argument, to: .whole(4))
    case .fifth: return joined(argument, to: .whole(5))
    case .inverse: return joined(argument, to: .whole(-1))
    case .inverseSquare: return joined(argument, to: .whole(-2))
    case .squareRoot: return joined(argument, to: .exact(Exact(1, over: 2)))
    default: break
    }
    if case .constant(let value) = argument { return .constant(function.value(at: value)) }
    if argument == .whole(0), function.value(at: 0).isFinite {
      let value = function.value(at: 0)
      return value == value.rounded() ? .whole(Int(value)) : .constant(value)
    }
    switch (function, argument) {
    case (.exp, .sum(let terms)):
      // exp(u + c) = eᶜ·exp(u)
      let numbers = terms.filter { $0.number != nil }
      if numbers.contains(where: { !$0.isExact }) {
        let shift = numbers.reduce(0) { $0 + $1.number! }
        return joined(product: [
          .constant(Elementary.exp(shift)), .apply(.exp, joined(sum: terms.filter { $0.number == nil })),
        ])
      }
      // exp(log(u) + v) = u·exp(v), exp(p·log u) = uᵖ
      for (place, term) in terms.enumerated() {
        if let power = term.exponentOfLog {
          var rest = terms
          rest.remove(at: place)
          return joined(product: [joined(power.0, to: power.1), joined(.exp, joined(sum: rest))])
        }
      }
      return .apply(.exp, argument)
    case (.exp, _):
      if let power = argument.exponentOfLog { return joined(power.0, to: power.1) }
      return .apply(.exp, argument)
    case (.sin, .sum(let terms)), (.cos, .sum(let terms)):
      // sin(u + n·π/2)
      guard case .exact(let shift)? = terms.last, shift.power == 1, shift.denominator <= 2 else {
        return .apply(function, argument)
      }
      let quarters = shift.numerator * 2 / shift.denominator
      let turned = ((function == .cos ? quarters + 1 : quarters) % 4 + 4) % 4
      let inner = joined(sum: Array(terms.dropLast()))
      let wave = Expression.apply(turned % 2 == 0 ? .sin : .cos, inner)
      return turned < 2 ? wave : joined(product: [.whole(-1), wave])
    case (.log, .apply(.exp, let inner)): return inner
    case (.log, .product(let factors)):
      // log(c·u) = log c + log u
      if let number = factors[0].number, number > 0, !factors[0].isExact {
        return joined(sum: [
          .constant(Elementary.log(number)), joined(.log, joined(product: Array(factors.dropFirst()))),
        ])
      }
      return .apply(.log, argument)
    default: return .apply(function, argument)
    }
  }

  /// u and p of p·log(u).
  private var exponentOfLog: (Expression, Expression)? {
    if case .apply(.log, let inner) = self { return (inner, .whole(1)) }
    if case .product(let factors) = self, factors.count == 2, factors[0].number != nil,
      case .apply(.log, let inner) = factors[1]
    {
      return (inner, factors[0])
    }
    return nil
  }
}
