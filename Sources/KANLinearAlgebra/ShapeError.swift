/// Data of the wrong shape: thrown for external rows by ``Matrix/init(checking:columns:)`` and the throwing
/// predictions. Wrong shapes in code trap instead.
public struct ShapeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The data in question, such as "row 3" (from 1).
  public let what: String
  /// Its rows and columns, or the length of a single row.
  public let found: [Int]
  /// The shape needed.
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
  /// A matrix from external rows.
  ///
  /// - Parameter columns: the length required of each row; by default that of the first.
  /// - Throws: ``ShapeError`` for the first row (from 1) of another length.
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
