// Tiles of Φ and Φ′ and the pull-back of a compact basis, from its evaluation: few rows of one input at a time, which stay
// on the stack.

extension CompactBasis {
  public func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    forEachPart(of: x, first: first, order: 0) { row, rows, input, part in
      scatter(part.values, part, rows: rows, to: values.base + row * values.stride + input * functions, values.stride)
    }
  }

  public func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    forEachPart(of: x, first: first, order: 1) { row, rows, input, part in
      let to = derivatives.base + row * derivatives.stride + input * functions
      scatter(part.slopes, part, rows: rows, to: to, derivatives.stride)
    }
  }

  public func pullBack(
    _ dValues: MatrixView<Element>, at x: MatrixView<Element>, first: Int, scratch: MutableMatrixView<Element>,
    to dx: MutableMatrixView<Element>
  ) {
    let count = nonZeroFunctions
    let fixed = fixedFunctions
    let functions = functions
    forEachPart(of: x, first: first, order: 1) { row, rows, input, part in
      for p in 0..<rows {
        let edge = dValues.base + (row + p) * dValues.stride + input * functions
        var sum: Element = 0
        for r in 0..<count {
          let place = r < count - fixed ? Int(part.cells[p]) + r : functions - 1
          sum += edge[place] * part.slopes[r * part.functionStride + p]
        }
        dx[row + p, input] = sum
      }
    }
  }

  /// Rows of a tile of Φ, from the functions that differ from 0.
  private func scatter(
    _ from: UnsafePointer<Element>, _ part: PointEvaluation<Element>, rows: Int, to: UnsafeMutablePointer<Element>,
    _ stride: Int
  ) {
    let count = nonZeroFunctions
    let fixed = fixedFunctions
    let functions = functions
    for p in 0..<rows {
      let edge = to + p * stride
      edge.update(repeating: 0, count: functions)
      for r in 0..<count {
        let place = r < count - fixed ? Int(part.cells[p]) + r : functions - 1
        edge[place] = from[r * part.functionStride + p]
      }
    }
  }

  /// Calls `body` with the first row, the number of rows, the input and its evaluation, for one part of x after another.
  private func forEachPart(
    of x: MatrixView<Element>, first: Int, order: Int,
    _ body: (_ row: Int, _ rows: Int, _ input: Int, _ evaluation: PointEvaluation<Element>) -> Void
  ) {
    // Of more than 1,024 bytes, temporary memory might come from the heap.
    let count = nonZeroFunctions
    var rows = 16
    while rows > 1 && rows * count * MemoryLayout<Element>.stride > 1024 { rows /= 2 }
    let size = rows * count
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows) { cells in
      withUnsafeTemporaryAllocation(of: Element.self, capacity: size) { values in
        withUnsafeTemporaryAllocation(of: Element.self, capacity: order > 0 ? size : 1) { slopes in
          let part = PointEvaluation(
            cells: cells.baseAddress!, cellStride: rows, values: values.baseAddress!, slopes: slopes.baseAddress!,
            seconds: slopes.baseAddress!, inputStride: size, functionStride: rows, paddedRows: rows)
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
