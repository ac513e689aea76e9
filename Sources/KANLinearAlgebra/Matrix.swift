/// A matrix of numbers, row after row: element (i, j) stands at `i·columns + j`.
public struct Matrix<Element: Scalar>: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// The elements, row after row: [rows·columns].
  public var elements: AlignedArray<Element>

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: AlignedArray(zeros: rows * columns))
  }

  /// A matrix from its elements, row after row; traps unless there are `rows·columns` of them.
  public init(rows: Int, columns: Int, elements: some Collection<Element>) {
    self.init(rows: rows, columns: columns, elements: AlignedArray(elements))
  }

  /// A matrix on an array, without a copy.
  public init(rows: Int, columns: Int, elements: AlignedArray<Element>) {
    require(rows >= 0 && columns >= 0, "Matrix: negative shape [\(rows) × \(columns)]")
    require(
      elements.count == rows * columns, "Matrix: \(elements.count) elements for the shape [\(rows) × \(columns)]")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix from rows of equal length.
  public init(_ rows: [[Element]]) {
    let columns = rows.first?.count ?? 0
    require(rows.allSatisfy { $0.count == columns }, "Matrix: rows of different lengths")
    self.init(rows: rows.count, columns: columns, elements: rows.flatMap { $0 })
  }

  public subscript(row: Int, column: Int) -> Element {
    get {
      require(contains(row, column), "Matrix: element (\(row), \(column)) of [\(rows) × \(columns)]")
      return elements[row * columns + column]
    }
    set {
      require(contains(row, column), "Matrix: element (\(row), \(column)) of [\(rows) × \(columns)]")
      elements[row * columns + column] = newValue
    }
  }

  private func contains(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && row < rows && column >= 0 && column < columns
  }

  /// One row as an array.
  public func row(_ row: Int) -> [Element] {
    require(row >= 0 && row < rows, "Matrix: row \(row) of [\(rows) × \(columns)]")
    return Array(UnsafeBufferPointer(start: elements.pointer + row * columns, count: columns))
  }

  /// One column as an array.
  public func column(_ column: Int) -> [Element] {
    require(column >= 0 && column < columns, "Matrix: column \(column) of [\(rows) × \(columns)]")
    let pointer = elements.pointer
    return (0..<rows).map { pointer[$0 * columns + column] }
  }

  /// The given rows, in the given order.
  public func selecting(rows selected: some Collection<Int>) -> Matrix {
    var result = Matrix(rows: selected.count, columns: columns)
    let to = result.elements.mutablePointer()
    for (place, row) in selected.enumerated() {
      require(row >= 0 && row < rows, "Matrix: row \(row) of [\(rows) × \(columns)]")
      (to + place * columns).update(from: elements.pointer + row * columns, count: columns)
    }
    return result
  }

  /// For reading; valid while this matrix lives and is not written to.
  package var view: MatrixView<Element> {
    MatrixView(base: elements.pointer, rows: rows, columns: columns, stride: columns)
  }

  /// For writing; valid until the next mutation or copy.
  package mutating func mutableView() -> MutableMatrixView<Element> {
    MutableMatrixView(base: elements.mutablePointer(), rows: rows, columns: columns, stride: columns)
  }
}
