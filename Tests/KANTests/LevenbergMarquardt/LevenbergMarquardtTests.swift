import Foundation
import Testing

@testable import KAN

/// Whole trainings.
@Suite struct LevenbergMarquardtTests {
  private static let pool = ThreadPool(threads: 2)

  /// y = exp(sin πx₁ + x₂²), the example of the KAN paper.
  private func paperData<Element: Scalar>(_: Element.Type, rows: Int, seed: UInt64 = 1, noise: Double = 0) -> Dataset<
    Element
  > {
    var generator = RandomGenerator(seed: seed)
    let x: Matrix<Element> = generator.matrix(rows, 2)
    let y = (0..<rows).map { row in
      let (a, b) = (Double(x[row, 0]), Double(x[row, 1]))
      return Element(exp(sin(.pi * a) + b * b) + noise * generator.normal())
    }
    return Dataset(inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y)))
  }

  private func repeating(_ data: Dataset<Double>, _ counts: [Int]) -> Dataset<Double> {
    data.selecting(rows: counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) })
  }

  @Test func smoothFunctionToManyDigits() throws {
    var network = Network<Double>(.spline(2, 1), .spline(1, 1), seed: 1)
    let data = paperData(Double.self, rows: 400)
    let history = try network.train(
      on: data, with: LevenbergMarquardt(), options: TrainingOptions(epochs: 40, grids: [5, 10, 20, 40]),
      pool: Self.pool)
    let rmse = try #require(network.evaluate(on: paperData(Double.self, rows: 1000, seed: 2)).rmse)
    #expect(rmse < 1e-5)
    let grid = try #require(history.grid)
    #expect(grid.judgements.map(\.intervals) == [5, 10, 20, 40] && grid.criterion == .crossValidation)
    #expect(network.layers.allSatisfy { $0.gridIntervals == grid.intervals })
    #expect(grid.description.contains("kept grid \(grid.intervals!)"))
    #expect(history.epochs.map(\.epoch) == Array(1...history.epochs.count))
    #expect(network.record?.grid == grid && network.record?.history == history.epochs)
  }

  /// Bits are those of the seed, whatever the threads.
  @Test func determinism() throws {
    let data = paperData(Double.self, rows: 150)
    func train(seed: UInt64, threads: Int) throws -> Network<Double> {
      var network = Network<Double>(.spline(2, 1, grid: 3), .spline(1, 1, grid: 3), seed: 1)
      try network.train(
        on: data, with: LevenbergMarquardt(starts: 9), options: TrainingOptions(epochs: 8, seed: seed, grids: [3, 6]),
        pool: ThreadPool(threads: threads))
      return network
    }
    let one = try train(seed: 4, threads: 1)
    for threads in [1, 2, 3] { #expect(try train(seed: 4, threads: threads).parameters == one.parameters) }
    #expect(try train(seed: 5, threads: 2).parameters != one.parameters)
  }

  /// Fine grids on noise: the one kept, by rows left out or by validation data, is hardly worse than the coarse one, or
  /// better; and if it is the coarse one, all is as if there had been no other.
  @Test(arguments: [false, true], 1..<UInt64(5))
  func noiseOnFineGrids(validated: Bool, seed: UInt64) throws {
    let data = paperData(Double.self, rows: 120, seed: seed, noise: 0.3)
    let clean = paperData(Double.self, rows: 1000, seed: 2)
    let validation = validated ? paperData(Double.self, rows: 60, seed: 3, noise: 0.3) : nil
    func train(_ grids: [Int]) throws -> (history: TrainingHistory, rmse: Double) {
      var network = Network<Double>(.spline(2, 1, grid: 3), .spline(1, 1, grid: 3), seed: 1)
      let history = try network.train(
        on: data, validation: validation, with: LevenbergMarquardt(starts: 8),
        options: TrainingOptions(epochs: 20, grids: grids), pool: Self.pool)
      #expect(network.layers.allSatisfy { $0.gridIntervals == history.grid?.intervals })
      return (history, network.evaluate(on: clean).rmse!)
    }
    let coarse = try train([3])
    let all = try train([3, 6, 12, 24, 48])
    let grid = try #require(all.history.grid)
    #expect(grid.criterion == (validated ? .validation : .crossValidation))
    #expect(grid.description.contains("by \(grid.criterion.rawValue)"))
    #expect(grid.intervals == 3 ? all.rmse == coarse.rmse : all.rmse <= 1.05 * coarse.rmse)
    #expect(all.rmse < 0.4)
  }

  /// Few rows, whose largest value of the hidden node is far from the largest there can be, or whose outer curve looks like a
  /// polynomial on the coarsest grid.
  @Test(arguments: [
    (300, 111, 5e-6), (300, 123, 5e-6), (300, 144, 5e-6), (300, 193, 5e-6), (100, 105, 3e-4), (100, 180, 3e-4),
  ])
  func fewRows(rows: Int, seed: UInt64, bound: Double) throws {
    var generator = RandomGenerator(seed: seed, stream: 1 << 40)
    func data(_ rows: Int) -> Dataset<Double> {
      let x: Matrix<Double> = generator.matrix(rows, 2)
      let y = (0..<rows).map { exp(sin(.pi * x[$0, 0]) + x[$0, 1] * x[$0, 1]) }
      return Dataset(inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y)))
    }
    let (training, clean) = (data(rows), data(1000))
    var network = Network<Double>(.spline(2, 1, grid: 5), .spline(1, 1, grid: 5), seed: seed)
    try network.train(
      on: training, with: LevenbergMarquardt(),
      options: TrainingOptions(epochs: 60, seed: seed, grids: [5, 10, 20, 50, 100]), pool: Self.pool)
    #expect(network.evaluate(on: clean).rmse! <= bound)
  }

  /// Few values reach the ends of the grids of several hidden nodes, and a mean over all rows does not see them. Still no
  /// grid is far worse than a coarser one.
  @Test(arguments: 0..<UInt64(3))
  func fineGridsWithSeveralNodes(seed: UInt64) throws {
    func bell(rows: Int, seed: UInt64) -> Dataset<Double> {
      var generator = RandomGenerator(seed: seed)
      let x: Matrix<Double> = generator.matrix(rows, 2)
      let y = (0..<rows).map { row in
        let width = 1.25 + 0.75 * x[row, 1]
        return exp(-x[row, 0] * x[row, 0] / (2 * width * width)) / width
      }
      return Dataset(inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y)))
    }
    let clean = bell(rows: 1000, seed: 100 + seed)
    var network = Network<Double>(.spline(2, 2, grid: 3), .spline(2, 1, grid: 3), seed: seed)
    var errors: [Int: Double] = [:]
    let history = try network.train(
      on: bell(rows: 500, seed: seed), with: LevenbergMarquardt(starts: 8),
      options: TrainingOptions(epochs: 40, seed: seed, grids: [3, 6, 12, 24, 48]), pool: Self.pool
    ) { report, network in
      errors[network.layers[0].gridIntervals!] = network.evaluate(on: clean).rmse
      return .continue
    }
    let grid = try #require(history.grid)
    #expect(errors.values.allSatisfy { network.evaluate(on: clean).rmse! <= 5 * $0 })
    for (coarse, fine) in zip(grid.judgements, grid.judgements.dropFirst()) {
      #expect(errors[fine.intervals]! <= 5 * errors[coarse.intervals]!)
    }
  }

  /// Of more parameters than rows, that would be met to the last digit, more λ leaves curves that carry on better.
  @Test func moreLambdaWhereRowsAreFew() throws {
    let data = paperData(Double.self, rows: 100)
    let clean = paperData(Double.self, rows: 1000, seed: 2)
    var network = Network<Double>(.spline(2, 1, grid: 5), .spline(1, 1, grid: 5), seed: 1)
    network.prepare(for: data, MeanSquaredError())
    func train(attempts: Int) throws -> (score: Double, rmse: Double, bestEpoch: Int, epochs: Int) {
      var rule = LevenbergMarquardt(starts: 8, penaltyOrder: 5)
      rule.smoothingRounds = attempts
      var trained = network
      let history = try trained.train(
        on: data, with: rule, options: TrainingOptions(epochs: 150, grids: [5, 10, 20, 50, 100]), pool: Self.pool)
      let score = try #require(history.grid).judgements.map(\.score).min()!
      return (score, trained.evaluate(on: clean).rmse!, history.bestEpoch, history.epochs.count)
    }
    let (with, without) = (try train(attempts: 6), try train(attempts: 0))
    #expect(with.score < 0.9 * without.score && with.rmse < 1.1 * without.rmse)
    #expect(with.epochs > without.epochs && with.bestEpoch <= with.epochs)
  }

  /// Differences of order k + 3, unless told otherwise.
  @Test(arguments: [(3, 6), (2, 5), (5, 8)])
  func penaltyOrder(degree: Int, order: Int) throws {
    let data = paperData(Double.self, rows: 200)
    func train(_ order: Int?) throws -> AlignedArray<Double> {
      var network = Network<Double>(.spline(2, 1, grid: 5, degree: degree), .spline(1, 1, grid: 5, degree: 2), seed: 1)
      try network.train(
        on: data, with: LevenbergMarquardt(starts: 1, penaltyOrder: order), options: TrainingOptions(epochs: 4),
        pool: Self.pool)
      return network.parameters
    }
    #expect(try train(nil) == train(order) && train(nil) != train(order - 1))
  }

  /// A row of weight 2 is two rows, and one of weight 0 is none.
  @Test func weightsCountRows() throws {
    let counts = (0..<80).map { $0 % 3 }
    let rows = paperData(Double.self, rows: 80, noise: 0.05)
    let weighted = Dataset(
      inputs: rows.inputs, targets: rows.targets, weights: AlignedArray(counts.map { Double($0) }))
    let repeated = repeating(rows, counts)
    var network = Network<Double>(.spline(2, 1, grid: 3), .spline(1, 1, grid: 3), seed: 1)
    network.describe(rows)
    func minimize(_ data: Dataset<Double>, _ lambda: Double) throws -> (network: Network<Double>, rms: [Double]) {
      let problem = LeastSquaresProblem(network, data, pool: Self.pool)
      try problem.followRanges()
      var minimization = DampedMinimization(problem, order: 4, lambda: lambda, damping: 1e-3, tolerance: 1e-8)
      var rms = [minimization.rms]
      _ = try minimization.run(iterations: 12) {
        rms.append($0)
        return true
      }
      return (problem.network, rms)
    }
    // Weights are relative, so that the sum of squares is one of 80 rows there and of 79 here.
    let (here, there) = (try minimize(weighted, 1e-3 * 80 / 79), try minimize(repeated, 1e-3))
    #expect(largestDifference(here.rms, there.rms) <= 1e-9)
    let points = paperData(Double.self, rows: 50, seed: 2).inputs
    #expect(
      largestDifference(here.network.predict(points).elements, there.network.predict(points).elements) <= 1e-6)
    #expect(largestDifference(here.rms, try minimize(rows, 1e-3).rms) > 1e-3)
  }

  /// Trained in double precision and rounded.
  @Test func singlePrecision() throws {
    let single = paperData(Float.self, rows: 200)
    var network = Network<Float>(.spline(2, 1, grid: 8), .spline(1, 1, grid: 8), seed: 1)
    var twin = try network.converted(to: Double.self)
    let rule = LevenbergMarquardt()
    try network.train(on: single, with: rule, options: TrainingOptions(epochs: 30, grids: [8]), pool: Self.pool)
    try twin.train(
      on: single.inDoublePrecision(), with: rule, options: TrainingOptions(epochs: 30), pool: Self.pool)
    #expect(network.evaluate(on: paperData(Float.self, rows: 500, seed: 2)).rmse! < 0.02)
    let rounded = try twin.converted(to: Float.self)
    let points = paperData(Float.self, rows: 100, seed: 3).inputs
    #expect(largestDifference(network.predict(points).elements, rounded.predict(points).elements) <= 2e-3)
  }

  @Test func conversionThereAndBack() throws {
    var generator = RandomGenerator(seed: 8)
    for _ in 0..<20 {
      let network = try generator.network(BasisKind.allCases).converted(to: Float.self)
      let double = try network.converted(to: Double.self)
      let points: Matrix<Float> = generator.matrix(20, network.inputs)
      let here = network.predict(points)
      let there = double.predict(
        Matrix(rows: 20, columns: network.inputs, elements: points.elements.map { Double($0) }))
      #expect(largestDifference(here.elements, there.elements) <= 2e-3 * scale(there.elements, atLeast: 1))
      let back = try double.converted(to: Float.self)
      #expect(back.parameters == network.parameters && back.predict(points) == here)
    }
  }

  @Test func severalTargetsAndAColumnThatNeverChanges() throws {
    var generator = RandomGenerator(seed: 2)
    var x: Matrix<Double> = generator.matrix(200, 3)
    for row in 0..<200 { x[row, 2] = 7 }
    let y = (0..<200).flatMap { row in [sin(2 * x[row, 0]) + x[row, 1], x[row, 0] * x[row, 0], 5] }
    let data = Dataset(inputs: x, targets: .values(Matrix(rows: 200, columns: 3, elements: y)))
    var network = Network<Double>(.spline(3, 3, grid: 6), seed: 1)
    try network.train(on: data, with: LevenbergMarquardt(), pool: Self.pool)
    #expect(network.evaluate(on: data).rmse! < 1e-3)
    let distance = network.predict(x).column(2).map { abs($0 - 5) }.max()!
    #expect(distance <= 1e-3)
    var deep = Network<Double>(.spline(3, 2, grid: 4), .linear(2, 3), seed: 1)
    try deep.train(
      on: data, with: LevenbergMarquardt(starts: 4), options: TrainingOptions(epochs: 20), pool: Self.pool)
    #expect(
      deep.predict(x).elements.allSatisfy { $0.isFinite }
        && deep.evaluate(on: data).targets!.prefix(2).allSatisfy { $0.r2! > 0.5 })
  }

  @Test func targetThatNeverChanges() throws {
    let rows = paperData(Double.self, rows: 60)
    let data = Dataset(
      inputs: rows.inputs, targets: .values(Matrix(rows: 60, columns: 1, elements: Array(repeating: 5, count: 60))))
    var network = Network<Double>(.spline(2, 1), .spline(1, 1), seed: 1)
    try network.train(
      on: data, with: LevenbergMarquardt(starts: 2), options: TrainingOptions(epochs: 100, grids: [5, 10]),
      pool: Self.pool)
    let distance = network.predict(paperData(Double.self, rows: 200, seed: 2).inputs).elements.map { abs($0 - 5) }
      .max()!
    #expect(distance <= 1e-3)
  }

  @Test(arguments: [1, 2, 3, 5])
  func hardlyAnyRows(rows: Int) throws {
    let data = paperData(Double.self, rows: rows)
    var network = Network<Double>(.spline(2, 2), .spline(2, 1), seed: 1)
    let history = try network.train(
      on: data, with: LevenbergMarquardt(starts: 4), options: TrainingOptions(epochs: 10, grids: [3, 6, 12]),
      pool: Self.pool)
    #expect(network.predict(paperData(Double.self, rows: 50, seed: 2).inputs).elements.allSatisfy { $0.isFinite })
    #expect(network.evaluate(on: data).rmse! < 0.5)
    #expect(history.epochs.allSatisfy { $0.loss.isFinite })
  }

  @Test func duplicateRows() throws {
    let data = repeating(paperData(Double.self, rows: 4), [9, 9, 9, 9])
    var network = Network<Double>(.spline(2, 1), .spline(1, 1), seed: 1)
    try network.train(
      on: data, with: LevenbergMarquardt(starts: 4), options: TrainingOptions(epochs: 10, grids: [5, 20]),
      pool: Self.pool)
    #expect(network.evaluate(on: data).rmse! < 0.01)
    #expect(network.predict(paperData(Double.self, rows: 50, seed: 2).inputs).elements.allSatisfy { $0.isFinite })
  }

  @Test func noEpochs() throws {
    let data = paperData(Double.self, rows: 50)
    var network = Network<Double>(.spline(2, 1), .spline(1, 1), seed: 1)
    let history = try network.train(
      on: data, with: LevenbergMarquardt(starts: 2), options: TrainingOptions(epochs: 0), pool: Self.pool)
    #expect(history.epochs.isEmpty)
    #expect(network.predict(data.inputs).elements.allSatisfy { $0.isFinite })
  }

  /// Stopped on the second grid, in the middle of it, the network is one that can be used.
  @Test func stopped() throws {
    let data = paperData(Double.self, rows: 100)
    var network = Network<Double>(.spline(2, 1, grid: 3), .spline(1, 1, grid: 3), seed: 1)
    var shown: [Double] = []
    let history = try network.train(
      on: data, with: LevenbergMarquardt(starts: 4), options: TrainingOptions(epochs: 20, grids: [3, 6, 12]),
      pool: Self.pool
    ) { report, network in
      if !report.isEndOfEpoch { return .continue }
      shown.append(network.evaluate(on: data).loss)
      return network.record?.history.last?.grid == 6 ? .stop : .continue
    }
    #expect(history.end == .stopped && shown.count == history.epochs.count)
    #expect(history.epochs.filter { $0.grid == 6 }.count == 1 && !history.epochs.contains { $0.grid == 12 })
    #expect(zip(shown, history.epochs).allSatisfy { abs($0 - $1.loss) <= 1e-9 * $0 + 1e-15 })
    #expect(network.evaluate(on: data).loss <= 2 * shown[0] && network.evaluate(on: data).r2! > 0.9)

    // It goes on on that grid.
    let resumed = try network.train(
      on: data, with: LevenbergMarquardt(starts: 4),
      options: TrainingOptions(epochs: 20, resuming: true, grids: [3, 6, 12]),
      pool: Self.pool)
    #expect(Array(resumed.epochs.prefix(history.epochs.count)) == history.epochs)
    #expect(resumed.epochs.last?.grid == 12 && resumed.end != .stopped)
    #expect(resumed.epochs.map(\.epoch) == Array(1...resumed.epochs.count))
  }

  @Test func tooLargeForItsMemory() {
    var network = Network<Float>(.spline(100, 100), .spline(100, 1))
    let data = Dataset<Float>(inputs: Matrix(rows: 2, columns: 100), targets: .values(Matrix(rows: 2, columns: 1)))
    let rule = LevenbergMarquardt()
    #expect(rule.bytes(for: network, rows: 2) >= 16 * network.parameterCount * network.parameterCount)
    let error = #expect(throws: TrainingError.self) { try network.train(on: data, with: rule) }
    #expect(error?.description.hasSuffix("may take 2048 MiB: use L-BFGS, or Adam") == true)
    #expect(network.record == nil)
    // Grids that are yet to come count too.
    let small = Network<Float>(.spline(10, 10), .spline(10, 1))
    #expect(
      rule.bytes(for: small, rows: 2, grids: [5, 100]) > 50 * rule.bytes(for: small, rows: 2))
  }

  @Test func refusals() {
    var network = Network<Double>(.spline(2, 3))
    #expect(throws: TrainingError.notForObjective(optimizer: "lm", objective: "cross-entropy")) {
      try network.train(on: sectorData(Double.self, rows: 20), with: LevenbergMarquardt())
    }
    var one = Network<Double>(.spline(2, 1))
    #expect(throws: TrainingError.cannotRestrict(optimizer: "lm")) {
      try one.train(
        on: smoothData(Double.self, rows: 20), with: LevenbergMarquardt(),
        options: TrainingOptions(updating: .supported))
    }
    let rows = smoothData(Double.self, rows: 20)
    var inputs = rows.inputs
    inputs[3, 1] = .nan
    let data = Dataset(inputs: inputs, targets: rows.targets)
    #expect(throws: TrainingError.nonFiniteData(what: "input", row: 3, column: 1)) {
      try one.train(on: data, with: LevenbergMarquardt())
    }
    #expect(one.record == nil)
  }
}
