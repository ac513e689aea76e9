/// The training loop of every method: epochs, early stopping, progress, cancellation and resuming, on one grid or
/// several in turn.
struct TrainingLoop<Element: Scalar> {
  let method: any TrainingMethod
  let data: TrainingRows<Element>
  let validation: TrainingRows<Element>?
  let options: TrainingOptions
  let pool: ThreadPool
  let monitor: TrainingMonitor<Element>

  /// The training on one grid so far.
  struct Stage {
    var ledger: TrainingLedger<Element>
    var process: any TrainingProcess<Element>
    /// Epochs of this call.
    var epochsRun = 0
  }

  /// Begins a process for a network on its present grid, with the state of an earlier call if resuming.
  ///
  /// - Parameter before: the process on the previous grid.
  func begin(
    _ network: Network<Element>, on grid: TrainingLedger<Element>.Stage?, continues: Bool,
    after before: (any TrainingProcess<Element>)? = nil
  ) throws(TrainingError) -> Stage {
    let record = TrainingRecord(
      optimizer: method.name, learningRate: method.learningRate, weightDecay: method.weightDecay,
      schedule: method.schedule(options), batch: method.batch(options, rows: data.rows), seed: options.seed,
      samples: data.rows, epochs: options.epochs, patience: options.patience, seconds: 0, threads: pool.threads,
      history: [])
    let ledger = TrainingLedger(network, options, stage: grid, record: record, continues: continues)
    if let before { return Stage(ledger: ledger, process: before) }
    return Stage(ledger: ledger, process: try process(from: ledger, network, continues: continues))
  }

  /// A process from the state of a ledger.
  private func process(
    from ledger: TrainingLedger<Element>, _ network: Network<Element>, continues: Bool
  ) throws(TrainingError) -> any TrainingProcess<Element> {
    var start = network
    start.parameters = ledger.state.parameters
    return try method.begin(
      TrainingStart(
        network: start, rows: data, options: options, pool: pool, memory: continues ? ledger.state.optimizer : nil,
        stepsDone: ledger.state.stepsDone, lossSum: ledger.state.lossSum, earlierEpochs: ledger.offset,
        isTrained: network.record != nil, rateFactor: ledger.state.rateFactor))
  }

  /// Runs epochs on the present grid until all are done or the training ends early.
  ///
  /// However it ends, the network then has the last good parameters, or the best ones with early stopping.
  func run(_ stage: inout Stage, _ network: inout Network<Element>) throws(TrainingError) {
    network.parameters = stage.ledger.state.parameters
    defer { stage.ledger.adopt(by: &network) }
    monitor.gridStart = monitor.seconds
    monitor.gridEpochsDone = 0
    monitor.gridEpochs = options.epochs - stage.ledger.state.epochsDone
    try noteStart(&stage, network)
    while stage.ledger.state.epochsDone < options.epochs {
      if stage.ledger.isOutOfPatience {
        stage.ledger.end = .earlyStopping
        return
      }
      do throws(TrainingError) {
        if try !runEpoch(&stage, &network) { break }
      } catch {
        try recover(from: error, &stage, &network)
      }
    }
    if monitor.end == nil, let epoch = stage.process.finish(&network) {
      stage.ledger.goBack(to: epoch, parameters: network.parameters)
    }
  }

  /// Goes back to the last good parameters and halves the rate, or throws the error again.
  private func recover(
    from error: TrainingError, _ stage: inout Stage, _ network: inout Network<Element>
  ) throws(TrainingError) {
    guard case .nonFinite(let what, _, _, let place) = error, canRecover(stage) else { throw error }
    try goBack(&stage, &network, because: "\(what) of layer \(place.layer) was not finite")
  }

  private func canRecover(_ stage: Stage) -> Bool {
    guard case .recover(let times) = options.divergence else { return false }
    return method.takesRate && stage.ledger.record.recoveries?.count ?? 0 < times
  }

  /// To the end of the last finished epoch.
  private func goBack(
    _ stage: inout Stage, _ network: inout Network<Element>, because reason: String
  ) throws(TrainingError) {
    stage.ledger.goBack(because: reason)
    network.parameters = stage.ledger.state.parameters
    stage.process = try process(from: stage.ledger, network, continues: stage.ledger.state.epochsDone > 0)
  }

  /// An epoch that ends with this many times the loss of the start has parameters from which there may be no way back,
  /// since gradients overflow at any rate. A trained network that is trained on at a large rate gets worse by less.
  private static var divergedLoss: Double { 10 }

