/// Where a training is; handed out a few times a second and after every epoch.
public struct TrainingProgress: Sendable {
  /// From 1.
  public var epoch: Int
  /// At most.
  public var epochs: Int
  /// Steps done in this epoch, of `steps`.
  public var step: Int
  /// Steps of an epoch.
  public var steps: Int
  /// The mean loss of this epoch so far; NaN before there is one.
  public var loss: Double
  /// Rows per second, forward and backward.
  public var samplesPerSecond: Double
  /// If all epochs are run: methods that converge take less. NaN before there is anything to go by.
  public var secondsLeft: Double
  /// After an epoch, on the validation data.
  public var validation: Evaluation?
  /// Random starts that are being compared before the first epoch: how many of how many are done.
  public var starts: Starts?

  /// How far a comparison of random starts is.
  public struct Starts: Sendable, Equatable {
    /// Starts already trained.
    public var done: Int
    /// Starts in all, unless the search ends early.
    public var count: Int
  }

  /// Whether the last step of the epoch has been done.
  public var isEndOfEpoch: Bool { steps > 0 && step == steps }
}

/// What to do after a progress report.
public enum TrainingDecision: Sendable {
  /// Train on.
  case `continue`
  /// End the training now, within an epoch too; what has been learned so far stays.
  case stop
}

/// Called with reports of a training and the network as it is; returns whether to go on.
public typealias TrainingReport<Element: Scalar> = (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
