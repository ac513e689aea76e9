/// The state of a training while it runs.
struct TrainingRun<Element: Scalar, Rule: Optimizer> {
  let options: TrainingOptions
  let step: TrainingStep<Element>
  private(set) var ledger: TrainingLedger<Element>
  private var optimizerState: OptimizerState<Element>
  private var frozen: FrozenParameters<Element>?
  private let clock = ContinuousClock()

  init(
    _ network: Network<Element>, data: Dataset<Element>, optimizer: Rule, options: TrainingOptions, pool: ThreadPool
  ) throws(TrainingError) {
    self.options = options
    ledger = try TrainingLedger(
      network, options,
      record: TrainingRecord(
        optimizer: optimizer.name, learningRate: optimizer.learningRate, weightDecay: optimizer.weightDecay,
        schedule: options.schedule, batch: options.batch, seed: options.seed, samples: data.rows,
        epochs: options.epochs, patience: options.patience, seconds: 0, threads: pool.threads, history: []),
      optimizer: OptimizerState(optimizer, parameters: network.parameterCount), moments: optimizer.momentCount)
    step = TrainingStep(
      network, batch: min(options.batch, data.rows), pool: pool, ahead: data.rows > options.batch)
    optimizerState = ledger.state.optimizer
  }

  mutating func train(
    _ network: inout Network<Element>, data: Dataset<Element>, validation: Dataset<Element>?, optimizer: Rule,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) {
    network.parameters = ledger.state.parameters
    if options.restrictsToSupport { frozen = try FrozenParameters(network, on: data, pool: step.pool) }
    while ledger.state.epochsDone < options.epochs {
      if ledger.isOutOfPatience {
        ledger.end = .earlyStopping
        return
      }
      let epoch = ledger.state.epochsDone + 1
      let secondsBefore = ledger.seconds
      guard let loss = try runEpoch(epoch, &network, data, optimizer, progress) else {
        ledger.end = .stopped
        return
      }
      let spent = ledger.seconds - secondsBefore
      let metrics = validation.map { network.evaluate(on: $0, pool: step.pool) }
      let steps = steps(data)
      ledger.finishEpoch(
        loss: loss, validation: metrics,
        learningRate: options.schedule.rate(
          optimizer.learningRate, step: epoch * steps - 1, of: options.epochs * steps),
        seconds: spent, parameters: network.parameters)
      ledger.state.optimizer.copy(from: optimizerState)
      let report = report(epoch: epoch, done: steps, steps: steps, loss: loss, validation: metrics)
      if progress(report, ledger.shown(network)) == .stop && ledger.state.epochsDone < options.epochs {
        ledger.end = .stopped
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
    let secondsBefore = ledger.seconds
    var lastReport = started
    var generator = RandomGenerator(seed: options.seed, stream: RandomStream.epochs + UInt64(ledger.offset + epoch))
    let order = generator.permutation(of: data.rows)
    let steps = steps(data)
    var total = 0.0
    for index in 0..<steps {
      let start = index * options.batch
      let rows = min(options.batch, data.rows - start)
      let rate = options.schedule.rate(
        optimizer.learningRate, step: (epoch - 1) * steps + index, of: options.epochs * steps)
      let loss = order.withUnsafeBufferPointer { order in
        let end = start + rows
        let next = order[end..<min(end + options.batch, data.rows)]
        return step.lossAndGradient(
          of: network, on: data, rows: UnsafeBufferPointer(rebasing: order[start..<end]),
          next: next.isEmpty ? nil : UnsafeBufferPointer(rebasing: next))
      }
      try requireFinite(loss, network, epoch: epoch, step: index + 1, rows: rows)
      let count = network.parameters.count
      if let frozen { step.clearGradients(frozen) }
      optimizer.update(
        UnsafeMutableBufferPointer(start: network.parameters.mutablePointer(), count: count),
        gradients: step.gradients.pointer, state: &optimizerState, rate: rate, pool: step.pool)
      frozen?.restore(network.parameters.mutablePointer())
      total += loss * Double(rows)
      ledger.samples += rows
      let now = clock.now
      ledger.seconds = secondsBefore + started.duration(to: now).seconds
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
    return total / Double(data.rows)
  }

  private func report(
    epoch: Int, done: Int, steps: Int, loss: Double, validation: Evaluation?
  ) -> TrainingProgress {
    let epochsDone = Double(epoch - 1 - ledger.earlierEpochs) + Double(done) / Double(steps)
    let epochsLeft = Double(options.epochs - ledger.earlierEpochs) - epochsDone
    return TrainingProgress(
      epoch: epoch, epochs: options.epochs, step: done, steps: steps, loss: loss,
      samplesPerSecond: ledger.samplesPerSecond, secondsLeft: ledger.seconds / epochsDone * epochsLeft,
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

extension OptimizerState {
  /// Without allocating, where the memory is its own.
  fileprivate mutating func copy(from other: OptimizerState) {
    step = other.step
    for index in moments.indices { moments[index].copyElements(from: other.moments[index]) }
  }
}

extension Duration {
  /// In seconds.
  package var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
