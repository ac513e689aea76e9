/// The batches of an epoch over rows that ranks share, and the gradient of a batch over a fixed tree.
///
/// A rank cannot draw a batch from all rows, of which it has but its own. So each of the 64 shards is shuffled by itself,
/// and a batch takes an equal share of each. 64 divides among 1, 2, 4 … 64 ranks, and batches stay as random as strata
/// allow: the mean of a stratified batch varies no more than that of one drawn from all rows (Cochran 1977, Sampling
/// Techniques, 5.6).
///
/// The gradient is summed over leaves of a tree, each of them some neighbouring shards: as many as the batch alone
/// decides, so that sums do not depend on the number of ranks.
final class SharedBatches<Element: Scalar> {
  private let rows: DistributedRows<Element>
  /// Steps of an epoch.
  private let steps: Int
  /// Leaves of a batch, and those of this rank.
  private let leaves: Int
  private let ownLeaves: Range<Int>
  /// The most rows of a leaf.
  let mostLeafRows: Int
  /// This rank's rows by step and leaf, numbered from 0, and where each begins: [steps × own leaves + 1]
  private(set) var order: [Int] = []
  private var starts: [Int] = []
  /// What subtrees of leaves come to: [slots × parameters], [slots]
  private let gradients: UnsafeMutablePointer<Element>
  private var losses: [Double]
  private let vectors: VectorOperations<Element>
  private let sum: RankSum<Element>

  /// A leaf costs a pass over the gradient, and up to 256 rows are computed at once for little more than that. But 8
  /// ranks are to share any batch.
  private static func leaves(ofBatch batch: Int) -> Int {
    let many = max(1, batch / 256)
    return min(RowShards.most, max(8, 1 << (Int.bitWidth - 1 - many.leadingZeroBitCount)))
  }

  /// - Throws: ``TrainingError/notShared(_:)`` if the batch is too small for the number of ranks.
  init(
    _ rows: DistributedRows<Element>, batch: Int, parameters: Int, _ pool: ThreadPool
  ) throws(TrainingError) {
    self.rows = rows
    steps = max(1, (rows.rows + batch - 1) / batch)
    leaves = Self.leaves(ofBatch: batch)
    let shards = RowShards.most / leaves
    if rows.communicator.activeRanks > leaves {
      throw .notShared(
        "batches of \(batch) rows are for at most \(leaves) ranks, and there are \(rows.communicator.ranks): use a batch "
          + "of \(256 * rows.communicator.activeRanks)")
    }
    ownLeaves = rows.ownShards.lowerBound / shards..<rows.ownShards.upperBound / shards
    let (bounds, steps) = (rows.bounds, steps)
    mostLeafRows = max(
      1,
      (0..<leaves).map { leaf in
        (leaf * shards..<(leaf + 1) * shards).reduce(0) { $0 + (bounds[$1 + 1] - bounds[$1] + steps - 1) / steps }
      }.max()!)
    let slots = max(1, Int.bitWidth - ownLeaves.count.leadingZeroBitCount)
    gradients = AlignedMemory.allocate(slots * parameters, of: Element.self)
    losses = [Double](repeating: 0, count: slots)
    vectors = VectorOperations(count: parameters, pool: pool)
    sum = RankSum(count: parameters, over: rows.communicator)
  }

  deinit { AlignedMemory.free(gradients) }

  private func gradient(_ slot: Int) -> UnsafeMutablePointer<Element> { gradients + slot * vectors.count }

  /// The six bits of a shard's number in reverse order, so that neighbouring shards are far apart.
  private static func reversed(_ shard: Int) -> Int {
    var (rest, result, most) = (shard, 0, RowShards.most)
    while most > 1 {
      result = result << 1 | rest & 1
      rest >>= 1
      most >>= 1
    }
    return result
  }

  /// Rows of a shard that steps before this one have taken. Shards begin at different places of a step, so that batches
  /// differ by a few rows at most where rows do not divide by steps.
  private func taken(ofShard shard: Int, before step: Int) -> Int {
    let count = rows.bounds[shard + 1] - rows.bounds[shard]
    let offset = Self.reversed(shard) * steps / RowShards.most
    return (count * step + offset) / steps
  }

  /// Rows of all ranks that steps before this one take.
  func rowsBefore(step: Int) -> Int {
    (0..<RowShards.most).reduce(0) { $0 + taken(ofShard: $1, before: step) }
  }

  /// Orders the rows for an epoch.
  func shuffle(seed: UInt64, stream: UInt64) {
    let (first, shards) = (rows.ownRows.lowerBound, RowShards.most / leaves)
    let shuffled = rows.ownShards.map { shard in
      var generator = RandomGenerator(seed: seed &+ UInt64(shard + 1) &* 0x9E37_79B9_7F4A_7C15, stream: stream)
      var own = Array(rows.bounds[shard] - first..<rows.bounds[shard + 1] - first)
      generator.shuffle(&own)
      return own
    }
    order.removeAll(keepingCapacity: true)
    starts = [0]
    for step in 0..<steps {
      for leaf in ownLeaves {
        for shard in leaf * shards..<(leaf + 1) * shards {
          let range = taken(ofShard: shard, before: step)..<taken(ofShard: shard, before: step + 1)
          order += shuffled[shard - rows.ownShards.lowerBound][range]
        }
        starts.append(order.count)
      }
    }
  }

  /// The mean loss of a batch, and in the gradients of `step` its gradient; the same on every rank.
  ///
  /// - Parameter step: bound to this rank's rows.
  func lossAndGradient(_ step: TrainingStep<Element>, of network: Network<Element>, step index: Int) -> Double {
    let total = rowsBefore(step: index + 1) - rowsBefore(step: index)
    losses[0] = 0
    if ownLeaves.isEmpty { gradient(0).update(repeating: 0, count: vectors.count) }
    order.withUnsafeBufferPointer { order in
      func rows(_ place: Int) -> UnsafeBufferPointer<Int> {
        place + 1 < starts.count
          ? UnsafeBufferPointer(rebasing: order[starts[place]..<starts[place + 1]]) : .init(rebasing: order[0..<0])
      }
      var depth = 0
      for leaf in 0..<ownLeaves.count {
        let place = index * ownLeaves.count + leaf
        let (own, next) = (rows(place), rows(place + 1))
        if own.isEmpty {
          losses[depth] = 0
          gradient(depth).update(repeating: 0, count: vectors.count)
        } else {
          let share = Double(own.count) / Double(total)
          losses[depth] = share * step.lossAndGradient(of: network, rows: own, next: next.isEmpty ? nil : next)
          gradient(depth).update(from: step.gradients.pointer, count: vectors.count)
          vectors.scale(gradient(depth), by: share)
        }
        depth += 1
        // A rank's leaves are a whole subtree, as in ``RowShards``.
        for _ in 0..<(leaf + 1).trailingZeroBitCount {
          depth -= 1
          losses[depth - 1] += losses[depth]
          vectors.add(gradient(depth - 1), 1, gradient(depth), to: gradient(depth - 1))
        }
      }
    }
    sum.run(gradient(0))
    step.mutableGradients().update(from: gradient(0), count: vectors.count)
    return self.rows.communicator.sum(losses[0])
  }
}
