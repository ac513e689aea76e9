/// One column of what the exported function takes, in a table's own units.
public struct ExportColumn: Sendable, Equatable {
  /// What the cells are.
  public enum Kind: Sendable, Equatable {
    /// Numbers; NaN is a gap.
    case number
    /// True or false: 1 or 0; NaN is a gap.
    case flag
    /// Seconds since 1970-01-01T00:00:00Z; NaN is a gap.
    case time
    /// Texts, of which the model knows these. As a number, a text is its place among them from 1 on, and 0 for others; NaN
    /// or the empty text is a gap.
    case text([String])
  }

  /// The name in the table's header, or x0, x1 … where there are no names.
  public let name: String
  /// What the cells are.
  public let kind: Kind
  /// Whether a gap has a meaning: else its predictions are NaN.
  public let takesGaps: Bool
  /// The range of the training, where that is known.
  public let range: ClosedRange<Double>?

  /// The texts that the model knows; empty for numbers.
  var levels: [String] { if case .text(let levels) = kind { levels } else { [] } }
}

/// Neighbouring inputs of the network that one tape makes of neighbouring columns.
struct InputBlock: Sendable {
  /// Of the network.
  let inputs: Range<Int>
  /// The column of each.
  let columns: [Int]
  /// From a number of the column in double precision to the scaled input.
  let tape: Tape
}
