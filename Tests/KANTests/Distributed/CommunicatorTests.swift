import Testing

@testable import KAN

/// Sums of several ranks against the tree of shards itself.
@Suite struct CommunicatorTests {
  /// The sum over the tree of 64 numbers, as ``RowShards`` has it.
  private func treeSum(_ values: [Float]) -> Float {
    values.count == 1
      ? values[0] : treeSum(Array(values[..<(values.count / 2)])) + treeSum(Array(values[(values.count / 2)...]))
  }

  @Test(arguments: [1, 2, 3, 4, 6, 8], [1, 5, 8191])
  func sumsBuffersOverTheTree(ranks: Int, count: Int) throws {
    let sums = try ThreadRanks.run(ranks) { communicator in
      var generator = RandomGenerator(seed: 7)
      let all: [[Float]] = (0..<64).map { _ in (0..<count).map { _ in Float(generator.uniform(-1...1)) } }
      let active = communicator.activeRanks
      let own = all[communicator.rank % active * 64 / active..<(communicator.rank % active + 1) * 64 / active]
      var x = (0..<count).map { place in self.treeSum(own.map { $0[place] }) }
      let sum = RankSum<Float>(count: count, over: communicator)
      if communicator.isActive || ranks > active { x.withUnsafeMutableBufferPointer { sum.run($0.baseAddress!) } }
      return (x, (0..<count).map { place in self.treeSum(all.map { $0[place] }) })
    }
    for (x, expected) in sums { #expect(x == expected) }
  }

  @Test(arguments: [1, 2, 3, 5, 8]) func gathersAndBroadcasts(ranks: Int) throws {
    let results = try ThreadRanks.run(ranks) { communicator in
      var bytes: [UInt8] = communicator.rank == 0 ? [1, 2, 3] : [0, 0, 0]
      bytes.withUnsafeMutableBytes { communicator.broadcast($0) }
      return (
        communicator.gather(Array(repeating: communicator.rank, count: communicator.rank)), bytes,
        communicator.sum(communicator.isActive ? 0.5 : 99), communicator.largest(communicator.rank)
      )
    }
    for (gathered, bytes, sum, largest) in results {
      #expect(gathered == (0..<ranks).flatMap { Array(repeating: $0, count: $0) })
      #expect(bytes == [1, 2, 3])
      let active = [1: 1, 2: 2, 3: 2, 5: 4, 8: 8][ranks]!
      #expect(sum == 0.5 * Double(active))
      #expect(largest == active - 1)
    }
  }

  @Test(arguments: [0, 1, 63, 64, 1000, 65_537], [1, 2, 4, 8, 3]) func everyRowHasOneRank(rows: Int, ranks: Int) throws
  {
    let ranges = try ThreadRanks.run(ranks) { DistributedRows<Float>.range(of: rows, $0) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<rows))
  }
}
