extension Matrix {
  /// Calls `body` with the rows and columns in memory, for reading; valid only during the call.
  @inlinable
  public func withUnsafeView<Result, Failure: Error>(
    _ body: (MatrixView<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    requireElements()
    defer { withExtendedLifetime(elements) {} }
    return try body(view)
  }

  /// The same for writing, after a copy if the memory is shared.
  @inlinable
  public mutating func withUnsafeMutableView<Result, Failure: Error>(
    _ body: (MutableMatrixView<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    requireElements()
    let view = mutableView()
    let elements = elements
    defer { withExtendedLifetime(elements) {} }
    return try body(view)
  }

  /// For reading; valid while this matrix lives and is not written to.
  @inlinable
  package var view: MatrixView<Element> {
    MatrixView(base: elements.pointer, rows: rows, columns: columns, stride: columns)
  }

  /// For writing; valid until the next mutation or copy.
  @inlinable
  package mutating func mutableView() -> MutableMatrixView<Element> {
    MutableMatrixView(base: elements.mutablePointer(), rows: rows, columns: columns, stride: columns)
  }
}
