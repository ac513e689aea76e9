extension LBFGS: TrainingMethod {
  public var learningRate: Double { 1 }
  public var takesSparsity: Bool { true }

  public func check<Element: Scalar>(
    _ network: Network<Element>, on data: any RowSource<Element>, options: TrainingOptions
  ) throws(TrainingError) {
    let needed = bytes(for: network, rows: data.rows)
    if needed > memoryLimit {
      throw .memory(
        what: "L-BFGS with \(pairs) pairs for \(network.parameterCount) parameters", needed: needed, limit: memoryLimit,
        instead: "fewer pairs, or Adam")
    }
  }

  public func begin<Element: Scalar>(
    _ start: TrainingStart<Element>
  ) throws(TrainingError) -> any TrainingProcess<Element> {
    try LBFGSTraining(self, start)
  }
}

/// Training by ``LBFGS``. An epoch is one iteration on all rows; its loss is that of all rows after the step.
final class LBFGSTraining<Element: Scalar>: TrainingProcess {
  private let rule: LBFGS
  private let start: TrainingStart<Element>
  private let frozen: FrozenParameters<Element>?
  /// Made in the first epoch, whose monitor it needs: the first evaluation may take long.
  private var run: (function: FullBatchFunction<Element>, minimization: LBFGSMinimization<Element>)?
  private(set) var samples = 0

  init(_ rule: LBFGS, _ start: TrainingStart<Element>) throws(TrainingError) {
    self.rule = rule
    self.start = start
    frozen =
      start.options.updating == .supported
      ? try FrozenParameters(start.network, on: start.rows, pool: start.pool) : nil
  }

  func runEpoch(
    _ epoch: Int, of network: inout Network<Element>, monitor: TrainingMonitor<Element>
  ) throws(TrainingError) -> TrainingEpoch {
    monitor.shown = network
    if run == nil { try begin(network, epoch: epoch, monitor) }
    guard var (function, minimization) = run else { return .brokenOff(steps: 0, lossSum: 0) }
    run = nil
    let before = (minimization.evaluations, minimization.point)
    let outcome = minimization.iterate(&function)
    samples = minimization.evaluations * start.data.rows
    if let failure = function.batch.failure { throw .rowSource(failure) }
    let isBrokenOff = function.batch.isInterrupted
    defer { run = isBrokenOff ? nil : (function, minimization) }
    if isBrokenOff {
      network.parameters.copyElements(from: before.1)
      return .brokenOff(steps: 0, lossSum: 0)
    }
    guard case .moved(let from, let to, _) = outcome else { return .converged }
    network.parameters.copyElements(from: minimization.point)
    let loss = to.value - function.penalty(at: minimization.point)
    let isLast = from.value - to.value <= rule.lossTolerance * from.value
    return isLast ? .last(loss: loss, learningRate: to.step) : .done(loss: loss, learningRate: to.step)
  }

  /// Starts the minimisation, or throws an error that names the place of a non-finite value.
  private func begin(
    _ network: Network<Element>, epoch: Int, _ monitor: TrainingMonitor<Element>
  ) throws(TrainingError) {
    var function = FullBatchFunction(
      network, start.rows, weightDecay: rule.weightDecay, sparsity: start.options.sparsity, frozen: frozen,
      pool: start.pool
    ) { monitor.continues() }
    // Pairs of an unrestricted training would move frozen parameters.
    var moments = start.memory?.moments ?? []
    if let frozen { for index in moments.indices { frozen.clear(moments[index].mutablePointer()) } }
    let minimization = LBFGSMinimization(
      rule, of: &function, from: network.parameters, moments: moments, pool: start.pool)
    if let failure = function.batch.failure { throw .rowSource(failure) }
    if function.batch.isInterrupted { return }
    if !minimization.isFinite {
      let last = NetworkPlace(layer: network.layers.count)
      if !minimization.value.isFinite {
        let place = function.batch.firstNonFinitePlace(of: function.network) ?? last
        throw .nonFinite(what: "the output", epoch: epoch, step: 1, at: place)
      }
      let place = network.firstPlace(withNonFinite: minimization.gradient) ?? last
      throw .nonFinite(what: "the gradient", epoch: epoch, step: 1, at: place)
    }
    run = (function, minimization)
  }

  func write(to memory: inout OptimizerState<Element>) {
    guard let run else { return }
    memory = OptimizerState(step: memory.step + 1, moments: run.minimization.moments)
  }

  func onGrid(
    _ intervals: Int, of network: inout Network<Element>
  ) throws(TrainingError) -> any TrainingProcess<Element> {
    try rule.changeGrid(of: &network, to: intervals, on: start.data, pool: start.pool)
    return try LBFGSTraining(
      rule,
      TrainingStart(
        network: network, rows: start.rows, options: start.options, pool: start.pool, memory: nil, stepsDone: 0,
        lossSum: 0, earlierEpochs: network.record?.history.count ?? 0, isTrained: true, rateFactor: 1))
  }
}
