import KAN
import Testing

@Suite struct DatasetTests {
  private func numbered(_ rows: Int) -> Dataset<Float> {
    let values = (0..<rows).map { Float($0) }
    return Dataset(
      inputs: Matrix(rows: rows, columns: 2, elements: values.flatMap { [$0, -$0] }),
      targets: .values(Matrix(rows: rows, columns: 1, elements: values.map { 10 * $0 })), names: Names(inputs: ["a"]))
  }

  private func isInOrder(_ data: Dataset<Float>) -> Bool {
    guard case .values(let targets) = data.targets else { return false }
    return (0..<data.rows).allSatisfy {
      data.inputs[$0, 1] == -data.inputs[$0, 0] && targets[$0, 0] == 10 * data.inputs[$0, 0]
    }
  }

  @Test func selectedRowsKeepTheirTargets() {
    let data = numbered(6).selecting(rows: [5, 0, 5])
    #expect(data.inputs.column(0) == [5, 0, 5] && isInOrder(data) && data.names.inputs == ["a"])
    let classes = Dataset(inputs: data.inputs, targets: .classes([2, 0, 1], count: 3)).selecting(rows: [2, 1])
    #expect(classes.targets == .classes([1, 0], count: 3))
  }

  @Test(arguments: [(2, 0.5), (10, 0.2), (10, 0.001), (10, 0.999), (1000, 0.25)])
  func holdOut(rows: Int, fraction: Double) throws {
    let (training, test) = try #require(numbered(rows).holdingOut(fraction, seed: 3))
    #expect(test.rows == min(rows - 1, max(1, Int((Double(rows) * fraction).rounded()))))
    #expect(training.rows + test.rows == rows)
    #expect(isInOrder(training) && isInOrder(test))
    let all = (training.inputs.column(0) + test.inputs.column(0)).sorted()
    #expect(all == (0..<rows).map { Float($0) })
    #expect(training.inputs.column(0) == training.inputs.column(0).sorted())
  }

  @Test func holdOutFollowsTheSeed() throws {
    let data = numbered(50)
    let rows = try [1, 1, 2].map { try #require(data.holdingOut(0.3, seed: $0)).test.inputs.column(0) }
    #expect(rows[0] == rows[1] && rows[0] != rows[2])
    #expect(numbered(1).holdingOut(0.5, seed: 0) == nil && numbered(0).holdingOut(0.5, seed: 0) == nil)
  }

  @Test func targets() {
    let values = Targets<Float>.values(Matrix(rows: 4, columns: 2))
    #expect(values.rows == 4 && values.outputs == 2 && values.task == .regression)
    let classes = Targets<Float>.classes([0, 1], count: 5)
    #expect(classes.rows == 2 && classes.outputs == 5 && classes.task == .classification)
  }

  @Test func fromArrays() {
    let one = Dataset<Float>(inputs: [[1, 2], [3, 4]], targets: [5, 6], weights: [1, 2])
    #expect(one.inputs == Matrix([[1, 2], [3, 4]]) && one.targets == .values(Matrix([[5], [6]])))
    #expect(one.weights?.elementsEqual([1, 2]) == true)
    let several = Dataset<Double>(inputs: [[1], [3]], targets: [[5, 6], [7, 8]])
    #expect(several.targets == .values(Matrix([[5, 6], [7, 8]])))
    let labels = Dataset<Float>(inputs: [[1], [3], [4]], labels: [2, 0, 1])
    #expect(labels.targets == .classes([2, 0, 1], count: 3))
    #expect(Dataset<Float>(inputs: [[1], [3]], labels: [0, 1], classes: 5).targets.outputs == 5)
    let named = Dataset<Float>(inputs: [[1], [3]], labels: [0, 1], names: Names(classes: ["a", "b", "c"]))
    #expect(named.targets.outputs == 3)
  }
}

@Suite struct RandomGeneratorTests {
  struct Case: Decodable {
    let seed: UInt64
    let numbers: [UInt64]
  }

  @Test(arguments: try reference("random", as: [Case].self))
  func equalsTheAuthorsCode(example: Case) {
    var generator = RandomGenerator(seed: example.seed)
    #expect(example.numbers.map { _ in generator.next() } == example.numbers)
  }

  @Test func streamsDiffer() {
    var generators = (0..<100).map { RandomGenerator(seed: 5, stream: $0) }
    #expect(Set(generators.indices.map { generators[$0].next() }).count == 100)
  }

  @Test func distributions() {
    var generator = RandomGenerator(seed: 1)
    let count = 100_000
    let uniform = (0..<count).map { _ in generator.uniform() }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniform.reduce(0, +) / Double(count) - 0.5) < 0.005)
    let normal = (0..<count).map { _ in generator.normal() }
    let moments = (1...4).map { power in
      normal.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { product, _ in product * x } } / Double(count)
    }
    #expect(abs(moments[0]) < 0.02 && abs(moments[1] - 1) < 0.03 && abs(moments[2]) < 0.06 && abs(moments[3] - 3) < 0.2)
  }

  /// All orders of three rows come up about equally often.
  @Test func permutations() {
    var generator = RandomGenerator(seed: 2)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[generator.permutation(of: 3), default: 0] += 1 }
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 150 })
    #expect(generator.permutation(of: 1000).sorted() == Array(0..<1000))
    #expect(generator.permutation(of: 0).isEmpty)
  }
}
