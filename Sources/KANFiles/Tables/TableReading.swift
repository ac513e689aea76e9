import KAN

/// How a table is read from a file.
public struct TableReading: Sendable, Equatable {
  /// NA, N/A, NaN, null, None, ? and -.
  public static let standardMissingWords = ["NA", "N/A", "NaN", "null", "None", "?", "-"]

  /// The words that stand for a missing cell, as an empty cell always does.
  ///
  /// Blanks around a word and the case of its letters do not count; but in a column of texts NA and None have to be
  /// written like this, since Na and none may be words like others. A word that is a number, such as -999, stands for
  /// all texts of that number.
  public var missingWords: [String]
  /// Columns to read as texts, whatever they hold. Cells that are equal as numbers, such as 3 and 3.0, are one level.
  public var categories: [String]
  /// Columns in which a word among numbers is an error, not a gap.
  public var targets: [String]
  /// The columns to read, if not all; the table has them in the file's order.
  public var columns: [String]?

  /// By default all columns are read, as what their cells say.
  public init(
    missingWords: [String] = standardMissingWords, categories: [String] = [], targets: [String] = [],
    columns: [String]? = nil
  ) {
    self.missingWords = missingWords
    self.categories = categories
    self.targets = targets
    self.columns = columns
  }
}
