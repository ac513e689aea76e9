import Testing

@testable import KAN

/// Sums over all rows have the order of summation of the tree of shards, against trees that are built here; the same
/// bits on any number of threads and from any source.
@Suite struct ShardOrderTests {
  private static let threads = [1, 2, 3, 8]

  /// Two terms of a tree, the left one first: by the definition of ``RowShards``.
  private func tree<Sum>(_ leaves: ArraySlice<Sum>, _ add: (Sum, Sum) -> Sum) -> Sum {
    if leaves.count == 1 { return leaves.first! }
    var left = 1
    while left * 2 < leaves.count { left *= 2 }
    return add(tree(leaves.prefix(left), add), tree(leaves.dropFirst(left), add))
  }

  private func sum<Element: FloatingPoint>(_ a: [Element], _ b: [Element]) -> [Element] { zip(a, b).map { $0 + $1 } }

  /// Full batches: the gradient of a step on each shard, times its share.
  @Test(arguments: [1000, 1024, 3000, 9000], [false, true])
  func gradients(rows: Int, isClassification: Bool) throws {
    let source = RowSourceTests.Waves(rows: rows, kind: isClassification ? .classes : .weighted)
    let memory = try Dataset(reading: source)
    var network = (isClassification ? RowSourceTests.Kind.classes : .weighted).network
    network.describe(memory)
    let step = TrainingStep(network, on: memory, batch: 1024, pool: ThreadPool(threads: 1))
    let shards = stride(from: 0, to: rows, by: 1024).map { start -> (loss: [Double], gradient: [Float]) in
      let range = Array(start..<min(start + 1024, rows))
      let share = Double(range.count) / Double(rows)
      let loss = range.withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
      return ([share * loss], step.gradients.map { $0 * Float(share) })
    }
    let loss = tree(shards.map(\.loss)[...], sum)[0]
    let gradient = tree(shards.map(\.gradient)[...], sum)
    for threads in Self.threads {
      for sharesShards in [false, true] {
        for data in [TrainingRows(memory), try TrainingRows(source)] {
          let batch = FullBatch(network, data, sharesShards: sharesShards, pool: ThreadPool(threads: threads))
          var found = AlignedArray<Float>(zeros: network.parameterCount)
          for _ in 0..<2 {
            #expect(batch.lossAndGradient(of: network, gradient: &found) == loss)
            #expect(Array(found) == gradient)
          }
        }
      }
    }
  }

  /// JᵀJ and Jᵀr: those of each shard alone.
  @Test(arguments: [false, true])
  func gaussNewtonEquations(isDense: Bool) throws {
    let data = smoothData(Double.self, rows: 5500)
    var generator = RandomGenerator(seed: 2)
    var network = Network<Double>(.spline(2, 2, grid: 12), .spline(2, 1, grid: 12), seed: 1)
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() * 0.4 })
    func equations(_ rows: Dataset<Double>, threads: Int) -> (h: [Double], g: [Double], loss: Double) {
      let problem = LeastSquaresProblem(network, rows, pool: ThreadPool(threads: threads))
      let equations = problem.makeEquations(isDense: isDense)
      problem.linearize(equations)
      return (equations.lowerTriangle, (0..<equations.count).map { equations.gradient[$0] }, problem.sumOfLosses())
    }
    let shards = stride(from: 0, to: data.rows, by: 1024).map {
      equations(data.selecting(rows: Array($0..<min($0 + 1024, data.rows))), threads: 1)
    }
    let h = tree(shards.map(\.h)[...], sum)
    for threads in Self.threads {
      let found = equations(data, threads: threads)
      // Products of common derivatives join H after the last shard.
      #expect(isDense ? found.h == h : largestDifference(found.h, h) <= 1e-13 * scale(h))
      #expect(found.g == tree(shards.map(\.g)[...], sum))
      #expect(found.loss == tree(shards.map { [$0.loss] }[...], sum)[0])
      #expect(found.h == equations(data, threads: 1).h)
    }
  }

  /// Weights, several outputs, and a loss that is reweighted.
  @Test func levenbergMarquardt() throws {
    let source = RowSourceTests.Kind.weighted.source(rows: 3000)
    let memory = try Dataset(reading: source)
    for objective in [MeanSquaredError(), HuberLoss()] as [any Objective] {
      func train(_ data: some RowSource<Float>, _ threads: Int) throws -> Network<Float> {
        var network = RowSourceTests.Kind.weighted.network
        try network.train(
          on: data, with: LevenbergMarquardt(starts: 1), options: TrainingOptions(epochs: 4, objective: objective),
          pool: ThreadPool(threads: threads))
        return network
      }
      let one = try train(memory, 1)
      for threads in Self.threads { #expect(try train(source, threads).parameters == one.parameters) }
    }
  }

  /// Least squares of the last layer by normal equations.
  @Test(arguments: [Smoothing.none, .auto])
  func lastLayer(smoothing: Smoothing) throws {
    let source = RowSourceTests.Kind.weighted.source(rows: 50_000)
    let memory = try Dataset(reading: source)
    func fit(_ data: some RowSource<Float>, _ threads: Int) throws -> Network<Float> {
      var network = Network<Float>(.spline(2, 2, grid: 40), seed: 3)
      try network.fitLastLayer(on: data, smoothing: smoothing, pool: ThreadPool(threads: threads))
      return network
    }
    let one = try fit(memory, 1)
    for threads in Self.threads { #expect(try fit(source, threads).parameters == one.parameters) }
  }

  @Test func accumulatorsMerge() throws {
    var generator = RandomGenerator(seed: 9)
    let (a, b): (Matrix<Double>, Matrix<Double>) = (generator.matrix(60, 5), generator.matrix(60, 2))
    for direct in [true, false] {
      func accumulated(_ rows: Range<Int>) -> LeastSquaresAccumulator {
        var result = LeastSquaresAccumulator(rows: 60, columns: 5, sides: 2, direct: direct)
        withExtendedLifetime((a, b)) {
          result.add(
            a.view.slice(row: rows.lowerBound, rows: rows.count, columns: 5),
            b.view.slice(row: rows.lowerBound, rows: rows.count, columns: 2))
        }
        return result
      }
      var parts = accumulated(0..<25)
      parts.merge(accumulated(25..<60))
      let (one, other) = (try accumulated(0..<60).solve(), try parts.solve())
      #expect(largestDifference(one.elements, other.elements) <= 1e-12)
    }
  }
}
