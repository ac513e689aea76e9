/// What rows come to, shard by shard: sums, extremes, counts.
///
/// Chunks of a shard are added in the order of their rows, and shards are merged over the tree of ``RowShards``. So the
/// result has the same bits for any number of threads and whichever source the rows come from.
protocol Reduction: Sendable {
  associatedtype Chunk
  /// Takes rows that follow those added before.
  mutating func add(_ chunk: Chunk)
  /// Takes what later rows came to.
  mutating func merge(_ other: Self)
  /// Writes or reads all that rows change, for a rank that has other rows.
  mutating func code(_ coder: inout ReductionCoder)
}

/// Some rows of a source, in the user's units.
struct RowChunk<Element: Scalar> {
  let range: Range<Int>
  let inputs: MatrixView<Element>?
  let values: MatrixView<Element>?
  let classes: UnsafePointer<Int32>?
  let weights: UnsafePointer<Element>?
}

extension RowSource {
  /// Reduces all rows, shards in parallel.
  ///
  /// - Parameters:
  ///   - empty: what no rows come to.
  ///   - parts: those that a chunk is to have.
  /// - Throws: the error of the first shard that cannot be read.
  func reduce<Result: Reduction>(
    _ empty: Result, reading parts: RowParts, pool: ThreadPool
  ) throws(RowSourceError) -> Result where Result.Chunk == RowChunk<Element> {
    let shards = RowShards(of: self)
    let results = UnsafeMutablePointer<Result>.allocate(capacity: shards.count)
    results.initialize(repeating: empty, count: shards.count)
    defer {
      results.deinitialize(count: shards.count)
      results.deallocate()
    }
    let memory = self as? Dataset<Element>
    let buffers =
      memory == nil ? (0..<pool.threads).map { _ in RowBuffer(self, capacity: 512, parts: parts) } : []
    let failure = FirstFailure()
    let loop = ReductionLoop(
      source: self, memory: memory, shards: shards, results: results, parts: parts, buffers: buffers, failure: failure)
    pool.run(shards.count, work: rows * (inputColumns + 1), loop)
    if let error = failure.error { throw error }
    return shards.reduced(empty) { results[$0 - shards.own.lowerBound] }
  }
}

private struct ReductionLoop<Source: RowSource, Result: Reduction>: ParallelLoop
where Result.Chunk == RowChunk<Source.Element> {
  let source: Source
  let memory: Dataset<Source.Element>?
  let shards: RowShards
  /// One for each shard.
  let results: UnsafeMutablePointer<Result>
  let parts: RowParts
  /// One for each worker.
  let buffers: [RowBuffer<Source.Element>]
  let failure: FirstFailure

  func iterate(_ index: Int, worker: Int) {
    let range = shards.range(shards.own.lowerBound + index)
    if let memory { return memory.withChunk(range, parts) { results[index].add($0) } }
    let buffer = buffers[worker]
    do throws(RowSourceError) {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: buffer.capacity) {
        let rows = start..<min(start + buffer.capacity, range.upperBound)
        let batch = try buffer.read(rows, of: source)
        results[index].add(
          RowChunk(
            range: rows, inputs: batch.inputs?.readOnly, values: batch.values?.readOnly,
            classes: batch.classes.map { UnsafePointer($0) }, weights: batch.weights.map { UnsafePointer($0) }))
      }
    } catch {
      failure.note(error, index)
    }
  }
}

extension Dataset {
  /// A range of rows where they are.
  fileprivate func withChunk(_ range: Range<Int>, _ parts: RowParts, _ body: (RowChunk<Element>) -> Void) {
    func part(_ matrix: Matrix<Element>, _ part: RowParts) -> MatrixView<Element>? {
      !parts.contains(part) ? nil : matrix.view.slice(row: range.lowerBound, rows: range.count, columns: matrix.columns)
    }
    func call(_ values: MatrixView<Element>?, _ classes: UnsafePointer<Int32>?) {
      body(
        RowChunk(
          range: range, inputs: part(inputs, .inputs), values: values, classes: classes,
          weights: parts.contains(.weights) ? weights.map { $0.pointer + range.lowerBound } : nil))
    }
    switch targets {
    case .values(let values): call(part(values, .targets), nil)
    case .classes(let labels, _):
      labels.withUnsafeBufferPointer { labels in
        call(nil, parts.contains(.targets) ? labels.baseAddress.map { $0 + range.lowerBound } : nil)
      }
    }
  }
}
