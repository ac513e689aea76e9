/// A row-major matrix: element (i, j) is at `i·columns + j`.
///
/// Subscripts are checked in all builds and inlined in optimised ones. Reach the memory of all elements through
/// ``elements``, or as rows and columns through ``withUnsafeView(_:)``.
public struct Matrix<Element: Scalar>: Sendable, Equatable {
  /// The number of rows, 0 or more.
  public let rows: Int
  /// The number of columns, 0 or more.
  public let columns: Int
  /// The elements, row-major: [rows·columns]. A matrix given another number of them traps when used.
  // Without an observer: every write from another module would go through it.
  public var elements: AlignedArray<Element>

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: AlignedArray(zeros: Self.count(rows, columns)))
  }

  /// A matrix from its elements, row-major; traps unless there are `rows·columns` of them.
  @inlinable
  public init(rows: Int, columns: Int, elements: some Collection<Element>) {
    self.init(rows: rows, columns: columns, elements: AlignedArray(elements))
  }

  /// A matrix on an array, without a copy.
  public init(rows: Int, columns: Int, elements: AlignedArray<Element>) {
    let count = Self.count(rows, columns)
    require(elements.count == count, "Matrix: \(elements.count) elements for the shape [\(rows) × \(columns)]")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix written by `body`, row-major, which gets uninitialised memory and must fill all of it.
  ///
  /// - Parameter body: fills `rows·columns` elements.
  @inlinable
  public init<Failure: Error>(
    rows: Int, columns: Int, initializingWith body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    self.init(
      rows: rows, columns: columns,
      elements: try AlignedArray(count: Self.count(rows, columns), initializingWith: body))
  }

  /// A matrix from rows of equal length; traps for others. ``init(checking:columns:)`` throws.
  @inlinable
  public init(_ rows: [[Element]]) {
    do {
      try self.init(checking: rows)
    } catch {
      Self.trap(error)
    }
  }

  /// The element of a row and column, from 0; traps outside the matrix.
  @inlinable
  public subscript(row: Int, column: Int) -> Element {
    get {
      if !contains(row, column) { trap(row, column) }
      return elements[row * columns + column]
    }
    set {
      if !contains(row, column) { trap(row, column) }
      elements[row * columns + column] = newValue
    }
  }

  @inlinable
  func contains(_ row: Int, _ column: Int) -> Bool {
    UInt(bitPattern: row) < UInt(bitPattern: rows) && UInt(bitPattern: column) < UInt(bitPattern: columns)
  }

  /// One row as an array.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func row(_ row: Int) -> [Element] {
    requireElements()
    require(row >= 0 && row < rows, "Matrix: row \(row) of [\(rows) × \(columns)]")
    return elements.withUnsafeBufferPointer { Array($0[row * columns..<(row + 1) * columns]) }
  }

  /// One column as an array.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func column(_ column: Int) -> [Element] {
    requireElements()
    require(column >= 0 && column < columns, "Matrix: column \(column) of [\(rows) × \(columns)]")
    return elements.withUnsafeBufferPointer { elements in
      [Element](unsafeUninitializedCapacity: rows) { buffer, count in
        for row in 0..<rows { buffer.initializeElement(at: row, to: elements[row * columns + column]) }
        count = rows
      }
    }
  }

  /// The given rows, in the given order.
  public func selecting(rows selected: some Collection<Int>) -> Matrix {
    requireElements()
    var result = Matrix(rows: selected.count, columns: columns)
    let to = result.elements.mutablePointer()
    for (place, row) in selected.enumerated() {
      require(row >= 0 && row < rows, "Matrix: row \(row) of [\(rows) × \(columns)]")
      (to + place * columns).update(from: elements.pointer + row * columns, count: columns)
    }
    return result
  }

  /// Traps unless the number of elements matches the shape.
  @inlinable
  package func requireElements() {
    if elements.count != rows &* columns { trapOfElements() }
  }

  @usableFromInline @inline(never)
  func trapOfElements() -> Never {
    fatalError("Matrix: \(elements.count) elements for the shape [\(rows) × \(columns)]")
  }

  /// rows·columns; traps for a negative shape and on overflow.
  @usableFromInline
  static func count(_ rows: Int, _ columns: Int) -> Int {
    require(rows >= 0 && columns >= 0, "Matrix: negative shape [\(rows) × \(columns)]")
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    require(!overflow, "Matrix: shape [\(rows) × \(columns)]")
    return count
  }

  @usableFromInline @inline(never)
  func trap(_ row: Int, _ column: Int) -> Never {
    fatalError("Matrix: element (\(row), \(column)) of [\(rows) × \(columns)]")
  }

  @usableFromInline @inline(never)
  static func trap(_ error: ShapeError) -> Never { fatalError("Matrix: \(error)") }
}
