/// The progress of a training, reported a few times a second and after every epoch.
public struct TrainingProgress: Sendable {
  /// The current epoch, from 1.
  public var epoch: Int
  /// The most epochs, on all grids.
  public var epochs: Int
  /// Steps done in this epoch, of `steps`.
  public var step: Int
  /// Steps of an epoch.
  public var steps: Int
  /// The mean loss of this epoch so far; NaN before there is one.
  public var loss: Double
  /// Rows per second, forward and backward.
  public var samplesPerSecond: Double
  /// Estimated time left if all epochs are run; methods that converge take less. NaN before the first estimate.
  public var secondsLeft: Double
  /// Loss and metrics on the validation data, after an epoch.
  public var validation: Evaluation?
  /// Progress of the comparison of random starts before the first epoch.
  public var starts: Starts?
  /// Whether the network, if it is saved now, has all that a later training resumes from to the same bits: after an epoch,
  /// and within one where the last report returned ``TrainingDecision/checkpoint``.
  public var isResumable = false

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
  /// Train on, but first report a network to resume from (``TrainingProgress/isResumable``): after the present step, or
  /// after the epoch with a method that takes all rows at every step.
  case checkpoint
}

/// Called with a progress report and the network so far; returns whether to continue.
public typealias TrainingReport<Element: Scalar> = (TrainingProgress, borrowing Network<Element>) -> TrainingDecision
