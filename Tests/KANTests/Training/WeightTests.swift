import Testing

@testable import KAN

/// A row of weight n is a row that is there n times.
@Suite struct WeightTests {
  private static let pool = ThreadPool(threads: 2)

  /// Rows with weights 0, 1, 2 or 3 times a factor, and the same rows repeated.
  private func pair<Element: Scalar>(
    _: Element.Type, _ task: LearningTask, rows: Int = 60, factor: Element = 1
  ) -> (weighted: Dataset<Element>, repeated: Dataset<Element>) {
    let data = task == .regression ? smoothData(Element.self, rows: rows) : sectorData(Element.self, rows: rows)
    var generator = RandomGenerator(seed: 9)
    let counts = (0..<rows).map { _ in generator.integer(0...3) }
    let weights = AlignedArray(counts.map { Element($0) * factor })
    let repeated = counts.indices.flatMap { row in Array(repeating: row, count: counts[row]) }
    return (
      Dataset(inputs: data.inputs, targets: data.targets, weights: weights), data.selecting(rows: repeated)
    )
  }

  private func network<Element: Scalar>(_: Element.Type, _ task: LearningTask) -> Network<Element> {
    var network = Network<Element>(.spline(2, 4), .linear(4, task == .regression ? 1 : 3), seed: 5)
    network.task = task
    return network
  }

  private func lossAndGradient<Element: Scalar>(
    _ network: Network<Element>, _ data: Dataset<Element>, rows: [Int]? = nil
  ) -> (loss: Double, gradient: [Element]) {
    let step = TrainingStep(network, on: data, batch: data.rows, pool: Self.pool)
    let loss = (rows ?? Array(0..<data.rows)).withUnsafeBufferPointer {
      step.lossAndGradient(of: network, rows: $0)
    }
    return (loss, Array(step.gradients))
  }

  @Test(arguments: [LearningTask.regression, .classification])
  func lossAndGradientOfRepeatedRows(task: LearningTask) {
    check(Double.self, task, tolerance: 1e-13)
    check(Float.self, task, tolerance: 1e-5)
  }

  private func check<Element: Scalar>(_: Element.Type, _ task: LearningTask, tolerance: Double) {
    let network = network(Element.self, task)
    for factor in [1, 0.001, 700] as [Element] {
      let (weighted, repeated) = pair(Element.self, task, factor: factor)
      let (here, there) = (lossAndGradient(network, weighted), lossAndGradient(network, repeated))
      #expect(abs(here.loss - there.loss) <= tolerance * there.loss)
      #expect(largestDifference(here.gradient, there.gradient) <= tolerance * scale(there.gradient))
    }
  }

  /// Batches, each divided by its rows, are on average the whole.
  @Test(arguments: [LearningTask.regression, .classification])
  func batchesAverageToTheWhole(task: LearningTask) {
    let network = network(Double.self, task)
    let data = pair(Double.self, task).weighted
    let whole = lossAndGradient(network, data)
    let parts = stride(from: 0, to: 60, by: 12).map { lossAndGradient(network, data, rows: Array($0..<$0 + 12)) }
    let mean = whole.gradient.indices.map { index in parts.reduce(0) { $0 + $1.gradient[index] / 5 } }
    #expect(largestDifference(mean, whole.gradient) <= 1e-13 * scale(whole.gradient))
    #expect(abs(parts.reduce(0) { $0 + $1.loss / 5 } - whole.loss) <= 1e-13 * whole.loss)
  }

