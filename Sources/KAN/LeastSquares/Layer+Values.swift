extension Layer {
  /// Φ: [rows × in·K] of a layer's inputs X: [rows × in]; X itself where the layer is linear.
  func writeValues(of x: MatrixView<Element>, to values: MutableMatrixView<Element>) {
    if !isIdentity { return basis.writeValues(of: x, first: 0, to: values) }
    for row in 0..<x.rows {
      (values.base + row * values.stride).update(from: x.base + row * x.stride, count: x.columns)
    }
  }

  /// The basis, if it is compact.
  var compactBasis: (any CompactBasis<Element>)? { basis as? any CompactBasis<Element> }

  /// Functions of an input with bounded support: all but the fixed one of a compact basis, none of any other.
  var boundedFunctions: Int { compactBasis?.boundedFunctions ?? 0 }
}

extension Network {
  /// Calls `body` for each chunk of rows with the range of its rows and each layer's inputs.
  func forEachChunk(
    of data: Dataset<Element>, rows chunk: Int, pool: ThreadPool,
    _ body: (_ range: Range<Int>, _ input: (Int) -> MatrixView<Element>, _ output: MatrixView<Element>) -> Void
  ) {
    let workspace = Workspace(self, capacity: min(chunk, data.rows), workers: pool.threads, training: false)
    for start in stride(from: 0, to: data.rows, by: workspace.capacity) {
      let count = min(workspace.capacity, data.rows - start)
      Element._scaleColumns(
        count, inputs, data.inputs.elements.pointer + start * inputs, inputScaling.shift.pointer,
        inputScaling.factor.pointer, workspace.input(rows: count).base)
      forward(rows: count, in: workspace, on: pool)
      body(
        start..<start + count,
        { layer in
          (layer == 0 ? workspace.input(rows: count) : workspace.output(layer - 1, rows: count)).readOnly
        }, workspace.output(layers.count - 1, rows: count).readOnly)
    }
  }
}
