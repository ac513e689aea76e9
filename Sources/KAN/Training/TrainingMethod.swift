/// A way to lower the training loss: a first-order rule on batches (``Optimizer``), ``LBFGS`` or ``LevenbergMarquardt``.
///
/// A method is configuration. ``begin(_:)`` makes the training process that does the work, epoch by epoch; the training
/// loop, the same for every method, owns the number of epochs, early stopping, progress, cancellation, resuming, and grids
/// trained on in turn.
public protocol TrainingMethod: Sendable {
  /// The name under which a model file and the tool know it.
  var name: String { get }
  /// For the record: the base learning rate, 1 where a line search decides, 0 where there is none.
  var learningRate: Double { get }
  /// λ, how strongly parameters are pulled to 0.
  var weightDecay: Double { get }
  /// Epochs of a training that is given no options.
  var defaultEpochs: Int { get }
  /// How the learning rate goes over the steps; what a method without one ignores is `.constant`.
  func schedule(_ options: TrainingOptions) -> Schedule
  /// Rows of a step, of so many in all.
  func batch(_ options: TrainingOptions, rows: Int) -> Int
  /// Whether a fit can be judged by its own training rows, each as if it had been left out: then no rows are put aside to
  /// judge grids by.
  var judgesByLeavingOut: Bool { get }
  /// What an epoch on so many parameters costs, relative to another number of them; for the time left.
  func relativeCost(parameters: Int) -> Double

  /// Refuses, before anything has changed, what the method cannot do.
  func check<Element: Scalar>(
    _ network: Network<Element>, on data: any RowSource<Element>, options: TrainingOptions
  ) throws(TrainingError)

  /// Takes a network to the first of several grids, before ``begin(_:)``.
  func changeGrid<Element: Scalar>(
    of network: inout Network<Element>, to intervals: Int, on data: any RowSource<Element>, pool: ThreadPool
  ) throws(TrainingError)

  /// A process that trains from the state given.
  func begin<Element: Scalar>(_ start: TrainingStart<Element>) throws(TrainingError) -> any TrainingProcess<Element>
}

extension TrainingMethod {
  public var defaultEpochs: Int { 20 }
  public func schedule(_ options: TrainingOptions) -> Schedule { .constant }
  public func batch(_ options: TrainingOptions, rows: Int) -> Int { rows }
  public var judgesByLeavingOut: Bool { false }
  public func relativeCost(parameters: Int) -> Double { 1 }

  public func check<Element: Scalar>(
    _ network: Network<Element>, on data: any RowSource<Element>, options: TrainingOptions
  ) throws(TrainingError) {}

  /// Carries the curves over, and lets the ranges of hidden layers follow what these see of the data once the network
  /// has been trained.
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

/// What a training process begins with.
public struct TrainingStart<Element: Scalar> {
  public let network: Network<Element>
  let rows: TrainingRows<Element>
  /// The rows to train on.
  public var data: any RowSource<Element> { rows.source }
  public let options: TrainingOptions
  public let pool: ThreadPool
  /// What the method remembers of an earlier call; nil for a fresh start.
  public let memory: OptimizerState<Element>?
  /// Steps done of an epoch that was broken off, and the sum of their losses over rows.
  public let stepsDone: Int
  public let lossSum: Double
  /// Epochs of coarser grids before this one.
  public let earlierEpochs: Int
  /// Whether the network has been trained before, and its parameters are worth keeping.
  public let isTrained: Bool
}

/// A training in progress by one method.
///
/// The parameters stand in the network that each call is given; what the method remembers between epochs is its own.
public protocol TrainingProcess<Element>: AnyObject {
  associatedtype Element: Scalar

  /// Rows that have gone forward and backward so far.
  var samples: Int { get }

  /// Runs one epoch, from where it was broken off if it was.
  ///
  /// - Parameters:
  ///   - epoch: from 1, on the present grid.
  ///   - monitor: to be asked at least after every step whether to go on.
  func runEpoch(
    _ epoch: Int, of network: inout Network<Element>, monitor: TrainingMonitor<Element>
  ) throws(TrainingError) -> TrainingEpoch

  /// Writes what the method remembers, without allocating where the state has its shape already.
  func write(to memory: inout OptimizerState<Element>)

  /// Settles what the process stands by once its epochs are over: an earlier epoch's parameters may be better than the
  /// last one's.
  ///
  /// - Returns: the epoch on the present grid that the network has been taken back to, if it has.
  func finish(_ network: inout Network<Element>) -> Int?

  /// The loss of each training row as it would be had the row been left out, if the method knows it after its last epoch.
  func leaveOneOutLosses() -> [Double]?

  /// Goes on on another grid: the process that does, itself or a new one.
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
  /// With the mean loss of its rows and the learning rate of its last step.
  case done(loss: Double, learningRate: Double)
  /// The same, and nothing better is nearby: the training has converged.
  case last(loss: Double, learningRate: Double)
  /// There was nothing left to do.
  case converged
  /// The monitor asked to stop after so many steps, the sum of whose losses over rows is given.
  case brokenOff(steps: Int, lossSum: Double)
}
