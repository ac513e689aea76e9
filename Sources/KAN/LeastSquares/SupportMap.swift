/// The functions of a network whose support some rows meet, and the grid cells of its layers that they fall into.
struct SupportMap {
  /// For each layer and each row of its W: whether the function is not 0 at some row. Never for base functions and for
  /// functions without bounded support.
  private(set) var functions: [[Bool]]
  /// For each layer, each input and each interval of its grid; empty for layers without one.
  private(set) var cells: [[Bool]]

  /// Of the rows whose weight is not 0. `data` is scaled as the network does it.
  init<Element: Scalar>(of network: Network<Element>, on data: Dataset<Element>, pool: ThreadPool) {
    var functions = network.layers.map { [Bool](repeating: false, count: $0.inputs * $0.functions) }
    var cells = network.layers.map { layer in
      (layer.basis as? BSpline<Element>).map { [Bool](repeating: false, count: $0.inputs * $0.grid.intervals) } ?? []
    }
    let widest = network.layers.map { $0.inputs * $0.functions }.max()!
    let chunk = min(data.rows, min(1024, max(16, (8 << 20) / (widest * MemoryLayout<Element>.stride))))
    var values = AlignedArray<Element>(zeros: chunk * widest)
    network.forEachChunk(of: data, rows: chunk, pool: pool) { range, input, _ in
      for (index, layer) in network.layers.enumerated() {
        guard layer.boundedFunctions > 0, let spline = layer.basis as? BSpline<Element> else { continue }
        let columns = layer.inputs * layer.functions
        let to = MutableMatrixView(
          base: values.mutablePointer(), rows: range.count, columns: columns, stride: columns)
        layer.writeValues(of: input(index), to: to)
        let weights = data.weights.map { $0.pointer + range.lowerBound }
        markFunctions(to.readOnly, weights, layer, in: &functions[index])
        markCells(input(index), weights, spline.grid, in: &cells[index])
      }
    }
    self.functions = functions
    self.cells = cells
  }

  /// Whether any function may change.
  var isEmpty: Bool { !functions.contains { $0.contains(true) } }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func markFunctions<Element: Scalar>(
  _ values: MatrixView<Element>, _ weights: UnsafePointer<Element>?, _ layer: Layer<Element>, in flags: inout [Bool]
) {
  let (functions, bounded, inputs) = (layer.functions, layer.boundedFunctions, layer.inputs)
  for row in 0..<values.rows where weights.map({ $0[row] != 0 }) ?? true {
    for input in 0..<inputs {
      for k in input * functions..<input * functions + bounded where values[row, k] != 0 { flags[k] = true }
    }
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func markCells<Element: Scalar>(
  _ x: MatrixView<Element>, _ weights: UnsafePointer<Element>?, _ grid: Grid<Element>, in flags: inout [Bool]
) {
  for row in 0..<x.rows where weights.map({ $0[row] != 0 }) ?? true {
    for input in 0..<x.columns {
      let knots = grid.knots.elements.pointer + input * grid.knots.columns + grid.degree
      // The last interval whose left end is not above x, the first or last one for an x outside.
      var (low, high) = (0, grid.intervals)
      while high - low > 1 {
        let middle = (low + high) / 2
        if knots[middle] <= x[row, input] { low = middle } else { high = middle }
      }
      flags[input * grid.intervals + low] = true
    }
  }
}
