/// Random starts on a coarse grid, of which the best goes on.
struct StartScreening {
  let network: Network<Double>
  let data: Dataset<Double>
  let order: Int
  /// At most.
  let starts: Int
  let seed: UInt64
  let pool: ThreadPool

  /// What a start came to.
  struct Candidate {
    var network: Network<Double>
    /// √(mean squared residual), in units of the targets' spread.
    var rms: Double
  }

  /// Starts that are judged together; their number, and with it the result, does not depend on the threads.
  static let group = 8
  /// Rows that starts are judged by.
  static let rows = 800
  /// A start this good has found the shape of the curves: what is left is the coarse grid's error.
  private static let good = 0.012
  /// A multiple of the interval at which ranges are followed: a start is not judged just after it was disturbed.
  private static let iterations = 14 * interval
  private static let interval = 3

  /// The best of the starts, the first of which is the network as it is; nil if none is finite.
  ///
  /// - Parameter continues: asked between groups of starts, with how many are done of how many at most, whether to go on.
  func best(continues: (Int, Int) -> Bool = { _, _ in true }) -> Candidate? {
    let some = Self.some(of: data)
    var best: Candidate?
    var done = 0
    // How many starts have come to the best, within half a per cent. Where a sixth of all have, it is noise that keeps
    // them from a better one, and no poor local minimum that some come near.
    var agreeing = 0
    while done < starts && continues(done, starts) {
      let count = min(Self.group, starts - done)
      let slots = UnsafeMutableBufferPointer<Candidate?>.allocate(capacity: count)
      slots.initialize(repeating: nil)
      defer {
        slots.deinitialize()
        slots.deallocate()
      }
      pool.run(count, StartLoop(screening: self, data: some, first: done, slots: slots))
      for candidate in slots {
        guard let candidate, candidate.rms.isFinite else { continue }
        if best == nil || candidate.rms < best!.rms / 1.005 {
          agreeing = 1
        } else if candidate.rms < best!.rms * 1.005 {
          agreeing += 1
        }
        if best == nil || candidate.rms < best!.rms { best = candidate }
      }
      done += count
      if let best, best.rms < Self.good || 6 * agreeing >= done && done >= 2 * Self.group { break }
    }
    return best
  }

  /// Evenly spaced rows.
  private static func some(of data: Dataset<Double>) -> Dataset<Double> {
    if data.rows <= rows { return data }
    return data.selecting(rows: (0..<rows).map { $0 * data.rows / rows })
  }

  /// One start: the network as it is for the first, else curves with normal coefficients.
  func candidate(_ index: Int, on data: Dataset<Double>) -> Candidate? {
    var start = network
    if index > 0 { start.randomizeCurves(seed: seed, start: index) }
    let problem = LeastSquaresProblem(start, data, pool: ThreadPool(threads: 1))
    do throws(BasisError) {
      try problem.followRanges()
      var minimization = DampedMinimization(problem, order: order, lambda: 1e-6, damping: 1e-2, tolerance: 1e-3)
      _ = try minimization.run(iterations: Self.iterations, followingRangesEvery: Self.interval) { $0 > Self.good / 4 }
      return Candidate(network: problem.network, rms: minimization.rms)
    } catch {
      return nil
    }
  }

  private struct StartLoop: ParallelLoop {
    let screening: StartScreening
    let data: Dataset<Double>
    let first: Int
    let slots: UnsafeMutableBufferPointer<Candidate?>

    func iterate(_ index: Int, worker: Int) {
      slots[index] = screening.candidate(first + index, on: data)
    }
  }
}

extension Network where Element == Double {
  /// Normal coefficients for splines, without base functions and biases, and each other layer's own rule.
  fileprivate mutating func randomizeCurves(seed: UInt64, start: Int) {
    let bias = bias(ofLayer: layers.count - 1)
    self = {
      var fresh = Network(layers, seed: RandomGenerator.mixed(seed, RandomStream.starts + UInt64(start)))
      fresh.adoptDescription(of: self)
      return fresh
    }()
    // Targets that are not scaled need not be near 0.
    if !objective.scalesTargets {
      for place in parameterCount - outputs..<parameterCount {
        parameters[place] = bias[place + outputs - parameterCount]
      }
    }
    var generator = RandomGenerator(seed: seed, stream: RandomStream.starts + UInt64(start))
    for (index, layer) in layers.enumerated() {
      guard let spline = layer.basis as? BSpline<Double> else { continue }
      let offset = parameterOffset(ofLayer: index)
      for row in 0..<layer.inputs * layer.functions {
        let isBase = spline.base != .none && row % layer.functions == layer.functions - 1
        for output in 0..<layer.outputs {
          parameters[offset + row * layer.outputs + output] = isBase ? 0 : generator.normal()
        }
      }
    }
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
