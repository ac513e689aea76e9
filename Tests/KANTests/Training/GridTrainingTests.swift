import Testing

@testable import KAN

/// Training on grids in turn, by batches and by all rows at once.
@Suite struct GridTrainingTests {
  enum Rule: CaseIterable {
    case adam, sgd, lbfgs

    @discardableResult
    func train(
      _ network: inout Network<Double>, _ options: TrainingOptions, threads: Int = 2,
      stopAt epoch: Int = .max
    ) throws -> TrainingHistory {
      let (data, judges) = (smoothData(Double.self, rows: 200, inputs: 2), smoothData(Double.self, rows: 90, seed: 2))
      let pool = ThreadPool(threads: threads)
      func progress(_ report: TrainingProgress, _: borrowing Network<Double>) -> TrainingDecision {
        report.isEndOfEpoch && report.epoch == epoch ? .stop : .continue
      }
      return switch self {
      case .adam:
        try network.train(
          on: data, validation: judges, with: AdamW(learningRate: 0.01), options: options, pool: pool,
          progress: progress)
      case .sgd:
        try network.train(
          on: data, validation: judges, with: SGD(learningRate: 0.01), options: options, pool: pool,
          progress: progress)
      case .lbfgs:
        try network.train(
          on: data, validation: judges, with: LBFGS(), options: options, pool: pool, progress: progress)
      }
    }
  }

  private let options = TrainingOptions(epochs: 4, batch: 50, seed: 3, grids: [3, 6, 12])
  private func untrained() -> Network<Double> { Network(.spline(2, 3, grid: 3), .spline(3, 1, grid: 3), seed: 4) }

  @Test(arguments: Rule.allCases)
  func keptGridIsTheSaidOne(rule: Rule) throws {
    var network = untrained()
    let history = try rule.train(&network, options)
    let choice = try #require(history.grid)
    #expect(choice == network.record?.grid)
    #expect(choice.judgements.map(\.intervals) == Array([3, 6, 12].prefix(choice.judgements.count)))
    #expect(network.layers.allSatisfy { $0.gridIntervals == choice.intervals })
    let losses = (network.record?.history ?? []).map(\.loss)
    #expect(losses.count > 4 && losses.allSatisfy(\.isFinite))
    // The first epoch on a finer grid starts from the curves of the coarser one.
    let first = try #require(network.record?.history.firstIndex { $0.grid == 6 })
    #expect(losses[first] < 1.5 * losses[first - 1])
  }

  /// Other grids change curves where no data lies too: refused before anything has changed.
  @Test(arguments: Rule.allCases)
  func keepsNothingThatWasLearned(rule: Rule) throws {
    var network = untrained()
    try rule.train(&network, TrainingOptions(epochs: 1, seed: 3))
    let before = network
    var restricted = options
    restricted.updating = .supported
    #expect(throws: TrainingError.cannotRestrictOnGrids) { try rule.train(&network, restricted) }
    #expect(network.parameters == before.parameters && network.record == before.record)
    #expect("\(TrainingError.cannotRestrictOnGrids)".contains("to keep what has been learned"))
  }

  @Test(arguments: Rule.allCases, [1, 3])
  func anyNumberOfThreads(rule: Rule, threads: Int) throws {
    var (two, other) = (untrained(), untrained())
    try rule.train(&two, options)
    try rule.train(&other, options, threads: threads)
    #expect(two.parameters == other.parameters)
  }

  @Test(arguments: Rule.allCases, [2, 6])
  func resumed(rule: Rule, epoch: Int) throws {
    var (whole, parts) = (untrained(), untrained())
    try rule.train(&whole, options)
    #expect(try rule.train(&parts, options, stopAt: epoch).end == .stopped)
    var rest = options
    rest.resuming = true
    try rule.train(&parts, rest)
    #expect(whole.parameters == parts.parameters)
    #expect(whole.layers.map(\.gridIntervals) == parts.layers.map(\.gridIntervals))
  }
}
