/// The sum of a buffer over the ranks, such as that of their gradients; made once, a sum allocates nothing.
///
/// A long buffer is summed by recursive halving and doubling (Rabenseifner 2004, Optimization of Collective Reduction
/// Operations): in each round a rank keeps half of what it has, adds the partner's, and in the end all halves are
/// gathered. A rank sends 2·(1 - 1/R) times the buffer in 2·log₂R messages. Ranks that differ in bit k exchange in
/// round k, so that every element is summed over the tree of shards, as a short buffer is, which is sent as a whole.
final class RankSum<Element: Scalar> {
  private let communicator: any Communicator
  private let count: Int
  private let scratch: UnsafeMutablePointer<Element>

  /// Bytes below which a buffer is sent as a whole in each round: a message of them takes about twice the latency of an
  /// empty one on 10 Gbit/s. The sum is the same.
  private static var shortBytes: Int { 16 << 10 }

  init(count: Int, over communicator: any Communicator) {
    self.communicator = communicator
    self.count = count
    scratch = .allocate(capacity: max(1, count))
  }

  deinit { scratch.deallocate() }

  /// Replaces x: [count] by its sum over the ranks, on every rank; that of a rank without rows counts for nothing.
  func run(_ x: UnsafeMutablePointer<Element>) {
    let rank = communicator.rank
    if communicator.isActive {
      if count * MemoryLayout<Element>.stride <= Self.shortBytes { addWhole(x) } else { addHalves(x) }
      for other in stride(from: rank + communicator.activeRanks, to: communicator.ranks, by: communicator.activeRanks) {
        exchange(other, x, 0..<count, x, 0..<0)
      }
    } else {
      exchange(rank % communicator.activeRanks, x, 0..<0, x, 0..<count)
    }
  }

  private func addWhole(_ x: UnsafeMutablePointer<Element>) {
    var bit = 1
    while bit < communicator.activeRanks {
      exchange(communicator.rank ^ bit, x, 0..<count, scratch, 0..<count)
      Element.Kernels.addScaled(count, x, 1, scratch, x)
      bit <<= 1
    }
  }

  private func addHalves(_ x: UnsafeMutablePointer<Element>) {
    let rank = communicator.rank
    var own = 0..<count
    var bit = 1
    while bit < communicator.activeRanks {
      let (kept, given) = halves(own, isUpper: rank & bit != 0)
      exchange(rank ^ bit, x, given, scratch, kept)
      Element.Kernels.addScaled(kept.count, x + kept.lowerBound, 1, scratch + kept.lowerBound, x + kept.lowerBound)
      own = kept
      bit <<= 1
    }
    // The halves that were given away, the last one first.
    while bit > 1 {
      bit >>= 1
      let (kept, given) = lastHalves(before: bit)
      exchange(rank ^ bit, x, kept, x, given)
    }
  }

  private func halves(_ range: Range<Int>, isUpper: Bool) -> (kept: Range<Int>, given: Range<Int>) {
    let middle = (range.lowerBound + range.upperBound) / 2
    let (low, high) = (range.lowerBound..<middle, middle..<range.upperBound)
    return isUpper ? (high, low) : (low, high)
  }

  /// What was kept and given away in the round of a bit.
  private func lastHalves(before bit: Int) -> (kept: Range<Int>, given: Range<Int>) {
    var parts = (kept: 0..<count, given: 0..<0)
    var round = 1
    while round <= bit {
      parts = halves(parts.kept, isUpper: communicator.rank & round != 0)
      round <<= 1
    }
    return parts
  }

  private func exchange(
    _ partner: Int, _ from: UnsafePointer<Element>, _ sent: Range<Int>, _ to: UnsafeMutablePointer<Element>,
    _ received: Range<Int>
  ) {
    communicator.exchange(
      with: partner, sending: .init(UnsafeBufferPointer(start: from + sent.lowerBound, count: sent.count)),
      receiving: .init(UnsafeMutableBufferPointer(start: to + received.lowerBound, count: received.count)))
  }
}
