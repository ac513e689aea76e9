/// A shape of the benchmark as the command line has it: `64-64-64:1024:5`, with widths, batch, intervals of the grid and
/// optionally the degree.
public struct ComparedShape: Equatable, Sendable, CustomStringConvertible {
  public let widths: [Int]
  public let batch: Int
  public let grid: Int
  public let degree: Int

  /// nil unless there are at least two widths and all numbers are positive.
  public init?(_ text: some StringProtocol) {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false).map { field in
      field.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    }
    guard (3...4).contains(fields.count), fields.joined().allSatisfy({ (1...1 << 30).contains($0) }),
      fields[0].count >= 2, fields.dropFirst().allSatisfy({ $0.count == 1 })
    else { return nil }
    widths = fields[0]
    batch = fields[1][0]
    grid = fields[2][0]
    degree = fields.count > 3 ? fields[3][0] : 3
  }

  public var description: String { "\(joined(by: "-")):\(batch):\(grid)\(degree == 3 ? "" : ":\(degree)")" }

  /// The options of `throughput` for this shape.
  public var arguments: [String] {
    ["--widths", joined(by: ","), "--batch", "\(batch)", "--grid", "\(grid)", "--degree", "\(degree)"]
  }

  private func joined(by separator: String) -> String { widths.map { "\($0)" }.joined(separator: separator) }
}
