import Testing

@testable import KAN

/// Levenberg-Marquardt's steps on other losses than the squared error.
@Suite struct ReweightingTests {
  private static let pool = ThreadPool(threads: 2)

  struct Case: Decodable, CustomTestStringConvertible {
    let objective: ObjectiveDescription
    let widths: [Int]
    let intervals, degree: Int
    let inputs, targets, start: [Double]
    let sum: Double
    var testDescription: String { "\(objective), \(widths)" }

    func problem(threads: Int) throws -> LeastSquaresProblem {
      var network = Network<Double>(
        zip(widths, widths.dropFirst()).map { .spline($0, $1, grid: intervals, degree: degree) })
      network.parameters = AlignedArray(start)
      network.take(try makeObjective(objective))
      let data = Dataset<Double>(
        inputs: Matrix(rows: targets.count, columns: widths[0], elements: inputs),
        targets: .values(Matrix(rows: targets.count, columns: 1, elements: targets)))
      return LeastSquaresProblem(network, data, pool: ThreadPool(threads: threads))
    }
  }

  /// The minimum is scipy's, and every iteration lowers the sum.
  @Test(arguments: try reference("reweighting", as: [Case].self))
  func equalsScipy(example: Case) throws {
    let problem = try example.problem(threads: 1)
    var minimization = DampedMinimization(problem, order: 4, lambda: 0, damping: 1e-3, tolerance: 1e-13)
    var sums = [minimization.squares]
    _ = try minimization.run(iterations: 400) { rms in
      sums.append(rms * rms * Double(problem.residuals))
      return true
    }
    for (before, after) in zip(sums, sums.dropFirst()) { #expect(after < before * (1 + 1e-14)) }
    // Near the kink of absolute and quantile errors curvatures are cut off.
    let isSmooth = !["absolute", "quantile"].contains(example.objective.name)
    let excess = sums.last! / example.sum - 1
    #expect(excess <= (isSmooth ? 1e-9 : 2e-5) && excess >= (example.widths.count == 2 ? -1e-9 : -1), "\(excess)")
    #expect(abs(minimization.squares - problem.sumOfLosses()) == 0)
  }

  /// JᵀJ and Jᵀr of reweighted rows are half of the sum's curvature and negative gradient, by central differences.
  @Test(arguments: try reference("reweighting", as: [Case].self).filter { $0.widths.count == 2 })
  func equationsEqualDifferences(example: Case) throws {
    let problem = try example.problem(threads: 1)
    var generator = RandomGenerator(seed: 3)
    let start = AlignedArray(example.start.map { _ in 0.3 * generator.normal() })
    problem.parameters = start
    let equations = problem.makeEquations()
    problem.linearize(equations)
    func sum(_ changes: [(Int, Double)]) -> Double {
      var parameters = start
      for (place, change) in changes { parameters[place] += change }
      problem.parameters = parameters
      return problem.sumOfLosses()
    }
    let isCurved = ["poisson", "logistic"].contains(example.objective.name)
    let (middle, h) = (sum([]), 1e-5)
    for place in stride(from: 0, to: equations.count, by: 2) {
      let slope = (sum([(place, h)]) - sum([(place, -h)])) / (2 * h)
      // A row may lie on either side of a kink.
      #expect(abs(-2 * equations.gradient[place] - slope) <= (isCurved ? 1e-7 : 1e-2) * max(1, abs(slope)))
      guard isCurved else { continue }
      let wide = 1e-3
      let second = (sum([(place, wide)]) - 2 * middle + sum([(place, -wide)])) / (wide * wide)
      #expect(
        abs(2 * equations.matrix[place * equations.count + place] - second) <= 1e-5 * max(1, second), "\(place)")
    }
  }

  /// A row of weight n is one that is there n times, in the equations too: but for the mean weight, which divides.
  @Test(arguments: [HuberLoss(), QuantileLoss(0.3), PoissonDeviance(), LogisticLoss()] as [any Objective])
  func weightsEqualRepetition(objective: any Objective) {
    let data = binaryData(Double.self, rows: 60)
    let counts = (0..<60).map { $0 % 4 }
    let weighted = Dataset(
      inputs: data.inputs, targets: data.targets, weights: AlignedArray(counts.map { Double($0) }))
    let repeated = data.selecting(rows: counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) })
    var network = Network<Double>(.spline(2, 1), seed: 5)
    network.take(objective)
    let (here, there) = (
      LeastSquaresProblem(network, weighted, pool: Self.pool), LeastSquaresProblem(network, repeated, pool: Self.pool)
    )
    let factor = Double(repeated.rows) / 60
    #expect(abs(factor * here.sumOfLosses() / there.sumOfLosses() - 1) <= 1e-13)
    #expect(abs(factor * here.sumOfSquaredResiduals() / there.sumOfSquaredResiduals() - 1) <= 1e-13)
    let equations = (here.makeEquations(), there.makeEquations())
    here.linearize(equations.0)
    there.linearize(equations.1)
    let count = equations.0.count
    for (one, other) in [
      ((0..<count).map { equations.0.gradient[$0] }, (0..<count).map { equations.1.gradient[$0] }),
      (equations.0.lowerTriangle, equations.1.lowerTriangle),
    ] {
      let one = one.map { factor * $0 }
      #expect(largestDifference(one, other) <= 1e-12 * scale(other))
    }
  }

  /// The squared error under another name, which is reweighted: with weights of 1.
  private struct Squares: PointwiseObjective {
    static let name = "squares"
    var scalesTargets: Bool { true }
    init() {}
    init(_ description: ObjectiveDescription) {}
    func point(output: Double, target: Double) -> PointLoss {
      PointLoss(value: (output - target) * (output - target), slope: 2 * (output - target), curvature: 2)
    }
  }

  /// The squared error's own way and reweighting are the same to the bit.
  @Test func squaredErrorByReweighting() throws {
    let networks = try [MeanSquaredError(), Squares()].map { (objective: any Objective) in
      var network = Network<Double>(.spline(2, 1, grid: 3), .spline(1, 1, grid: 3), seed: 1)
      try network.train(
        on: noisyData(Double.self, rows: 150), with: LevenbergMarquardt(starts: 4),
        options: TrainingOptions(epochs: 12, objective: objective), pool: Self.pool)
      return network
    }
    #expect(networks[0].parameters == networks[1].parameters)
    #expect(networks[0].record?.history.map(\.loss) == networks[1].record?.history.map(\.loss))
  }

  /// Whole trainings, from the choice of λ to that of a grid, with an objective that the squared error does badly with.
  @Test(arguments: [1, 3])
  func sameBitsForAnyThreads(threads: Int) throws {
    func train(_ threads: Int) throws -> Network<Double> {
      let data = contaminatedData(Double.self, rows: 200)
      var network = Network<Double>(.spline(2, 1, grid: 3), .spline(1, 1, grid: 3), seed: 1)
      try network.train(
        on: data, with: LevenbergMarquardt(starts: 9),
        options: TrainingOptions(epochs: 8, grids: [3, 6], objective: HuberLoss()), pool: ThreadPool(threads: threads))
      return network
    }
    #expect(try train(threads).parameters == train(2).parameters)
  }

  @Test func refusesCrossEntropyByName() {
    var network = Network<Double>(.spline(2, 3))
    #expect(throws: TrainingError.notForObjective(optimizer: "lm", objective: "cross-entropy")) {
      try network.train(
        on: sectorData(Double.self, rows: 20), with: LevenbergMarquardt(), options: TrainingOptions(epochs: 1))
    }
  }
}
