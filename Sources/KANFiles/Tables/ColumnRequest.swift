/// How a column is to be read.
package enum ColumnRequest: Sendable {
  /// Its cells are only counted.
  case passOver
  /// What its cells say; a few texts among numbers are gaps.
  case input
  /// What its cells say; a few texts among numbers are an error.
  case target
  /// Texts, whatever it holds.
  case category
  /// Numbers, and an error at the first cell that is none.
  case number
  /// Numbers, or times, and gaps whatever else is there: what later rows will hold is not known.
  case numbersWithGaps, timesWithGaps
}
