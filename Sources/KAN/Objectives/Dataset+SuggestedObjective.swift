/// An objective that targets look made for.
public struct SuggestedObjective: Sendable {
  /// The objective.
  public let objective: any Objective
  /// What the targets look like, as the end of a sentence.
  public let reason: String
}

extension Dataset {
  /// The objective that numeric targets suggest, to be said and not chosen: nil for classes and for plain numbers.
  ///
  /// - 0 and 1 alone suggest ``LogisticLoss``.
  /// - Counts suggest ``PoissonDeviance``: whole numbers from 0 or 1 on, of which each occurs five times on average, and
  ///   whose variance and skewness are at least those of a Poisson distribution of their mean m, m and 1/√m, less a
  ///   quarter for chance and for a mean that inputs explain. Above a mean of 30 such a distribution is as good as normal.
  public func suggestedObjective() -> SuggestedObjective? {
    guard case .values(let values) = targets, values.rows > 0 else { return nil }
    let columns = (0..<values.columns).map { CountStatistics(values.column($0)) }
    if columns.allSatisfy(\.isBinary) {
      return SuggestedObjective(objective: LogisticLoss(), reason: "the targets are 0 and 1")
    }
    if columns.allSatisfy(\.looksCounted) {
      return SuggestedObjective(
        objective: PoissonDeviance(), reason: "the targets are small whole numbers, skewed as counts are")
    }
    return nil
  }
}

/// What tells counts from other numbers.
private struct CountStatistics {
  private var distinct: Set<Int32> = []
  private var rows = 0
  private var areWhole = true
  private var mean = 0.0
  /// The second and third central moments.
  private var variance = 0.0
  private var skew = 0.0

  init<Element: Scalar>(_ values: [Element]) {
    for value in values {
      // Counts above 2³¹ are none whose distribution matters.
      guard value >= 0, Double(value) < Double(Int32.max), value.rounded() == value else {
        areWhole = false
        return
      }
      distinct.insert(Int32(value))
      mean += Double(value)
    }
    rows = values.count
    mean /= Double(rows)
    for value in values {
      let distance = Double(value) - mean
      variance += distance * distance / Double(rows)
      skew += distance * distance * distance / Double(rows)
    }
  }

  var isBinary: Bool { areWhole && distinct == [0, 1] }

  var looksCounted: Bool {
    guard areWhole, distinct.count > 2, rows >= 5 * distinct.count, distinct.min()! <= 1, mean <= 30 else {
      return false
    }
    let skewness = skew / (variance * variance.squareRoot())
    return variance >= 0.75 * mean && skewness >= 0.75 / mean.squareRoot()
  }
}