  /// A batch that was gathered during the step before is the batch that is gathered when its turn comes.
  @Test(arguments: [LearningTask.regression, .classification])
  func batchesGatheredAhead(task: LearningTask) {
    let network = network(Double.self, task)
    let data = pair(Double.self, task).weighted
    let step = TrainingStep(network, on: data, batch: 20, pool: Self.pool, ahead: true)
    let batches = [Array(0..<20), [59, 3, 3, 41], Array(20..<40), Array((40..<59).reversed())]
    for (index, batch) in batches.enumerated() {
      let next = index + 1 < batches.count ? batches[index + 1] : nil
      let loss = batch.withUnsafeBufferPointer { rows in
        guard let next else { return step.lossAndGradient(of: network, rows: rows) }
        return next.withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: rows, next: $0) }
      }
      let alone = lossAndGradient(network, data, rows: batch)
      #expect(loss == alone.loss)
      #expect(Array(step.gradients) == alone.gradient)
    }
  }

  @Test(arguments: [LearningTask.regression, .classification])
  func metricsOfRepeatedRows(task: LearningTask) {
    let network = network(Double.self, task)
    let (weighted, repeated) = pair(Double.self, task, rows: 1500)
    let (here, there) = (network.evaluate(on: weighted), network.evaluate(on: repeated))
    #expect(here.samples == 1500)
    for metric in [\Evaluation.rmse, \.r2, \.pearson, \.accuracy] {
      #expect((here[keyPath: metric] == nil) == (there[keyPath: metric] == nil))
      #expect(abs((here[keyPath: metric] ?? 0) - (there[keyPath: metric] ?? 0)) <= 1e-12)
    }
    #expect(abs(here.loss - there.loss) <= 1e-12 * there.loss)
    #expect(here.loss != network.evaluate(on: Dataset(inputs: weighted.inputs, targets: weighted.targets)).loss)
  }

  @Test(arguments: [LearningTask.regression, .classification])
  func fullBatchTraining(task: LearningTask) throws {
    let (weighted, repeated) = pair(Double.self, task)
    let networks = try [weighted, repeated].map { data in
      var network = network(Double.self, task)
      let options = TrainingOptions(epochs: 30, batch: data.rows)
      try network.train(on: data, with: SGD(learningRate: 0.05), options: options, pool: Self.pool)
      return network
    }
    #expect(largestDifference(networks[0].parameters, networks[1].parameters) <= 1e-10)
    #expect(largestDifference(networks[0].outputScaling.factor, networks[1].outputScaling.factor) <= 1e-13)
    #expect(largestDifference(networks[0].parameters, network(Double.self, task).parameters) > 0.01)
  }

  @Test func equalWeightsChangeNoGradient() {
    let network = network(Float.self, .regression)
    let data = smoothData(Float.self, rows: 77)
    let weighted = Dataset(
      inputs: data.inputs, targets: data.targets, weights: AlignedArray(repeatElement(2.5, count: 77)))
    #expect(lossAndGradient(network, data).gradient == lossAndGradient(network, weighted).gradient)
  }

  @Test func weightsGoWithTheirRows() throws {
    let data = Dataset<Float>(
      inputs: Matrix(rows: 20, columns: 1, elements: (0..<20).map { Float($0) }),
      targets: .values(Matrix(rows: 20, columns: 1)), weights: AlignedArray((0..<20).map { Float($0) }))
    #expect(data.meanWeight == 9.5)
    #expect(data.selecting(rows: [3, 3, 7]).weights.map(Array.init) == [3, 3, 7])
    let parts = try #require(data.holdingOut(0.3, seed: 1))
    for part in [parts.training, parts.test] { #expect(part.weights.map(Array.init) == part.inputs.column(0)) }
  }

  @Test func badWeights() {
    let data = smoothData(Double.self, rows: 3)
    func error(_ weights: [Double]) -> TrainingError? {
      var network = network(Double.self, .regression)
      let weighted = Dataset(inputs: data.inputs, targets: data.targets, weights: AlignedArray(weights))
      return #expect(throws: TrainingError.self) { try network.train(on: weighted, epochs: 1) }
    }
    #expect(error([1, -1, 2]) == .badWeight(what: "weight", row: 1))
    #expect(error([1, 1, .nan]) == .badWeight(what: "weight", row: 2))
    #expect(error([.infinity, 1, 1]) == .badWeight(what: "weight", row: 0))
    #expect(error([0, 0, 0]) == .noData)
  }
}
