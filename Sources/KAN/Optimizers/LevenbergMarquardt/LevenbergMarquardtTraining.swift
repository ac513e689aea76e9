/// Training by ``LevenbergMarquardt``, in double precision. An epoch is one iteration on all rows; its loss is that of
/// all rows after the step.
///
/// On each grid it fits the parameters loosely, alternates λ and parameters until λ settles, fits the parameters
/// exactly, and then raises λ for as long as that lowers the leave-one-out error. The epochs asked for bound the total.
final class LevenbergMarquardtTraining<Element: Scalar>: TrainingProcess {
  private let rule: LevenbergMarquardt
  var tuning: LevenbergMarquardt.Tuning { rule.tuning }
  let start: TrainingStart<Element>
  /// The rows of this process.
  let data: Dataset<Double>
  /// Those of all ranks, if ranks share them.
  let shared: DistributedRows<Double>?
  private var rows: any RowSource<Double> { shared ?? data }
  private let degree: Int
  /// q
  var order: Int
  /// Made in the first epoch, after the random starts, which take long.
  private(set) var fit: Fit?
  /// The random starts, if they were interrupted.
  private(set) var screening: StartScreening.Progress?
  private(set) var samples = 0

  /// A fit on one grid.
  struct Fit {
    var problem: LeastSquaresProblem
    var minimization: DampedMinimization
    var phase: Phase
    /// Iterations on this grid, in this phase, and the limit for this phase.
    var done = 0
    var inPhase = 0
    var most = 0
    /// Whether the phase has converged.
    var isSettled = false
    /// Whether the fit is run to the full tolerance: on the first and last grid.
    var isExact: Bool
    /// The best fit so far while λ is raised.
    var judged: Judged?
  }

  struct Judged {
    var evidence: DampedMinimization.Evidence?
    var iteration: Int
    var parameters: AlignedArray<Double>
    var minimization: DampedMinimization
  }

  enum Phase {
    case parameters
    /// λ has been moved towards its fixed point this many times.
    case weighing(Int)
    case exact
    /// λ has been raised this many times.
    case smoothing(Int)
    case settled
  }

  init(_ rule: LevenbergMarquardt, _ start: TrainingStart<Element>) throws(TrainingError) {
    self.rule = rule
    self.start = start
    let own: Dataset<Double>
    do { own = try start.rows.own.source.inDoublePrecision() } catch { throw .rowSource(error) }
    data = own
    shared = start.rows.shared.map { DistributedRows(own, bounds: $0.bounds, over: $0.communicator) }
    degree = start.network.layers.compactMap(\.grid?.degree).max() ?? 3
    // With more intervals than rows, polynomials of degree k + 2 between them would be as free as the curves themselves.
    let isFiner = start.network.layers.contains { ($0.gridIntervals ?? 0) > start.data.rows }
    order = rule.penaltyOrder ?? (isFiner ? 2 : min(8, degree + 3))
  }

  func runEpoch(
    _ epoch: Int, of network: inout Network<Element>, monitor: TrainingMonitor<Element>
  ) throws(TrainingError) -> TrainingEpoch {
    monitor.shown = network
    if fit == nil {
      do throws(BasisError) {
        fit = try begin(network, monitor)
        if let fit { try write(fit.problem.network, to: &network) }
      } catch {
        throw .basis(error)
      }
    }
    guard var fit else { return .brokenOff(steps: 0, lossSum: 0) }
    // Ranks stop between iterations alone: each has rows of its own to ask by.
    if shared != nil {
      if !monitor.continues() { return .brokenOff(steps: 0, lossSum: 0) }
    } else {
      fit.problem.continues = { monitor.continues() }
    }
    // An interrupted epoch starts over: what its passes came to is not complete.
    let (before, parameters) = (fit, fit.problem.parameters)
    defer { self.fit = fit }
    func breakOff() -> TrainingEpoch {
      fit = before
      fit.problem.parameters = parameters
      return .brokenOff(steps: 0, lossSum: 0)
    }
    while true {
      if fit.isSettled || fit.inPhase >= fit.most {
        advance(&fit)
        if fit.problem.isInterrupted { return breakOff() }
        if case .settled = fit.phase { return .converged }
      }
      let outcome = fit.minimization.iterate()
      if fit.problem.isInterrupted { return breakOff() }
      guard outcome != .stuck else {
        fit.isSettled = true
        continue
      }
      fit.done += 1
      fit.inPhase += 1
      samples += rows.rows
      fit.isSettled = outcome == .settled
      writeParameters(fit.problem.network, to: &network)
      return .done(loss: fit.minimization.rms * fit.minimization.rms, learningRate: 1)
    }
  }

