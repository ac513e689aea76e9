/// A training by ``LevenbergMarquardt`` while it runs, in double precision.
struct LevenbergMarquardtRun {
  let rule: LevenbergMarquardt
  let options: TrainingOptions
  let pool: ThreadPool
  private let data: Dataset<Double>
  private let validation: Dataset<Double>?
  private let start: Network<Double>
  private let degree, order: Int
  private(set) var record: TrainingRecord
  /// The network of the grid that is kept so far.
  private(set) var best: Network<Double>
  private(set) var bestEpoch = 0
  private(set) var bestLoss = Double.infinity
  private var judge: GridJudge
  private var end = TrainingHistory.End.allEpochs
  private var seconds = 0.0
  private let clock = ContinuousClock()
  private let earlierSeconds: Double
  /// How often more λ is tried on a grid.
  var attempts = 6

  init(
    _ network: Network<Double>, _ data: Dataset<Double>, _ validation: Dataset<Double>?, _ rule: LevenbergMarquardt,
    _ options: TrainingOptions, _ pool: ThreadPool, earlier: TrainingRecord?
  ) {
    self.rule = rule
    self.options = options
    self.pool = pool
    self.data = data
    self.validation = validation
    start = network
    best = network
    judge = GridJudge(validation == nil ? .crossValidation : .validation)
    degree = network.layers.compactMap { ($0.basis as? BSpline<Double>)?.grid.degree }.max() ?? 3
    order = rule.penaltyOrder ?? min(8, degree + 3)
    earlierSeconds = earlier?.seconds ?? 0
    record = TrainingRecord(
      optimizer: rule.name, learningRate: 0, weightDecay: 0, schedule: .constant, batch: data.rows,
      seed: options.seed, samples: data.rows, epochs: options.epochs, patience: options.patience,
      seconds: earlierSeconds, threads: pool.threads, history: earlier?.history ?? [])
  }

  var history: TrainingHistory {
    TrainingHistory(
      epochs: record.history, seconds: seconds,
      samplesPerSecond: seconds > 0 ? Double(record.history.count * data.rows) / seconds : 0, end: end,
      bestEpoch: bestEpoch, grid: rule.grids.isEmpty ? nil : judge.choice)
  }

  /// Starts, then one grid after another.
  mutating func train(
    _ progress: (TrainingProgress, Network<Double>) -> TrainingDecision
  ) throws(BasisError) {
    let started = clock.now
    var network = start
    let isFresh = record.history.isEmpty
    // Resumed, it goes on on the grid that the network has.
    let present = isFresh ? 0 : network.layers.compactMap(\.gridIntervals).max() ?? 0
    let grids = rule.grids.isEmpty ? [nil] : rule.grids.filter { $0 >= present }.map { Optional($0) }
    // The problem of a single layer is linear: every start ends in the same place.
    if isFresh, rule.starts > 1, network.layers.count > 1, let screened = try screen(rule.grids.first) {
      network = screened
    }
    let problem = LeastSquaresProblem(network, data, pool: pool)
    if isFresh { try problem.followRanges() }
    var minimization = DampedMinimization(
      problem, order: order, lambda: 1e-8, damping: 1e-3, tolerance: rule.tolerance)
    for (index, intervals) in grids.enumerated() {
      if let intervals { try change(problem, to: intervals) }
      if index > 0, let intervals, let before = grids[index - 1] {
        // As σ²/τ² does where the residual is what splines of degree k leave, σ ∝ h^(k+1) and τ ∝ h^q.
        minimization.scaleLambda(
          by: Elementary.pow(Double(intervals) / Double(before), Double(max(0, 2 * (order - degree - 1)))))
      }
      let (judged, epoch) = try fit(
        &minimization, problem, isExact: index == 0 || index == grids.count - 1, grids: grids.count, progress)
      seconds = started.duration(to: clock.now).seconds
      record.seconds = earlierSeconds + seconds
      let losses =
        validation.map { problem.network.losses(on: $0, pool: pool) }
        ?? judged?.squaresLeftOut ?? problem.network.losses(on: data, pool: pool)
      if judge.keeps(problem.network.layers.compactMap(\.gridIntervals).max() ?? 0, losses) {
        (best, bestEpoch) = (problem.network, epoch)
        bestLoss = minimization.squares / Double(problem.residuals)
      }
      if isStopped || judge.choice.isExhausted { break }
    }
    if !rule.grids.isEmpty { record.grid = judge.choice }
    record.epochs = record.history.count
    best.record = record
  }

