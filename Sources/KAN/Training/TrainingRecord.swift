/// How a network has been trained: kept in the model file.
public struct TrainingRecord: Sendable, Equatable, Codable {
  public var optimizer: String
  public var learningRate: Double
  public var weightDecay: Double
  public var schedule: Schedule
  public var batch: Int
  public var seed: UInt64
  /// Rows trained on.
  public var samples: Int
  /// Epochs asked for; `history` has those done.
  public var epochs: Int
  public var patience: Int?
  /// Wall time of training.
  public var seconds: Double
  public var threads: Int
  public var history: [EpochRecord]
  /// Which of several grids was kept, and why.
  public var grid: GridChoice? = nil
  /// For each layer the training rows outside its grid, nil where it has none; see
  /// ``Network/noteRowsOutsideGrids(_:pool:)``.
  public var outside: [OutsideGridCounts?]? = nil
}

/// One epoch of a training.
public struct EpochRecord: Sendable, Equatable, Codable {
  /// From 1.
  public var epoch: Int
  /// The mean loss of the epoch's batches, each before its step; with ``LBFGS`` the loss of all rows after its step.
  public var loss: Double
  /// On the validation data after the epoch.
  public var validationLoss: Double?
  public var learningRate: Double
  public var seconds: Double
  /// Intervals of the grid, where several were trained on in turn.
  public var grid: Int? = nil
}

/// What a training hands back.
public struct TrainingHistory: Sendable, Equatable {
  /// Epochs done, those of an earlier, resumed training included.
  public var epochs: [EpochRecord]
  /// Wall time of this call.
  public var seconds: Double
  /// Rows that went forward and backward in a second.
  public var samplesPerSecond: Double
  /// Why it ended.
  public var end: End
  /// The epoch whose parameters the network has now.
  public var bestEpoch: Int
  /// Which of several grids was kept, and why.
  public var grid: GridChoice? = nil

  public enum End: String, Sendable {
    case allEpochs, earlyStopping, stopped
    /// An optimiser that goes by all rows finds nothing better nearby.
    case converged
  }
}

/// Parameters and optimiser as they were at the end of an epoch, which may not be the network's own when it keeps the
/// best ones.
package struct TrainingState<Element: Scalar>: Sendable, Equatable {
  package var epochsDone: Int
  package var optimizer: OptimizerState<Element>
  package var parameters: AlignedArray<Element>
  package var best: Best

  package struct Best: Sendable, Equatable {
    package var epoch: Int
    package var loss: Double
    package var parameters: AlignedArray<Element>

    package init(epoch: Int, loss: Double, parameters: AlignedArray<Element>) {
      self.epoch = epoch
      self.loss = loss
      self.parameters = parameters
    }
  }

  package init(
    epochsDone: Int, optimizer: OptimizerState<Element>, parameters: AlignedArray<Element>, best: Best
  ) {
    self.epochsDone = epochsDone
    self.optimizer = optimizer
    self.parameters = parameters
    self.best = best
  }
}

/// Why a training stopped. The network then has its last good parameters.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The loss became infinite or NaN, or some gradient: in the given epoch and step (from 1) and layer (from 1).
  case nonFinite(what: String, epoch: Int, step: Int, layer: Int)
  /// A value of the data is infinite or NaN, at (row, column) from 0.
  case nonFiniteData(what: String, row: Int, column: Int)
  /// The weight of a row, from 0, is negative, infinite or NaN.
  case badWeight(what: String, row: Int)
  /// There are no rows, or none has a weight above 0.
  case noData
  /// A training cannot go on with another optimiser than it began with.
  case otherOptimizer(trained: String, asked: String)
  /// No spline has the data in its support, so a training restricted to such has nothing to change.
  case noSupport
  /// A least-squares problem cannot be stated or solved, for the reason given.
  case leastSquares(String)
  /// An optimiser would take more memory than it may: bytes, and what to use instead.
  case memory(what: String, needed: Int, limit: Int, instead: String)
  /// An optimiser that needs targets that are numbers.
  case notForClasses(optimizer: String)
  /// An optimiser that changes all parameters.
  case cannotRestrict(optimizer: String)
  /// Grids in turn, which change all curves.
  case cannotRestrictOnGrids
  /// A grid could not be made.
  case basis(BasisError)
  /// One row cannot be both trained on and judged by.
  case tooFewRows

  public var description: String {
    switch self {
    case .nonFinite(let what, let epoch, let step, let layer):
      "training stopped in epoch \(epoch), step \(step): \(what) of layer \(layer) is not finite; the last good "
        + "parameters are kept (a smaller learning rate may help)"
    case .nonFiniteData(let what, let row, let column):
      "\(what), row \(row + 1), column \(column + 1): not a finite number"
    case .badWeight(let what, let row): "\(what), row \(row + 1): not a number from 0 on"
    case .noData: "there are no rows to train on, or none with a weight above 0"
    case .otherOptimizer(let trained, let asked): "trained with \(trained), which cannot go on with \(asked)"
    case .notForClasses(let optimizer):
      "\(optimizer) is for targets that are numbers: use lbfgs or adam for a classification"
    case .cannotRestrict(let optimizer):
      "\(optimizer) changes all parameters: use lbfgs or adam to keep what has been learned"
    case .cannotRestrictOnGrids:
      "other grids change all curves: train on the grid that the network has to keep what has been learned"
    case .basis(let error): error.description
    case .tooFewRows: "too few rows to put some aside, by which grids are judged"
    case .noSupport: "no spline has the data in its support, so nothing is left to train"
    case .leastSquares(let reason): "no least-squares solution: \(reason)"
    case .memory(let what, let needed, let limit, let instead):
      "\(what) takes \(needed >> 20) MiB of memory, and may take \(limit >> 20) MiB: use \(instead)"
    }
  }
}
