import KANLinearAlgebra
import Testing

@testable import KAN

@Suite struct StratifiedHoldoutTests {
  /// Rows whose input is their number, so many of each class, in turns.
  private func rows(_ sizes: [Int]) -> Dataset<Float> {
    var labels: [Int32] = []
    var left = sizes
    while labels.count < sizes.reduce(0, +) {
      for label in left.indices where left[label] > 0 {
        labels.append(Int32(label))
        left[label] -= 1
      }
    }
    return Dataset(
      inputs: Matrix(rows: labels.count, columns: 1, elements: labels.indices.map { Float($0) }),
      targets: .classes(labels, count: sizes.count))
  }

  private func sizes(_ data: Dataset<Float>) -> [Int] {
    guard case .classes(let labels, let count) = data.targets else { return [] }
    return (0..<count).map { label in labels.count { Int($0) == label } }
  }

  /// Of 9 rows, 1 and 10, half are 4.5, half a row, and 5; the only row of the second stays.
  @Test(arguments: [
    ([600, 397, 3], 0.2, [120, 79, 1]), ([50, 50], 0.1, [5, 5]), ([997, 3], 0.1, [100, 0]),
    ([4, 0, 8], 0.25, [1, 0, 2]),
    ([9, 1, 10], 0.5, [5, 0, 5]), ([2, 2, 2], 0.9, [1, 1, 1]),
  ])
  func classesInProportion(_ counts: [Int], fraction: Double, expected: [Int]) throws {
    let data = rows(counts)
    for seed in 0..<5 as Range<UInt64> {
      let (training, test) = try #require(data.holdingOut(fraction, seed: seed))
      #expect(zip(sizes(training), sizes(test)).map { $0 + $1 } == counts)
      #expect(sizes(test) == expected, "\(seed)")
      let (a, b) = (training.inputs.column(0), test.inputs.column(0))
      #expect((a + b).sorted() == data.inputs.column(0) && a == a.sorted() && b == b.sorted())
    }
  }

  /// Where equal remainders exceed the rows that are left to give, chance decides and not the classes' numbers.
  @Test func equalRemainders() throws {
    let data = rows([5, 5, 5, 5])
    let found = try (0..<40 as Range<UInt64>).map { sizes(try #require(data.holdingOut(0.1, seed: $0)).test) }
    #expect(found.allSatisfy { $0.reduce(0, +) == 2 && $0.max() == 1 })
    for label in 0..<4 { #expect((8...32).contains(found.count { $0[label] == 1 })) }
  }

  @Test func classesOfOneRow() throws {
    let (training, test) = try #require(rows([1, 1, 1, 1]).holdingOut(0.25, seed: 0))
    #expect(training.rows == 3 && test.rows == 1)
    #expect(rows([1]).holdingOut(0.25, seed: 0) == nil)
  }

  /// A source that is not in memory gives the same rows.
  @Test func sameRowsFromASource() throws {
    struct Source: RowSource {
      let data: Dataset<Float>
      var rows: Int { data.rows }
      var inputColumns: Int { 1 }
      var targetShape: TargetShape { .classes(count: data.targets.outputs) }
      func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) throws(RowSourceError) {
        try data.read(rows, into: batch)
      }
    }
    let data = rows([5000, 700, 2])
    let expected = try #require(data.holdingOut(0.2, seed: 4))
    let found = try #require(try TrainingRows(Source(data: data)).holdingOut(0.2, seed: 4))
    let rows = try #require(found.test.source as? RowSelection<Source>).selected
    #expect(rows.map { Float($0) } == expected.test.inputs.column(0))
  }

  @Test(arguments: [nil, [1, 2, 0, 1, 3]] as [[Double]?])
  func balance(weights: [Double]?) throws {
    let data = Dataset<Double>(
      inputs: Matrix(rows: 5, columns: 1), targets: .classes([0, 0, 0, 2, 2], count: 3),
      weights: weights.map { AlignedArray($0) })
    let balanced = try #require(data.balancingClasses().weights)
    // scikit-learn's compute_class_weight("balanced"), n/(C·n_c); and with weights of 7 in all, 3 and 4 of the classes.
    let even: [Double] = [0.8333333333333334, 0.8333333333333334, 0.8333333333333334, 1.25, 1.25]
    let weighted: [Double] = [1.1666666666666667, 2.3333333333333335, 0, 0.875, 2.625]
    #expect(largestDifference(balanced, weights == nil ? even : weighted) < 1e-15)
  }

  @Test func suggestions() {
    var generator = RandomGenerator(seed: 7)
    func name(_ values: [Float]) -> String? {
      Dataset(
        inputs: Matrix<Float>(rows: values.count, columns: 1),
        targets: .values(Matrix(rows: values.count, columns: 1, elements: values))
      ).suggestedObjective().map { type(of: $0.objective).name }
    }
    /// The number of arrivals within a time of the given mean.
    func poisson(_ mean: Double) -> Float {
      var (count, product) = (-1, 1.0)
      while product > Elementary.exp(-mean) {
        product *= generator.uniform(0...1)
        count += 1
      }
      return Float(count)
    }
    for mean in [0.3, 1, 4] { #expect(name((0..<500).map { _ in poisson(mean) }) == "poisson", "\(mean)") }
    // Over-dispersed by an input.
    #expect(name((0..<500).map { poisson($0 % 3 == 0 ? 8 : 1) }) == "poisson")
    #expect(name((0..<100).map { Float($0 % 2) }) == "logistic")
    // Grades, months, years, rooms, prices, measurements, and one negative count.
    #expect(name((0..<500).map { Float($0 % 5 + 1) }) == nil && name((0..<500).map { Float($0 % 12 + 1) }) == nil)
    #expect(name((0..<500).map { Float(1990 + $0 % 20) }) == nil)
    #expect(name((0..<500).map { Float(2 + $0 % 4 / 2) }) == nil)
    #expect(name((0..<500).map { Float(20_000 + 500 * $0) }) == nil)
    #expect(name((0..<500).map { _ in Float(generator.uniform(0...9)) }) == nil)
    #expect(name((0..<500).map { $0 == 0 ? -1 : poisson(1) }) == nil)
  }
}
