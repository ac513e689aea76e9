/// A training algorithm: a first-order rule on batches (``Optimizer``), ``LBFGS`` or ``LevenbergMarquardt``.
///
/// A method is configuration. ``begin(_:)`` makes the process that trains, epoch by epoch. The training loop, the same
/// for every method, handles the number of epochs, early stopping, progress, cancellation, resuming, and several grids
/// in turn.
public protocol TrainingMethod: Sendable {
  /// The name in model files and in the tool.
  var name: String { get }
  /// The base learning rate, for the record: 1 for a line search, 0 without a rate.
  var learningRate: Double { get }
  /// λ, the strength of weight decay.
  var weightDecay: Double { get }
  /// Epochs of a training without options.
  var defaultEpochs: Int { get }
  /// The learning-rate schedule; `.constant` for a method without a rate.
  func schedule(_ options: TrainingOptions) -> Schedule
  /// Rows of a step, given `rows` rows in all.
  func batch(_ options: TrainingOptions, rows: Int) -> Int
  /// Whether the method provides leave-one-out losses, so that no rows need to be held out to judge grids.
  var judgesByLeavingOut: Bool { get }
  /// Whether the method can keep parameters within bounds, as monotone inputs need.
  var keepsMonotone: Bool { get }
  /// Whether a smaller rate makes the method's steps smaller, so that it can recover from a divergence.
  var takesRate: Bool { get }
  /// Whether the method applies ``TrainingOptions/sparsity``; otherwise a training with it is refused.
  var takesSparsity: Bool { get }
  /// The relative cost of an epoch as a function of the number of parameters, for estimates of the time left.
  func relativeCost(parameters: Int) -> Double

  /// Throws if the method cannot run this training; called before anything has changed.
  func check<Element: Scalar>(
    _ network: Network<Element>, on data: any RowSource<Element>, options: TrainingOptions
  ) throws(TrainingError)

  /// Moves a network to the first of several grids, before ``begin(_:)``.
  func changeGrid<Element: Scalar>(
    of network: inout Network<Element>, to intervals: Int, on data: any RowSource<Element>, pool: ThreadPool
  ) throws(TrainingError)

  /// Makes a process that trains from the given state.
  func begin<Element: Scalar>(_ start: TrainingStart<Element>) throws(TrainingError) -> any TrainingProcess<Element>
}

extension TrainingMethod {
  public var defaultEpochs: Int { 20 }
  public func schedule(_ options: TrainingOptions) -> Schedule { .constant }
  public func batch(_ options: TrainingOptions, rows: Int) -> Int { rows }
  public var judgesByLeavingOut: Bool { false }
  public var keepsMonotone: Bool { false }
  public var takesRate: Bool { false }
  public var takesSparsity: Bool { false }
  public func relativeCost(parameters: Int) -> Double { 1 }

  public func check<Element: Scalar>(
    _ network: Network<Element>, on data: any RowSource<Element>, options: TrainingOptions
  ) throws(TrainingError) {}

  /// Transfers the curves and, once the network has been trained, adapts the ranges of hidden layers to their inputs.
  public func changeGrid<Element: Scalar>(
    of network: inout Network<Element>, to intervals: Int, on data: any RowSource<Element>, pool: ThreadPool
  ) throws(TrainingError) {
    do throws(BasisError) {
      let isTrained = network.record?.history.isEmpty == false
      if network.layers.contains(where: { $0.gridIntervals != nil && $0.gridIntervals != intervals }) {
        try network.extendGrid(to: intervals, on: data, pool: pool)
      }
      if isTrained && network.layers.count > 1 {
        try network.adaptGrid(on: data, margin: 0.1, layers: 1..<network.layers.count, pool: pool)
      }
    } catch {
      throw .basis(error)
    }
  }
}

/// The starting point of a training process.
public struct TrainingStart<Element: Scalar> {
  /// The network, with scalings and objective set for this training.
  public let network: Network<Element>
  let rows: TrainingRows<Element>
  /// The rows to train on.
  public var data: any RowSource<Element> { rows.source }
  /// What the caller asked for.
  public let options: TrainingOptions
  /// The threads to use; results must not depend on their number.
  public let pool: ThreadPool
  /// The method's state from an earlier call; nil for a fresh start.
  public let memory: OptimizerState<Element>?
  /// Steps done of an interrupted epoch.
  public let stepsDone: Int
  /// The sum over rows of the losses of those steps.
  public let lossSum: Double
  /// Epochs on coarser grids before this one.
  public let earlierEpochs: Int
  /// Whether the network has been trained before, so that its parameters are worth keeping.
  public let isTrained: Bool
  /// What every rate of the schedule is multiplied by: below 1 after ``TrainingOptions/divergence``.
  public let rateFactor: Double
}

/// A training in progress by one method.
///
/// Each call is given the network with its parameters; the process owns its state between epochs.
public protocol TrainingProcess<Element>: AnyObject {
  /// The precision of the network that is trained.
  associatedtype Element: Scalar

  /// Rows processed so far, forward and backward.
  var samples: Int { get }

  /// Runs one epoch, or the rest of an interrupted one.
  ///
  /// - Parameters:
  ///   - epoch: from 1, on the present grid.
  ///   - monitor: to be asked after every step, at least, whether to continue.
  func runEpoch(
    _ epoch: Int, of network: inout Network<Element>, monitor: TrainingMonitor<Element>
  ) throws(TrainingError) -> TrainingEpoch

  /// Writes the method's state, without allocating if `memory` already has the right shape.
  func write(to memory: inout OptimizerState<Element>)

  /// Called after the last epoch. The process may restore an earlier epoch's parameters if they are better.
  ///
  /// - Returns: the restored epoch on the present grid, or nil.
  func finish(_ network: inout Network<Element>) -> Int?

  /// The leave-one-out loss of each training row after the last epoch, if the method provides it.
  func leaveOneOutLosses() -> [Double]?

  /// Continues on another grid; returns itself or a new process.
  func onGrid(
    _ intervals: Int, of network: inout Network<Element>
  ) throws(TrainingError) -> any TrainingProcess<Element>
}

extension TrainingProcess {
  public func finish(_ network: inout Network<Element>) -> Int? { nil }
  public func leaveOneOutLosses() -> [Double]? { nil }
}

/// How an epoch ended.
public enum TrainingEpoch: Sendable, Equatable {
  /// Finished, with the mean loss of its rows and the learning rate of its last step.
  case done(loss: Double, learningRate: Double)
  /// Finished and converged.
  case last(loss: Double, learningRate: Double)
  /// Converged before the epoch: nothing was left to do.
  case converged
  /// Interrupted by the monitor after `steps` steps; `lossSum` is the sum over rows of their losses. The epoch may be run
  /// again, for the steps that are left.
  case brokenOff(steps: Int, lossSum: Double)
}
