/// The loss of all rows of a data set and its gradient, over the tree of shards (``RowShards``), in bounded memory.
///
/// Bound to one data set. A shard is one step, or several where it is large. Results are bit-identical for any number of
/// threads and whichever source the rows come from; evaluations allocate nothing. The rows of several ranks are summed on
/// each, and then over the ranks.
package final class FullBatch<Element: Scalar> {
  private let data: TrainingRows<Element>
  private let shards: RowShards
  /// One for all threads together, or one for each of them, which then take shards each.
  private let steps: [ShardStep<Element>]
  private let pool: ThreadPool
  private let vectors: VectorOperations<Element>
  /// Shards taken at a time by the threads, what each comes to, and what subtrees of shards have come to.
  private let group: Int
  private let groupSums, treeSums: ShardSums<Element>
  /// The sum over the ranks that share the rows, if any do.
  private let rankSum: RankSum<Element>?
  /// Called between groups of shards, or where ranks share the rows before an evaluation, since all have to take part in
  /// its sums; returns whether to continue.
  private let continues: () -> Bool
  /// Whether an evaluation was interrupted by `continues`; results since then are meaningless.
  private(set) var isInterrupted = false

  /// Traps if there are no rows, or a chunk has none.
  ///
  /// - Parameters:
  ///   - chunk: rows of a step at most.
  ///   - sharesShards: whether threads take shards each, rather than parts of the loops within a shard; by default where
  ///     these loops are too short to be worth waking threads for. Results do not depend on it.
  package init(
    _ network: Network<Element>, _ data: TrainingRows<Element>, chunk: Int? = nil, sharesShards: Bool? = nil,
    pool: ThreadPool, continues: @escaping () -> Bool = { true }
  ) {
    self.data = data
    self.continues = continues
    self.pool = pool
    shards = RowShards(of: data.source)
    let own = data.own
    let chunk = min(shards.size, data.rows, chunk ?? Self.chunk(for: network))
    let count = network.parameterCount
    let isShared = pool.threads > 1 && shards.count > 1 && (sharesShards ?? Self.hasShortLoops(network, rows: chunk))
    steps = (0..<(isShared ? pool.threads : 1)).map { _ in
      ShardStep(
        network, own, of: data.rows, after: data.firstOwn, chunk: chunk, pool: isShared ? ThreadPool(threads: 1) : pool)
    }
    group = isShared ? Self.group(parameters: count, shards: shards.count, threads: pool.threads) : 1
    groupSums = ShardSums(slots: group, parameters: count)
    treeSums = ShardSums(slots: shards.slots, parameters: count)
    vectors = VectorOperations(count: count, pool: pool)
    rankSum = shards.communicator.map { RankSum(count: count, over: $0) }
  }

  /// Σ w·L / Σ w over all rows, and its gradient: [parameters].
  package func lossAndGradient(of network: Network<Element>, gradient: inout AlignedArray<Element>) -> Double {
    let count = network.parameterCount
    if rankSum != nil {
      if isInterrupted || !continues() {
        isInterrupted = true
        return .nan
      }
      treeSums.clear()
    }
    shards.walk(
      filling: { shard, slot in
        let place = (shard - shards.own.lowerBound) % group
        if place == 0 { runGroup(from: shard, network) }
        treeSums.losses[slot] = groupSums.losses[place]
        treeSums.gradient(slot).update(from: groupSums.gradient(place), count: count)
      },
      merging: { slot in
        treeSums.losses[slot] += treeSums.losses[slot + 1]
        vectors.add(treeSums.gradient(slot), 1, treeSums.gradient(slot + 1), to: treeSums.gradient(slot))
      })
    if isInterrupted { return .nan }
    if let rankSum, let communicator = shards.communicator {
      rankSum.run(treeSums.gradient(0))
      treeSums.losses[0] = communicator.sum(treeSums.losses[0])
    }
    gradient.mutablePointer().update(from: treeSums.gradient(0), count: count)
    return treeSums.losses[0]
  }

  /// What the shards of a group come to.
  private func runGroup(from first: Int, _ network: Network<Element>) {
    if rankSum == nil, isInterrupted || !continues() {
      isInterrupted = true
      return
    }
    let loop = ShardLoop(network: network, shards: shards, first: first, steps: steps, sums: groupSums)
    let count = min(group, shards.own.upperBound - first)
    if steps.count > 1 { return pool.run(count, loop) }
    for index in 0..<count { loop.iterate(index, worker: 0) }
  }

  /// Why rows could not be read: losses are NaN since then.
  var failure: RowSourceError? {
    for step in steps { if let failure = step.failure { return failure } }
    return nil
  }

  /// The first layer, from 0, whose output is not finite on the first rows where one is not.
  func firstNonFinitePlace(of network: Network<Element>) -> NetworkPlace? {
    for shard in shards.own {
      if let place = steps[0].firstNonFinitePlace(of: network, in: shards.range(shard)) { return place }
    }
    return nil
  }

  // MARK: Sizes

  /// Whether waking a thread takes a tenth or more of an average loop over the rows of a step.
  private static func hasShortLoops(_ network: Network<Element>, rows: Int) -> Bool {
    network.layers.reduce(0) { $0 + $1.work(rows: rows) } < 10 * ThreadPool.smallWork * network.layers.count
  }

  /// Shards of a group: all, if their gradients fit 8 MiB, a share of the last-level cache; else one for each thread.
  private static func group(parameters: Int, shards: Int, threads: Int) -> Int {
    let fitting = (8 << 20) / max(1, parameters * MemoryLayout<Element>.stride) / threads * threads
    return min(shards, max(threads, fitting))
  }

  /// Rows whose activations and gradients take no more than 32 MiB, and at most a shard's.
  private static func chunk(for network: Network<Element>) -> Int {
    min(RowShards.unit, max(64, (32 << 20) / (rowElements(network) * MemoryLayout<Element>.stride)))
  }

  /// Inputs, targets, and each layer's Y, dY, Z and, if separate, dZ.
  private static func rowElements(_ network: Network<Element>) -> Int {
    network.inputs + network.outputs
      + network.layers.reduce(0) {
        $0 + 2 * $1.outputs + ($1.separatesSums ? 2 : 1) * $1.sums
      }
  }

  /// Approximate memory in bytes for `rows` rows, beyond the parameters' gradient.
  static func workspaceBytes(_ network: Network<Element>, rows: Int) -> Int {
    let chunk = min(max(rows, 1), chunk(for: network))
    let (shards, threads) = (RowShards(rows: rows), ThreadPool.availableCores)
    let isShared = threads > 1 && shards.count > 1 && hasShortLoops(network, rows: chunk)
    let tile = network.layers.map { Tiling.largestTile($0, capacity: chunk, network.contraction) }.max()!
    let panels = network.layers.map { Tiling.panelElements($0, rows: chunk, network.contraction) }.max()!
    let group = isShared ? group(parameters: network.parameterCount, shards: shards.count, threads: threads) : 1
    let elements =
      (isShared ? threads : 1) * (chunk * rowElements(network) + panels + network.parameterCount) + 2 * threads * tile
      + (group + shards.slots) * network.parameterCount
    return elements * MemoryLayout<Element>.stride
  }
}

