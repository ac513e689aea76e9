import Testing

@testable import KAN

/// What the one training loop does for every method.
@Suite struct TrainingLoopTests {
  private static let pool = ThreadPool(threads: 2)

  enum Method: CaseIterable {
    case adam, lbfgs, levenbergMarquardt

    var method: any TrainingMethod {
      switch self {
      case .adam: AdamW(learningRate: 0.02)
      case .lbfgs: LBFGS(lossTolerance: 0)
      case .levenbergMarquardt: LevenbergMarquardt(starts: 9, tolerance: 1e-9)
      }
    }
  }

  private static func network() -> Network<Double> {
    Network(.spline(2, 2, grid: 3), .spline(2, 1, grid: 3), seed: 1)
  }

  /// Adam, which cancels the task that trains after some of its steps.
  private struct Cancelling: Optimizer {
    let adam = AdamW(learningRate: 0.01)
    let steps: Set<Int>
    var name: String { adam.name }
    var learningRate: Double { adam.learningRate }
    var weightDecay: Double { 0 }
    var momentCount: Int { 2 }

    func update<Element: Scalar>(
      _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
      state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?
    ) {
      adam.update(parameters, gradients: gradients, state: &state, rate: rate, pool: pool)
      if steps.contains(state.step) { withUnsafeCurrentTask { $0?.cancel() } }
    }
  }

  /// Broken off within an epoch, the network has what it has learned so far, and goes on to the bits of a training that was
  /// not.
  @Test(arguments: [nil, 100])
  func brokenOffWithinAnEpoch(patience: Int?) async throws {
    let data = smoothData(Float.self, rows: 100)
    let start = Network<Float>(.spline(2, 8), .spline(8, 1), seed: 1)
    func options(resuming: Bool) -> TrainingOptions {
      TrainingOptions(epochs: 3, batch: 4, schedule: .cosine, patience: patience, seed: 5, resuming: resuming)
    }
    var whole = start
    try whole.train(on: data, with: AdamW(learningRate: 0.01), options: options(resuming: false), pool: Self.pool)
    // After the first step, in the middle of the first and the third epoch, and after the second; 25 steps each.
    let method = Cancelling(steps: [1, 12, 50, 60, 61])
    var parts = start
    var ends: [Int] = []
    while true {
      let (before, options) = (parts, options(resuming: true))
      let (after, history) = try await Task {
        var network = before
        let history = try network.train(on: data, with: method, options: options, pool: Self.pool)
        return (network, history)
      }.value
      parts = after
      if history.end != .cancelled { break }
      let state = try #require(parts.trainingState)
      ends.append(25 * state.epochsDone + state.stepsDone)
      #expect(state.parameters != before.parameters)
      if patience == nil { #expect(parts.parameters == state.parameters) }
    }
    #expect(ends == [1, 12, 50, 60, 61])
    #expect(parts.parameters == whole.parameters)
    #expect(parts.trainingState == whole.trainingState)
    #expect(parts.record?.history.map(\.loss) == whole.record?.history.map(\.loss))
  }

  /// Swift's cancellation ends a training of each method at its next step, before its first epoch ends too, and leaves a
  /// network that can be used.
  @Test(arguments: Method.allCases, [false, true])
  func cancellation(method: Method, beforeItBegins: Bool) async throws {
    let data = smoothData(Double.self, rows: 400)
    let (network, history) = try await Task {
      // From within: a task that waits for another would find the threads of all tasks busy with training.
      if beforeItBegins { withUnsafeCurrentTask { $0?.cancel() } }
      var network = Self.network()
      let history = try network.train(
        on: data, with: method.method, options: TrainingOptions(epochs: 10_000, batch: 16), pool: Self.pool
      ) { _, _ in
        withUnsafeCurrentTask { $0?.cancel() }
        return .continue
      }
      return (network, history)
    }.value
    #expect(history.end == .cancelled && history.epochs.count <= 1)
    #expect(network.predict(data.inputs).elements.allSatisfy { $0.isFinite })
  }

  /// No method takes more epochs on a grid than it is given, and says truly how many there are and that time is left.
  @Test(arguments: Method.allCases, [[], [3, 6]])
  func epochsAsked(method: Method, grids: [Int]) throws {
    let data = smoothData(Double.self, rows: 200)
    for epochs in [1, 2, 7, 30] {
      var network = Self.network()
      let total = epochs * max(1, grids.count)
      var (last, starts) = (0, 0)
      let history = try network.train(
        on: data, with: method.method, options: TrainingOptions(epochs: epochs, grids: grids), pool: Self.pool
      ) { report, _ in
        #expect(report.epochs == total && report.epoch <= total && report.epoch >= last)
        if let start = report.starts {
          starts += 1
          #expect(start.done < start.count && report.loss.isNaN)
        } else if report.isEndOfEpoch {
          #expect(report.epoch == total ? report.secondsLeft >= 0 : report.secondsLeft > 0)
        }
        last = report.epoch
        return .continue
      }
      for grid in Set(history.epochs.map(\.grid)) {
        #expect(history.epochs.count { $0.grid == grid } <= epochs)
      }
      #expect(history.epochs.map(\.epoch) == Array(1...history.epochs.count))
      #expect(method == .levenbergMarquardt ? starts > 0 : starts == 0)
    }
  }

  /// Early stopping by validation data is the same for every method: the network is the best one.
  @Test(arguments: Method.allCases)
  func patience(method: Method) throws {
    var generator = RandomGenerator(seed: 3)
    func noisy(_ rows: Int) -> Dataset<Double> {
      let data = smoothData(Double.self, rows: rows)
      guard case .values(var targets) = data.targets else { return data }
      for row in 0..<rows { targets[row, 0] += 2 * generator.normal() }
      return Dataset(inputs: data.inputs, targets: .values(targets))
    }
    let (training, validation) = (noisy(60), noisy(60))
    var network = Self.network()
    let history = try network.train(
      on: training, validation: validation, with: method.method,
      options: TrainingOptions(epochs: 2000, batch: 8, patience: 4), pool: Self.pool)
    #expect(history.end == .earlyStopping && history.epochs.count < 2000)
    let losses = history.epochs.compactMap(\.validationLoss)
    #expect(losses.count == history.epochs.count)
    #expect(history.bestEpoch == history.epochs.count - 4)
    #expect(losses[history.bestEpoch - 1] == losses.min())
    #expect(network.evaluate(on: validation, pool: Self.pool).loss == losses[history.bestEpoch - 1])
  }

  /// Parameters that are written between two trainings are where a resumed one goes on.
  @Test(arguments: [Method.adam, .lbfgs])
  func parametersWrittenCount(method: Method) throws {
    let data = smoothData(Double.self, rows: 100)
    var network = Self.network()
    try network.train(on: data, with: method.method, options: TrainingOptions(epochs: 60, batch: 10), pool: Self.pool)
    let trained = network.evaluate(on: data).loss
    network.parameters = AlignedArray(zeros: network.parameterCount)
    let untrained = network.evaluate(on: data).loss
    try network.train(
      on: data, with: AdamW(learningRate: 1e-9),
      options: TrainingOptions(epochs: 61, batch: 10, resuming: method == .adam),
      pool: Self.pool)
    let loss = network.evaluate(on: data).loss
    #expect(abs(loss - untrained) < 1e-3 * untrained && loss > 1.5 * trained)
  }
}
