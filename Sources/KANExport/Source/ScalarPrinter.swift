/// Tapes as statements for one number after another, in C or Swift.
protocol ScalarLanguage {
  /// `const real v3 = EXPRESSION;`
  static func declare(_ name: String, _ kind: Tape.Kind, _ expression: String) -> String
  static func literal(_ value: Double, _ kind: Tape.Kind, isDouble: Bool) -> String
  static func whole(_ value: String) -> String
  static func apply(_ function: Tape.Unary, _ x: String, isDouble: Bool) -> String
  static func multiplyAdd(_ a: String, _ b: String, _ c: String) -> String
  static func count(_ array: String, _ start: String, _ count: Int, _ x: String) -> String
  static func waves(_ amplitudes: String, _ frequencies: String, _ count: Int, areCosines: Bool, _ x: String) -> String
}

/// Arrays of constants that a source begins with.
struct SourceArray {
  let name: String
  let kind: Tape.Kind
  let values: [Double]
}

/// Prints the tapes of a plan and collects their constants.
struct ScalarPrinter<Language: ScalarLanguage> {
  let isDouble: Bool
  private(set) var arrays: [SourceArray] = []
  /// What the statements call.
  private(set) var used: Set<Tape.Unary> = []
  private(set) var counts = false
  private(set) var hasWaves = false

  init(isDouble: Bool) { self.isDouble = isDouble }

  mutating func array(_ values: [Double], _ kind: Tape.Kind) -> String {
    let name = "k\(arrays.count)"
    arrays.append(SourceArray(name: name, kind: kind, values: values))
    return name
  }

  mutating func use(_ function: Tape.Unary) { used.insert(function) }

  /// Statements that compute the steps of a tape of the input `i` from `x`. Returns the word for each value.
  mutating func print(_ tape: Tape, needing needed: [Tape.Value], to text: inout SourceText) -> [String] {
    var words = [String](repeating: "", count: tape.steps.count)
    let isNeeded = tape.steps(neededFor: needed)
    for (place, step) in tape.steps.enumerated() where isNeeded[place] {
      let kind = tape.kinds[place]
      let expression: String
      switch step {
      case .input:
        words[place] = "x"
        continue
      case .constant(let value):
        words[place] = Language.literal(value, kind, isDouble: isDouble)
        continue
      case .parameter(let values): expression = "\(array(values, kind))[i]"
      case .element(let rows, let at):
        let index = Language.whole(words[at])
        let name = array(rows.flatMap { $0 }, kind)
        expression = rows.count == 1 ? "\(name)[\(index)]" : "\(name)[i * \(rows[0].count) + \(index)]"
      case .count(let rows, let at):
        counts = true
        expression = Language.count(
          array(rows.flatMap { $0 }, kind), rows.count == 1 ? "0" : "i * \(rows[0].count)", rows[0].count, words[at])
      case .waves(let amplitudes, let frequencies, let areCosines, let at):
        hasWaves = true
        expression = Language.waves(
          array(amplitudes, kind), array(frequencies, kind), amplitudes.count, areCosines: areCosines, words[at])
      case .unary(let function, let at):
        used.insert(function)
        expression = Language.apply(function, words[at], isDouble: isDouble || kind == .double)
      case .binary(let operation, let a, let b): expression = "\(words[a]) \(operation.sign) \(words[b])"
      case .multiplyAdd(let a, let b, let c): expression = Language.multiplyAdd(words[a], words[b], words[c])
      case .select(let condition, let a, let b): expression = "\(words[condition]) ? \(words[a]) : \(words[b])"
      }
      words[place] = "v\(place)"
      text.line(Language.declare(words[place], kind, expression))
    }
    return words
  }
}

extension Tape {
  /// Which steps some values depend on.
  func steps(neededFor values: [Value]) -> [Bool] {
    var isNeeded = [Bool](repeating: false, count: steps.count)
    for value in values { isNeeded[value] = true }
    for place in steps.indices.reversed() where isNeeded[place] {
      for argument in steps[place].arguments { isNeeded[argument] = true }
    }
    return isNeeded
  }
}

extension Tape.Step {
  var arguments: [Tape.Value] {
    switch self {
    case .input, .constant, .parameter: []
    case .element(_, let at), .count(_, let at), .waves(_, _, _, let at), .unary(_, let at): [at]
    case .binary(_, let a, let b): [a, b]
    case .multiplyAdd(let a, let b, let c), .select(let a, let b, let c): [a, b, c]
    }
  }
}

extension Tape.Binary {
  /// In C and Swift.
  var sign: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .less: "<"
    case .notAbove: "<="
    case .and: "&&"
    case .or: "||"
    }
  }
}

extension FunctionBlock {
  /// The steps that a writer needs.
  var needed: [Tape.Value] { values.map(\.value) + (cell.map { [$0] } ?? []) }
}
