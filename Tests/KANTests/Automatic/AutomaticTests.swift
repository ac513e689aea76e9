import Testing

@testable import KAN

@Suite struct MixtureTests {
  @Test func isTheWeightedSumOfItsParts() throws {
    let basis = try TableBasis<Double>([.spline([-1, -0.2, 0.3, 1]), .values([-1, 0, 1]), .categories(3)])
    let grid = Grid<Double>(inputs: 4, from: -2, to: 2, intervals: AutomaticTuning.hiddenIntervals, degree: 3)
    func part(_ seed: UInt64) -> Network<Double> {
      var network = Network(
        Layer<Double>(basis: basis, outputs: 4), Layer<Double>(basis: BSpline(grid: grid), outputs: 2), seed: seed)
      for place in network.parameters.indices { network.parameters[place] += 0.1 }
      return network
    }
    var additive = Network(Layer<Double>(basis: basis, outputs: 2), seed: 9)
    // Far beyond the hidden grid, where it goes on straight.
    for place in additive.parameters.indices { additive.parameters[place] *= 30 }
    let parts = [(part(1), 0.3), (part(2), 0.5)]
    let mixture = Mixture(parts: parts, additive: (additive, 0.2)).network(like: additive)
    #expect(mixture.layers[0].outputs == 10)
    let rows = Matrix<Double>([[0.1, 0.4, 2], [-1.5, 2, 0], [0.9, -1, 1]])
    let found = mixture.predict(rows)
    let alone = [parts[0].0, parts[1].0, additive].map { $0.predict(rows) }
    for row in 0..<3 {
      for output in 0..<2 {
        let expected = 0.3 * alone[0][row, output] + 0.5 * alone[1][row, output] + 0.2 * alone[2][row, output]
        #expect(abs(found[row, output] - expected) < 1e-11 * max(1, abs(expected)))
      }
    }
  }
}

@Suite struct MemberWeightTests {
  /// Against all choices on a fine mesh.
  @Test func areTheBestOnes() {
    let gram = Matrix<Double>([[1, 0.5, 0.9], [0.5, 0.8, 0.9], [0.9, 0.9, 1.5]])
    let found = MemberWeights(gram: gram, corrections: [0, 0, 0])
    let ridge = AutomaticTuning.ridge * 0.8
    func value(_ w: [Double]) -> Double {
      var sum = 0.0
      for i in 0..<3 { for j in 0..<3 { sum += w[i] * w[j] * (gram[i, j] + ridge * ((i == j ? 1 : 0) - 1.0 / 3)) } }
      return sum
    }
    var best = Double.infinity
    for i in 0...100 {
      for j in 0...(100 - i) { best = min(best, value([Double(i), Double(j), Double(100 - i - j)].map { $0 / 100 })) }
    }
    #expect(abs(found.weights.reduce(0, +) - 1) < 1e-12)
    #expect(value(found.weights) <= best + 1e-9)
    #expect(found.weights[2] == 0)
  }

  @Test func followALossThatIsNoSquare() {
    let found = MemberWeights(count: 2) { w in
      let (a, b) = (w[0] - 0.7, w[1] + 1)
      return (a * a + b * b, [2 * a, 2 * b])
    }
    // (1 + ρ)·w₀ = 0.7 + ρ/2, and w₁ at its bound
    #expect(abs(found.weights[0] - (0.7 + 0.005) / 1.01) < 1e-3)
    #expect(found.weights[1] == 0)
  }
}

@Suite struct FoldPlanTests {
  @Test func spreadsClassesEvenly() {
    let labels = (0..<103).map { Int32($0 % 10 == 0 ? 1 : 0) }
    let plan = FoldPlan(Targets<Float>.classes(labels, count: 2), count: 5, seed: 3)
    for fold in 0..<5 {
      let rows = plan.heldOut(fold)
      #expect((20...21).contains(rows.count))
      #expect((2...3).contains(rows.count { labels[$0] == 1 }))
      #expect(Set(rows).isDisjoint(with: plan.training(fold)))
      #expect(rows.count + plan.training(fold).count == 103)
    }
    #expect(plan.judged.count == 103)
  }

  @Test func oneFoldIsATenth() {
    let plan = FoldPlan(Targets<Float>.values(Matrix(rows: 1000, columns: 1)), count: 1, seed: 3)
    #expect(plan.count == 1)
    #expect(plan.heldOut(0).count == 100)
    #expect(plan.training(0).count == 900)
  }
}

@Suite struct AutomaticFitTests {
  private func data(rows: Int, seed: UInt64) -> Dataset<Float> {
    var generator = RandomGenerator(seed: seed)
    var (x, y) = ([[Float]](), [Float]())
    for _ in 0..<rows {
      let row = (0..<3).map { _ in Float(generator.normal()) }
      x.append(row)
      y.append(row[0] * row[1] + 3 + 0.1 * Float(generator.normal()))
    }
    return Dataset(inputs: x, targets: y)
  }

