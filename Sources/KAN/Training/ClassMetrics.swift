extension Evaluation {
  /// Metrics of one class against all others.
  public struct ClassMetrics: Sendable, Equatable, Codable {
    /// The class, or its number without names.
    public var name: String
    /// The share of rows predicted as this class that are of it; nil where none is.
    public var precision: Double?
    /// The share of the class's rows that are predicted as it; nil for a class without rows.
    public var recall: Double?
    /// 2·precision·recall/(precision + recall), 0 where no row is right; nil for a class without rows and predictions.
    public var f1: Double?
    /// The area under the ROC curve; nil where all rows or none are of this class.
    public var auc: Double?
    /// Rows of the class, or the sum of their weights.
    public var support: Double
  }

  /// How far probabilities are what they claim to be: rows by the probability of the predicted class.
  public struct Reliability: Sendable, Equatable, Codable {
    /// Expected calibration error: the mean over rows of |accuracy - mean confidence| of a row's bin (Guo et al. 2017,
    /// On Calibration of Modern Neural Networks, section 2).
    public var error: Double
    /// Ten bins of equal width from 0 to 1.
    public var bins: [Bin]

    /// Rows of similar confidence.
    public struct Bin: Sendable, Equatable, Codable {
      /// The bin begins above this probability, the first one at 0.
      public var from: Double
      /// The largest probability of the bin.
      public var to: Double
      /// Rows, or the sum of their weights.
      public var support: Double
      /// The mean probability of the predicted class; nil of an empty bin.
      public var confidence: Double?
      /// The share of rows whose predicted class is right; nil of an empty bin.
      public var accuracy: Double?
    }
  }
}
