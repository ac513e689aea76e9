import ArgumentParser
import KAN
import KANBenchmarking

/// Whole numbers with commas between them.
struct Numbers: ExpressibleByArgument {
  let values: [Int]

  init?(argument: String) {
    values = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
    let count = argument.count { $0 == "," } + 1
    guard values.count == count, values.allSatisfy({ (1...1 << 30).contains($0) }) else { return nil }
  }
}

/// Contractions with commas between them, of those that the engine has.
struct Choices: ExpressibleByArgument {
  let values: [Contraction]
  static var names: String { Contraction.allCases.map(\.rawValue).joined(separator: ", ") }

  init(values: [Contraction]) { self.values = values }

  init?(argument: String) {
    values = argument.split(separator: ",").compactMap { Contraction(rawValue: String($0)) }
    guard !values.isEmpty, values.count == argument.count(where: { $0 == "," }) + 1 else { return nil }
  }

  var defaultValueDescription: String { values.map(\.rawValue).joined(separator: ",") }
}

/// An activation by its name.
func parseActivation(_ name: String) throws -> Activation {
  guard let activation = Activation(rawValue: name) else {
    throw ValidationError("there is no activation \"\(name)\"")
  }
  return activation
}
