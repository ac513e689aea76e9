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
  /// What was made small; nil in older model files, where it is the task's own.
  public var objective: ObjectiveDescription? = nil
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
    case allEpochs, earlyStopping
    /// A progress report was answered by ``TrainingDecision/stop``.
    case stopped
    /// Swift's task that ran the training was cancelled.
    case cancelled
    /// An optimiser that goes by all rows finds nothing better nearby.
    case converged
  }
}
