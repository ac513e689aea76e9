/// Data of a shape other than the one needed: what ``Matrix/init(checking:columns:)`` and the throwing predictions say
/// of rows from outside, where a shape in code traps.
public struct ShapeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What has the shape, such as "row 3" (from 1).
  public let what: String
  /// Its rows and columns, or the length of a single row.
  public let found: [Int]
  /// What they should be.
  public let expected: [Int]

  /// An error about `what`, such as `"row 3"`, with its shape and the one needed.
  public init(_ what: String, found: [Int], expected: [Int]) {
    self.what = what
    self.found = found
    self.expected = expected
  }

  public var description: String {
    func text(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: " × ") + "]" }
    return "\(what) of shape \(text(found)), not \(text(expected))"
  }
}

extension Matrix {
  /// A matrix from rows that may come from outside.
  ///
  /// - Parameter columns: how many each row has to have; by default as many as the first.
  /// - Throws: ``ShapeError`` that names the first row (from 1) of another length.
  @inlinable
  public init(checking rows: [[Element]], columns: Int? = nil) throws(ShapeError) {
    let columns = columns ?? rows.first?.count ?? 0
    if let row = rows.firstIndex(where: { $0.count != columns }) {
      throw ShapeError("row \(row + 1)", found: [rows[row].count], expected: [columns])
    }
    self.init(rows: rows.count, columns: columns) { buffer in
      var start = 0
      for row in rows {
        _ = buffer[start..<start + columns].initialize(fromContentsOf: row)
        start += columns
      }
    }
  }
}
