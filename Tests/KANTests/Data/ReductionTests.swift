import Testing

@testable import KAN

@Suite struct ReductionTests {
  /// Shards follow each other without a gap, begin at multiples of 1024, and are 64 at most.
  @Test(arguments: [0, 1, 1023, 1024, 1025, 65_536, 65_537, 1_000_000, 123_456_789])
  func shards(rows: Int) {
    let shards = RowShards(rows: rows)
    #expect(shards.count <= 64 && shards.size % 1024 == 0 && (rows > 0) == (shards.count > 0))
    #expect(rows <= 65_536 ? shards.size == 1024 : shards.count > 32)
    var end = 0
    for shard in 0..<shards.count {
      #expect(shards.range(shard).lowerBound == end && !shards.range(shard).isEmpty)
      end = shards.range(shard).upperBound
    }
    #expect(end == rows)
  }

  /// The tree, by its definition.
  private func tree(_ leaves: ArraySlice<String>) -> String {
    if leaves.count == 1 { return leaves.first! }
    var left = 1
    while left * 2 < leaves.count { left *= 2 }
    return "(" + tree(leaves.prefix(left)) + tree(leaves.dropFirst(left)) + ")"
  }

  @Test(arguments: 1...20)
  func treeOfShards(count: Int) throws {
    let leaves = (0..<count).map { "\($0)," }
    let merged = RowShards(rows: count * 1024).merged({ leaves[$0] }, by: { $0 = "(" + $0 + $1 + ")" })
    #expect(merged == tree(leaves[...]))
  }

  /// Statistics of columns against two passes over all rows.
  @Test(arguments: [1, 2, 3])
  func columnStatistics(threads: Int) throws {
    var generator = RandomGenerator(seed: 4)
    let rows = 5000
    let x: Matrix<Double> = generator.matrix(rows, 3)
    var inputs = x
    let view = inputs.mutableView()
    for row in 0..<rows {
      view[row, 1] = 1e6 + 1e-3 * x[row, 1]
      view[row, 2] = 0.1
    }
    let weights = (0..<rows).map { Double($0 % 3) }
    let data = Dataset(
      inputs: inputs, targets: .values(Matrix(rows: rows, columns: 1)), weights: AlignedArray(weights))
    let found = try data.reduce(RowStatistics(of: data), reading: .all, pool: ThreadPool(threads: threads)).inputs
    let total = weights.reduce(0, +)
    for column in 0..<3 {
      let values = (0..<rows).map { inputs[$0, column] }
      let counted = values.indices.filter { weights[$0] > 0 }.map { values[$0] }
      #expect(found.lowest[column] == counted.min() && found.highest[column] == counted.max())
      let shift = values[0]
      let mean = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - shift) } / total
      let squares = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - shift - mean) * ($1.0 - shift - mean) }
      let deviation = (squares / total).squareRoot()
      #expect(abs(found.means[column] - shift - mean) <= 1e-15 * max(1, abs(shift)))
      #expect(abs(found.deviations[column] - deviation) <= (column == 1 ? 1e-7 : 1e-13) * deviation)
    }
    #expect(found.deviations[2] == 0 && found.means[2] == 0.1)
  }
}
