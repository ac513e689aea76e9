extension Network {
  /// Rows of a chunk when there are many.
  package static var predictionRows: Int { 1024 }

  /// The network's answer to each row: [rows × in] → [rows × out].
  ///
  /// Their meaning follows from the ``Objective/link`` of the network's ``objective``: values in the targets' units,
  /// the probability of each class or of a 1, or a rate. Memory beyond the result is independent of the number of rows.
  /// Traps with both shapes if the columns do not fit. A ``Predictor`` gives the same without allocating; the variants
  /// with `checking` throw where this traps.
  public func predict(_ rows: Matrix<Element>, pool: ThreadPool = .shared) -> Matrix<Element> {
    var result = outputs(for: rows, pool: pool)
    finish(result.mutableView())
    return result
  }

  /// The same for rows that are arrays of numbers; traps unless each has a number for each input.
  public func predict(_ rows: [[Element]], pool: ThreadPool = .shared) -> [[Element]] {
    do {
      return try predict(checking: rows, pool: pool)
    } catch {
      fatalError("Network: \(error)")
    }
  }

  /// The same for external rows.
  ///
  /// - Throws: ``ShapeError`` unless the columns fit.
  public func predict(checking rows: Matrix<Element>, pool: ThreadPool = .shared) throws(ShapeError) -> Matrix<Element>
  {
    try checkColumns(of: rows)
    return predict(rows, pool: pool)
  }

  /// The same for external rows that are arrays of numbers.
  ///
  /// - Throws: ``ShapeError`` for the first row (from 1) whose length is not the number of inputs.
  public func predict(checking rows: [[Element]], pool: ThreadPool = .shared) throws(ShapeError) -> [[Element]] {
    let result = predict(try Matrix(checking: rows, columns: inputs), pool: pool)
    return (0..<result.rows).map { result.row($0) }
  }

  /// The last layer's Y, before the link: scaled targets, logits, logarithms of rates.
  package func outputs(for rows: Matrix<Element>, pool: ThreadPool) -> Matrix<Element> {
    var result = Matrix<Element>(rows: rows.rows, columns: outputs)
    let to = result.mutableView()
    forEachChunk(of: rows, pool: pool) { start, chunk in
      to.slice(row: start, rows: chunk.rows, columns: to.columns).copyElements(from: chunk)
    }
    return result
  }

  /// Takes the last layer's Y to predictions, in place.
  func finish(_ y: MutableMatrixView<Element>) { objective.link.apply(to: y, outputScaling) }

  /// Calls `body` for each chunk of rows with its first row and the last layer's Y.
  func forEachChunk(
    of rows: Matrix<Element>, pool: ThreadPool, _ body: (Int, MatrixView<Element>) -> Void
  ) {
    requireColumns(of: rows)
    if rows.rows == 0 { return }
    let workspace = Workspace(
      self, capacity: min(rows.rows, Self.predictionRows), workers: pool.threads, training: false)
    withExtendedLifetime(rows) { forEachChunk(of: rows.view, in: workspace, pool: pool, body) }
  }

  func requireColumns(of rows: Matrix<Element>) {
    require(
      rows.columns == inputs, "Network: rows of shape [\(rows.rows) × \(rows.columns)] for \(inputs) inputs")
    rows.requireElements()
  }

  func checkColumns(of rows: Matrix<Element>) throws(ShapeError) {
    if rows.columns != inputs {
      throw ShapeError("rows", found: [rows.rows, rows.columns], expected: [rows.rows, inputs])
    }
  }

  /// `rows` must be contiguous.
  func forEachChunk(
    of rows: MatrixView<Element>, in workspace: Workspace<Element>, pool: ThreadPool,
    _ body: (Int, MatrixView<Element>) -> Void
  ) {
    for start in stride(from: 0, to: rows.rows, by: workspace.capacity) {
      let count = min(workspace.capacity, rows.rows - start)
      let input = workspace.input(rows: count)
      Element.Kernels.scaleColumns(
        count, inputs, rows.base + start * inputs, inputScaling.shift.pointer,
        inputScaling.factor.pointer, input.base)
      forward(rows: count, in: workspace, on: pool)
      body(start, workspace.output(layers.count - 1, rows: count).readOnly)
    }
  }
}
