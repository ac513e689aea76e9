/// The sums and outputs of one layer for some rows.
public struct LayerActivations<Element: Scalar>: Sendable, Equatable {
  /// Z = Φ(X)·W + b: [rows × sums]
  public internal(set) var sums: Matrix<Element>
  /// Y = node(Z): [rows × out]
  public internal(set) var outputs: Matrix<Element>
}

extension Network {
  /// The sums and outputs of every layer, in the layers' own units: the last layer's are scaled targets of a regression
  /// or logits.
  ///
  /// - Parameter rows: [rows × in], in the data's units; traps unless the columns fit.
  public func activations(at rows: Matrix<Element>, pool: ThreadPool = .shared) -> [LayerActivations<Element>] {
    requireColumns(of: rows)
    var result = layers.map {
      LayerActivations<Element>(
        sums: Matrix(rows: rows.rows, columns: $0.sums), outputs: Matrix(rows: rows.rows, columns: $0.outputs))
    }
    if rows.rows == 0 { return result }
    let workspace = Workspace(
      self, capacity: min(rows.rows, Self.predictionRows), workers: pool.threads, training: false, keepingSums: true)
    forEachChunk(of: rows.view, in: workspace, pool: pool) { start, chunk in
      for (index, layer) in layers.enumerated() {
        result[index].sums.mutableView().slice(row: start, rows: chunk.rows, columns: layer.sums)
          .copyElements(from: workspace.sums(index, rows: chunk.rows).readOnly)
        result[index].outputs.mutableView().slice(row: start, rows: chunk.rows, columns: layer.outputs)
          .copyElements(from: workspace.output(index, rows: chunk.rows).readOnly)
      }
    }
    withExtendedLifetime(rows) {}
    return result
  }
}