  // MARK: Phases

  /// Enters the next phase that has work.
  private func advance(_ fit: inout Fit) {
    switch fit.phase {
    case .parameters: weigh(&fit, round: 0)
    case .weighing(let round): weigh(&fit, round: round)
    case .exact: smooth(&fit, round: 0)
    case .smoothing(let round):
      if isBetter(&fit) { smooth(&fit, round: round) } else { fit.phase = .settled }
    case .settled: break
    }
  }

  private func enter(_ phase: Phase, of fit: inout Fit, iterations: Int) {
    fit.phase = phase
    fit.isSettled = false
    fit.inPhase = 0
    fit.most = iterations
  }

  /// Moves λ towards its fixed point; once it has settled, enters the exact fit.
  private func weigh(_ fit: inout Fit, round: Int) {
    if round < tuning.turns, let evidence = fit.minimization.evidence(leavingOut: false) {
      let isSettled = fit.minimization.adopt(evidence)
      fit.minimization.restart(damping: tuning.turnDamping)
      if !isSettled { return enter(.weighing(round + 1), of: &fit, iterations: tuning.turnIterations) }
    }
    fit.minimization.tolerance = fit.isExact ? rule.tolerance : max(rule.tolerance, tuning.coarseTolerance)
    fit.minimization.restart(damping: fit.minimization.damping)
    enter(.exact, of: &fit, iterations: fit.isExact ? .max : tuning.coarseIterations)
  }

  /// The evidence assumes uniform noise. If leave-one-out errors far exceed what it predicts, curves are too free where
  /// rows are sparse, and λ is raised.
  private func smooth(_ fit: inout Fit, round: Int) {
    let judged = fit.judged ?? judge(fit)
    fit.judged = judged
    guard round < rule.smoothingRounds, let evidence = judged.evidence,
      evidence.leftOut > tuning.excess * evidence.crossValidation
    else {
      fit.phase = .settled
      return
    }
    fit.minimization.scaleLambda(by: tuning.lambdaRise)
    fit.minimization.restart(damping: tuning.turnDamping)
    enter(.smoothing(round + 1), of: &fit, iterations: tuning.excessIterations)
  }

  private func judge(_ fit: Fit) -> Judged {
    Judged(
      evidence: fit.minimization.evidence(), iteration: fit.done, parameters: fit.problem.parameters,
      minimization: fit.minimization)
  }

  /// Whether raising λ has lowered the leave-one-out error; if not, restores the fit before.
  private func isBetter(_ fit: inout Fit) -> Bool {
    let now = judge(fit)
    guard let before = fit.judged, let old = before.evidence else { return false }
    if let new = now.evidence, new.leftOut < old.leftOut {
      fit.judged = now
      return true
    }
    fit.problem.parameters = before.parameters
    fit.minimization = before.minimization
    return false
  }

  func finish(_ network: inout Network<Element>) -> Int? {
    // Of a training that was interrupted after its last epoch. Without a stored fit that belongs to the network, it stays
    // as it is.
    if fit == nil { fit = try? storedFit(of: network) }
    guard var fit else { return nil }
    defer { self.fit = fit }
    let done = fit.done
    if case .smoothing = fit.phase {
      _ = isBetter(&fit)
      fit.phase = .settled
    }
    guard let judged = fit.judged, judged.iteration < done else { return nil }
    writeParameters(fit.problem.network, to: &network)
    return judged.iteration
  }

  func leaveOneOutLosses() -> [Double]? {
    guard let fit else { return nil }
    return (fit.judged ?? judge(fit)).evidence?.leaveOneOutSquares
  }

  // MARK: Starts and grids

