/// An affine map for each column, x′ = (x - shift)·factor. It is part of a model, whose users keep their own units.
public struct Scaling<Element: Scalar>: Sendable, Equatable {
  /// [columns] each
  public let shift: AlignedArray<Element>
  /// What x - shift is multiplied by: [columns]; 0 for a constant column.
  public let factor: AlignedArray<Element>

  /// The number of columns.
  public var columns: Int { shift.count }

  package init(shift: AlignedArray<Element>, factor: AlignedArray<Element>) {
    require(shift.count == factor.count, "Scaling: \(shift.count) shifts, \(factor.count) factors")
    self.shift = shift
    self.factor = factor
  }

  /// The identity for `columns` columns.
  public init(identity columns: Int) {
    self.init(
      shift: AlignedArray(zeros: columns), factor: AlignedArray(repeatElement(1, count: columns)))
  }

  /// Maps the range of each column to [-1, 1], and a constant column to 0.
  public init(rangeOf x: Matrix<Element>) { self.init(range: ColumnStatistics(x)) }

  /// The same from the statistics of the columns.
  init(range columns: ColumnStatistics<Element>) {
    let middles = zip(columns.lowest, columns.highest).map { $0 / 2 + $1 / 2 }
    self.init(
      shift: AlignedArray(middles),
      factor: AlignedArray(
        columns.lowest.indices.map { column in
          let (low, middle, high) = (columns.lowest[column], middles[column], columns.highest[column])
          // The middle of a range of a few ulp is rounded, so the farther end decides.
          let factor = Self.factor(toReach: max(high - middle, middle - low))
          return low < high && factor.isFinite ? factor : 0
        }))
  }

  /// The factor that maps a distance to just under 1, so that rounding puts no end of a range outside the grid.
  static func factor(toReach distance: Element) -> Element { (1 - 4 * Element.ulpOfOne) / distance }

  /// Maps each column to mean 0 and standard deviation 1; a constant column is only shifted.
  public init(spreadOf x: Matrix<Element>) { self.init(spread: ColumnStatistics(x)) }

  /// The same from the statistics of the columns.
  init(spread columns: ColumnStatistics<Element>) {
    self.init(
      shift: AlignedArray(columns.means.map { Element($0) }),
      factor: AlignedArray(
        columns.deviations.map { deviation in
          let factor = Element(1 / deviation)
          return deviation > 0 && factor.isFinite && factor > 0 ? factor : 1
        }))
  }

  /// x′ of a matrix: [rows × columns]. Traps for other columns.
  public func applied(to x: Matrix<Element>) -> Matrix<Element> {
    var result = x
    result.withUnsafeMutableView { apply(to: $0) }
    return result
  }

  /// x = x′/factor + shift of a matrix: [rows × columns]. A column of factor 0 is its shift. Traps for other columns.
  public func inverted(on x: Matrix<Element>) -> Matrix<Element> {
    var result = x
    invert(on: &result)
    return result
  }

  /// x′ of a matrix, in place: [rows × columns]. Traps for other columns.
  public func apply(to x: inout Matrix<Element>) { x.withUnsafeMutableView { apply(to: $0) } }

  /// x of a matrix, in place: [rows × columns]. A column of factor 0 is its shift. Traps for other columns.
  public func invert(on x: inout Matrix<Element>) { x.withUnsafeMutableView { invert(on: $0) } }

  /// x′ of a number in a column.
  public func apply(to x: Element, column: Int) -> Element { (x - shift[column]) * factor[column] }

  /// x of a number in a column; the shift where the factor is 0, since the column was constant.
  public func invert(on x: Element, column: Int) -> Element {
    factor[column] == 0 ? shift[column] : x / factor[column] + shift[column]
  }

  /// x′ of a matrix, in place.
  package func apply(to x: MutableMatrixView<Element>) {
    require(x.columns == columns && x.stride == columns, "Scaling: \(x.columns) columns, not \(columns)")
    Element.Kernels.scaleColumns(x.rows, columns, UnsafePointer(x.base), shift.pointer, factor.pointer, x.base)
  }

  /// x = x′/factor + shift of a matrix, in place.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  package func invert(on x: MutableMatrixView<Element>) {
    require(x.columns == columns, "Scaling: \(x.columns) columns, not \(columns)")
    let shift = shift.pointer
    let factor = factor.pointer
    for row in 0..<x.rows {
      for column in 0..<columns {
        x[row, column] = factor[column] == 0 ? shift[column] : x[row, column] / factor[column] + shift[column]
      }
    }
  }
}
