/// How to train: everything but the data and the method.
public struct TrainingOptions: Sendable {
  /// Passes over all rows, or iterations of a method that takes all rows at once; at most this many on each grid.
  public var epochs: Int { didSet { requireCounts() } }
  /// Rows of a step; the last one of an epoch takes what is left.
  public var batch: Int { didSet { requireCounts() } }
  /// How the learning rate changes from step to step.
  public var schedule: Schedule
  /// Epochs without a better validation loss (without validation data, training loss) after which training ends; the
  /// best parameters are restored. nil keeps the last ones.
  public var patience: Int? { didSet { requireCounts() } }
  /// Decides the order of rows.
  public var seed: UInt64
  /// Goes on from where the network's training stopped, up to `epochs` in all.
  public var resuming: Bool
  /// Grids to train on in turn, from coarse to fine, `epochs` on each; empty for the one that the network has.
  public var grids: [Int]
  /// What to make small; nil for what the network was trained with, or at first for what goes with the targets:
  /// ``MeanSquaredError`` for numbers, ``SoftmaxCrossEntropy`` for classes.
  public var objective: (any Objective)?
  /// Which parameters a training may change.
  public var updating: UpdatedParameters

  /// Traps for a number of epochs or a patience below 0, a batch below 1, and grids that do not rise.
  public init(
    epochs: Int = 20, batch: Int = 256, schedule: Schedule = .constant, patience: Int? = nil, seed: UInt64 = 0,
    resuming: Bool = false, updating: UpdatedParameters = .all, grids: [Int] = [],
    objective: (any Objective)? = nil
  ) {
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
    self.updating = updating
    self.objective = objective
    requireCounts()
  }

  private func requireCounts() {
    require(epochs >= 0 && batch > 0, "TrainingOptions: \(epochs) epochs, batch \(batch)")
    require(patience.map { $0 >= 0 } ?? true, "TrainingOptions: patience \(patience ?? 0)")
  }
}

/// Which parameters a training may change.
public enum UpdatedParameters: Sendable {
  /// Every parameter.
  case all
  /// Only coefficients of functions whose support the data meets when training starts; base functions, biases and all other
  /// parameters stay as they are, to the bit. So what a network has learned elsewhere is not forgotten. Not with several
  /// grids, which change all curves.
  case supported
}
