/// Some rows of a source on their way through a network: one after another, with what each layer makes of them.
struct NetworkChunk<Element: Scalar> {
  /// Rows of the source, and how many it has.
  let range: Range<Int>
  let total: Int
  /// Targets in the user's units, and weights over their mean; inputs are those of the first layer.
  let batch: RowBatch<Element>
  fileprivate let workspace: Workspace<Element>
  fileprivate let layers: Int

  /// What a layer sees; of the first one scaled inputs: [rows × in]
  func input(_ layer: Int) -> MatrixView<Element> {
    (layer == 0 ? workspace.input(rows: range.count) : workspace.output(layer - 1, rows: range.count)).readOnly
  }

  /// Z of a layer, where the pass keeps it: [rows × sums]
  func sums(_ layer: Int) -> MatrixView<Element> { workspace.sums(layer, rows: range.count).readOnly }

  /// Y of the last layer: [rows × out]
  var output: MatrixView<Element> { workspace.output(layers - 1, rows: range.count).readOnly }

  /// Targets in the user's units: [rows × columns]; traps for classes.
  var values: MatrixView<Element> { batch.values!.readOnly }
  var classes: UnsafePointer<Int32>? { batch.classes.map { UnsafePointer($0) } }
  var weights: UnsafePointer<Element>? { batch.weights.map { UnsafePointer($0) } }
}

extension Network {
  /// Reduces all rows of a source, each chunk of them with what the layers make of it.
  ///
  /// - Parameters:
  ///   - empty: what no rows come to.
  ///   - parts: those that a chunk has beside its inputs.
  ///   - capacity: rows of a chunk.
  ///   - layers: how many layers rows go through; all by default.
  ///   - keepingSums: whether chunks have ``NetworkChunk/sums(_:)``.
  ///   - continues: asked before each chunk whether to go on; if not, the result is of no use.
  func reduce<Result: Reduction>(
    _ data: TrainingRows<Element>, _ empty: Result, rows capacity: Int? = nil, reading parts: RowParts = [],
    layers: Int? = nil, keepingSums: Bool = false, pool: ThreadPool, while continues: () -> Bool = { true }
  ) throws(RowSourceError) -> Result where Result.Chunk == NetworkChunk<Element> {
    let reader = ChunkReader(
      self, data, capacity: capacity ?? Self.predictionRows, parts: parts, layers: layers, keepingSums: keepingSums,
      pool: pool)
    let shards = RowShards(of: data.source)
    return try shards.reduced(empty) { shard throws(RowSourceError) in
      var result = empty
      try reader.forEachChunk(in: shards.range(shard), while: continues) { result.add($0) }
      return result
    }
  }

  /// Calls `body` with one chunk after another, for what writes a result for each row or is no sum: of rows that ranks
  /// share, with those of this process.
  ///
  /// - Parameters:
  ///   - capacity: rows of a chunk; they never cross from one shard into the next.
  ///   - continues: asked before each chunk whether to go on.
  func forEachChunk(
    of data: TrainingRows<Element>, rows capacity: Int? = nil, reading parts: RowParts = [], layers: Int? = nil,
    pool: ThreadPool, while continues: () -> Bool = { true }, _ body: (NetworkChunk<Element>) -> Void
  ) throws(RowSourceError) {
    let reader = ChunkReader(
      self, data, capacity: capacity ?? Self.predictionRows, parts: parts, layers: layers, pool: pool)
    let shards = RowShards(of: data.source)
    for shard in shards.own { try reader.forEachChunk(in: shards.range(shard), while: continues, body) }
  }
}

/// Takes chunks of rows through a network; made once for all of them.
private struct ChunkReader<Element: Scalar> {
  let network: Network<Element>
  let data: TrainingRows<Element>
  let layers: Int
  let pool: ThreadPool
  let workspace: Workspace<Element>
  let buffer: RowBuffer<Element>
  let identity: Scaling<Element>

  init(
    _ network: Network<Element>, _ data: TrainingRows<Element>, capacity: Int, parts: RowParts, layers: Int?,
    keepingSums: Bool = false, pool: ThreadPool
  ) {
    require(
      data.inputColumns == network.inputs,
      "Network: rows of shape [\(data.rows) × \(data.inputColumns)] for \(network.inputs) inputs")
    self.network = network
    self.data = data
    self.layers = layers ?? network.layers.count
    self.pool = pool
    workspace = Workspace(
      network, capacity: max(1, min(capacity, data.rows)), workers: pool.threads, training: false,
      keepingSums: keepingSums)
    buffer = RowBuffer(data.source, capacity: workspace.capacity, parts: parts.subtracting(.inputs))
    identity = Scaling(identity: data.targetShape.outputs)
  }

  func forEachChunk(
    in range: Range<Int>, while continues: () -> Bool = { true }, _ body: (NetworkChunk<Element>) -> Void
  ) throws(RowSourceError) {
    let failure = FirstFailure()
    for start in stride(from: range.lowerBound, to: range.upperBound, by: workspace.capacity) where continues() {
      let rows = start..<min(start + workspace.capacity, range.upperBound)
      let batch = buffer.batch(rows: rows.count, inputs: workspace.input(rows: rows.count))
      BatchGather(
        rows: buffer.rows(rows), source: data, inputScaling: network.inputScaling, targetScaling: identity, to: batch,
        failure: failure
      ).run(on: pool)
      if let error = failure.error { throw error }
      network.forward(rows: rows.count, in: workspace, on: pool, layers: layers)
      body(
        NetworkChunk(
          range: rows, total: data.rows, batch: batch, workspace: workspace, layers: network.layers.count))
    }
  }
}
