/// A matrix for each row of some data: [count × rows × columns].
public struct MatrixBatch<Element: Scalar>: Sendable, Equatable {
  /// The number of matrices, one for each row of data.
  public let count: Int
  /// Rows of each matrix.
  public let rows: Int
  /// Columns of each matrix.
  public let columns: Int
  /// The elements, matrix by matrix, row-major: [count·rows·columns].
  public internal(set) var elements: AlignedArray<Element>

  init(count: Int, rows: Int, columns: Int) {
    self.count = count
    self.rows = rows
    self.columns = columns
    elements = AlignedArray(zeros: count * rows * columns)
  }

  /// An element of one of the matrices; traps outside.
  public subscript(index: Int, row: Int, column: Int) -> Element {
    require(
      (0..<count).contains(index) && (0..<rows).contains(row) && (0..<columns).contains(column),
      "MatrixBatch: element (\(index), \(row), \(column)) of [\(count) × \(rows) × \(columns)]")
    return elements[(index * rows + row) * columns + column]
  }

  /// One of the matrices; traps outside.
  public subscript(index: Int) -> Matrix<Element> {
    require((0..<count).contains(index), "MatrixBatch: matrix \(index) of \(count)")
    return Matrix(
      rows: rows, columns: columns, elements: elements[index * rows * columns..<(index + 1) * rows * columns])
  }
}
