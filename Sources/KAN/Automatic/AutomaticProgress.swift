/// How far an automatic training is, reported at the start of each part and a few times a second.
public struct AutomaticProgress: Sendable, Equatable {
  /// The parts of an automatic training, in their order.
  public enum Part: String, Sendable, CaseIterable {
    /// One slope for each number, one coefficient for each category.
    case lines = "straight lines"
    /// One curve for each number.
    case additive = "additive splines"
    /// Small networks, each without one fold.
    case networks
    /// A network by ``LevenbergMarquardt``, for smooth data without noise.
    case smooth = "smooth network"
  }

  /// What is being fitted.
  public var part: Part
  /// Fits of this part that are done, of ``count``.
  public var done: Int
  /// Fits of this part in all.
  public var count: Int
  /// The smallest mean loss of a member so far on rows that it did not learn; NaN before there is one.
  public var loss: Double
  /// Estimated time left for this part; NaN before the first estimate.
  public var secondsLeft: Double
}

/// Called with a progress report, by one thread at a time; returns whether to go on.
public typealias AutomaticReport = @Sendable (AutomaticProgress) -> TrainingDecision
