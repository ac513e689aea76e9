/// The results of evaluating a compact basis at points, read by the contractions. The memory belongs to the caller.
///
/// For input i of the call and row p:
///
///     cells[i·cellStride + p]                              0 ..< cells
///     values[i·inputStride + r·functionStride + p]         the r-th of the n functions, r = 0 ..< n
///     slopes, seconds                                      likewise, derivatives by x
public struct PointEvaluation<Element: Scalar> {
  /// The cell of each point, 0 ..< cells.
  public let cells: UnsafeMutablePointer<Int32>
  /// fₖ(x) for the n functions of each point.
  public let values: UnsafeMutablePointer<Element>
  /// f′ₖ(x), written for order 1 and 2 only.
  public let slopes: UnsafeMutablePointer<Element>
  /// f″ₖ(x), written for order 2 only.
  public let seconds: UnsafeMutablePointer<Element>
  /// From an input to the next, in `cells`.
  public let cellStride: Int
  /// From an input to the next, in `values`, `slopes` and `seconds`.
  public let inputStride: Int
  /// From a function to the next, in the same.
  public let functionStride: Int
  /// Rows that may be written, at least those of x: vector loops may overwrite the padding with any values.
  public let paddedRows: Int

  /// Memory laid out as above; `slopes` and `seconds` may be any pointer for orders that do not use them.
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

  /// The offset of row 0 of a function of an input in `values`, `slopes` and `seconds`.
  @inlinable
  public func place(input: Int, function: Int) -> Int { input * inputStride + function * functionStride }
}
