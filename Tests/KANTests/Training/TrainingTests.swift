import Testing

@testable import KAN

@Suite struct TrainingTests {
  @Test(arguments: [Layer<Float>.spline(2, 1), .chebyshev(2, 1, degree: 8), .gaussian(2, 1, grid: 10)].indices)
  func learnsASum(kind: Int) throws {
    let layer = [Layer<Float>.spline(2, 1), .chebyshev(2, 1, degree: 8), .gaussian(2, 1, grid: 10)][kind]
    var network = Network(layer)
    let data = smoothData(Float.self, rows: 400)
    let history = try network.train(
      on: data, with: AdamW(learningRate: 0.05),
      options: TrainingOptions(epochs: 60, batch: 64, schedule: .cosine), pool: ThreadPool(threads: 1))
    #expect(network.evaluate(on: smoothData(Float.self, rows: 200, seed: 2)).r2! > 0.999)
    #expect(history.end == .allEpochs && history.epochs.map(\.epoch) == Array(1...60))
    #expect(history.epochs.last!.loss < 0.01 * history.epochs[0].loss)
  }

  @Test func learnsClasses() throws {
    var network = Network<Float>(.linear(2, 24, activation: .silu), .linear(24, 3))
    try network.train(
      on: sectorData(Float.self, rows: 600), with: AdamW(learningRate: 0.02),
      options: TrainingOptions(epochs: 25, batch: 50), pool: ThreadPool(threads: 1))
    let test = sectorData(Float.self, rows: 300, seed: 2)
    #expect(network.evaluate(on: test).accuracy! > 0.95)
    #expect(network.task == .classification)
    let probabilities = network.predict(test.inputs)
    #expect((0..<300).allSatisfy { abs(probabilities.row($0).reduce(0, +) - 1) < 1e-5 })
  }

  /// Each row counts once an epoch, whatever the batch: with a rate of 0 the epoch's loss is that of all rows.
  @Test(arguments: [1, 7, 32, 100, 1000])
  func everyRowIsVisited(batch: Int) throws {
    var network = Network<Double>(.spline(2, 3), .linear(3, 1), seed: 4)
    let data = smoothData(Double.self, rows: 100)
    var steps: Set<Int> = []
    let history = try network.train(
      on: data, with: SGD(learningRate: 0), options: TrainingOptions(epochs: 3, batch: batch),
      pool: ThreadPool(threads: 1)
    ) { progress, _ in
      steps.insert(progress.steps)
      return .continue
    }
    let loss = network.evaluate(on: data).loss
    #expect(history.epochs.allSatisfy { abs($0.loss - loss) <= 1e-12 * loss })
    #expect(steps == [(100 + batch - 1) / batch])
  }

  @Test func ratesFollowTheSchedule() throws {
    var network = Network<Double>(.linear(2, 1))
    let history = try network.train(
      on: smoothData(Double.self, rows: 10), with: SGD(learningRate: 0.1),
      options: TrainingOptions(epochs: 4, batch: 5, schedule: .oneCycle), pool: ThreadPool(threads: 1))
    let expected = (1...4).map { Schedule.oneCycle.rate(0.1, step: 2 * $0 - 1, of: 8) }
    #expect(history.epochs.map(\.learningRate) == expected)
  }

  @Test func progressMayStop() throws {
    var network = Network<Float>(.spline(2, 1))
    var ends: [Int] = []
    let history = try network.train(
      on: smoothData(Float.self, rows: 50), options: TrainingOptions(epochs: 9, batch: 10),
      pool: ThreadPool(threads: 1)
    ) { progress, shown in
      if progress.isEndOfEpoch { ends.append(progress.epoch) }
      #expect(progress.epochs == 9 && progress.steps == 5 && progress.secondsLeft >= 0)
      #expect(shown.record?.history.count == progress.epoch)
      return progress.epoch == 3 ? .stop : .continue
    }
    #expect(ends == [1, 2, 3] && history.end == .stopped && history.epochs.count == 3)
    #expect(network.record?.history.count == 3 && network.record?.epochs == 9)
  }

  /// Random targets cannot be learned, so the validation loss soon rises.
  @Test func earlyStoppingRestoresTheBest() throws {
    var generator = RandomGenerator(seed: 6)
    func noise() -> Dataset<Float> {
      Dataset(inputs: generator.matrix(25, 3), targets: .values(generator.matrix(25, 1)))
    }
    let (training, validation) = (noise(), noise())
    var network = Network<Float>(.spline(3, 6), .spline(6, 1), seed: 1)
    let history = try network.train(
      on: training, validation: validation, with: AdamW(learningRate: 0.02),
      options: TrainingOptions(epochs: 500, batch: 25, patience: 5), pool: ThreadPool(threads: 1))
    let losses = history.epochs.compactMap(\.validationLoss)
    #expect(history.end == .earlyStopping && losses.count == history.epochs.count && losses.count < 500)
    #expect(history.bestEpoch == losses.firstIndex(of: losses.min()!)! + 1)
    #expect(history.epochs.count == history.bestEpoch + 5)
    #expect(network.evaluate(on: validation, pool: ThreadPool(threads: 1)).loss == losses.min())
  }

  @Test func withoutPatienceTheLastParametersStay() throws {
    let data = smoothData(Float.self, rows: 30)
    var network = Network<Float>(.spline(2, 1))
    let history = try network.train(
      on: data, validation: smoothData(Float.self, rows: 10, seed: 3), options: TrainingOptions(epochs: 4),
      pool: ThreadPool(threads: 1))
    #expect(history.bestEpoch == 4 && network.trainingState?.parameters == network.parameters)
  }

  @Test func noEpochs() throws {
    var network = Network<Float>(.linear(2, 1), seed: 3)
    let before = network.parameters
    let history = try network.train(on: smoothData(Float.self, rows: 5), epochs: 0)
    #expect(history.epochs.isEmpty && network.parameters == before)
  }
}
