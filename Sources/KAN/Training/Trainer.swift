/// How to train: everything but the data and the optimiser.
public struct TrainingOptions: Sendable {
  public var epochs: Int
  /// Rows of a step; the last one of an epoch takes what is left.
  public var batch: Int
  public var schedule: Schedule
  /// Epochs without a better validation loss (without validation data, training loss) after which training ends; the
  /// best parameters are restored. nil keeps the last ones.
  public var patience: Int?
  /// Decides the order of rows.
  public var seed: UInt64
  /// Goes on from where the network's training stopped, up to `epochs` in all.
  public var resumes: Bool

  public init(
    epochs: Int = 20, batch: Int = 256, schedule: Schedule = .constant, patience: Int? = nil, seed: UInt64 = 0,
    resumes: Bool = false
  ) {
    precondition(epochs >= 0 && batch > 0, "TrainingOptions: \(epochs) epochs, batch \(batch)")
    self.epochs = epochs
    self.batch = batch
    self.schedule = schedule
    self.patience = patience
    self.seed = seed
    self.resumes = resumes
  }
}

/// Where a training is; handed out a few times a second and after every epoch.
public struct TrainingProgress: Sendable {
  /// From 1.
  public var epoch: Int
  public var epochs: Int
  /// Steps done in this epoch, of `steps`.
  public var step: Int
  public var steps: Int
  /// The mean loss of this epoch so far.
  public var loss: Double
  public var samplesPerSecond: Double
  /// If all epochs are run.
  public var secondsLeft: Double
  /// After an epoch, on the validation data.
  public var validation: Metrics?
  public var isEndOfEpoch: Bool { step == steps }
}

/// What to do after a progress report.
public enum TrainingDecision: Sendable { case goOn, stop }

extension Network {
  /// Trains on a data set: shuffled mini-batches, a schedule for the rate, early stopping if asked for.
  ///
  /// The first training sets the scalings: inputs to [-1, 1] by their range in `data`, and targets of a regression to
  /// mean 0 and standard deviation 1. The same data, options and seed give the same parameters, bit for bit, for any
  /// number of threads.
  ///
  /// - Parameters:
  ///   - data: its columns have to fit the network, or this traps.
  ///   - validation: judged after every epoch; what early stopping goes by.
  ///   - progress: called now and then with the network as it is; returns whether to go on.
  /// - Throws: ``TrainingError`` if the data is not finite, or the loss, a gradient or a parameter becomes so; the
  ///   network then has the parameters of the last good epoch (the best one with `patience`).
  @discardableResult
  public mutating func train(
    on data: Dataset<Element>, validation: Dataset<Element>? = nil, with optimizer: some Optimizer = AdamW(),
    options: TrainingOptions = TrainingOptions(), threads pool: ThreadPool = .shared,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision = { _, _ in .goOn }
  ) throws(TrainingError) -> TrainingHistory {
    try prepare(for: data)
    var run = TrainingRun(self, data: data, optimizer: optimizer, options: options, pool: pool)
    defer { adopt(run) }
    try run.train(&self, data: data, validation: validation, optimizer: optimizer, progress: progress)
    return run.history
  }

  /// The same with the number of epochs alone.
  @discardableResult
  public mutating func train(
    on data: Dataset<Element>, with optimizer: some Optimizer = AdamW(), epochs: Int
  ) throws(TrainingError) -> TrainingHistory {
    try train(on: data, with: optimizer, options: TrainingOptions(epochs: epochs))
  }

  /// Checks the data, and takes scalings, task and names from it unless an earlier training has.
  private mutating func prepare(for data: Dataset<Element>) throws(TrainingError) {
    precondition(
      data.inputs.columns == inputs && data.targets.outputs == outputs,
      "Network: data of \(data.inputs.columns) inputs and \(data.targets.outputs) targets for \(inputs) inputs and "
        + "\(outputs) outputs")
    if data.rows == 0 { throw .noData }
    try requireFinite(data.inputs, "input")
    if case .values(let values) = data.targets { try requireFinite(values, "target") }
    if record != nil { return }
    describe(data)
    inputScaling = Scaling(rangeOf: data.inputs)
    if case .values(let values) = data.targets { outputScaling = Scaling(spreadOf: values) }
  }