  @Test func learnsWhatALinearModelCannot() throws {
    let fit = try Network.fit(data(rows: 1000, seed: 1))
    let test = fit.network.evaluate(on: data(rows: 500, seed: 2))
    #expect(try #require(test.r2) > 0.95)
    #expect(abs(fit.loss - test.loss) < 0.03)
  }

  @Test func isTheSameForAnyNumberOfThreads() throws {
    let rows = data(rows: 300, seed: 1)
    let one = try Network.fit(rows, pool: ThreadPool(threads: 1)).network
    let three = try Network.fit(rows, pool: ThreadPool(threads: 3)).network
    #expect(one.parameters == three.parameters)
  }

  @Test func learnsTexts() throws {
    var generator = RandomGenerator(seed: 5)
    let codes = (0..<600).map { _ in Int32(generator.next() % 4) }
    let x = (0..<600).map { $0 % 9 == 0 ? .nan : generator.normal() }
    let y = zip(codes, x).map { [0.0, 5, -2, 1][Int($0)] + ($1.isNaN ? 4 : $1) }
    let table = Table([
      .init(name: "town", cells: .texts(codes: codes, levels: ["a", "b", "c", "d"])),
      .init(name: "x", cells: .numbers(x)), .init(name: "y", cells: .numbers(y)),
    ])
    let fit = try Network<Float>.fit(table)
    let found = try fit.network.predict(table)
    let mean = y.reduce(0, +) / 600
    let error = (0..<600).reduce(0) { $0 + (found[$1, 0] - y[$1]) * (found[$1, 0] - y[$1]) }
    let spread = y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(error < 0.02 * spread)
    #expect(throws: TableError.self) { try fit.network.predict(Table([])) }
  }

  /// Inputs tell nothing: what is left is the objective's own constant.
  @Test(arguments: [0.1, 0.5, 0.9])
  func aQuantileOfNoiseIsCovered(quantile: Double) throws {
    var generator = RandomGenerator(seed: 11)
    let x = (0..<300).map { _ in [Float(generator.normal()), Float(generator.normal())] }
    let y = x.map { _ in Float(generator.uniform() * generator.uniform()) }
    let fit = try Network.fit(Dataset(inputs: x, targets: y), objective: QuantileLoss(quantile))
    let coverage = try #require(fit.network.evaluate(on: Dataset(inputs: x, targets: y)).coverage)
    #expect(abs(coverage - quantile) < 0.05)
  }

  @Test(arguments: [1, 3, 9])
  func fewRowsAreStraightLines(rows: Int) throws {
    let x = (0..<rows).map { [Float($0 * 7 % 5), Float($0)] }
    let y = x.map { 2 * $0[0] - $0[1] + 1 }
    let fit = try Network.fit(Dataset(inputs: x, targets: y))
    let far = fit.network.predict([[100, -50]])
    #expect(abs(far[0][0]) < 1000)
    if rows == 9 { #expect(abs(far[0][0] - 251) < 1) }
  }

  @Test func metricsAreInTheTablesUnits() throws {
    var generator = RandomGenerator(seed: 12)
    let x = (0..<200).map { _ in generator.normal() }
    let noise = x.map { _ in generator.normal() }
    let table = Table([
      .init(name: "x", cells: .numbers(x)),
      .init(name: "y", cells: .numbers(zip(x, noise).map { ($0 + 0.1 * $1) * 1e30 })),
    ])
    let network = try Network<Float>.fit(table).network
    let rows: EncodedTable<Float> = try network.encoding!.encode(table)
    let rmse = try #require(network.evaluate(on: rows.data).rmse)
    #expect((0.05...0.15).contains(rmse / 1e30))
  }

  @Test func learnsClasses() throws {
    var generator = RandomGenerator(seed: 6)
    let x = (0..<400).map { _ in [Float(generator.normal()), Float(generator.normal())] }
    let labels = x.map { $0[0] * $0[0] + $0[1] * $0[1] > 1.4 ? 1 : 0 }
    let fit = try Network.fit(Dataset(inputs: x, labels: labels))
    #expect(try #require(fit.network.evaluate(on: Dataset(inputs: x, labels: labels)).accuracy) > 0.95)
  }
}

extension MemberWeightTests {
  @Test func oneThatDoesAsWellTakesAll() {
    var found = MemberWeights(gram: Matrix<Double>([[2, 1, 1], [1, 1, 1], [1, 1, 1]]), corrections: [0, 0, 0])
    found.preferOne()
    #expect(found.weights == [0, 1, 0])
    var mixed = MemberWeights(gram: Matrix<Double>([[1, 0], [0, 1]]), corrections: [0, 0])
    mixed.preferOne()
    #expect(mixed.weights.allSatisfy { abs($0 - 0.5) < 1e-12 })
  }
}