  /// The fit of an interrupted training, or the best random start with its grids adapted to its values; nil if the
  /// monitor asked to stop.
  private func begin(_ network: Network<Element>, _ monitor: TrainingMonitor<Element>) throws(BasisError) -> Fit? {
    if let stored = try storedFit(of: network) { return stored }
    var first = try network.converted(to: Double.self)
    let interrupted = storedScreening(of: first)
    let isFresh = start.memory == nil || interrupted != nil
    let isTrained = start.isTrained && interrupted == nil
    if isFresh && !isTrained { try first.followSkewedInputs(of: rows, tuning, pool: start.pool) }
    // A single layer is a linear problem: every start has the same optimum.
    if !isTrained, rule.starts > 1, first.layers.count > 1 {
      let screening = StartScreening(
        network: first, data: screened(first), order: order,
        starts: first.followsData ? min(rule.starts, tuning.startsOnTails) : rule.starts, seed: start.options.seed,
        pool: start.pool,
        tuning: tuning)
      var progress = self.screening ?? storedScreening(of: first) ?? StartScreening.Progress()
      var starts = TrainingProgress.Starts(done: progress.done, count: screening.starts)
      screening.run(&progress) { done, count in
        starts = .init(done: done, count: count)
        return monitor.continues(starts: starts)
      } within: {
        monitor.continues(within: starts)
      }
      self.screening = progress
      if monitor.end != nil || monitor.isPaused { return nil }
      if let best = progress.best { first = best.network }
    }
    let isShared = shared != nil
    let problem = LeastSquaresProblem(first, data, of: shared, pool: start.pool, tuning: tuning) {
      isShared || monitor.continues()
    }
    if isFresh { try problem.followRanges() }
    let minimization = DampedMinimization(
      problem, order: order, lambda: tuning.startLambda, damping: tuning.gridDamping,
      tolerance: max(rule.tolerance, tuning.coarseTolerance))
    var fit = Fit(
      problem: problem, minimization: minimization, phase: .parameters, isExact: isExact(nil))
    beginGrid(&fit)
    return problem.isInterrupted ? nil : fit
  }

  /// The rows by which starts are screened: of rows that ranks share some evenly spaced ones, on every rank.
  private func screened(_ network: Network<Double>) -> Dataset<Double> {
    guard let shared else { return data }
    let most = min(shared.rows, tuning.screeningRows)
    return shared.gathered((0..<most).map { $0 * shared.rows / most })
  }

  private func beginGrid(_ fit: inout Fit) {
    fit.minimization.restart(damping: tuning.gridDamping)
    fit.minimization.tolerance = max(rule.tolerance, tuning.coarseTolerance)
    fit.done = 0
    fit.judged = nil
    // Half of the epochs are reserved for λ and the exact fit.
    let half = max(1, start.options.epochs / 2)
    enter(.parameters, of: &fit, iterations: fit.isExact ? half : min(half, tuning.coarseIterations))
  }

  /// Fits on intermediate grids need not be exact. The coarsest is fitted as if it were the only grid, since finer ones
  /// are compared with it and it remains if none is kept.
  ///
  /// - Parameter intervals: nil for the first grid.
  private func isExact(_ intervals: Int?) -> Bool {
    intervals.map { $0 == start.options.grids.first || $0 == start.options.grids.last } ?? true
  }

  func onGrid(
    _ intervals: Int, of network: inout Network<Element>
  ) throws(TrainingError) -> any TrainingProcess<Element> {
    guard var fit else { return self }
    do throws(BasisError) {
      let before = fit.problem.network.layers.compactMap(\.gridIntervals).max() ?? intervals
      var finer = fit.problem.network
      if finer.layers.contains(where: { $0.gridIntervals != nil && $0.gridIntervals != intervals }) {
        try finer.extendGrid(to: intervals, on: rows, pool: start.pool)
        fit.problem.replace(finer)
      }
      try fit.problem.followRanges()
      // σ²/τ² scales so if the residual is the discretisation error of splines of degree k: σ ∝ h^(k+1) and τ ∝ h^q.
      fit.minimization.scaleLambda(
        by: Elementary.pow(Double(intervals) / Double(before), Double(max(0, 2 * (order - degree - 1)))))
      fit.isExact = isExact(intervals)
      beginGrid(&fit)
      try write(fit.problem.network, to: &network)
    } catch {
      throw .basis(error)
    }
    self.fit = fit
    return self
  }

  /// Layers and parameters, in the network's own precision.
  private func write(_ fitted: Network<Double>, to network: inout Network<Element>) throws(BasisError) {
    let converted = try fitted.converted(to: Element.self)
    network.replaceLayers(converted.layers, parameters: converted.parameters)
  }

  private func writeParameters(_ fitted: Network<Double>, to network: inout Network<Element>) {
    fromDoubles(fitted.parameters.pointer, network.parameters.mutablePointer(), fitted.parameters.count)
  }
}