  /// Takes the task and the names of columns and classes from a data set.
  package mutating func describe(_ data: Dataset<Element>) {
    task = data.targets.task
    names = data.names
  }

  private func requireFinite(_ matrix: Matrix<Element>, _ what: String) throws(TrainingError) {
    let index = Element._firstNonFinite(matrix.elements.count, matrix.elements.pointer)
    if index >= 0 { throw .nonFiniteData(what: what, row: index / matrix.columns, column: index % matrix.columns) }
  }

  /// Takes over what a training run has come to, however it ended.
  private mutating func adopt<Rule: Optimizer>(_ run: TrainingRun<Element, Rule>) {
    parameters = run.state.best.parameters
    record = run.record
    trainingState = run.state
  }
}

/// The state of a training while it runs.
private struct TrainingRun<Element: Scalar, Rule: Optimizer> {
  let options: TrainingOptions
  let step: TrainingStep<Element>
  var state: TrainingState<Element>
  var record: TrainingRecord
  private let earlierEpochs: Int
  private var seconds = 0.0
  private var samples = 0
  private var end = TrainingHistory.End.allEpochs
  private let clock = ContinuousClock()

  init(
    _ network: Network<Element>, data: Dataset<Element>, optimizer: Rule, options: TrainingOptions, pool: ThreadPool
  ) {
    self.options = options
    step = TrainingStep(network, batch: min(options.batch, data.rows), pool: pool)
    if options.resumes, let earlier = network.trainingState,
      earlier.optimizer.moments.count == optimizer.momentCount
    {
      state = earlier
    } else {
      state = TrainingState(
        epochsDone: 0, optimizer: OptimizerState(optimizer, parameters: network.parameterCount),
        parameters: network.parameters,
        best: .init(epoch: 0, loss: .infinity, parameters: network.parameters))
    }
    earlierEpochs = state.epochsDone
    let earlier = options.resumes ? network.record : nil
    record = TrainingRecord(
      optimizer: optimizer.name, learningRate: optimizer.learningRate, weightDecay: optimizer.weightDecay,
      schedule: options.schedule, batch: options.batch, seed: options.seed, samples: data.rows,
      epochs: options.epochs, patience: options.patience, seconds: earlier?.seconds ?? 0, threads: pool.threads,
      history: earlier?.history ?? [])
  }

  var history: TrainingHistory {
    TrainingHistory(
      epochs: record.history, seconds: seconds, samplesPerSecond: seconds > 0 ? Double(samples) / seconds : 0,
      end: end, bestEpoch: state.best.epoch)
  }

  mutating func train(
    _ network: inout Network<Element>, data: Dataset<Element>, validation: Dataset<Element>?, optimizer: Rule,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) {
    network.parameters = state.parameters
    while state.epochsDone < options.epochs {
      if let patience = options.patience, state.epochsDone - state.best.epoch >= max(1, patience) {
        end = .earlyStopping
        return
      }
      let epoch = state.epochsDone + 1
      guard let loss = try runEpoch(epoch, &network, data, optimizer, progress) else {
        end = .stopped
        return
      }
      let metrics = validation.map { network.evaluate(on: $0, threads: step.pool) }
      finish(epoch, loss: loss, validation: metrics, network)
      let report = self.report(epoch: epoch, done: steps(data), steps: steps(data), loss: loss, validation: metrics)
      // The caller may want to save what it is shown, so it is shown a network with its record.
      var shown = network
      shown.parameters = state.best.parameters
      shown.record = record
      shown.trainingState = state
      if progress(report, shown) == .stop && state.epochsDone < options.epochs {
        end = .stopped
        return
      }
    }
  }

  private func steps(_ data: Dataset<Element>) -> Int { (data.rows + options.batch - 1) / options.batch }

