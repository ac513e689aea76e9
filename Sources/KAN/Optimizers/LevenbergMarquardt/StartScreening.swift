import Synchronization

/// Screens random starts on a coarse grid and picks the best.
struct StartScreening {
  let network: Network<Double>
  let data: Dataset<Double>
  let order: Int
  /// At most.
  let starts: Int
  let seed: UInt64
  let pool: ThreadPool

  /// The result of one start.
  struct Candidate {
    var network: Network<Double>
    /// √(mean squared residual), in units of the targets' spread.
    var rms: Double
  }

  let tuning: LevenbergMarquardt.Tuning

  /// What starts have come to so far.
  struct Progress {
    /// Nil if none is finite.
    var best: Candidate?
    var done = 0
    /// Starts that agree with the best.
    var agreeing = 0
    /// No more starts are needed.
    var isFinished = false
  }

  /// The best start; the first is the network with its present parameters. Nil if none is finite.
  func best() -> Candidate? {
    var progress = Progress()
    run(&progress)
    return progress.best
  }

  /// Goes on until the best start has found the shape of the curves, starts agree, or all are done.
  ///
  /// - Parameter continues: called between groups with the starts done and the most there may be; returns whether to
  ///   continue.
  /// - Parameter within: asked often by the calling thread while it computes; if it returns false, the present group
  ///   counts for nothing.
  func run(
    _ progress: inout Progress, continues: (Int, Int) -> Bool = { _, _ in true },
    within: @escaping () -> Bool = { true }
  ) {
    let some = someRows()
    let isStopped = StopFlag()
    while !progress.isFinished && continues(progress.done, starts) {
      let count = min(tuning.group, starts - progress.done)
      let slots = UnsafeMutableBufferPointer<Candidate?>.allocate(capacity: count)
      slots.initialize(repeating: nil)
      defer {
        slots.deinitialize()
        slots.deallocate()
      }
      pool.run(
        count,
        StartLoop(
          screening: self, data: some, first: progress.done, slots: slots, isStopped: isStopped, within: within))
      if isStopped.isSet { return }
      let before = progress
      var isBetter = false
      for candidate in slots {
        guard let candidate, candidate.rms.isFinite else { continue }
        let least = progress.best?.rms ?? .infinity
        if candidate.rms < least / tuning.agreement {
          progress.agreeing = 1
        } else if candidate.rms < least * tuning.agreement {
          progress.agreeing += 1
        }
        if candidate.rms < least { (progress.best, isBetter) = (candidate, true) }
      }
      progress.done += count
      progress.isFinished = progress.done >= starts
      guard let best = progress.best else { continue }
      let agreed = Double(progress.agreeing) >= tuning.agreeingShare * Double(progress.done)
      if agreed && progress.done >= 2 * tuning.group {
        progress.isFinished = true
      } else if isBetter {
        guard let hasFoundTheShape = hasFoundTheShape(best, on: some, within) else {
          progress = before
          return
        }
        if hasFoundTheShape { progress.isFinished = true }
      }
    }
  }

  /// Whether the residual is the discretisation error of the coarse grid: whether it falls nearly as fast on a grid
  /// twice as fine; nil if the fit on that grid was interrupted.
  private func hasFoundTheShape(
    _ candidate: Candidate, on data: Dataset<Double>, _ continues: @escaping () -> Bool
  ) -> Bool? {
    if candidate.rms < tuning.exactResidual { return true }
    guard let degree = candidate.network.layers.compactMap(\.grid?.degree).min(),
      let intervals = candidate.network.layers.compactMap(\.gridIntervals).max()
    else { return false }
    var finer = candidate.network
    do throws(BasisError) {
      try finer.extendGrid(to: 2 * intervals, on: data, pool: pool)
      guard let refined = try fit(finer, data, pool, continues) else { return nil }
      let fall = Elementary.pow(2, tuning.refinedExponent * Double(degree + 1))
      return refined.rms * fall <= candidate.rms
    } catch {
      return false
    }
  }

