// Operations of all ranks, built on exchanges of two. Ranks with rows are the leaves of the upper part of the tree of
// shards (``RowShards``): in round k, ranks that differ in bit k alone exchange what their subtrees came to. Both merge
// the lower rank's result with the higher one's, so that all end with the same bits.

extension Communicator {
  /// Ranks that have rows: the largest power of two, so that each has a whole subtree of shards, and at most one for
  /// each shard.
  package var activeRanks: Int { min(RowShards.most, 1 << (Int.bitWidth - 1 - ranks.leadingZeroBitCount)) }

  /// Whether this rank has rows.
  var isActive: Bool { rank < activeRanks }

  /// Calls `body` with the partner of each round of the tree.
  private func forEachRound(_ body: (_ partner: Int) -> Void) {
    var bit = 1
    while bit < activeRanks {
      body(rank ^ bit)
      bit <<= 1
    }
  }

  /// Takes what the tree came to to the ranks without rows.
  private func passOn(_ send: (_ rank: Int) -> Void, _ receive: (_ rank: Int) -> Void) {
    if !isActive { return receive(rank % activeRanks) }
    for other in stride(from: rank + activeRanks, to: ranks, by: activeRanks) { send(other) }
  }

  /// What all ranks' rows came to, on every rank; that of a rank without rows counts for nothing.
  func merge<Result: Reduction>(_ result: inout Result) {
    if ranks == 1 { return }
    if isActive {
      forEachRound { partner in
        let bytes = exchange(with: partner, result.bytes)
        var other = result
        other.read(bytes)
        if partner > rank {
          result.merge(other)
        } else {
          other.merge(result)
          result = other
        }
      }
    }
    passOn({ send(result.bytes, to: $0) }, { result.read(receive(from: $0)) })
  }

  /// The sum over the ranks.
  func sum(_ value: Double) -> Double { combine(value, +) }

  /// The largest of all ranks.
  package func largest(_ value: Int) -> Int { combine(value, max) }

  /// Combines a number of each rank with rows, in the order of the tree.
  private func combine<Value: BitwiseCopyable>(_ value: Value, _ operation: (Value, Value) -> Value) -> Value {
    if ranks == 1 { return value }
    var (result, other) = (value, value)
    if isActive {
      forEachRound { partner in
        exchangeValues(with: partner, result, &other)
        result = partner > rank ? operation(result, other) : operation(other, result)
      }
    }
    passOn(
      { partner in
        withUnsafeBytes(of: result) {
          exchange(with: partner, sending: $0, receiving: .init(start: nil, count: 0))
        }
      },
      { partner in
        withUnsafeMutableBytes(of: &result) {
          exchange(with: partner, sending: .init(start: nil, count: 0), receiving: $0)
        }
      })
    return result
  }

  private func exchangeValues<Value: BitwiseCopyable>(with partner: Int, _ own: Value, _ other: inout Value) {
    withUnsafeBytes(of: own) { own in
      withUnsafeMutableBytes(of: &other) { other in exchange(with: partner, sending: own, receiving: other) }
    }
  }

  // MARK: Bytes of any length

  /// The bytes of every rank, in the order of ranks, on every rank.
  package func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    if ranks == 1 { return [bytes] }
    var all = [bytes]
    if rank == 0 {
      for other in 1..<ranks { all.append(receive(from: other)) }
    } else {
      send(bytes, to: 0)
    }
    var sizes = all.map(\.count)
    if rank > 0 { sizes = [Int](repeating: 0, count: ranks) }
    sizes.withUnsafeMutableBytes { broadcast($0) }
    var joined = rank == 0 ? all.flatMap { $0 } : [UInt8](repeating: 0, count: sizes.reduce(0, +))
    joined.withUnsafeMutableBytes { broadcast($0) }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return Array(joined[start..<start + size])
    }
  }

  /// Values of every rank, joined in the order of ranks.
  package func gather<Value: BitwiseCopyable>(_ values: [Value]) -> [Value] {
    let bytes = values.withUnsafeBytes { Array($0) }
    return gather(bytes).flatMap { bytes in
      bytes.withUnsafeBytes { bytes in
        (0..<bytes.count / MemoryLayout<Value>.stride).map {
          bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.stride, as: Value.self)
        }
      }
    }
  }

  /// Copies rank 0's bytes to all ranks, from rank to rank along a binomial tree.
  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {
    if bytes.isEmpty { return }
    var bit = 1
    while bit < ranks {
      // The ranks below `bit` have the bytes.
      if rank < bit, rank + bit < ranks {
        exchange(with: rank + bit, sending: .init(bytes), receiving: .init(start: nil, count: 0))
      } else if rank >= bit, rank < 2 * bit {
        exchange(with: rank - bit, sending: .init(start: nil, count: 0), receiving: bytes)
      }
      bit <<= 1
    }
  }

  /// Exchanges bytes of any length.
  private func exchange(with partner: Int, _ bytes: [UInt8]) -> [UInt8] {
    var size = 0
    exchangeValues(with: partner, bytes.count, &size)
    var other = [UInt8](repeating: 0, count: size)
    bytes.withUnsafeBytes { bytes in
      other.withUnsafeMutableBytes { exchange(with: partner, sending: bytes, receiving: $0) }
    }
    return other
  }

  private func send(_ bytes: [UInt8], to partner: Int) {
    withUnsafeBytes(of: bytes.count) { exchange(with: partner, sending: $0, receiving: .init(start: nil, count: 0)) }
    bytes.withUnsafeBytes { exchange(with: partner, sending: $0, receiving: .init(start: nil, count: 0)) }
  }

  private func receive(from partner: Int) -> [UInt8] {
    var size = 0
    withUnsafeMutableBytes(of: &size) { exchange(with: partner, sending: .init(start: nil, count: 0), receiving: $0) }
    var bytes = [UInt8](repeating: 0, count: size)
    bytes.withUnsafeMutableBytes { exchange(with: partner, sending: .init(start: nil, count: 0), receiving: $0) }
    return bytes
  }
}
