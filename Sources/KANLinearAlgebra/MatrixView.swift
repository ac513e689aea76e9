/// A non-owning view of a matrix or a part of one: element (i, j) is at `base[i·stride + j]`.
///
/// Tiles are passed to a ``Scalar``'s kernels and to bases in this form.
public struct MatrixView<Element: Scalar> {
  /// The element at (0, 0); valid as long as the owner's memory.
  public let base: UnsafePointer<Element>
  /// Rows of the rectangle.
  public let rows: Int
  /// Columns of the rectangle.
  public let columns: Int
  /// Elements from one row to the next, at least `columns`.
  public let stride: Int

  /// A view of memory that has to hold (rows - 1)·stride + columns elements.
  @inlinable
  public init(base: UnsafePointer<Element>, rows: Int, columns: Int, stride: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The element of a row and column, from 0; not checked.
  @inlinable
  public subscript(row: Int, column: Int) -> Element { base[row * stride + column] }

  /// A submatrix that begins at `row` and `column`.
  @inlinable
  package func slice(row: Int = 0, rows: Int, column: Int = 0, columns: Int) -> MatrixView {
    MatrixView(base: base + row * stride + column, rows: rows, columns: columns, stride: stride)
  }
}

/// A ``MatrixView`` to write to.
public struct MutableMatrixView<Element: Scalar> {
  /// The element at (0, 0); valid as long as the owner's memory.
  public let base: UnsafeMutablePointer<Element>
  /// Rows of the rectangle.
  public let rows: Int
  /// Columns of the rectangle.
  public let columns: Int
  /// Elements from one row to the next, at least `columns`.
  public let stride: Int

  /// A view of memory that has to hold (rows - 1)·stride + columns elements.
  @inlinable
  public init(base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, stride: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The element of a row and column, from 0; not checked.
  @inlinable
  public subscript(row: Int, column: Int) -> Element {
    get { base[row * stride + column] }
    nonmutating set { base[row * stride + column] = newValue }
  }

  @inlinable
  package func slice(row: Int = 0, rows: Int, column: Int = 0, columns: Int) -> MutableMatrixView {
    MutableMatrixView(base: base + row * stride + column, rows: rows, columns: columns, stride: stride)
  }

  /// Calls `body` with the start and row count of each contiguous part: all rows at once, or each row by itself.
  package func forEachRun(_ body: (UnsafeMutablePointer<Element>, Int) -> Void) {
    if columns == stride { return body(base, rows) }
    for row in 0..<rows { body(base + row * stride, 1) }
  }

  /// Copies all rows of another view of this shape; both must be contiguous. Copied as bytes, so that it is a memcpy
  /// even in generic code.
  package func copyElements(from other: MatrixView<Element>) {
    UnsafeMutableRawPointer(base).copyMemory(
      from: UnsafeRawPointer(other.base), byteCount: other.rows * other.columns * MemoryLayout<Element>.stride)
  }

  @inlinable package var readOnly: MatrixView<Element> {
    MatrixView(base: UnsafePointer(base), rows: rows, columns: columns, stride: stride)
  }
}