  /// Evenly spaced rows, and if knots follow the data those with the lowest and highest value of each input: without them
  /// a start would have to extrapolate along the tails.
  private func someRows() -> Dataset<Double> {
    if data.rows <= tuning.screeningRows { return data }
    var chosen = Set((0..<tuning.screeningRows).map { $0 * data.rows / tuning.screeningRows })
    if network.followsData {
      for input in 0..<data.inputs.columns {
        let column = data.inputs.column(input)
        chosen.insert(column.indices.min { column[$0] < column[$1] }!)
        chosen.insert(column.indices.max { column[$0] < column[$1] }!)
      }
    }
    return data.selecting(rows: chosen.sorted())
  }

  /// Fits one start: the present parameters for the first, else curves with normal coefficients. A start whose fit breaks
  /// down is none.
  func candidate(
    _ index: Int, on data: Dataset<Double>, while continues: @escaping () -> Bool = { true }
  ) -> Candidate? {
    var start = network
    if index > 0 { start.randomizeCurves(seed: seed, start: index) }
    return try? fit(start, data, ThreadPool(threads: 1), continues)
  }

  private func fit(
    _ start: Network<Double>, _ data: Dataset<Double>, _ pool: ThreadPool, _ continues: @escaping () -> Bool
  ) throws(BasisError) -> Candidate? {
    let problem = LeastSquaresProblem(start, data, pool: pool, tuning: tuning, continues: continues)
    try problem.followRanges()
    var minimization = DampedMinimization(
      problem, order: order, lambda: tuning.screeningLambda, damping: tuning.screeningDamping,
      tolerance: tuning.screeningTolerance)
    _ = try minimization.run(
      iterations: tuning.screeningIterations, followingRangesEvery: tuning.screeningInterval
    ) { $0 > tuning.exactResidual }
    return problem.isInterrupted ? nil : Candidate(network: problem.network, rms: minimization.rms)
  }

  private struct StartLoop: ParallelLoop {
    let screening: StartScreening
    let data: Dataset<Double>
    let first: Int
    let slots: UnsafeMutableBufferPointer<Candidate?>
    let isStopped: StopFlag
    let within: () -> Bool

    func iterate(_ index: Int, worker: Int) {
      slots[index] = screening.candidate(first + index, on: data) {
        // Worker 0 is the thread that trains, which alone may ask.
        if worker == 0, !isStopped.isSet, !within() { isStopped.set() }
        return !isStopped.isSet
      }
    }
  }

  /// Tells all threads to end.
  final class StopFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
  }
}

extension Network where Element == Double {
  /// Normal coefficients for layers with a grid, base functions and biases 0; other layers by their basis's own rule.
  fileprivate mutating func randomizeCurves(seed: UInt64, start: Int) {
    let bias = bias(ofLayer: layers.count - 1)
    self = {
      var fresh = Network(layers, seed: RandomGenerator.mixed(seed, RandomStream.starts + UInt64(start)))
      fresh.adoptDescription(of: self)
      return fresh
    }()
    // Unscaled targets may be far from 0.
    if !objective.scalesTargets {
      for place in parameterCount - outputs..<parameterCount {
        parameters[place] = bias[place + outputs - parameterCount]
      }
    }
    var generator = RandomGenerator(seed: seed, stream: RandomStream.starts + UInt64(start))
    for (index, layer) in layers.enumerated() {
      guard let basis = layer.griddedBasis else { continue }
      let offset = parameterOffset(ofLayer: index)
      for row in 0..<layer.inputs * layer.functions {
        let isFixed = row % layer.functions >= basis.boundedFunctions
        for output in 0..<layer.sums {
          parameters[offset + row * layer.sums + output] = isFixed ? 0 : generator.normal()
        }
      }
    }
    clearRemovedEdges()
  }

  private mutating func adoptDescription(of other: Network) {
    task = other.task
    chosenObjective = other.chosenObjective
    names = other.names
    inputScaling = other.inputScaling
    outputScaling = other.outputScaling
    contraction = other.contraction
    record = other.record
  }
}

extension RandomGenerator {
  fileprivate static func mixed(_ seed: UInt64, _ stream: UInt64) -> UInt64 {
    var generator = RandomGenerator(seed: seed, stream: stream)
    return generator.next()
  }
}
