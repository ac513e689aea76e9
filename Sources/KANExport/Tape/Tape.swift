/// A straight-line program from one number to several: what a group of functions, a column or an output computes.
///
/// It is the one form from which all writers print. The same tape serves several inputs side by side; what differs
/// between them stands in ``Step/parameter(_:)``, ``Step/element(_:_:)`` and ``Step/count(_:_:)``, one entry or row for
/// each input.
struct Tape: Sendable {
  /// What a step's result is.
  enum Kind: Sendable {
    /// A number of the model's precision.
    case real
    /// A number of double precision, whatever the model's is.
    case double
    /// True or false.
    case boolean
  }

  /// The place of the step that computes a value.
  typealias Value = Int

  enum Step: Sendable, Hashable {
    /// The number that the tape is about.
    case input
    case constant(Double)
    /// One for each input.
    case parameter([Double])
    /// The element of each input's row at a whole number.
    case element([[Double]], Value)
    /// How many of the rising numbers of each input's row are not above the value.
    case count([[Double]], Value)
    /// Σ amplitude·sin(frequency·x), or cosines.
    case waves(amplitudes: [Double], frequencies: [Double], areCosines: Bool, Value)
    case unary(Unary, Value)
    case binary(Binary, Value, Value)
    /// a·b + c, rounded once where the processor can. The engine's kernels leave that to the compiler too.
    case multiplyAdd(Value, Value, Value)
    /// The second value where the first is true, else the third.
    case select(Value, Value, Value)
  }

  enum Unary: String, Sendable {
    case negate, magnitude, squareRoot, floor
    /// The whole part of a number that is not negative.
    case whole
    case exp, log, sin, cos, tan, tanh, asin, acos, atan, atanh, sinh, cosh, erf
    /// By the engine's kernels, whose bits C and Swift sources repeat.
    case exponential, silu, sigmoid, hyperbolicTangent
    case isNaN
    case toDouble, toReal, copy
  }

  enum Binary: String, Sendable {
    case add, subtract, multiply, divide
    case less, notAbove
    case and, or

    var isComparison: Bool { self == .less || self == .notAbove }
  }

  /// In the order of computation.
  private(set) var steps: [Step]
  private(set) var kinds: [Kind]
  /// The inputs side by side.
  private(set) var width: Int

  init(steps: [Step], kinds: [Kind], width: Int = 1) {
    (self.steps, self.kinds, self.width) = (steps, kinds, width)
  }

  /// Whether two tapes differ in what differs from input to input alone.
  func hasForm(of other: Tape) -> Bool {
    steps.count == other.steps.count && kinds == other.kinds
      && zip(steps, other.steps).allSatisfy { step, other in
        switch (step, other) {
        case (.parameter, .parameter): true
        case (.element(let a, let place), .element(let b, let otherPlace)):
          place == otherPlace && a[0].count == b[0].count
        case (.count(let a, let value), .count(let b, let otherValue)):
          value == otherValue && a[0].count == b[0].count
        default: step == other
        }
      }
  }

  /// Tapes of the same form as one.
  init(sideBySide tapes: [Tape]) {
    self = tapes[0]
    width = tapes.reduce(0) { $0 + $1.width }
    for place in steps.indices {
      switch steps[place] {
      case .parameter: steps[place] = .parameter(tapes.flatMap { $0.steps[place].numbers })
      case .element(_, let value): steps[place] = .element(tapes.flatMap { $0.steps[place].rows }, value)
      case .count(_, let value): steps[place] = .count(tapes.flatMap { $0.steps[place].rows }, value)
      default: break
      }
    }
    simplify()
  }

  /// The tape of one of the inputs side by side.
  func selecting(_ input: Int) -> Tape {
    var result = self
    result.width = 1
    for place in steps.indices {
      switch steps[place] {
      case .parameter(let values): result.steps[place] = .parameter([values[input]])
      case .element(let rows, let value): result.steps[place] = .element([rows[input]], value)
      case .count(let rows, let value): result.steps[place] = .count([rows[input]], value)
      default: break
      }
    }
    return result
  }

  /// Parameters that are the same for all inputs are constants.
  private mutating func simplify() {
    for place in steps.indices {
      if case .parameter(let values) = steps[place], values.allSatisfy({ $0 == values[0] }) {
        steps[place] = .constant(values[0])
      }
    }
  }
}

extension Tape.Step {
  /// Of a parameter.
  fileprivate var numbers: [Double] { if case .parameter(let values) = self { values } else { [] } }

  /// Of a table.
  fileprivate var rows: [[Double]] {
    switch self {
    case .element(let rows, _), .count(let rows, _): rows
    default: []
    }
  }
}

extension Sequence<Tape> {
  /// The runs of neighbours that have one form.
  func runsOfOneForm(joining mayJoin: (Int, Int) -> Bool = { _, _ in true }) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var first: Tape?
    for (place, tape) in enumerated() {
      if let run = runs.last, let first, tape.hasForm(of: first), mayJoin(place - 1, place) {
        runs[runs.count - 1] = run.lowerBound..<place + 1
      } else {
        runs.append(place..<place + 1)
        first = tape
      }
    }
    return runs
  }
}
