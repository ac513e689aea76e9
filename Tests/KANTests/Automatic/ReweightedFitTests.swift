import Testing

@testable import KAN

@Suite struct ReweightedFitTests {
  struct Reference: Decodable {
    let x: [[Double]]
    let weights: [Double]
    let poisson, logistic, huber, absolute, quantile: Fit

    struct Fit: Decodable {
      let targets, outputs: [Double]
    }
  }

  /// Without penalty, against other methods of minimisation.
  @Test(arguments: [
    (PoissonDeviance() as any PointwiseObjective, \Reference.poisson), (LogisticLoss(), \Reference.logistic),
    (HuberLoss(), \Reference.huber), (AbsoluteError(), \Reference.absolute), (QuantileLoss(0.9), \Reference.quantile),
  ])
  func straightLinesAreTheBest(objective: any PointwiseObjective, path: KeyPath<Reference, Reference.Fit> & Sendable)
    throws
  {
    let all: Reference = try reference("additive_losses")
    let expected = all[keyPath: path]
    let data = Dataset(
      inputs: Matrix(all.x), targets: .values(Matrix(expected.targets.map { [$0] })),
      weights: AlignedArray(all.weights))
    var network = Network(Layer<Double>(basis: try TableBasis([.values([-1, 1]), .values([-1, 1])]), outputs: 1))
    try network.prepare(for: data, objective, .shared)
    let fit = ReweightedFit(template: network, objective: objective, pool: .shared)
    var solution = ReweightedFit.Solution(network: network, lambda: [[0, 0]], free: [])
    // A fit ends where rows left out would see no difference, long before all digits are there.
    for _ in 0..<40 { solution = try fit.solve(data, rows: Array(0..<40), from: solution) }
    let found = solution.network.outputs(for: data.inputs, pool: .shared)
    let scaling = objective.scalesTargets ? network.outputScaling : Scaling(identity: 1)
    var (loss, least) = (0.0, 0.0)
    for row in 0..<40 {
      let target = (expected.targets[row] - scaling.shift[0]) * scaling.factor[0]
      let output = (expected.outputs[row] - scaling.shift[0]) * scaling.factor[0]
      loss += all.weights[row] * objective.point(output: found[row, 0], target: target).value
      least += all.weights[row] * objective.point(output: output, target: target).value
      // Corners have many nearly best lines around them.
      if objective.predictedQuantile == nil { #expect(abs(found[row, 0] - output) < 1e-4, "row \(row)") }
    }
    #expect(abs(loss - least) < 1e-3 * least)
  }

  /// Each of two targets as by itself, with λ chosen.
  @Test func targetsAreFittedByThemselves() throws {
    let all: Reference = try reference("additive_losses")
    func solve(_ targets: [[Double]]) throws -> Matrix<Double> {
      let data = Dataset(inputs: Matrix(all.x), targets: .values(Matrix(targets)))
      let basis = try TableBasis<Double>([.spline([-1, -0.3, 0.2, 1]), .spline([-1, 0, 1])])
      var network = Network(Layer<Double>(basis: basis, outputs: targets[0].count))
      try network.prepare(for: data, PoissonDeviance(), .shared)
      let fit = ReweightedFit(template: network, objective: PoissonDeviance(), pool: .shared)
      return try fit.solve(data, rows: Array(0..<40)).network.outputs(for: data.inputs, pool: .shared)
    }
    let (a, b) = (all.poisson.targets, all.logistic.targets)
    let both = try solve(zip(a, b).map { [$0, $1] })
    let alone = [try solve(a.map { [$0] }), try solve(b.map { [$0] })]
    for row in 0..<40 { for output in 0..<2 { #expect(both[row, output] == alone[output][row, 0]) } }
  }
}

@Suite struct OrderedColumnTests {
  /// Hat functions at all values of an input without a penalty are the values' means; in order, they are those of
  /// isotonic regression, by pooling neighbours.
  @Test(arguments: [Monotonicity.rising, .falling])
  func isIsotonicRegression(direction: Monotonicity) throws {
    let x = (0..<12).map { Double($0) / 11 * 2 - 1 }
    let y = [1.0, 0.5, 2, 3, 2.5, 2.4, 5, 4, 6, 6, 5.5, 9].map { direction == .rising ? $0 : -$0 }
    let data = Dataset(inputs: Matrix(x.map { [$0] }), targets: .values(Matrix(y.map { [$0] })))
    var network = Network(Layer<Double>(basis: try TableBasis([.values(x)]), outputs: 1))
    try network.prepare(for: data, MeanSquaredError(), .shared)
    network.monotone = [0: direction]
    network.inputScaling = Scaling(identity: 1)
    let system = try network.additiveSystem(on: TrainingRows(data))
    let found = network.taking(try network.solution(of: system, lambda: [[0, 0]])).predict(data.inputs)
    var pools: [(sum: Double, count: Int)] = []
    for value in y {
      var pool = (sum: direction == .rising ? value : -value, count: 1)
      while let last = pools.last, last.sum / Double(last.count) > pool.sum / Double(pool.count) {
        pool = (pool.sum + last.sum, pool.count + last.count)
        pools.removeLast()
      }
      pools.append(pool)
    }
    let expected = pools.flatMap { pool in
      [Double](repeating: pool.sum / Double(pool.count) * (direction == .rising ? 1 : -1), count: pool.count)
    }
    for row in 0..<12 { #expect(abs(found[row, 0] - expected[row]) < 1e-4, "row \(row)") }
    for (low, high) in zip(0..<12, 1..<12) {
      #expect((direction == .rising ? 1 : -1) * (found[high, 0] - found[low, 0]) >= -1e-12)
    }
  }
}

@Suite struct TableTransferTests {
  @Test func curvesStayTheSame() throws {
    let basis = try TableBasis<Double>([
      .spline([-1, -0.7, -0.6, 0.1, 1]), .values([-1, 0, 1]), .categories(4), .spline([-1, 0.2, 1]),
    ])
    let fine = try #require(basis.halving(inputs: [0, 1, 2], rows: 100_000))
    let points: [Double] = [-1, -0.7, -0.6, 0.1, 1]
    let middles: [Double] = zip(points, points.dropFirst()).map { $0 / 2 + $1 / 2 }
    #expect(fine.columns[0] == .spline((points + middles).sorted()))
    #expect(Array(fine.columns[1...]) == Array(basis.columns[1...]))
    #expect(basis.halving(inputs: [1, 2], rows: 100_000) == nil)
    #expect(basis.halving(inputs: [0], rows: 100) == nil)
    var network = Network(
      Layer<Double>(basis: basis, outputs: 3), Layer<Double>(basis: LinearBasis(inputs: 3), outputs: 1), seed: 3)
    for place in network.parameters.indices { network.parameters[place] += Double(place % 7) / 10 }
    let moved = network.taking(try TableTransfer(from: basis, to: fine))
    var generator = RandomGenerator(seed: 4)
    let rows = Matrix(
      (0..<50).map { _ in
        [1.5 * generator.normal(), generator.normal(), Double(generator.next() % 4), generator.normal()]
      })
    let (before, after) = (network.predict(rows), moved.predict(rows))
    for row in 0..<50 { #expect(abs(before[row, 0] - after[row, 0]) < 1e-10 * max(1, abs(before[row, 0]))) }
  }
}
