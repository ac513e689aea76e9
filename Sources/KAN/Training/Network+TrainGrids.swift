/// A rule that trains a network on the grid it has.
enum GridTrainer {
  /// Small batches.
  case batches(any Optimizer)
  /// All rows at once.
  case allRows(LBFGS)

  func train<Element: Scalar>(
    _ network: inout Network<Element>, _ data: Dataset<Element>, _ validation: Dataset<Element>,
    _ options: TrainingOptions, _ pool: ThreadPool,
    _ progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) -> TrainingHistory {
    switch self {
    case .batches(let rule):
      try network.train(
        on: data, validation: validation, with: rule, options: options, pool: pool, progress: progress)
    case .allRows(let rule):
      try network.train(
        on: data, validation: validation, with: rule, options: options, pool: pool, progress: progress)
    }
  }
}

extension Network {
  /// Trains on one grid after another with a rule of any kind, and keeps a finer grid if it is clearly better
  /// (``GridChoice``).
  ///
  /// Between two grids the curves are carried over (``extendGrid(to:on:pool:)``) and the ranges of hidden layers follow
  /// what these see of the training inputs. What an optimiser remembers starts afresh: gradients of finer functions are
  /// no combination of those of coarser ones, and a running mean that starts at 0 needs its correction for that. So does
  /// the schedule of the rate.
  ///
  /// Each grid is judged by the validation data, or by a tenth of the rows put aside for it, and two in a row that are not
  /// kept end the training. Resumed, a training goes on on the grid that the network has, and judges from that grid on,
  /// since the networks of coarser ones are not stored.
  ///
  /// - Throws: ``TrainingError/cannotRestrictOnGrids`` with ``TrainingOptions/restrictsToSupport``: a curve that is carried to
  ///   another grid or range changes where no data lies too.
  mutating func trainOnGrids(
    _ data: Dataset<Element>, _ validation: Dataset<Element>?, by trainer: GridTrainer, _ options: TrainingOptions,
    _ pool: ThreadPool, _ progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) -> TrainingHistory {
    if options.restrictsToSupport { throw .cannotRestrictOnGrids }
    guard layers.contains(where: { $0.gridIntervals != nil }) else { throw .basis(BasisError("no layer has a grid")) }
    var (training, judges) = (data, validation)
    if judges == nil {
      guard let parts = data.holdingOut(0.1, seed: options.seed &+ 1) else { throw .tooFewRows }
      (training, judges) = (parts.training, parts.test)
      // Scalings are those of all rows.
      prepare(for: data)
    }
    let isResumed = options.resuming && trainingState != nil && record != nil
    var judge = GridJudge(.validation)
    let present = isResumed ? record?.history.last?.grid ?? layers.compactMap(\.gridIntervals).max()! : 0
    var (best, result, seconds, done) = (Network?.none, TrainingHistory?.none, 0.0, 0)
    for intervals in options.grids where intervals >= present {
      let continues = isResumed && intervals == present && result == nil
      do throws(BasisError) {
        if !continues { try moveToGrid(intervals, training, pool) }
      } catch {
        throw .basis(error)
      }
      var stage = options
      stage.grids = []
      stage.resuming = continues
      let earlier = continues || result != nil ? record?.history.filter { $0.grid != intervals }.count ?? 0 : 0
      stage.stage = .init(intervals: intervals, earlierEpochs: earlier)
      let total = earlier + options.grids.filter { $0 >= intervals }.count * options.epochs
      let history = try trainer.train(&self, training, judges!, stage, pool) { report, network in
        var report = report
        report.epoch += earlier
        report.secondsLeft *=
          Double(total - report.epoch + 1) / Double(max(1, options.epochs + earlier - report.epoch + 1))
        report.epochs = total
        return progress(report, network)
      }
      seconds += history.seconds
      done += history.epochs.count - earlier
      result = history
      if history.end == .stopped { break }
      let isKept = judge.keeps(intervals, losses(on: judges!, pool: pool))
      record?.grid = judge.choice
      if isKept { best = self }
      if judge.choice.isExhausted { break }
    }
    guard var result else {
      return TrainingHistory(
        epochs: record?.history ?? [], seconds: 0, samplesPerSecond: 0, end: .allEpochs, bestEpoch: 0,
        grid: judge.choice)
    }
    let bestEpoch = best?.record?.history.last?.epoch
    if result.end != .stopped, let best {
      var record = self.record
      record?.epochs = options.grids.count * options.epochs
      self = best
      self.record = record
    }
    result.seconds = seconds
    result.samplesPerSecond = seconds > 0 ? Double(done * training.rows) / seconds : 0
    if let bestEpoch, result.end != .stopped { result.bestEpoch = bestEpoch }
    result.grid = judge.choice
    return result
  }

  private mutating func moveToGrid(
    _ intervals: Int, _ data: Dataset<Element>, _ pool: ThreadPool
  ) throws(BasisError) {
    let isTrained = record?.history.isEmpty == false
    if layers.contains(where: { $0.gridIntervals != nil && $0.gridIntervals != intervals }) {
      try extendGrid(to: intervals, on: data, pool: pool)
    }
    if isTrained && layers.count > 1 {
      try adaptGrid(on: data, margin: 0.1, layers: 1..<layers.count, pool: pool)
    }
  }
}
