extension Network {
  /// Trains on a data set by ``LBFGS``: all rows at every iteration, each of which counts as an epoch.
  ///
  /// The same as ``train(on:validation:with:options:threads:progress:)`` but for this: `batch`, `schedule` and `seed`
  /// of the options are not used; an epoch's loss is that of all rows after its step, and its learning rate the step of
  /// the line search; training also ends, as converged, where the tolerances of the rule say so. A training that is
  /// resumed has its pairs again and goes on to the bit as if it had not stopped.
  ///
  /// - Throws: ``TrainingError`` if the data, or the loss or gradient at the start, is not finite, or if the memory that
  ///   ``LBFGS/bytes(for:rows:)`` tells is beyond the rule's limit. Later points that are not finite are stepped back
  ///   from.
  @discardableResult
  public mutating func train(
    on data: Dataset<Element>, validation: Dataset<Element>? = nil, with rule: LBFGS,
    options: TrainingOptions = TrainingOptions(), threads pool: ThreadPool = .shared,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision = { _, _ in .goOn }
  ) throws(TrainingError) -> TrainingHistory {
    try check(data, "")
    if let validation { try check(validation, "validation ") }
    let needed = rule.bytes(for: self, rows: data.rows)
    if needed > rule.memoryLimit {
      throw .memory(
        what: "L-BFGS with \(rule.pairs) pairs for \(parameterCount) parameters", needed: needed,
        limit: rule.memoryLimit, instead: "fewer pairs, or Adam")
    }
    if !options.grids.isEmpty {
      return try trainOnGrids(data, validation, by: rule, options, pool, progress)
    }
    prepare(for: data)
    var run = try LBFGSRun(self, data: data, rule: rule, options: options, pool: pool)
    defer { adopt(run.state, run.record) }
    try run.train(&self, data: data, validation: validation, progress: progress)
    return run.history
  }

  /// The same with the number of epochs alone.
  @discardableResult
  public mutating func train(
    on data: Dataset<Element>, with rule: LBFGS, epochs: Int
  ) throws(TrainingError) -> TrainingHistory {
    try train(on: data, with: rule, options: TrainingOptions(epochs: epochs))
  }
}

/// The state of a training by ``LBFGS`` while it runs.
struct LBFGSRun<Element: Scalar> {
  let rule: LBFGS
  let options: TrainingOptions
  let pool: ThreadPool
  private(set) var state: TrainingState<Element>
  private(set) var record: TrainingRecord
  private let earlierEpochs: Int
  private var seconds = 0.0
  private var samples = 0
  private var end = TrainingHistory.End.allEpochs
  private let clock = ContinuousClock()

  init(
    _ network: Network<Element>, data: Dataset<Element>, rule: LBFGS, options: TrainingOptions, pool: ThreadPool
  ) throws(TrainingError) {
    if options.resumes, network.trainingState != nil, let trained = network.record?.optimizer, trained != rule.name {
      throw .otherOptimizer(trained: trained, asked: rule.name)
    }
    self.rule = rule
    self.options = options
    self.pool = pool
    let earlier = options.resumes || options.stage.map { $0.earlierEpochs > 0 } ?? false ? network.record : nil
    state =
      options.resumes && network.trainingState != nil
      ? network.trainingState!
      : TrainingState(
        epochsDone: 0, optimizer: OptimizerState(step: 0, moments: []), parameters: network.parameters,
        best: .init(epoch: 0, loss: .infinity, parameters: network.parameters))
    earlierEpochs = state.epochsDone
    record = TrainingRecord(
      optimizer: rule.name, learningRate: 1, weightDecay: rule.weightDecay, schedule: .constant, batch: data.rows,
      seed: options.seed, samples: data.rows, epochs: options.epochs, patience: options.patience,
      seconds: earlier?.seconds ?? 0, threads: pool.threads, history: earlier?.history ?? [],
      grid: earlier?.grid)
  }

  var history: TrainingHistory {
    TrainingHistory(
      epochs: record.history, seconds: seconds, samplesPerSecond: seconds > 0 ? Double(samples) / seconds : 0,
      end: end, bestEpoch: (options.stage?.earlierEpochs ?? 0) + state.best.epoch)
  }

