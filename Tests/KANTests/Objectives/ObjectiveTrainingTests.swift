import Foundation
import Testing

@testable import KAN

/// A fit of each objective finds what it is to find.
@Suite struct ObjectiveTrainingTests {
  private static let pool = ThreadPool(threads: 2)

  enum Method: CaseIterable { case adam, lbfgs, levenbergMarquardt }

  private func fit<Element: Scalar>(
    _ data: Dataset<Element>, _ objective: (any Objective)?, _ method: Method = .lbfgs, epochs: Int = 60
  ) throws -> Network<Element> {
    var network = Network<Element>(.spline(2, 1), seed: 1)
    var options = TrainingOptions(epochs: epochs, batch: 100, schedule: .oneCycle, objective: objective)
    switch method {
    case .adam:
      try network.train(on: data, with: AdamW(learningRate: 0.05), options: options, pool: Self.pool)
    case .lbfgs: try network.train(on: data, with: LBFGS(), options: options, pool: Self.pool)
    case .levenbergMarquardt:
      options.epochs = 15
      try network.train(on: data, with: LevenbergMarquardt(), options: options, pool: Self.pool)
    }
    #expect(network.record?.objective == ObjectiveDescription(objective ?? MeanSquaredError()))
    return network
  }

  /// Coverage on fresh rows is q, within four standard errors of a binomial share and what 1500 rows teach.
  @Test(arguments: Method.allCases, [0.5, 0.9])
  func quantileCoverage(method: Method, quantile: Double) throws {
    let network = try fit(noisyData(Double.self, rows: 1500), QuantileLoss(quantile), method)
    let fresh = network.evaluate(on: noisyData(Double.self, rows: 4000, seed: 2), pool: Self.pool)
    let error = (quantile * (1 - quantile) * (1 / 4000 + 1 / 1500)).squareRoot()
    #expect(abs(try #require(fresh.coverage) - quantile) <= 4 * error)
    // It is no shifted mean: the band is wider where the noise is.
    let edges = network.predict(Matrix([[-0.8, 0], [0.8, 0]]))
    let width = (0..<2).map { edges[$0, 0] - sin(3 * (Double($0) * 1.6 - 0.8)) }
    if quantile == 0.9 { #expect(width[1] > 2 * width[0]) }
  }

  @Test func absoluteErrorIsTheMedian() throws {
    let data = noisyData(Double.self, rows: 1500)
    let network = try fit(data, AbsoluteError(), epochs: 100)
    let half = try fit(data, QuantileLoss(0.5), epochs: 100)
    #expect(abs(network.evaluate(on: data).loss - 2 * half.evaluate(on: data).loss) < 1e-3)
    #expect(abs(try #require(network.evaluate(on: data).coverage) - 0.5) < 0.03)
  }

  @Test(arguments: Method.allCases)
  func poissonRates(method: Method) throws {
    let network = try fit(countData(Double.self, rows: 2000), PoissonDeviance(), method)
    let fresh = cleanData(Double.self, rows: 1000, seed: 2)
    let rates = network.predict(fresh.inputs)
    guard case .values(let truth) = fresh.targets else { return }
    let errors = (0..<1000).map { log(rates[$0, 0]) - 1 - truth[$0, 0] }
    #expect((errors.reduce(0) { $0 + $1 * $1 } / 1000).squareRoot() < 0.09)
    // A deviance of about 1 a row is that of counts around their true rate.
    let judged = network.evaluate(on: countData(Double.self, rows: 2000, seed: 3))
    #expect(abs(judged.loss - 1.1) < 0.12 && judged.accuracy == nil && judged.rmse != nil && judged.coverage == nil)
  }

  /// The outputs start at the logarithm of the mean, so that large rates are no matter of many steps.
  @Test func largeRates() throws {
    let data = countData(Float.self, rows: 400)
    guard case .values(let counts) = data.targets else { return }
    let thousands = Matrix(rows: 400, columns: 1, elements: counts.elements.map { 1000 * $0 })
    let large = Dataset(inputs: data.inputs, targets: .values(thousands))
    var network = Network<Float>(.spline(2, 1), seed: 1)
    try network.train(on: large, with: LBFGS(), options: TrainingOptions(epochs: 0, objective: PoissonDeviance()))
    let mean = thousands.elements.reduce(0, +) / 400
    #expect(abs(network.parameters.last! - log(mean)) < 1e-5)
    let small = try fit(data, PoissonDeviance(), .levenbergMarquardt)
    let fitted = try fit(large, PoissonDeviance(), .levenbergMarquardt)
    let rows = cleanData(Float.self, rows: 50, seed: 4).inputs
    for (one, other) in zip(small.predict(rows).elements, fitted.predict(rows).elements) {
      #expect(abs(other / (1000 * one) - 1) < 0.1)
    }
  }

  @Test(arguments: Method.allCases)
  func logisticProbabilities(method: Method) throws {
    let network = try fit(binaryData(Double.self, rows: 3000), LogisticLoss(), method)
    let fresh = cleanData(Double.self, rows: 1000, seed: 2)
    guard case .values(let truth) = fresh.targets else { return }
    let probabilities = network.predict(fresh.inputs)
    let errors = (0..<1000).map { probabilities[$0, 0] - 1 / (1 + exp(1 - 3 * truth[$0, 0])) }
    #expect((errors.reduce(0) { $0 + $1 * $1 } / 1000).squareRoot() < 0.05)
    let judged = network.evaluate(on: binaryData(Double.self, rows: 3000, seed: 3))
    #expect(try #require(judged.accuracy) > 0.8 && judged.rmse == nil && judged.r2 == nil)
  }

  @Test(arguments: Method.allCases, [HuberLoss(), AbsoluteError()] as [any Objective])
  func outliers(method: Method, objective: any Objective) throws {
    let data = contaminatedData(Double.self, rows: 600)
    let fresh = cleanData(Double.self, rows: 1000, seed: 2)
    let robust = try fit(data, objective, method, epochs: 120).evaluate(on: fresh)
    let squared = try fit(data, nil, method).evaluate(on: fresh)
    #expect(try #require(robust.rmse) < 0.1 && squared.rmse! > 20 * robust.rmse!)
  }

  @Test(arguments: [HuberLoss(), QuantileLoss(0.8), PoissonDeviance(), LogisticLoss()] as [any Objective], [1, 3])
  func sameBitsForAnyThreads(objective: any Objective, threads: Int) throws {
    let data = binaryData(Float.self, rows: 700)
    func train(_ threads: Int) throws -> Network<Float> {
      var network = Network<Float>(.spline(2, 5), .spline(5, 1), seed: 2)
      let options = TrainingOptions(epochs: 2, batch: 300, objective: objective)
      try network.train(on: data, with: AdamW(learningRate: 0.01), options: options, pool: ThreadPool(threads: threads))
      return network
    }
    let (one, other) = (try train(2), try train(threads))
    #expect(one.parameters == other.parameters && one.record?.history[1].loss == other.record?.history[1].loss)
  }

  /// Σ over rows of the losses by row is the loss, which a training's history has too.
  @Test(arguments: [MeanSquaredError(), HuberLoss(), PoissonDeviance(), LogisticLoss()] as [any Objective])
  func lossesOfRows(objective: any Objective) throws {
    let data = binaryData(Double.self, rows: 300)
    let weighted = Dataset(
      inputs: data.inputs, targets: data.targets, weights: AlignedArray((0..<300).map { Double($0 % 4) }))
    for data in [data, weighted] {
      let network = try fit(data, objective, epochs: 5)
      let losses = try network.losses(on: TrainingRows(data), pool: Self.pool)
      let loss = network.evaluate(on: data).loss
      #expect(abs(losses.reduce(0, +) / 300 - loss) <= 1e-13 * loss)
      #expect(abs(try #require(network.record?.history.last?.loss) - loss) <= 1e-12 * loss)
    }
  }

  /// By all parameters of a network of two layers.
  @Test(
    arguments: [HuberLoss(), QuantileLoss(0.8), AbsoluteError(), PoissonDeviance(), LogisticLoss()] as [any Objective])
  func gradientsEqualDifferences(objective: any Objective) {
    let data = binaryData(Double.self, rows: 30)
    var network = Network<Double>(.spline(2, 2, grid: 3), .spline(2, 1, grid: 3), seed: 4)
    network.prepare(for: data, objective)
    let batch = FullBatch(network, TrainingRows(data), pool: Self.pool)
    var (gradient, unused) = (
      AlignedArray<Double>(zeros: network.parameterCount), AlignedArray<Double>(zeros: network.parameterCount)
    )
    _ = batch.lossAndGradient(of: network, gradient: &gradient)
    let h = 1e-6
    for place in 0..<network.parameterCount {
      let slopes = [h, -h].map { change in
        var moved = network
        moved.parameters[place] += change
        return batch.lossAndGradient(of: moved, gradient: &unused)
      }
      #expect(abs((slopes[0] - slopes[1]) / (2 * h) - gradient[place]) <= 1e-8, "\(place)")
    }
  }

  @Test func otherObjectives() throws {
    let data = countData(Double.self, rows: 100)
    var network = try fit(data, HuberLoss(delta: 0.5), epochs: 2)
    func go(_ objective: (any Objective)?, resuming: Bool) throws {
      try network.train(
        on: data, with: LBFGS(), options: TrainingOptions(epochs: 4, resuming: resuming, objective: objective))
    }
    let trained = "huber (delta 0.5)"
    #expect(throws: TrainingError.otherObjective(trained: trained, asked: "mse")) {
      try go(MeanSquaredError(), resuming: true)
    }
    #expect(throws: TrainingError.otherObjective(trained: trained, asked: "huber (delta 0.1)")) {
      try go(HuberLoss(), resuming: true)
    }
    // Outputs would mean something else.
    #expect(throws: TrainingError.otherObjective(trained: trained, asked: "poisson")) {
      try go(PoissonDeviance(), resuming: false)
    }
    try go(nil, resuming: true)
    #expect(network.record?.objective == ObjectiveDescription(HuberLoss(delta: 0.5)))
    try go(QuantileLoss(0.2), resuming: false)
    #expect(network.objective as? QuantileLoss == QuantileLoss(0.2))
    #expect(network.record?.objective?.description == "quantile (quantile 0.2)")
  }

  @Test(arguments: [
    (PoissonDeviance() as any Objective, 2.0, -1.0, "counts, which are not negative"),
    (LogisticLoss(), 1, 0.5, "targets of 0 and 1"),
  ])
  func targetsOutside(objective: any Objective, good: Double, bad: Double, takes: String) {
    let name = type(of: objective).name
    var targets = Matrix<Double>(rows: 5, columns: 2, elements: Array(repeating: good, count: 10))
    let inputs = Matrix<Double>(rows: 5, columns: 1, elements: [0, 1, 2, 3, 4])
    let fitting = Dataset(inputs: inputs, targets: .values(targets))
    targets[3, 1] = bad
    let data = Dataset(inputs: inputs, targets: .values(targets))
    var network = Network<Double>(.spline(1, 2))
    let options = TrainingOptions(epochs: 1, objective: objective)
    let error = #expect(throws: TrainingError.self) { try network.train(on: data, options: options) }
    #expect(error == .badTarget(what: "target", row: 3, column: 1, objective: name, takes: takes))
    #expect(error?.description == "target, row 4, column 2: \(name) takes \(takes)")
    #expect(
      throws: TrainingError.badTarget(what: "validation target", row: 3, column: 1, objective: name, takes: takes)
    ) { try network.train(on: fitting, validation: data, with: LBFGS(), options: options) }
  }

  @Test func numbersAndClasses() {
    var network = Network<Double>(.spline(2, 3))
    #expect(throws: TrainingError.targets(objective: "huber", takes: "numbers")) {
      try network.train(on: sectorData(Double.self, rows: 9), options: TrainingOptions(objective: HuberLoss()))
    }
    var single = Network<Double>(.spline(2, 1))
    #expect(throws: TrainingError.targets(objective: "cross-entropy", takes: "classes")) {
      try single.train(on: smoothData(Double.self, rows: 9), options: TrainingOptions(objective: SoftmaxCrossEntropy()))
    }
    #expect(throws: TrainingError.leastSquares("huber is not the squared error")) {
      var trained = try fit(smoothData(Double.self, rows: 50), HuberLoss(), epochs: 1)
      try trained.fitLastLayer(on: smoothData(Double.self, rows: 50))
    }
  }

  /// Grids are judged by the objective.
  @Test func gridsInTurn() throws {
    var network = Network<Double>(.spline(2, 1, grid: 2), seed: 1)
    let data = countData(Double.self, rows: 600)
    let history = try network.train(
      on: data, with: LBFGS(), options: TrainingOptions(epochs: 20, grids: [2, 4], objective: PoissonDeviance()))
    let choice = try #require(history.grid)
    #expect(choice.judgements.count == 2 && choice.judgements.allSatisfy { (0.9...2).contains($0.score) })
    #expect(network.objective is PoissonDeviance && network.evaluate(on: data).loss < 1.2)
  }
}
