/// How to train: everything but the data and the optimiser.
public struct TrainingOptions: Sendable {
  public var epochs: Int
  /// Rows of a step; the last one of an epoch takes what is left.
  public var batch: Int
  public var schedule: Schedule
  /// Epochs without a better validation loss (without validation data, training loss) after which training ends; the
  /// best parameters are restored. nil keeps the last ones.
  public var patience: Int?
  /// Decides the order of rows.
  public var seed: UInt64
  /// Goes on from where the network's training stopped, up to `epochs` in all.
  public var resuming: Bool
  /// Grids to train on in turn, from coarse to fine, `epochs` on each; empty for the one that the network has.
  public var grids: [Int]
  /// Which of the grids this is, while several are trained on in turn.
  var stage: Stage?

  struct Stage: Sendable {
    var intervals: Int
    /// Epochs of the grids before.
    var earlierEpochs: Int
  }
  /// Changes only the coefficients of splines whose support the data meets when training starts; base functions,
  /// biases, scales and all other parameters stay as they are, to the bit. So what a network has learned elsewhere is
  /// not forgotten. Not with `grids`, which change all curves.
  public var restrictsToSupport: Bool

  public init(
    epochs: Int = 20, batch: Int = 256, schedule: Schedule = .constant, patience: Int? = nil, seed: UInt64 = 0,
    resuming: Bool = false, restrictsToSupport: Bool = false, grids: [Int] = []
  ) {
    require(epochs >= 0 && batch > 0, "TrainingOptions: \(epochs) epochs, batch \(batch)")
    require(
      grids.allSatisfy { $0 > 0 } && zip(grids, grids.dropFirst()).allSatisfy { $0 < $1 },
      "TrainingOptions: grids \(grids) do not rise")
    self.grids = grids
    self.epochs = epochs
    self.batch = batch
    self.schedule = schedule
    self.patience = patience
    self.seed = seed
    self.resuming = resuming
    self.restrictsToSupport = restrictsToSupport
  }
}

/// Where a training is; handed out a few times a second and after every epoch.
public struct TrainingProgress: Sendable {
  /// From 1.
  public var epoch: Int
  public var epochs: Int
  /// Steps done in this epoch, of `steps`.
  public var step: Int
  public var steps: Int
  /// The mean loss of this epoch so far.
  public var loss: Double
  public var samplesPerSecond: Double
  /// If all epochs are run.
  public var secondsLeft: Double
  /// After an epoch, on the validation data.
  public var validation: Evaluation?
  public var isEndOfEpoch: Bool { step == steps }
}

/// What to do after a progress report.
public enum TrainingDecision: Sendable { case `continue`, stop }
