/// How a network was trained; saved in the model file.
public struct TrainingRecord: Sendable, Equatable, Codable {
  /// ``TrainingMethod/name``, such as `adam`.
  public var optimizer: String
  /// The base learning rate: 1 where a line search decides, 0 for a method without one.
  public var learningRate: Double
  /// λ of the method.
  public var weightDecay: Double
  /// ``TrainingOptions/schedule``; constant for a method that ignores it.
  public var schedule: Schedule
  /// Rows of a step.
  public var batch: Int
  /// ``TrainingOptions/seed``
  public var seed: UInt64
  /// Rows trained on.
  public var samples: Int
  /// Epochs asked for; `history` has those done.
  public var epochs: Int
  /// ``TrainingOptions/patience``; nil without early stopping.
  public var patience: Int?
  /// Wall time of training.
  public var seconds: Double
  /// Threads of the pool.
  public var threads: Int
  /// Every epoch done, in order.
  public var history: [EpochRecord]
  /// Which of several grids was kept, and why.
  public var grid: GridChoice? = nil
  /// For each layer the training rows outside its grid, nil for a layer without one; see
  /// ``Network/noteRowsOutsideGrids(_:pool:)``.
  public var outside: [OutsideGridCounts?]? = nil
  /// The objective of the training; nil in older model files, which used the task's default.
  public var objective: ObjectiveDescription? = nil
  /// Where training diverged and went on at a smaller rate; nil if nowhere.
  public var recoveries: [Recovery]? = nil

  /// A return to the last good parameters; see ``DivergenceResponse/recover(times:)``.
  public struct Recovery: Sendable, Equatable, Codable {
    /// The epoch, from 1, that was begun again.
    public var epoch: Int
    /// What was not finite, in words.
    public var reason: String
    /// What the schedule's rates have been multiplied by since.
    public var rateFactor: Double
  }
}

/// One epoch of a training.
public struct EpochRecord: Sendable, Equatable, Codable {
  /// From 1.
  public var epoch: Int
  /// The mean loss of the epoch's batches, each before its step; with ``LBFGS`` the loss of all rows after its step.
  public var loss: Double
  /// On the validation data after the epoch.
  public var validationLoss: Double?
  /// The rate of the epoch's last step.
  public var learningRate: Double
  /// Wall time of the epoch.
  public var seconds: Double
  /// Intervals of the grid, where several were trained on in turn.
  public var grid: Int? = nil
}

/// The result of a training.
public struct TrainingHistory: Sendable, Equatable {
  /// Epochs done, those of an earlier, resumed training included.
  public var epochs: [EpochRecord]
  /// Wall time of this call.
  public var seconds: Double
  /// Rows per second, forward and backward.
  public var samplesPerSecond: Double
  /// Why the training ended.
  public var end: End
  /// The epoch whose parameters the network has.
  public var bestEpoch: Int
  /// Which of several grids was kept, and why.
  public var grid: GridChoice? = nil

  /// Why a training ended.
  public enum End: String, Sendable {
    /// As many epochs as asked for are done.
    case allEpochs
    /// ``TrainingOptions/patience`` epochs brought nothing better.
    case earlyStopping
    /// A progress report returned ``TrainingDecision/stop``.
    case stopped
    /// The Swift task that ran the training was cancelled.
    case cancelled
    /// A full-batch method converged.
    case converged
  }
}
