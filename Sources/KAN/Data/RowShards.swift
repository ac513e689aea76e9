/// The cut of rows into shards, and the tree that what they come to is merged by: the one order of summation that
/// threads, files and machines share.
///
/// It depends on the number of rows alone. A shard has 1024 rows, or where that makes more than 64 shards, the smallest
/// multiple of 1024 that does not; the last one has what is left. Shards are the leaves of a binary tree: a node of
/// n > 1 leaves has 2ᵐ of them on its left, the largest power of two below n. So it merges shards 0 and 1, 2 and 3, then
/// these two, and so on, with no more than seven partial results in memory.
///
/// Rows that several ranks share have 64 shards of equal size, of which a rank walks over those of its own subtree
/// (``DistributedRows``).
struct RowShards {
  let rows: Int
  /// Rows of all shards but the last; the most of any where ranks share the rows.
  let size: Int
  /// The shards whose rows this process has.
  let own: Range<Int>
  /// The ranks that share the rows, if any do.
  let communicator: (any Communicator)?
  /// Of rows that are shared, the first of each shard and the number of all.
  private let bounds: [Int]

  static var unit: Int { 1024 }
  static var most: Int { 64 }

  init(rows: Int) {
    self.rows = rows
    let units = max(1, (rows + Self.unit * Self.most - 1) / (Self.unit * Self.most))
    size = units * Self.unit
    own = 0..<(rows + size - 1) / size
    (communicator, bounds) = (nil, [])
  }

  init(of source: some RowSource) {
    self = Self.shared(source) ?? RowShards(rows: source.rows)
  }

  private static func shared<Source: RowSource>(_ source: Source) -> RowShards? {
    (source as? DistributedRows<Source.Element>).map {
      RowShards(bounds: $0.bounds, own: $0.ownShards, $0.communicator)
    }
  }

  private init(bounds: [Int], own: Range<Int>, _ communicator: any Communicator) {
    rows = bounds[bounds.count - 1]
    size = max(1, zip(bounds, bounds.dropFirst()).map { $1 - $0 }.max() ?? 0)
    (self.bounds, self.own, self.communicator) = (bounds, own, communicator)
  }

  /// The shards of this process.
  var count: Int { own.count }
  func range(_ shard: Int) -> Range<Int> {
    bounds.isEmpty ? shard * size..<min((shard + 1) * size, rows) : bounds[shard]..<bounds[shard + 1]
  }

  /// Walks over the tree of this process's shards with results in the caller's slots, 0 ..< ``slots``: `fill` writes what
  /// a shard comes to, and `merge` adds what slot + 1 has to a slot. Without shards neither is called; else slot 0 has the
  /// result.
  func walk<Failure: Error>(
    filling fill: (_ shard: Int, _ slot: Int) throws(Failure) -> Void, merging merge: (_ slot: Int) -> Void
  ) throws(Failure) {
    var depth = 0
    for shard in own {
      try fill(shard, depth)
      depth += 1
      // As many complete subtrees end with this shard as its number from 1 is even. What ranks share is a whole subtree.
      for _ in 0..<(shard - own.lowerBound + 1).trailingZeroBitCount {
        depth -= 1
        merge(depth - 1)
      }
    }
    while depth > 1 {
      depth -= 1
      merge(depth - 1)
    }
  }

  /// The most results at a time in a walk.
  var slots: Int { max(1, Int.bitWidth - count.leadingZeroBitCount) }

  /// Merges what the shards of this process come to, each made when its turn in the tree comes; nil of no shards.
  func merged<Result, Failure: Error>(
    _ result: (_ shard: Int) throws(Failure) -> Result, by merge: (inout Result, Result) -> Void
  ) throws(Failure) -> Result? {
    var partial: [Result] = []
    try walk(
      filling: { shard, _ throws(Failure) in partial.append(try result(shard)) },
      merging: { slot in
        let right = partial.removeLast()
        merge(&partial[slot], right)
      })
    return partial.first
  }

  /// Merges what the shards of all ranks come to.
  func reduced<Result: Reduction, Failure: Error>(
    _ empty: Result, _ result: (_ shard: Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var all = try merged(result, by: { $0.merge($1) }) ?? empty
    communicator?.merge(&all)
    return all
  }

  /// The sum of what the shards of all ranks come to.
  func sum<Failure: Error>(_ value: (Range<Int>) throws(Failure) -> Double) throws(Failure) -> Double {
    let sum = try merged({ shard throws(Failure) in try value(range(shard)) }, by: { $0 += $1 }) ?? 0
    return communicator?.sum(sum) ?? sum
  }
}
