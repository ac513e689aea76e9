import ArgumentParser
import KAN
import KANFiles

/// NAME=+ or NAME=- of `--monotone`.
struct Direction: Sendable {
  let name: String
  let monotonicity: Monotonicity
}

/// Comma-separated directions.
func parseDirections(_ text: String) throws -> [Direction] {
  try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
    // The name may have = in it.
    guard let sign = part.last.flatMap({ Monotonicity(rawValue: String($0)) }), part.dropLast().last == "=",
      part.count > 2
    else { throw ValidationError("columns with = and + or - are expected, such as price=-,size=+") }
    return Direction(name: String(part.dropLast(2)), monotonicity: sign)
  }
}

extension TrainCommand {
  /// The directions by the number of their input.
  func directions(in names: Names) throws -> [Int: Monotonicity] {
    var result: [Int: Monotonicity] = [:]
    for direction in monotone {
      guard let input = names.inputs.firstIndex(of: direction.name) else {
        throw ToolError.usage("--monotone: \(data.data) has no input column \"\(printable(direction.name))\"")
      }
      if result.updateValue(direction.monotonicity, forKey: input) != nil {
        throw ToolError.usage("--monotone has the column \"\(printable(direction.name))\" twice")
      }
    }
    return result
  }
}
