/// Training by a first-order rule on shuffled batches.
final class MiniBatchTraining<Element: Scalar, Rule: Optimizer>: TrainingProcess {
  private let rule: Rule
  private let data: TrainingRows<Element>
  private let options: TrainingOptions
  private let step: TrainingStep<Element>
  /// Where ranks share the rows.
  private let shared: SharedBatches<Element>?
  /// Epochs on coarser grids, so that row orders do not repeat.
  private let earlierEpochs: Int
  private var memory: OptimizerState<Element>
  private let frozen: FrozenParameters<Element>?
  private var smoothing: StepSmoothing<Element>?
  private let monotone: MonotoneProjection<Element>?
  private let penalty: SparsityPenalty<Element>?
  private let rateFactor: Double
  /// Of an interrupted epoch.
  private var (stepsDone, lossSum): (Int, Double)
  private(set) var samples = 0

  init(_ rule: Rule, _ start: TrainingStart<Element>) throws(TrainingError) {
    self.rule = rule
    data = start.rows
    options = start.options
    earlierEpochs = start.earlierEpochs
    if let rows = start.rows.shared {
      let batches = try SharedBatches(rows, batch: options.batch, parameters: start.network.parameterCount, start.pool)
      shared = batches
      step = TrainingStep(
        start.network, on: start.rows.own, batch: batches.mostLeafRows, pool: start.pool, ahead: true)
    } else {
      shared = nil
      step = TrainingStep(
        start.network, on: start.rows, batch: min(options.batch, data.rows), pool: start.pool,
        ahead: data.rows > options.batch)
    }
    (stepsDone, lossSum) = (start.stepsDone, start.lossSum)
    rateFactor = start.rateFactor
    if let memory = start.memory, memory.moments.count == rule.momentCount {
      self.memory = memory
    } else {
      memory = OptimizerState(rule, parameters: start.network.parameterCount)
    }
    frozen =
      options.updating == .supported
      ? try FrozenParameters(start.network, on: start.rows, pool: start.pool) : nil
    monotone = MonotoneProjection(start.network, workers: start.pool.threads)
    penalty = SparsityPenalty(options.sparsity, of: start.network)
    smoothing = options.smoothsSteps ? StepSmoothing(start.network) : nil
  }

  func runEpoch(
    _ epoch: Int, of network: inout Network<Element>, monitor: TrainingMonitor<Element>
  ) throws(TrainingError) -> TrainingEpoch {
    let stream = RandomStream.epochs + UInt64(earlierEpochs + epoch)
    shared?.shuffle(seed: options.seed, stream: stream)
    let order =
      shared == nil
      ? EpochRows(
        options.order, of: data.source, seed: options.seed, epoch: earlierEpochs + epoch, batch: options.batch) : nil
    let steps = (data.rows + options.batch - 1) / options.batch
    let samplesBefore = samples
    var index = stepsDone
    while index < steps {
      let rate = rate(epoch, index, steps)
      let range = rows(ofStep: index)
      if range.isEmpty {
        index += 1
        continue
      }
      let next = index + 1 < steps ? rows(ofStep: index + 1) : nil
      let loss =
        shared?.lossAndGradient(step, of: network, step: index) ?? lossAndGradient(of: network, order, range, next)
      try requireFinite(loss, network, epoch: epoch, step: index + 1)
      if let penalty { step.add(penalty, of: network) }
      if let frozen { step.clearGradients(frozen) }
      let parameters = network.parameters.mutablePointer()
      smoothing?.begin(parameters, pool: step.pool)
      rule.update(
        UnsafeMutableBufferPointer(start: parameters, count: network.parameters.count),
        gradients: step.gradients.pointer, state: &memory, rate: rate, pool: step.pool)
      smoothing?.finish(parameters, pool: step.pool)
      monotone?.project(parameters, pool: step.pool)
      frozen?.restore(parameters)
      lossSum += loss * Double(range.count)
      samples += range.count
      index += 1
      if index < steps
        && !monitor.continues(
          step: index, of: steps, loss: lossSum / Double(range.upperBound), samples: samples - samplesBefore, network)
      {
        try requireFiniteParameters(network, epoch: epoch, step: index)
        stepsDone = index
        return .brokenOff(steps: index, lossSum: lossSum)
      }
    }
    try requireFiniteParameters(network, epoch: epoch, step: steps)
    let mean = lossSum / Double(data.rows)
    (stepsDone, lossSum) = (0, 0)
    return .done(loss: mean, learningRate: rate(epoch, steps - 1, steps))
  }

  private func lossAndGradient(
    of network: Network<Element>, _ order: EpochRows<Element>?, _ range: Range<Int>, _ next: Range<Int>?
  ) -> Double {
    guard let order else { return .nan }
    let present = order.rows(range)
    return step.lossAndGradient(of: network, rows: present, next: next.map { order.rows($0) })
  }

  /// Of the order of the epoch.
  private func rows(ofStep index: Int) -> Range<Int> {
    if let shared { return shared.rowsBefore(step: index)..<shared.rowsBefore(step: index + 1) }
    return index * options.batch..<min((index + 1) * options.batch, data.rows)
  }

  private func rate(_ epoch: Int, _ step: Int, _ steps: Int) -> Double {
    rateFactor
      * options.schedule.rate(rule.learningRate, step: (epoch - 1) * steps + step, of: options.epochs * steps)
  }

  func write(to memory: inout OptimizerState<Element>) { memory.copy(from: self.memory) }

  func onGrid(
    _ intervals: Int, of network: inout Network<Element>
  ) throws(TrainingError) -> any TrainingProcess<Element> {
    try rule.changeGrid(of: &network, to: intervals, on: data.source, pool: step.pool)
    return try MiniBatchTraining(
      rule,
      TrainingStart(
        network: network, rows: data, options: options, pool: step.pool, memory: nil, stepsDone: 0, lossSum: 0,
        earlierEpochs: network.record?.history.count ?? 0, isTrained: true, rateFactor: 1))
  }

  /// Throws an error that names the place unless loss and gradients are finite.
  private func requireFinite(
    _ loss: Double, _ network: Network<Element>, epoch: Int, step index: Int
  ) throws(TrainingError) {
    if !loss.isFinite {
      if let failure = step.failure { throw .rowSource(failure) }
      let place = step.firstNonFinitePlace(of: network) ?? NetworkPlace(layer: network.layers.count)
      throw .nonFinite(what: "the output", epoch: epoch, step: index, at: place)
    }
    if let place = network.firstPlace(withNonFinite: step.gradients) {
      throw .nonFinite(what: "the gradient", epoch: epoch, step: index, at: place)
    }
  }

  private func requireFiniteParameters(
    _ network: Network<Element>, epoch: Int, step: Int
  ) throws(TrainingError) {
    if let place = network.firstPlace(withNonFinite: network.parameters) {
      throw .nonFinite(what: "a parameter", epoch: epoch, step: step, at: place)
    }
  }
}

extension OptimizerState {
  /// Copies without allocating if the memory is unshared and of the same shape.
  mutating func copy(from other: OptimizerState) {
    step = other.step
    guard moments.map(\.count) == other.moments.map(\.count) else {
      moments = other.moments
      return
    }
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
