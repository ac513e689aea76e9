/// A first-order rule: takes parameters and the gradient of a batch one step on. Configuration; what it remembers is an
/// ``OptimizerState``.
///
/// As a ``TrainingMethod`` it goes through all rows in shuffled batches, once in an epoch. `learningRate` is the base rate,
/// scaled by the ``Schedule``.
public protocol Optimizer: TrainingMethod {
  /// How many arrays of the parameters' length it remembers.
  var momentCount: Int { get }

  /// One step, in place.
  ///
  /// - Parameters:
  ///   - parameters: [count]
  ///   - gradients: of the loss by each parameter: [count]
  ///   - state: moments of the same length, and the number of steps so far, which this raises by 1
  ///   - rate: the rate of this step
  ///   - pool: threads to share the work, nil for the calling one alone; the bits are the same
  func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?)
}

extension Optimizer {
  public func schedule(_ options: TrainingOptions) -> Schedule { options.schedule }
  public func batch(_ options: TrainingOptions, rows: Int) -> Int { options.batch }

  public func begin<Element: Scalar>(
    _ start: TrainingStart<Element>
  ) throws(TrainingError) -> any TrainingProcess<Element> {
    try MiniBatchTraining(self, start)
  }

  /// One step on the calling thread.
  public func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double
  ) {
    update(parameters, gradients: gradients, state: &state, rate: rate, pool: nil)
  }
}

/// Traps for a rate that climbs or that no step can be made of.
func requireRate(_ rate: Double, _ rule: String) {
  require(rate >= 0 && rate.isFinite, "\(rule): learning rate \(rate)")
}

/// A rule that treats each parameter by itself, in parts that threads share out.
protocol ElementwiseLoop: ParallelLoop {
  /// Parameters in all.
  var count: Int { get }
  func update(_ part: Range<Int>)
}

extension ElementwiseLoop {
  /// Parameters of a part: few enough for the first-level cache, and as many as make a thread worth waking.
  private static var part: Int { 8192 }

  package func iterate(_ index: Int, worker: Int) {
    update(index * Self.part..<min((index + 1) * Self.part, count))
  }

  func run(on pool: ThreadPool?) {
    guard let pool else { return update(0..<count) }
    pool.run((count + Self.part - 1) / Self.part, work: 4 * count, self)
  }
}

/// What an optimiser remembers between steps.
public struct OptimizerState<Element: Scalar>: Sendable, Equatable {
  /// Steps done.
  public var step = 0
  /// Running means of the gradient and the like, each of the parameters' length.
  public var moments: [AlignedArray<Element>]

  /// The state before the first step: ``Optimizer/momentCount`` moments of `count` zeros each.
  public init(_ optimizer: some Optimizer, parameters count: Int) {
    moments = (0..<optimizer.momentCount).map { _ in AlignedArray(zeros: count) }
  }

  package init(step: Int, moments: [AlignedArray<Element>]) {
    self.step = step
    self.moments = moments
  }
}