  /// How many times the loss of the start an epoch has ended with, if it has diverged with all numbers finite.
  private func divergence(
    _ stage: Stage, _ network: Network<Element>, _ judged: Evaluation?
  ) throws(TrainingError) -> Double? {
    guard canRecover(stage), let start = stage.ledger.state.startLoss, start > 0 else { return nil }
    let end: Double
    if let judged { end = judged.loss } else { end = try loss(of: network) }
    return end <= Self.divergedLoss * start ? nil : end / start
  }

  /// Of the rows that an epoch's end is judged by.
  private func loss(of network: Network<Element>) throws(TrainingError) -> Double {
    do throws(RowSourceError) {
      return try network.evaluate(validation ?? data, isDetailed: false, pool: pool).loss
    } catch {
      throw .rowSource(error)
    }
  }

  /// Sets the loss of the start, if it is needed and not known from an earlier call.
  private func noteStart(_ stage: inout Stage, _ network: Network<Element>) throws(TrainingError) {
    guard canRecover(stage), stage.ledger.state.startLoss == nil else { return }
    let loss = try loss(of: network)
    if loss.isFinite { stage.ledger.state.startLoss = loss }
  }

  /// Runs one epoch; returns whether to continue.
  private func runEpoch(_ stage: inout Stage, _ network: inout Network<Element>) throws(TrainingError) -> Bool {
    let epoch = stage.ledger.state.epochsDone + 1
    monitor.epoch = stage.ledger.offset + epoch
    let (began, layers) = (monitor.seconds, network.layers.map(\.parameterCount))
    let outcome = try stage.process.runEpoch(epoch, of: &network, monitor: monitor)
    let spent = monitor.seconds - began
    if layers != network.layers.map(\.parameterCount) { stage.ledger.restart(with: network.parameters) }
    let (loss, rate): (Double, Double)
    switch outcome {
    case .done(let mean, let learningRate), .last(let mean, let learningRate): (loss, rate) = (mean, learningRate)
    case .converged:
      stage.ledger.end = .converged
      return false
    case .brokenOff(let steps, let lossSum):
      stage.ledger.end = monitor.end ?? .stopped
      stage.ledger.breakOff(steps: steps, lossSum: lossSum, seconds: spent, parameters: network.parameters)
      let optimizerSteps = stage.ledger.state.optimizer.step
      stage.process.write(to: &stage.ledger.state.optimizer)
      // An epoch of which nothing is left is no step.
      if steps == 0 { stage.ledger.state.optimizer.step = optimizerSteps }
      if monitor.isPaused {
        monitor.samplesBefore = stage.process.samples
        let batch = method.batch(options, rows: data.rows)
        monitor.reportCheckpoint(
          step: steps, of: max(1, (data.rows + batch - 1) / batch), lossSum: lossSum,
          rows: min(data.rows, steps * batch), stage.ledger.shown(network))
        if monitor.end == nil {
          stage.ledger.end = .allEpochs
          return true
        }
        stage.ledger.end = .stopped
      }
      return false
    }
    var judged: Evaluation?
    if let validation {
      do throws(RowSourceError) {
        judged = try network.evaluate(validation, isDetailed: false, pool: pool)
      } catch {
        throw .rowSource(error)
      }
    }
    if let growth = try divergence(stage, network, judged) {
      try goBack(
        &stage, &network, because: "the loss grew to \(growth.text(digits: 3)) times that of the start")
      return true
    }
    stage.ledger.finishEpoch(
      loss: loss, validation: judged, learningRate: rate, seconds: spent, parameters: network.parameters)
    stage.process.write(to: &stage.ledger.state.optimizer)
    stage.epochsRun += 1
    monitor.gridEpochsDone += 1
    monitor.samplesBefore = stage.process.samples
    let batch = method.batch(options, rows: data.rows)
    monitor.finishEpoch(
      steps: max(1, (data.rows + batch - 1) / batch), loss: loss, validation: judged, stage.ledger.shown(network))
    if let end = monitor.end, stage.ledger.state.epochsDone < options.epochs {
      stage.ledger.end = end
      return false
    }
    if case .last = outcome {
      stage.ledger.end = .converged
      return false
    }
    return true
  }

  func history(_ stage: Stage) -> TrainingHistory {
    let seconds = monitor.seconds
    return TrainingHistory(
      epochs: stage.ledger.record.history, seconds: seconds,
      samplesPerSecond: seconds > 0 ? Double(monitor.samplesBefore) / seconds : 0, end: stage.ledger.end,
      bestEpoch: stage.ledger.offset + stage.ledger.state.best.epoch)
  }
}
