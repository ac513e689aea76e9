/// Writes a tape for one input; equal steps are written once.
final class TapeBuilder {
  /// Whether the model's precision is double.
  let isDouble: Bool
  private var steps: [Tape.Step] = []
  private var kinds: [Tape.Kind] = []
  private var places: [Tape.Step: [Tape.Kind: Int]] = [:]

  init(isDouble: Bool) { self.isDouble = isDouble }

  var tape: Tape { Tape(steps: steps, kinds: kinds) }

  /// The tape with a value that is its result: the last step.
  func tape(endingIn result: Term) -> Tape {
    if result.value == steps.count - 1 { return tape }
    // A step that repeats an earlier one.
    return Tape(steps: steps + [.unary(.copy, result.value)], kinds: kinds + [result.kind])
  }

  /// The number that the tape is about.
  func input(_ kind: Tape.Kind = .real) -> Term { term(.input, kind) }
  func constant(_ value: Double, _ kind: Tape.Kind = .real) -> Term { term(.constant(rounded(value, kind)), kind) }
  /// A number of this input.
  func parameter(_ value: Double, _ kind: Tape.Kind = .real) -> Term { term(.parameter([rounded(value, kind)]), kind) }
  func element(_ row: [Double], at place: Term) -> Term { term(.element([row], place.value), .real) }
  /// How many of rising numbers are not above x.
  func count(_ row: [Double], notAbove x: Term) -> Term {
    row.isEmpty ? constant(0) : term(.count([row], x.value), .real)
  }
  func waves(_ amplitudes: [Double], _ frequencies: [Double], areCosines: Bool, _ x: Term) -> Term {
    term(.waves(amplitudes: amplitudes, frequencies: frequencies, areCosines: areCosines, x.value), x.kind)
  }

  fileprivate func term(_ step: Tape.Step, _ kind: Tape.Kind) -> Term {
    if let place = places[step]?[kind] { return Term(builder: self, value: place) }
    steps.append(step)
    kinds.append(kind)
    // Two numbers of an input that happen to be equal are not so in its neighbours.
    if case .parameter = step { return Term(builder: self, value: steps.count - 1) }
    places[step, default: [:]][kind] = steps.count - 1
    return Term(builder: self, value: steps.count - 1)
  }

  fileprivate func kind(_ value: Tape.Value) -> Tape.Kind { kinds[value] }

  private func rounded(_ value: Double, _ kind: Tape.Kind) -> Double {
    kind == .real && !isDouble ? Double(Float(value)) : value
  }
}

/// A value on a tape that is being written.
struct Term {
  fileprivate let builder: TapeBuilder
  let value: Tape.Value

  var kind: Tape.Kind { builder.kind(value) }
  var tape: TapeBuilder { builder }

  private func like(_ constant: Double) -> Term { builder.constant(constant, kind) }

  private static func join(_ operation: Tape.Binary, _ a: Term, _ b: Term) -> Term {
    a.builder.term(.binary(operation, a.value, b.value), operation.isComparison ? .boolean : a.kind)
  }

  func apply(_ function: Tape.Unary) -> Term {
    let result: Tape.Kind =
      switch function {
      case .isNaN: .boolean
      case .toDouble: .double
      case .toReal: .real
      default: kind
      }
    if function == .toDouble && kind == .double || function == .toReal && kind == .real { return self }
    return builder.term(.unary(function, value), result)
  }

  var inDouble: Term { apply(.toDouble) }
  var inReal: Term { apply(.toReal) }
  var isNaN: Term { apply(.isNaN) }

  static func + (a: Term, b: Term) -> Term { join(.add, a, b) }
  static func - (a: Term, b: Term) -> Term { join(.subtract, a, b) }
  static func * (a: Term, b: Term) -> Term { join(.multiply, a, b) }
  static func / (a: Term, b: Term) -> Term { join(.divide, a, b) }
  static func < (a: Term, b: Term) -> Term { join(.less, a, b) }
  static func > (a: Term, b: Term) -> Term { b < a }
  static func <= (a: Term, b: Term) -> Term { join(.notAbove, a, b) }
  static func & (a: Term, b: Term) -> Term { join(.and, a, b) }
  static func | (a: Term, b: Term) -> Term { join(.or, a, b) }
  static prefix func - (a: Term) -> Term { a.apply(.negate) }

  static func + (a: Term, b: Double) -> Term { a + a.like(b) }
  static func + (a: Double, b: Term) -> Term { b.like(a) + b }
  static func - (a: Term, b: Double) -> Term { a - a.like(b) }
  static func - (a: Double, b: Term) -> Term { b.like(a) - b }
  static func * (a: Term, b: Double) -> Term { a * a.like(b) }
  static func * (a: Double, b: Term) -> Term { b.like(a) * b }
  static func / (a: Term, b: Double) -> Term { a / a.like(b) }
  static func / (a: Double, b: Term) -> Term { b.like(a) / b }
  static func < (a: Term, b: Double) -> Term { a < a.like(b) }
  static func > (a: Term, b: Double) -> Term { a > a.like(b) }

  /// self·factor + summand, rounded once where the processor can.
  func multiplyAdd(_ factor: Term, _ summand: Term) -> Term {
    builder.term(.multiplyAdd(value, factor.value, summand.value), kind)
  }

  func multiplyAdd(_ factor: Term, _ summand: Double) -> Term { multiplyAdd(factor, like(summand)) }

  /// Where this is true the first, else the second.
  func select(_ a: Term, _ b: Term) -> Term { builder.term(.select(value, a.value, b.value), a.kind) }

  func select(_ a: Double, _ b: Term) -> Term { select(b.like(a), b) }

  /// Not below `low` and not above `high`; NaN stays.
  func held(_ low: Term, _ high: Term) -> Term {
    let above = (self < low).select(low, self)
    return (above > high).select(high, above)
  }
}
