/// Prints tapes as statements on arrays: [rows × inputs].
struct PythonPrinter {
  let isDouble: Bool
  /// Assignments that a module begins with.
  private(set) var arrays: [String] = []
  private(set) var usesMath = false

  init(isDouble: Bool) { self.isDouble = isDouble }

  mutating func array(_ values: [Double], _ shape: [Int], _ kind: Tape.Kind = .real) -> String {
    let name = "_k\(arrays.count)"
    let type = kind == .double ? "float" : "REAL"
    let words = values.map { literal($0, kind) }.joined(separator: ",")
    let shape = shape.count == 1 ? "" : ".reshape(\(shape.map { "\($0)" }.joined(separator: ", ")))"
    arrays.append("\(name) = np.array([\(words)], \(type))\(shape)")
    return name
  }

  private func literal(_ value: Double, _ kind: Tape.Kind) -> String {
    if value.isNaN { return "np.nan" }
    if value.isInfinite { return value > 0 ? "np.inf" : "-np.inf" }
    return kind == .real && !isDouble ? "\(Float(value))" : "\(value)"
  }

  /// Statements that compute the steps of a tape from `x`. Returns the word for each value.
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
        let word = literal(value, kind)
        words[place] = kind == .double ? "np.float64(\(word))" : "REAL(\(word))"
        continue
      case .parameter(let values): expression = array(values, [values.count], kind)
      case .element(let rows, let at):
        let name = array(rows.flatMap { $0 }, [rows.count, rows[0].count], kind)
        expression = "\(name)[np.arange(\(rows.count)), np.broadcast_to(\(words[at]), x.shape).astype(int)]"
      case .count(let rows, let at):
        let name = array(rows.flatMap { $0 }, [rows.count, rows[0].count], kind)
        expression = "(\(words[at])[..., None] >= \(name)).sum(axis=-1).astype(REAL)"
      case .waves(let amplitudes, let frequencies, let areCosines, let at):
        let (a, b) = (array(amplitudes, [amplitudes.count], kind), array(frequencies, [frequencies.count], kind))
        expression = "np.\(areCosines ? "cos" : "sin")(\(words[at])[..., None] * \(b)) @ \(a)"
      case .unary(let function, let at):
        if function == .erf { usesMath = true }
        expression = Self.apply(function, words[at])
      case .binary(let operation, let a, let b):
        let sign =
          switch operation {
          case .and: "&"
          case .or: "|"
          default: operation.sign
          }
        expression = "\(words[a]) \(sign) \(words[b])"
      case .multiplyAdd(let a, let b, let c): expression = "\(words[a]) * \(words[b]) + \(words[c])"
      case .select(let condition, let a, let b):
        expression = "np.where(\(words[condition]), \(words[a]), \(words[b]))"
      }
      words[place] = "v\(place)"
      text.line("v\(place) = \(expression)")
    }
    return words
  }

  static func apply(_ function: Tape.Unary, _ x: String) -> String {
    switch function {
    case .negate: "-\(x)"
    case .magnitude: "np.abs(\(x))"
    case .squareRoot: "np.sqrt(\(x))"
    case .floor, .whole: "np.floor(\(x))"
    case .exp, .exponential: "np.exp(\(x))"
    case .log, .sin, .cos, .tan, .tanh, .sinh, .cosh: "np.\(function.rawValue)(\(x))"
    case .asin, .acos, .atan, .atanh: "np.arc\(function.rawValue.dropFirst())(\(x))"
    case .erf: "np.vectorize(math.erf, otypes=[float])(\(x))"
    case .silu: "\(x) / (1 + np.exp(-\(x)))"
    case .sigmoid: "1 / (1 + np.exp(-\(x)))"
    case .hyperbolicTangent: "np.tanh(\(x))"
    case .isNaN: "np.isnan(\(x))"
    case .toDouble: "np.asarray(\(x), float)"
    case .toReal: "np.asarray(\(x), REAL)"
    case .copy: x
    }
  }
}
