/// A network with preallocated memory: a prediction allocates nothing.
///
/// Use it from one thread at a time, and make one for each thread that predicts. Rows come from a ``Matrix`` or from
/// the caller's memory, row-major, in any number.
public final class Predictor<Element: Scalar> {
  /// The network as it was when this was made.
  public let network: Network<Element>
  private let workspace: Workspace<Element>
  private let pool: ThreadPool

  /// - Parameter rows: the rows of a chunk; larger inputs are processed in chunks.
  public init(_ network: Network<Element>, rows: Int = 1, pool: ThreadPool = .shared) {
    require(rows > 0, "Predictor: \(rows) rows at a time")
    network.requireParameterCount()
    self.network = network
    self.pool = pool
    workspace = Workspace(network, capacity: rows, workers: pool.threads, training: false)
  }

  /// ``Network/predict(_:pool:)->Matrix<Element>`` into an existing matrix: [rows × in] → [rows × out]. Traps with both
  /// shapes if they do not fit.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func predict(_ rows: Matrix<Element>, into result: inout Matrix<Element>) {
    network.requireColumns(of: rows)
    require(
      result.rows == rows.rows && result.columns == network.outputs,
      "Predictor: \(rows.rows) rows of \(network.outputs) outputs into [\(result.rows) × \(result.columns)]")
    result.requireElements()
    let to = result.mutableView()
    withExtendedLifetime(rows) { write(rows.view, to: to) }
  }

  /// The same for external rows.
  ///
  /// - Throws: ``ShapeError`` unless both shapes fit; the result is then as it was.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func predict(checking rows: Matrix<Element>, into result: inout Matrix<Element>) throws(ShapeError) {
    try network.checkColumns(of: rows)
    if result.rows != rows.rows || result.columns != network.outputs {
      throw ShapeError(
        "result", found: [result.rows, result.columns], expected: [rows.rows, network.outputs])
    }
    predict(rows, into: &result)
  }

  /// The same between buffers, row-major: [rows·in] → [rows·out]. Traps unless the first holds whole rows and the
  /// second is as long as their outputs. The buffers must not overlap.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func predict(_ rows: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>) {
    do {
      try predict(checking: rows, into: result)
    } catch {
      fatalError("Predictor: \(error)")
    }
  }

  /// The same for buffers of external length.
  ///
  /// - Throws: ``ShapeError`` unless both lengths fit; the result is then as it was.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func predict(
    checking rows: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>
  ) throws(ShapeError) {
    let (inputs, outputs) = (network.inputs, network.outputs)
    let count = rows.count / inputs
    if count * inputs != rows.count {
      throw ShapeError("rows", found: [rows.count], expected: [max(count, 1), inputs])
    }
    if result.count != count * outputs {
      throw ShapeError("result", found: [result.count], expected: [count, outputs])
    }
    guard let from = rows.baseAddress, let to = result.baseAddress else { return }
    write(
      MatrixView(base: from, rows: count, columns: inputs, stride: inputs),
      to: MutableMatrixView(base: to, rows: count, columns: outputs, stride: outputs))
  }

  /// The same for spans, whose bounds and lifetimes the compiler checks. Traps as for buffers.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func predict(_ rows: Span<Element>, into result: inout MutableSpan<Element>) {
    rows.withUnsafeBufferPointer { rows in
      result.withUnsafeMutableBufferPointer { result in predict(rows, into: result) }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func write(_ rows: MatrixView<Element>, to result: MutableMatrixView<Element>) {
    network.forEachChunk(of: rows, in: workspace, pool: pool) { start, chunk in
      result.slice(row: start, rows: chunk.rows, columns: result.columns).copyElements(from: chunk)
    }
    network.finish(result)
  }
}
