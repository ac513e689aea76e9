/// Where a compact basis writes what it evaluates, and whence products read it. The memory belongs to the caller.
///
/// For input i of the call and row p:
///
///     cells[i·cellStride + p]                              0 ..< cells
///     values[i·inputStride + r·functionStride + p]         the r-th of the n functions, r = 0 ..< n
///     slopes, seconds                                      likewise, derivatives by x
public struct PointEvaluation<Element: Scalar> {
  public let cells: UnsafeMutablePointer<Int32>
  public let values: UnsafeMutablePointer<Element>
  /// Where the order is 1 or 2; else not to be touched.
  public let slopes: UnsafeMutablePointer<Element>
  /// Where the order is 2; else not to be touched.
  public let seconds: UnsafeMutablePointer<Element>
  public let cellStride: Int
  public let inputStride: Int
  public let functionStride: Int
  /// Rows that may be written, at least those of x: a loop over vectors may fill the last one with anything.
  public let paddedRows: Int

  public init(
    cells: UnsafeMutablePointer<Int32>, cellStride: Int, values: UnsafeMutablePointer<Element>,
    slopes: UnsafeMutablePointer<Element>, seconds: UnsafeMutablePointer<Element>, inputStride: Int,
    functionStride: Int, paddedRows: Int
  ) {
    self.cells = cells
    self.cellStride = cellStride
    self.values = values
    self.slopes = slopes
    self.seconds = seconds
    self.inputStride = inputStride
    self.functionStride = functionStride
    self.paddedRows = paddedRows
  }

  /// Where row 0 of a function of an input stands in `values`, `slopes` and `seconds`.
  @inlinable
  public func place(input: Int, function: Int) -> Int { input * inputStride + function * functionStride }
}
