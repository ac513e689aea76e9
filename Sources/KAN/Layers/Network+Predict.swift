extension Network {
  /// Rows that go through the network at a time when there are many.
  package static var predictionRows: Int { 1024 }

  /// The network's answer to each row: [rows × in] → [rows × out].
  ///
  /// For a regression, values in the targets' units; for a classification, the probability of each class. Any number of
  /// rows; memory beyond the result does not grow with it. Traps with both shapes if the columns do not fit.
  /// A ``Predictor`` gives the same without allocating.
  public func predict(_ rows: Matrix<Element>, pool: ThreadPool = .shared) -> Matrix<Element> {
    var result = outputs(for: rows, pool: pool)
    finish(result.mutableView())
    return result
  }

  /// The last layer's Y: scaled targets of a regression, logits of a classification.
  package func outputs(for rows: Matrix<Element>, pool: ThreadPool) -> Matrix<Element> {
    var result = Matrix<Element>(rows: rows.rows, columns: outputs)
    let to = result.mutableView()
    forEachChunk(of: rows, pool: pool) { start, chunk in
      to.slice(row: start, rows: chunk.rows, columns: to.columns).copyElements(from: chunk)
    }
    return result
  }

  /// Takes the last layer's Y to the targets' units or to probabilities, in place.
  fileprivate func finish(_ y: MutableMatrixView<Element>) {
    switch task {
    case .regression: outputScaling.invert(on: y)
    case .classification: Element._softmax(y.rows, y.columns, y.base)
    }
  }

  /// Calls `body` with the first row and the last layer's Y of one chunk of rows after another.
  func forEachChunk(
    of rows: Matrix<Element>, pool: ThreadPool, _ body: (Int, MatrixView<Element>) -> Void
  ) {
    requireColumns(of: rows)
    if rows.rows == 0 { return }
    let workspace = Workspace(
      self, capacity: min(rows.rows, Self.predictionRows), workers: pool.threads, training: false)
    forEachChunk(of: rows, in: workspace, pool: pool, body)
  }

  fileprivate func requireColumns(of rows: Matrix<Element>) {
    require(
      rows.columns == inputs, "Network: rows of shape [\(rows.rows) × \(rows.columns)] for \(inputs) inputs")
  }

  fileprivate func forEachChunk(
    of rows: Matrix<Element>, in workspace: Workspace<Element>, pool: ThreadPool,
    _ body: (Int, MatrixView<Element>) -> Void
  ) {
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

/// A network with the memory of its predictions, made once, so that a prediction allocates nothing.
///
/// For one thread at a time: make one for each that predicts.
public final class Predictor<Element: Scalar> {
  public let network: Network<Element>
  private let workspace: Workspace<Element>
  private let pool: ThreadPool

  /// - Parameter rows: how many go through the network at a time; more are cut up.
  public init(_ network: Network<Element>, rows: Int = 1, pool: ThreadPool = .shared) {
    self.network = network
    self.pool = pool
    workspace = Workspace(network, capacity: rows, workers: pool.threads, training: false)
  }

  /// ``Network/predict(_:pool:)`` into a matrix that is there: [rows × in] → [rows × out]. Traps with both shapes if
  /// they do not fit.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func predict(_ rows: Matrix<Element>, into result: inout Matrix<Element>) {
    network.requireColumns(of: rows)
    require(
      result.rows == rows.rows && result.columns == network.outputs,
      "Predictor: \(rows.rows) rows of \(network.outputs) outputs into [\(result.rows) × \(result.columns)]")
    let to = result.mutableView()
    network.forEachChunk(of: rows, in: workspace, pool: pool) { start, chunk in
      to.slice(row: start, rows: chunk.rows, columns: to.columns).copyElements(from: chunk)
    }
    network.finish(to)
  }
}
