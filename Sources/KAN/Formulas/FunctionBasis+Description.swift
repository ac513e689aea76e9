import KANLinearAlgebra

extension FunctionBasis {
  /// Functions by name, separated by commas, of inputs separated by semicolons; rates and shifts: [inputs × most];
  /// domains: [inputs × 2]. Settings and arrays of the other basis follow with a prefix.
  public var description: BasisDescription<Element> {
    let names = columns.map { $0.map(\.function.rawValue).joined(separator: ",") }.joined(separator: ";")
    let width = max(1, named)
    var (rates, shifts, ends) = (
      Matrix<Element>(rows: inputs, columns: width), Matrix<Element>(rows: inputs, columns: width),
      Matrix<Element>(rows: inputs, columns: 2)
    )
    for (input, column) in columns.enumerated() {
      for (place, function) in column.enumerated() {
        (rates[input, place], shifts[input, place]) = (function.rate, function.shift)
      }
      (ends[input, 0], ends[input, 1]) = (domains[input].lowerBound, domains[input].upperBound)
    }
    var result = BasisDescription(
      kind: Self.kind, inputs: inputs, settings: ["functions": names],
      arrays: ["rates": rates, "shifts": shifts, "domains": ends])
    if let other = rest?.description {
      result.settings["rest"] = other.kind
      for (name, value) in other.settings { result.settings[Self.prefix + name] = value }
      for (name, array) in other.arrays { result.arrays[Self.prefix + name] = array }
    }
    return result
  }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    let inputs = description.inputs
    let texts = (description.settings["functions"] ?? "").split(separator: ";", omittingEmptySubsequences: false)
    guard texts.count == inputs else {
      throw BasisError("functions: setting \"functions\" has to list those of \(inputs) inputs")
    }
    let rates = try description.array("rates", rows: inputs)
    let shifts = try description.array("shifts", rows: inputs, columns: rates.columns)
    let ends = try description.array("domains", rows: inputs, columns: 2)
    var columns: [[Function]] = []
    var domains: [ClosedRange<Element>] = []
    for (input, text) in texts.enumerated() {
      var column: [Function] = []
      for name in text.split(separator: ",") {
        guard let function = NamedFunction(rawValue: String(name)), column.count < rates.columns else {
          throw BasisError("input \(input + 1): a function that is not known, or one too many")
        }
        column.append(Function(function, rate: rates[input, column.count], shift: shifts[input, column.count]))
      }
      guard ends[input, 0] <= ends[input, 1] else { throw BasisError("input \(input + 1): the domain's ends fall") }
      columns.append(column)
      domains.append(ends[input, 0]...ends[input, 1])
    }
    try self.init(columns, domains: domains, rest: try Self.rest(of: description))
  }

  private static func rest(of description: BasisDescription<Element>) throws(BasisError) -> (any Basis<Element>)? {
    guard let kind = description.settings["rest"] else { return nil }
    // One within another could nest without end.
    if kind == Self.kind { throw BasisError("functions: the other basis is one of functions too") }
    var other = BasisDescription<Element>(kind: kind, inputs: description.inputs)
    for (name, value) in description.settings where name.hasPrefix(prefix) {
      other.settings[String(name.dropFirst(prefix.count))] = value
    }
    for (name, array) in description.arrays where name.hasPrefix(prefix) {
      other.arrays[String(name.dropFirst(prefix.count))] = array
    }
    return try makeBasis(other)
  }

  private static var prefix: String { "rest." }
}
