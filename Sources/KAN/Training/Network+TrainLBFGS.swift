extension Network {
  /// Trains on a data set by ``LBFGS``: all rows at every iteration, each of which counts as an epoch.
  ///
  /// The same as ``train(on:validation:with:options:pool:progress:)`` but for this: `batch`, `schedule` and `seed`
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
    options: TrainingOptions = TrainingOptions(), pool: ThreadPool = .shared,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision = { _, _ in .continue }
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
      return try trainOnGrids(data, validation, by: .allRows(rule), options, pool, progress)
    }
    prepare(for: data)
    var run = try LBFGSRun(self, data: data, rule: rule, options: options, pool: pool)
    defer { adopt(run.ledger) }
    try run.train(&self, data: data, validation: validation, progress: progress)
    return run.ledger.history
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
  private(set) var ledger: TrainingLedger<Element>
  private let clock = ContinuousClock()

  init(
    _ network: Network<Element>, data: Dataset<Element>, rule: LBFGS, options: TrainingOptions, pool: ThreadPool
  ) throws(TrainingError) {
    self.rule = rule
    self.options = options
    self.pool = pool
    ledger = try TrainingLedger(
      network, options,
      record: TrainingRecord(
        optimizer: rule.name, learningRate: 1, weightDecay: rule.weightDecay, schedule: .constant, batch: data.rows,
        seed: options.seed, samples: data.rows, epochs: options.epochs, patience: options.patience, seconds: 0,
        threads: pool.threads, history: []),
      optimizer: OptimizerState(step: 0, moments: []), moments: nil)
  }

  mutating func train(
    _ network: inout Network<Element>, data: Dataset<Element>, validation: Dataset<Element>?,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) {
    network.parameters = ledger.state.parameters
    if ledger.state.epochsDone >= options.epochs { return }
    let started = clock.now
    let frozen = options.restrictsToSupport ? try FrozenParameters(network, on: data, pool: pool) : nil
    var function = FullBatchFunction(network, data, weightDecay: rule.weightDecay, frozen: frozen, pool: pool)
    // Pairs of a training that was not restricted would move what is frozen.
    var moments = ledger.state.optimizer.moments
    if let frozen { for index in moments.indices { frozen.clear(moments[index].mutablePointer()) } }
    var minimization = LBFGSMinimization(
      rule, of: &function, from: ledger.state.parameters, moments: moments, pool: pool)
    try requireFinite(minimization, function)
    while ledger.state.epochsDone < options.epochs {
      if ledger.isOutOfPatience {
        ledger.end = .earlyStopping
        return
      }
      let secondsBefore = ledger.seconds
      guard case .moved(let from, let to, _) = minimization.iterate(&function) else {
        ledger.end = .converged
        return
      }
      ledger.samples = minimization.evaluations * data.rows
      ledger.seconds = started.duration(to: clock.now).seconds
      network.parameters.copyElements(from: minimization.point)
      let loss = to.value - function.penalty(at: minimization.point)
      let metrics = validation.map { network.evaluate(on: $0, pool: pool) }
      ledger.finishEpoch(
        loss: loss, validation: metrics, learningRate: to.step, seconds: ledger.seconds - secondsBefore,
        parameters: minimization.point)
      ledger.state.optimizer = OptimizerState(step: ledger.state.epochsDone, moments: minimization.moments)
      if progress(report(loss: loss, metrics), ledger.shown(network)) == .stop
        && ledger.state.epochsDone < options.epochs
      {
        ledger.end = .stopped
        return
      }
      if from.value - to.value <= rule.lossTolerance * from.value {
        ledger.end = .converged
        return
      }
    }
  }

  private func report(loss: Double, _ validation: Evaluation?) -> TrainingProgress {
    let left = Double(options.epochs - ledger.state.epochsDone) / Double(ledger.state.epochsDone - ledger.earlierEpochs)
    return TrainingProgress(
      epoch: ledger.state.epochsDone, epochs: options.epochs, step: 1, steps: 1, loss: loss,
      samplesPerSecond: ledger.samplesPerSecond, secondsLeft: ledger.seconds * left,
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
      throw .nonFinite(what: "the output", epoch: ledger.state.epochsDone + 1, step: 1, layer: layer + 1)
    }
    let index = Element._firstNonFinite(minimization.gradient.count, minimization.gradient.pointer)
    let layer = network.layers.indices.last { network.parameterOffset(ofLayer: $0) <= index } ?? last
    throw .nonFinite(what: "the gradient", epoch: ledger.state.epochsDone + 1, step: 1, layer: layer + 1)
  }
}
