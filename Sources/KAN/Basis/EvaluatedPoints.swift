/// A compact basis evaluated at points of one input: cells, values and derivatives, in memory of its own.
struct EvaluatedPoints<Element: Scalar> {
  /// [points]
  let cells: [Int32]
  /// The r-th of the n functions at a point is at r·points + point: [n × points]
  let values: [Element]
  /// Derivatives of order 1 and 2 if asked for, laid out as the values.
  let slopes: [Element]
  let seconds: [Element]

  init(of basis: any CompactBasis<Element>, input: Int, at x: [Element], order: Int = 0) {
    let size = basis.nonZeroFunctions * x.count
    var cells = [Int32](repeating: 0, count: x.count)
    var values = [Element](repeating: 0, count: size)
    var slopes = [Element](repeating: 0, count: order > 0 ? size : 0)
    var seconds = [Element](repeating: 0, count: order > 1 ? size : 0)
    cells.withUnsafeMutableBufferPointer { cells in
      values.withUnsafeMutableBufferPointer { values in
        slopes.withUnsafeMutableBufferPointer { slopes in
          seconds.withUnsafeMutableBufferPointer { seconds in
            x.withUnsafeBufferPointer { x in
              guard let points = x.baseAddress else { return }
              basis.evaluate(
                input: input, count: x.count, points, stride: 1, order: order, cells: cells.baseAddress!,
                values: values.baseAddress!, slopes: slopes.baseAddress ?? values.baseAddress!,
                seconds: seconds.baseAddress ?? values.baseAddress!)
            }
          }
        }
      }
    }
    self.cells = cells
    self.values = values
    self.slopes = slopes
    self.seconds = seconds
  }
}

extension CompactBasis {
  /// Evaluates points of one input, `stride` apart: `values[r·count + p]` is function `cells[p] + r` at point p, or for
  /// r = n - 1 the fixed one.
  func evaluate(
    input: Int, count: Int, _ x: UnsafePointer<Element>, stride: Int, order: Int = 0,
    cells: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Element>,
    slopes: UnsafeMutablePointer<Element>? = nil, seconds: UnsafeMutablePointer<Element>? = nil
  ) {
    evaluate(
      MatrixView(base: x, rows: count, columns: 1, stride: stride), first: input, order: order,
      to: PointEvaluation(
        cells: cells, cellStride: count, values: values, slopes: slopes ?? values, seconds: seconds ?? values,
        inputStride: count * nonZeroFunctions, functionStride: count, paddedRows: count))
  }
}
