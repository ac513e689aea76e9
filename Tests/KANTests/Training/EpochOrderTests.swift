import Testing

@testable import KAN

/// The order of rows by blocks: a function of seed, epoch and number of rows, in which each row comes once.
@Suite struct EpochOrderTests {
  private struct Numbers: RowSource {
    let rows: Int
    let inputColumns = 1
    let targetShape = TargetShape.values(columns: 1)

    func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) {
      for (place, row) in rows.enumerated() {
        batch.inputs?[place, 0] = Float(row)
        batch.values?[place, 0] = Float(row % 7)
      }
    }
  }

  /// All rows of an epoch, batch by batch, asked for as a training does: each batch and the next one.
  private func epoch(_ blocks: RowBlocks, rows: Int, batch: Int, seed: UInt64 = 1, epoch: Int = 1, from: Int = 0)
    -> [Int]
  {
    let order = EpochRows(.blocks(blocks), of: Numbers(rows: rows), seed: seed, epoch: epoch, batch: batch)
    var result: [Int] = []
    for start in stride(from: from, to: rows, by: batch) {
      let present = order.rows(start..<min(start + batch, rows))
      let next = start + batch < rows ? order.rows(start + batch..<min(start + 2 * batch, rows)) : nil
      result += present
      if let next { #expect(next.allSatisfy { !present.contains($0) }) }
    }
    return result
  }

  @Test(
    arguments: [(1, 1), (3, 2), (4, 100), (100, 1), (7, 3)], [(1, 1), (10, 3), (97, 16), (97, 97), (64, 200)])
  func eachRowOnce(blocks: (Int, Int), data: (rows: Int, batch: Int)) {
    let blocks = RowBlocks(size: blocks.0, group: blocks.1)
    let rows = epoch(blocks, rows: data.rows, batch: data.batch)
    #expect(rows.sorted() == Array(0..<data.rows))
    // The same again, whatever the batch is; others in another epoch or of another seed.
    #expect(rows == epoch(blocks, rows: data.rows, batch: 5))
    if data.rows > 60, blocks.size < data.rows || blocks.group > 1 {
      #expect(rows != epoch(blocks, rows: data.rows, batch: 5, epoch: 2))
      #expect(rows != epoch(blocks, rows: data.rows, batch: 5, seed: 2))
    }
    // From the middle, as after an interruption.
    let middle = data.rows / 2 / data.batch * data.batch
    #expect(Array(rows[middle...]) == epoch(blocks, rows: data.rows, batch: data.batch, from: middle))
  }

  /// A group has the rows of its blocks alone.
  @Test func groups() {
    let order = BlockOrder(RowBlocks(size: 5, group: 3), rows: 43, seed: 4, epoch: 2)
    #expect(order.order.sorted() == Array(0..<9) && order.groups == 3)
    for group in 0..<order.groups {
      let rows = order.rows(ofGroup: group)
      #expect(rows.count == order.starts[group + 1] - order.starts[group])
      #expect(rows.sorted() == order.ranges(ofGroup: group).flatMap { Array($0) }.sorted())
      #expect(rows != order.ranges(ofGroup: group).flatMap { Array($0) })
    }
  }

  @Test func memoryOfAGroup() {
    for memory in [1, 1000, 1 << 20, 1 << 30] {
      for row in [1, 84, 40_000] {
        let blocks = RowBlocks(rowBytes: row, memory: memory)
        let rows = blocks.size * blocks.group
        #expect(rows == 1 || rows * (row + 8) <= memory)
      }
    }
  }

  /// The rows put aside and the others are all rows, in their order, each once.
  @Test(arguments: [0.2, 0.1, 0.5, 0.9, 1.0 / 3, 0.015, 0.001], [64, 65, 1000, 4097])
  func strata(fraction: Double, rows: Int) throws {
    let (training, test) = try #require(Numbers(rows: rows).holdingOutStrata(fraction, seed: 9))
    func numbers(_ source: some RowSource<Float>) throws -> [Int] {
      try Dataset(reading: source).inputs.column(0).map { Int($0) }
    }
    let (kept, aside) = (try numbers(training), try numbers(test))
    #expect(kept == kept.sorted() && aside == aside.sorted())
    #expect((kept + aside).sorted() == Array(0..<rows))
    #expect(abs(Double(aside.count) / Double(rows) - fraction) < 0.02 + 1 / Double(rows))
    let other = try #require(Numbers(rows: rows).holdingOutStrata(fraction, seed: 10))
    #expect(try numbers(other.test) != aside)
  }

  @Test func tooFewRowsForStrata() { #expect(Numbers(rows: 4).holdingOutStrata(0.2, seed: 0) == nil) }

  /// A sample has the rows of the extremes.
  @Test func sample() throws {
    let rows = try Numbers(rows: 10_000).sample(of: 100, pool: .shared).inputs.column(0)
    #expect(rows.count == 101 && rows.first == 0 && rows.last == 9999)
    #expect(try Numbers(rows: 50).sample(of: 100, pool: .shared).rows == 50)
  }

  /// Rows in memory and rows of a source train to the same bits in the same order, also after an interruption.
  @Test func bits() throws {
    let source = Numbers(rows: 1000)
    var options = TrainingOptions(epochs: 3, batch: 48, seed: 3)
    options.order = .blocks(RowBlocks(size: 30, group: 4))
    func train(_ rows: some RowSource<Float>, threads: Int, stopping step: Int? = nil) throws -> Network<Float> {
      var network = Network<Float>(.spline(1, 4), .spline(4, 1), seed: 5)
      var steps = 0
      let pool = ThreadPool(threads: threads)
      if let step {
        try network.train(on: rows, options: options, pool: pool) { _, _ in
          steps += 1
          return steps >= step ? .stop : .continue
        }
      }
      var options = options
      options.resuming = step != nil
      try network.train(on: rows, options: options, pool: pool)
      return network
    }
    let memory = try train(Dataset(reading: source), threads: 1)
    #expect(try train(source, threads: 2).parameters == memory.parameters)
    #expect(try train(source, threads: 1, stopping: 2).parameters == memory.parameters)
    options.order = .shuffled
    #expect(try train(source, threads: 1).parameters != memory.parameters)
  }
}