/// Losses and gradients of some shards or subtrees of them.
private final class ShardSums<Element: Scalar> {
  private let parameters: Int
  let losses: UnsafeMutablePointer<Double>
  /// [slots × parameters]
  private let gradients: UnsafeMutablePointer<Element>

  init(slots: Int, parameters: Int) {
    self.parameters = parameters
    losses = .allocate(capacity: slots)
    gradients = AlignedMemory.allocate(slots * parameters, of: Element.self)
  }

  deinit {
    losses.deallocate()
    AlignedMemory.free(gradients)
  }

  func gradient(_ slot: Int) -> UnsafeMutablePointer<Element> { gradients + slot * parameters }

  /// Sets the first slot to 0, what no rows come to.
  func clear() {
    losses[0] = 0
    gradient(0).update(repeating: 0, count: parameters)
  }
}

private struct ShardLoop<Element: Scalar>: ParallelLoop {
  let network: Network<Element>
  let shards: RowShards
  let first: Int
  let steps: [ShardStep<Element>]
  let sums: ShardSums<Element>

  func iterate(_ index: Int, worker: Int) {
    sums.losses[index] = steps[worker].run(network, shards.range(first + index), to: sums.gradient(index))
  }
}

/// Training steps over the rows of a shard, chunk by chunk.
private final class ShardStep<Element: Scalar> {
  private let step: TrainingStep<Element>
  /// Rows of a chunk, of all ranks, and before those of this process.
  private let chunk, total, first: Int
  private let vectors: VectorOperations<Element>
  /// The rows of a chunk.
  private let rows: UnsafeMutableBufferPointer<Int>
  /// Those gathered last, which need not be gathered again if there are no others.
  private var gathered: Range<Int>?