  /// The fit on one grid: parameters and λ in turn until λ stays, and then the parameters alone.
  ///
  /// The evidence takes the residuals for noise that is everywhere alike. Where single rows would be off by far more had
  /// they been left out than by that measure, curves are too free where rows are few, and more λ is tried.
  ///
  /// - Returns: what the fit is judged by, and the epoch that it is of.
  private mutating func fit(
    _ minimization: inout DampedMinimization, _ problem: LeastSquaresProblem, isExact: Bool, grids: Int,
    _ progress: (TrainingProgress, Network<Double>) -> TrainingDecision
  ) throws(BasisError) -> (DampedMinimization.Evidence?, epoch: Int) {
    // Curves that come from a coarser grid and go on to a finer one need not be exact; the coarsest are what a training
    // on that grid alone gives, so that the finer ones are compared with that, and it is what is left if none is kept.
    let coarse = max(rule.tolerance, 1e-2)
    let iterations = isExact ? options.epochs : min(options.epochs, 20)
    minimization.restart(damping: 1e-3)
    minimization.tolerance = coarse
    try iterate(&minimization, problem, iterations, grids: grids, progress)
    for _ in 0..<6 {
      guard !isStopped, let evidence = minimization.evidence(leavingOut: false) else { break }
      let isSettled = minimization.adopt(evidence)
      minimization.restart(damping: 1e-6)
      if isSettled { break }
      try iterate(&minimization, problem, min(iterations, 5), grids: grids, progress)
    }
    if isStopped { return (minimization.evidence(), record.history.count) }
    minimization.tolerance = isExact ? rule.tolerance : coarse
    try iterate(&minimization, problem, iterations, grids: grids, progress)
    var (judged, epoch) = (minimization.evidence(), record.history.count)
    for _ in 0..<attempts {
      guard !isStopped, let now = judged, now.leftOut > 4 * now.crossValidation else { break }
      let (parameters, before) = (problem.parameters, minimization)
      minimization.scaleLambda(by: 10)
      minimization.restart(damping: 1e-6)
      try iterate(&minimization, problem, min(iterations, 10), grids: grids, progress)
      let next = minimization.evidence()
      guard let next, next.leftOut < now.leftOut else {
        (problem.parameters, minimization) = (parameters, before)
        break
      }
      (judged, epoch) = (next, record.history.count)
    }
    return (judged, epoch)
  }

  /// Iterations on one grid, each noted in the record.
  private mutating func iterate(
    _ minimization: inout DampedMinimization, _ problem: LeastSquaresProblem, _ iterations: Int, grids: Int,
    _ progress: (TrainingProgress, Network<Double>) -> TrainingDecision
  ) throws(BasisError) {
    var last = clock.now
    var noted: [EpochRecord] = []
    var isStopped = false
    let grid = rule.grids.isEmpty ? nil : problem.network.layers.compactMap(\.gridIntervals).max()
    let done = record.history.count
    let secondsBefore = seconds
    let started = last
    _ = try minimization.run(iterations: iterations) { rms in
      let now = clock.now
      noted.append(
        EpochRecord(
          epoch: done + noted.count + 1, loss: rms * rms, validationLoss: nil, learningRate: 1,
          seconds: last.duration(to: now).seconds, grid: grid))
      last = now
      let elapsed = secondsBefore + started.duration(to: now).seconds
      let report = TrainingProgress(
        epoch: done + noted.count, epochs: options.epochs * grids, step: 1, steps: 1, loss: rms * rms,
        samplesPerSecond: Double((done + noted.count) * data.rows) / elapsed, secondsLeft: 0, validation: nil)
      var shown = problem.network
      shown.record = record
      shown.record?.history += noted
      isStopped = progress(report, shown) == .stop
      return !isStopped
    }
    record.history += noted
    if isStopped { end = .stopped }
  }

  private var isStopped: Bool { end == .stopped }

  private func screen(_ intervals: Int?) throws(BasisError) -> Network<Double>? {
    var coarse = start
    if let intervals { try coarse.extendGrid(to: intervals, on: data, pool: pool) }
    return StartScreening(
      network: coarse, data: data, order: order, starts: rule.starts, seed: options.seed, pool: pool
    ).best()?.network
  }

  private func change(_ problem: LeastSquaresProblem, to intervals: Int) throws(BasisError) {
    var network = problem.network
    if network.layers.contains(where: { $0.gridIntervals != nil && $0.gridIntervals != intervals }) {
      try network.extendGrid(to: intervals, on: data, pool: pool)
      problem.replace(network)
    }
    try problem.followRanges()
  }
}