  mutating func train(
    _ network: inout Network<Element>, data: Dataset<Element>, validation: Dataset<Element>?,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) {
    network.parameters = state.parameters
    if state.epochsDone >= options.epochs { return }
    let started = clock.now
    let frozen = options.restrictsToSupport ? try FrozenParameters(network, on: data, threads: pool) : nil
    var function = FullBatchFunction(network, data, weightDecay: rule.weightDecay, frozen: frozen, pool: pool)
    // Pairs of a training that was not restricted would move what is frozen.
    var moments = state.optimizer.moments
    if let frozen { for index in moments.indices { frozen.clear(moments[index].mutablePointer()) } }
    var minimization = LBFGSMinimization(
      rule, of: &function, from: state.parameters, moments: moments, pool: pool)
    try requireFinite(minimization, function)
    while state.epochsDone < options.epochs {
      if let patience = options.patience, state.epochsDone - state.best.epoch >= max(1, patience) {
        end = .earlyStopping
        return
      }
      let secondsBefore = seconds
      guard case .moved(let from, let to, _) = minimization.iterate(&function) else {
        end = .converged
        return
      }
      samples = minimization.evaluations * data.rows
      seconds = started.duration(to: clock.now).seconds
      network.parameters.copyElements(from: minimization.point)
      let loss = to.value - function.penalty(at: minimization.point)
      let metrics = validation.map { network.evaluate(on: $0, threads: pool) }
      finish(minimization, loss: loss, step: to.step, seconds: seconds - secondsBefore, metrics)
      var shown = network
      shown.parameters = state.best.parameters
      shown.record = record
      shown.trainingState = state
      if progress(report(loss: loss, metrics), shown) == .stop && state.epochsDone < options.epochs {
        end = .stopped
        return
      }
      if from.value - to.value <= rule.lossTolerance * from.value {
        end = .converged
        return
      }
    }
  }

  /// Notes an iteration.
  private mutating func finish(
    _ minimization: LBFGSMinimization<Element>, loss: Double, step: Double, seconds: Double, _ validation: Metrics?
  ) {
    let epoch = state.epochsDone + 1
    state.epochsDone = epoch
    state.parameters.copyElements(from: minimization.point)
    state.optimizer = OptimizerState(step: epoch, moments: minimization.moments)
    record.history.append(
      EpochRecord(
        epoch: (options.stage?.earlierEpochs ?? 0) + epoch, loss: loss, validationLoss: validation?.loss,
        learningRate: step, seconds: seconds, grid: options.stage?.intervals))
    record.seconds += seconds
    let judged = validation?.loss ?? loss
    if options.patience == nil || judged < state.best.loss {
      state.best.epoch = epoch
      state.best.loss = judged
      state.best.parameters.copyElements(from: minimization.point)
    }
  }

  private func report(loss: Double, _ validation: Metrics?) -> TrainingProgress {
    let left = Double(options.epochs - state.epochsDone) / Double(state.epochsDone - earlierEpochs)
    return TrainingProgress(
      epoch: state.epochsDone, epochs: options.epochs, step: 1, steps: 1, loss: loss,
      samplesPerSecond: seconds > 0 ? Double(samples) / seconds : 0, secondsLeft: seconds * left,
      validation: validation)
  }

  /// A start from which a direction can be found, or an error that names the layer.
  private func requireFinite(
    _ minimization: LBFGSMinimization<Element>, _ function: FullBatchFunction<Element>
  ) throws(TrainingError) {
    if minimization.isFinite { return }
    let network = function.network
    let last = network.layers.count - 1
    if !minimization.value.isFinite {
      let layer = function.batch.firstNonFiniteLayer(of: network) ?? last
      throw .nonFinite(what: "the output", epoch: state.epochsDone + 1, step: 1, layer: layer + 1)
    }
    let index = Element._firstNonFinite(minimization.gradient.count, minimization.gradient.pointer)
    let layer = network.layers.indices.last { network.parameterOffset(ofLayer: $0) <= index } ?? last
    throw .nonFinite(what: "the gradient", epoch: state.epochsDone + 1, step: 1, layer: layer + 1)
  }
}