  /// The mean loss of an epoch, or nil if it was broken off.
  private mutating func runEpoch(
    _ epoch: Int, _ network: inout Network<Element>, _ data: Dataset<Element>, _ optimizer: Rule,
    _ progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) -> Double? {
    let started = clock.now
    let secondsBefore = seconds
    var lastReport = started
    var generator = RandomGenerator(seed: options.seed, stream: Stream.epochs + UInt64(epoch))
    let order = generator.permutation(of: data.rows)
    let steps = steps(data)
    var total = 0.0
    for index in 0..<steps {
      let start = index * options.batch
      let rows = min(options.batch, data.rows - start)
      let rate = options.schedule.rate(
        optimizer.learningRate, step: (epoch - 1) * steps + index, of: options.epochs * steps)
      let loss = order.withUnsafeBufferPointer { order in
        step.lossAndGradient(
          of: network, on: data, rows: UnsafeBufferPointer(rebasing: order[start..<start + rows]))
      }
      try requireFinite(loss, network, epoch: epoch, step: index + 1, rows: rows)
      let count = network.parameterCount
      optimizer.update(
        UnsafeMutableBufferPointer(start: network.parameters.mutablePointer(), count: count),
        gradients: step.gradients.pointer, state: &state.optimizer, rate: rate)
      total += loss * Double(rows)
      samples += rows
      let now = clock.now
      seconds = secondsBefore + started.duration(to: now).seconds
      if lastReport.duration(to: now) > .milliseconds(200) && index + 1 < steps {
        lastReport = now
        let report = report(
          epoch: epoch, done: index + 1, steps: steps, loss: total / Double(start + rows), validation: nil)
        if progress(report, network) == .stop { return nil }
      }
    }
    if let layer = firstLayer(withNonFinite: network.parameters, network) {
      throw .nonFinite(what: "a parameter", epoch: epoch, step: steps, layer: layer + 1)
    }
    record.history.append(
      EpochRecord(
        epoch: epoch, loss: total / Double(data.rows), validationLoss: nil,
        learningRate: options.schedule.rate(
          optimizer.learningRate, step: epoch * steps - 1, of: options.epochs * steps),
        seconds: seconds - secondsBefore))
    record.seconds += seconds - secondsBefore
    return total / Double(data.rows)
  }

  /// Notes an epoch that has ended well.
  private mutating func finish(_ epoch: Int, loss: Double, validation: Metrics?, _ network: Network<Element>) {
    state.epochsDone = epoch
    state.parameters.copyElements(from: network.parameters)
    record.history[record.history.count - 1].validationLoss = validation?.loss
    let judged = validation?.loss ?? loss
    if options.patience == nil || judged < state.best.loss {
      state.best.epoch = epoch
      state.best.loss = judged
      state.best.parameters.copyElements(from: network.parameters)
    }
  }

  private func report(
    epoch: Int, done: Int, steps: Int, loss: Double, validation: Metrics?
  ) -> TrainingProgress {
    let epochsDone = Double(epoch - 1 - earlierEpochs) + Double(done) / Double(steps)
    let epochsLeft = Double(options.epochs - earlierEpochs) - epochsDone
    return TrainingProgress(
      epoch: epoch, epochs: options.epochs, step: done, steps: steps, loss: loss,
      samplesPerSecond: seconds > 0 ? Double(samples) / seconds : 0, secondsLeft: seconds / epochsDone * epochsLeft,
      validation: validation)
  }

  /// Finite loss and gradients, or an error that names the layer.
  private func requireFinite(
    _ loss: Double, _ network: Network<Element>, epoch: Int, step index: Int, rows: Int
  ) throws(TrainingError) {
    if !loss.isFinite {
      let layer = step.firstNonFiniteLayer(of: network, rows: rows) ?? network.layers.count - 1
      throw .nonFinite(what: "the output", epoch: epoch, step: index, layer: layer + 1)
    }
    if let layer = firstLayer(withNonFinite: step.gradients, network) {
      throw .nonFinite(what: "the gradient", epoch: epoch, step: index, layer: layer + 1)
    }
  }

  private func firstLayer(withNonFinite values: AlignedArray<Element>, _ network: Network<Element>) -> Int? {
    let index = Element._firstNonFinite(values.count, values.pointer)
    if index < 0 { return nil }
    return network.layers.indices.last { network.parameterOffset(ofLayer: $0) <= index }
  }
}

extension Duration {
  /// In seconds.
  package var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
