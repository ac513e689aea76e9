// Tiles of Φ and Φ′ and the pull-back of a compact basis, from its evaluation of a few rows of one input at a time, on
// the stack. Inner loops are generic over the scalar type alone, so that they can be specialised.

extension CompactBasis {
  public func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    let shape = CompactShape(self)
    forEachPart(of: x, first: first, order: 0) { row, rows, input, part in
      scatter(part.values, part, shape, rows, values.slice(row: row, rows: rows, column: input * functions, columns: 0))
    }
  }

  public func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    let shape = CompactShape(self)
    forEachPart(of: x, first: first, order: 1) { row, rows, input, part in
      scatter(
        part.slopes, part, shape, rows, derivatives.slice(row: row, rows: rows, column: input * functions, columns: 0))
    }
  }

  public func pullBack(
    _ dValues: MatrixView<Element>, at x: MatrixView<Element>, first: Int, scratch: MutableMatrixView<Element>,
    to dx: MutableMatrixView<Element>
  ) {
    let shape = CompactShape(self)
    forEachPart(of: x, first: first, order: 1) { row, rows, input, part in
      gather(
        dValues.slice(row: row, rows: rows, column: input * functions, columns: functions), part, shape,
        dx.slice(row: row, rows: rows, column: input, columns: 1))
    }
  }

  /// Φ″: [rows × columns·K], scattered from ``evaluate(_:first:order:to:)`` of order 2.
  public func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>) {
    let shape = CompactShape(self)
    forEachPart(of: x, first: first, order: 2) { row, rows, input, part in
      scatter(
        part.seconds, part, shape, rows, second.slice(row: row, rows: rows, column: input * functions, columns: 0))
    }
  }

  /// Calls `body` for successive parts of x with the first row, the number of rows, the input and its evaluation.
  private func forEachPart(
    of x: MatrixView<Element>, first: Int, order: Int,
    _ body: (_ row: Int, _ rows: Int, _ input: Int, _ evaluation: PointEvaluation<Element>) -> Void
  ) {
    // Temporary memory of more than 1,024 bytes might come from the heap.
    let count = nonZeroFunctions
    let derivatives = max(1, order)
    var rows = 48
    while rows > 1 && rows * count * derivatives * MemoryLayout<Element>.stride > 1024 {
      rows -= rows > 16 ? 16 : rows / 2
    }
    let size = rows * count
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows) { cells in
      withUnsafeTemporaryAllocation(of: Element.self, capacity: size) { values in
        withUnsafeTemporaryAllocation(of: Element.self, capacity: order > 0 ? derivatives * size : 1) { slopes in
          let part = PointEvaluation(
            cells: cells.baseAddress!, cellStride: rows, values: values.baseAddress!, slopes: slopes.baseAddress!,
            seconds: slopes.baseAddress! + (derivatives - 1) * size, inputStride: size, functionStride: rows,
            paddedRows: rows)
          for row in stride(from: 0, to: x.rows, by: rows) {
            let few = min(rows, x.rows - row)
            for input in 0..<x.columns {
              let points = x.slice(row: row, rows: few, column: input, columns: 1)
              evaluate(points, first: first + input, order: order, to: part)
              body(row, few, input, part)
            }
          }
        }
      }
    }
  }
}

/// Scatters the evaluated functions into rows of a tile of Φ.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func scatter<Element: Scalar>(
  _ from: UnsafePointer<Element>, _ part: PointEvaluation<Element>, _ shape: CompactShape, _ rows: Int,
  _ to: MutableMatrixView<Element>
) {
  let moving = shape.functions - shape.fixed
  for row in 0..<rows {
    let edge = to.base + row * to.stride
    edge.update(repeating: 0, count: shape.stored)
    let place = edge + Int(part.cells[row])
    for r in 0..<moving { place[r] = from[r * part.functionStride + row] }
    if shape.fixed > 0 { edge[shape.stored - 1] = from[moving * part.functionStride + row] }
  }
}

/// dX of one input: Σₖ dΦ·f′ₖ.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func gather<Element: Scalar>(
  _ dValues: MatrixView<Element>, _ part: PointEvaluation<Element>, _ shape: CompactShape,
  _ dx: MutableMatrixView<Element>
) {
  let moving = shape.functions - shape.fixed
  for row in 0..<dx.rows {
    let edge = dValues.base + row * dValues.stride
    let place = edge + Int(part.cells[row])
    var sum: Element = 0
    if shape.fixed > 0 { sum = edge[shape.stored - 1] * part.slopes[moving * part.functionStride + row] }
    for r in 0..<moving { sum += place[r] * part.slopes[r * part.functionStride + row] }
    dx[row, 0] = sum
  }
}
