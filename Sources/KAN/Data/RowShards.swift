/// The cut of rows into shards, and the tree that what they come to is merged by: the one order of summation that
/// threads, files and machines share.
///
/// It depends on the number of rows alone. A shard has 1024 rows, or where that makes more than 64 shards, the smallest
/// multiple of 1024 that does not; the last one has what is left. Shards are the leaves of a binary tree: a node of
/// n > 1 leaves has 2ᵐ of them on its left, the largest power of two below n. So it merges shards 0 and 1, 2 and 3, then
/// these two, and so on, with no more than seven partial results in memory.
struct RowShards {
  let rows: Int
  /// Rows of all shards but the last.
  let size: Int

  static var unit: Int { 1024 }
  static var most: Int { 64 }

  init(rows: Int) {
    self.rows = rows
    let units = max(1, (rows + Self.unit * Self.most - 1) / (Self.unit * Self.most))
    size = units * Self.unit
  }

  var count: Int { (rows + size - 1) / size }
  func range(_ shard: Int) -> Range<Int> { shard * size..<min((shard + 1) * size, rows) }

  /// Walks over the tree with results in the caller's slots, 0 ..< ``slots``: `fill` writes what a shard comes to, and
  /// `merge` adds what slot + 1 has to a slot. Without shards neither is called; else slot 0 has the result.
  func walk<Failure: Error>(
    filling fill: (_ shard: Int, _ slot: Int) throws(Failure) -> Void, merging merge: (_ slot: Int) -> Void
  ) throws(Failure) {
    var depth = 0
    for shard in 0..<count {
      try fill(shard, depth)
      depth += 1
      // As many complete subtrees end with this shard as its number from 1 is even.
      for _ in 0..<(shard + 1).trailingZeroBitCount {
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
  var slots: Int { Int.bitWidth - count.leadingZeroBitCount }

  /// Merges what the shards come to, each made when its turn in the tree comes; nil of no rows.
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

  /// The sum of what the shards come to.
  func sum<Failure: Error>(_ value: (Range<Int>) throws(Failure) -> Double) throws(Failure) -> Double {
    try merged({ shard throws(Failure) in try value(range(shard)) }, by: { $0 += $1 }) ?? 0
  }
}
