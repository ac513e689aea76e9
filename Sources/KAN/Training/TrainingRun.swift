/// The state of a training while it runs.
struct TrainingRun<Element: Scalar, Rule: Optimizer> {
  let options: TrainingOptions
  let step: TrainingStep<Element>
  /// As of the last epoch that ended well: what is kept of a training that stops within an epoch.
  var state: TrainingState<Element>
  private var optimizerState: OptimizerState<Element>
  var record: TrainingRecord
  private let earlierEpochs: Int
  private var frozen: FrozenParameters<Element>?
  private var seconds = 0.0
  private var samples = 0
  private var end = TrainingHistory.End.allEpochs
  private let clock = ContinuousClock()

  init(
    _ network: Network<Element>, data: Dataset<Element>, optimizer: Rule, options: TrainingOptions, pool: ThreadPool
  ) throws(TrainingError) {
    if options.resumes, network.trainingState != nil, let trained = network.record?.optimizer,
      trained != optimizer.name
    {
      throw .otherOptimizer(trained: trained, asked: optimizer.name)
    }
    self.options = options
    step = TrainingStep(
      network, batch: min(options.batch, data.rows), pool: pool, ahead: data.rows > options.batch)
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
    optimizerState = state.optimizer
    earlierEpochs = state.epochsDone
    let earlier = options.resumes || options.stage.map { $0.earlierEpochs > 0 } ?? false ? network.record : nil
    record = TrainingRecord(
      optimizer: optimizer.name, learningRate: optimizer.learningRate, weightDecay: optimizer.weightDecay,
      schedule: options.schedule, batch: options.batch, seed: options.seed, samples: data.rows,
      epochs: options.epochs, patience: options.patience, seconds: earlier?.seconds ?? 0, threads: pool.threads,
      history: earlier?.history ?? [], grid: earlier?.grid)
  }

  /// Epochs of coarser grids.
  private var offset: Int { options.stage?.earlierEpochs ?? 0 }

  var history: TrainingHistory {
    TrainingHistory(
      epochs: record.history, seconds: seconds, samplesPerSecond: seconds > 0 ? Double(samples) / seconds : 0,
      end: end, bestEpoch: offset + state.best.epoch)
  }

  mutating func train(
    _ network: inout Network<Element>, data: Dataset<Element>, validation: Dataset<Element>?, optimizer: Rule,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
  ) throws(TrainingError) {
    network.parameters = state.parameters
    if options.restrictsToSupport { frozen = try FrozenParameters(network, on: data, threads: step.pool) }
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
    var generator = RandomGenerator(seed: options.seed, stream: Stream.epochs + UInt64(offset + epoch))
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
        gradients: step.gradients.pointer, state: &optimizerState, rate: rate, threads: step.pool)
      frozen?.restore(network.parameters.mutablePointer())
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
        epoch: offset + epoch, loss: total / Double(data.rows), validationLoss: nil,
        learningRate: options.schedule.rate(
          optimizer.learningRate, step: epoch * steps - 1, of: options.epochs * steps),
        seconds: seconds - secondsBefore, grid: options.stage?.intervals))
    record.seconds += seconds - secondsBefore
    return total / Double(data.rows)
  }

  /// Notes an epoch that has ended well.
  private mutating func finish(_ epoch: Int, loss: Double, validation: Metrics?, _ network: Network<Element>) {
    state.epochsDone = epoch
    state.parameters.copyElements(from: network.parameters)
    state.optimizer.copy(from: optimizerState)
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
