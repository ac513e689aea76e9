/// A first-order update rule: one step of the parameters from the gradient of a batch. It is configuration; its memory
/// is an ``OptimizerState``.
///
/// As a ``TrainingMethod`` it takes all rows in shuffled batches, once per epoch. `learningRate` is the base rate,
/// scaled by the ``Schedule``.
public protocol Optimizer: TrainingMethod {
  /// The number of moments, arrays of the parameters' length.
  var momentCount: Int { get }

  /// One step, in place.
  ///
  /// - Parameters:
  ///   - parameters: [count]
  ///   - gradients: of the loss by each parameter: [count]
  ///   - state: moments of the same length, and the number of steps so far, which the update increments
  ///   - rate: the learning rate of this step
  ///   - pool: threads to share the work; nil for the calling thread alone. Results are bit-identical
  func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?)
}

extension Optimizer {
  public var keepsMonotone: Bool { true }
  public var takesRate: Bool { true }
  public var takesSparsity: Bool { true }
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

/// Traps for a rate that is negative or not finite.
func requireRate(_ rate: Double, _ rule: String) {
  require(rate >= 0 && rate.isFinite, "\(rule): learning rate \(rate)")
}

/// An elementwise update, in parts that run in parallel.
protocol ElementwiseLoop: ParallelLoop {
  /// The number of parameters.
  var count: Int { get }
  func update(_ part: Range<Int>)
}

extension ElementwiseLoop {
  /// Parameters of a part: few enough for the first-level cache, enough to be worth waking a thread.
  private static var part: Int { 8192 }

  package func iterate(_ index: Int, worker: Int) {
    update(index * Self.part..<min((index + 1) * Self.part, count))
  }

  func run(on pool: ThreadPool?) {
    guard let pool else { return update(0..<count) }
    pool.run((count + Self.part - 1) / Self.part, work: 4 * count, self)
  }
}

/// An optimiser's memory between steps.
public struct OptimizerState<Element: Scalar>: Sendable, Equatable {
  /// Steps done.
  public var step = 0
  /// Running means of the gradient and the like, each of the parameters' length.
  public var moments: [AlignedArray<Element>]
  /// What else a method remembers.
  package var method = MethodState()

  /// The state before the first step: ``Optimizer/momentCount`` moments of `count` zeros each.
  public init(_ optimizer: some Optimizer, parameters count: Int) {
    moments = (0..<optimizer.momentCount).map { _ in AlignedArray(zeros: count) }
  }

  package init(step: Int, moments: [AlignedArray<Element>], method: MethodState = MethodState()) {
    self.step = step
    self.moments = moments
    self.method = method
  }
}
