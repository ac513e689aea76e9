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
    var start = network
    start.parameters = ledger.state.parameters
    let process = try method.begin(
      TrainingStart(
        network: start, rows: data, options: options, pool: pool, memory: continues ? ledger.state.optimizer : nil,
        stepsDone: ledger.state.stepsDone, lossSum: ledger.state.lossSum, earlierEpochs: grid?.earlierEpochs ?? 0,
        isTrained: network.record != nil))
    return Stage(ledger: ledger, process: process)
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
    while stage.ledger.state.epochsDone < options.epochs {
      if stage.ledger.isOutOfPatience {
        stage.ledger.end = .earlyStopping
        return
      }
      if try !runEpoch(&stage, &network) { break }
    }
    if monitor.end == nil, let epoch = stage.process.finish(&network) {
      stage.ledger.goBack(to: epoch, parameters: network.parameters)
    }
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
        if monitor.end == nil { return true }
      }
      stage.ledger.end = monitor.end ?? .stopped
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
