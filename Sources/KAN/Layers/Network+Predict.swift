extension Network {
  /// Rows that go through the network at a time when there are many.
  package static var predictionRows: Int { 1024 }

  /// The network's answer to each row: [rows × in] → [rows × out].
  ///
  /// For a regression, values in the targets' units; for a classification, the probability of each class. Any number of
  /// rows; memory beyond the result does not grow with it. Traps with both shapes if the columns do not fit.
  public func predict(_ rows: Matrix<Element>, threads pool: ThreadPool = .shared) -> Matrix<Element> {
    var result = outputs(for: rows, threads: pool)
    let view = result.mutableView()
    switch task {
    case .regression: outputScaling.invert(on: view)
    case .classification: Element._softmax(view.rows, view.columns, view.base)
    }
    return result
  }

  /// The last layer's Y: scaled targets of a regression, logits of a classification.
  package func outputs(for rows: Matrix<Element>, threads pool: ThreadPool) -> Matrix<Element> {
    var result = Matrix<Element>(rows: rows.rows, columns: outputs)
    let to = result.mutableView()
    forEachChunk(of: rows, threads: pool) { start, chunk in
      (to.base + start * to.columns).update(from: chunk.base, count: chunk.rows * chunk.columns)
    }
    return result
  }

  /// Calls `body` with the first row and the last layer's Y of one chunk of rows after another.
  func forEachChunk(
    of rows: Matrix<Element>, threads pool: ThreadPool, _ body: (Int, MatrixView<Element>) -> Void
  ) {
    precondition(
      rows.columns == inputs, "Network: rows of shape [\(rows.rows) × \(rows.columns)] for \(inputs) inputs")
    if rows.rows == 0 { return }
    let workspace = Workspace(
      self, capacity: min(rows.rows, Self.predictionRows), workers: pool.threads, training: false)
    for start in stride(from: 0, to: rows.rows, by: workspace.capacity) {
      let count = min(workspace.capacity, rows.rows - start)
      let input = workspace.input(rows: count)
      Element._scaleColumns(
        count, inputs, rows.elements.pointer + start * inputs, inputScaling.shift.pointer,
        inputScaling.factor.pointer, input.base)
      forward(rows: count, in: workspace, on: pool)
      body(start, workspace.output(layers.count - 1, rows: count).readOnly)
    }
  }
}