  /// - Parameters:
  ///   - data: the rows of this process, which follow `first` others and are part of `total`.
  init(
    _ network: Network<Element>, _ data: TrainingRows<Element>, of total: Int, after first: Int, chunk: Int,
    pool: ThreadPool
  ) {
    self.chunk = chunk
    (self.total, self.first) = (total, first)
    step = TrainingStep(network, on: data, batch: chunk, pool: pool)
    rows = .allocate(capacity: chunk)
    vectors = VectorOperations(count: network.parameterCount, pool: pool)
  }

  deinit { rows.deallocate() }

  var failure: RowSourceError? { step.failure }

  /// The share of a range of rows in the mean loss of all, and in its gradient.
  func run(_ network: Network<Element>, _ range: Range<Int>, to gradient: UnsafeMutablePointer<Element>) -> Double {
    var loss = 0.0
    if range.isEmpty { gradient.update(repeating: 0, count: vectors.count) }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: chunk) {
      let end = min(start + chunk, range.upperBound)
      gather(start..<end, for: network)
      let share = Double(end - start) / Double(total)
      loss += share * step.lossAndGradient(of: network)
      if start > range.lowerBound {
        vectors.add(gradient, share, step.gradients.pointer, to: gradient)
      } else {
        gradient.update(from: step.gradients.pointer, count: vectors.count)
        if share < 1 { vectors.scale(gradient, by: share) }
      }
    }
    return loss
  }

  func firstNonFinitePlace(of network: Network<Element>, in range: Range<Int>) -> NetworkPlace? {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: chunk) {
      gather(start..<min(start + chunk, range.upperBound), for: network)
      step.forward(network)
      if let place = step.firstNonFinitePlace(of: network) { return place }
    }
    return nil
  }

  private func gather(_ range: Range<Int>, for network: Network<Element>) {
    if gathered == range { return }
    gathered = range
    for row in range { rows[row - range.lowerBound] = row - first }
    step.gather(UnsafeBufferPointer(rebasing: rows[..<range.count]), for: network)
  }
}

/// The loss of all rows as a function of the parameters, and the penalties λ/2·‖p‖² and ``Sparsity``.
struct FullBatchFunction<Element: Scalar>: DifferentiableFunction {
  /// The network with the parameters of the last point.
  private(set) var network: Network<Element>
  let batch: FullBatch<Element>
  private let weightDecay: Double
  private var vectors: VectorOperations<Element>
  private let sparsity: SparsityPenalty<Element>?
  /// Parameters whose gradient is set to 0.
  let frozen: FrozenParameters<Element>?

  init(
    _ network: Network<Element>, _ data: TrainingRows<Element>, weightDecay: Double = 0,
    sparsity: Sparsity = Sparsity(), frozen: FrozenParameters<Element>? = nil, pool: ThreadPool,
    continues: @escaping () -> Bool = { true }
  ) {
    self.network = network
    self.frozen = frozen
    self.weightDecay = weightDecay
    self.sparsity = SparsityPenalty(sparsity, of: network)
    batch = FullBatch(network, data, pool: pool, continues: continues)
    vectors = VectorOperations(count: network.parameterCount, pool: pool)
  }

  mutating func value(at x: AlignedArray<Element>, gradient: inout AlignedArray<Element>) -> Double {
    network.parameters.copyElements(from: x)
    let loss = batch.lossAndGradient(of: network, gradient: &gradient)
    let to = gradient.mutablePointer()
    if weightDecay != 0 { vectors.add(to, weightDecay, x.pointer, to: to) }
    let sparse = sparsity?.add(at: x.pointer, to: to, pool: vectors.pool) ?? 0
    frozen?.clear(to)
    return loss + decay(at: x) + sparse
  }

  /// What ``value(at:gradient:)`` adds to the loss.
  mutating func penalty(at x: AlignedArray<Element>) -> Double {
    decay(at: x) + (sparsity?.value(at: x.pointer, pool: vectors.pool) ?? 0)
  }

  /// λ/2·‖p‖²
  private mutating func decay(at x: AlignedArray<Element>) -> Double {
    weightDecay == 0 ? 0 : weightDecay / 2 * vectors.dot(x, x)
  }
}
