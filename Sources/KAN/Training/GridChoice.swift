/// Grids trained on in turn, and the one that was kept.
///
/// A finer grid is kept in place of a coarser one if it is better by more than three standard errors of the difference,
/// row by row, or if it halves the score and is better on more rows than could be by chance. What could be chance does not
/// make a network larger: a rule of this kind is in Breiman, Friedman, Olshen and Stone, Classification and Regression
/// Trees (1984), section 3.4. Three, since several grids are compared.
public struct GridChoice: Sendable, Equatable, Codable {
  /// A grid and how good the fit on it was; less is better.
  public struct Judgement: Sendable, Equatable, Codable {
    /// G of the grid.
    public var intervals: Int
    /// In the units of ``GridChoice/criterion-swift.property``; the largest finite number for a fit that is not
    /// finite.
    public var score: Double
  }

  /// What a score is.
  public enum Criterion: String, Sendable, Codable {
    /// The loss on validation data.
    case validation
    /// The mean square of training rows that were left out one at a time; see ``LevenbergMarquardt``.
    case crossValidation = "cross-validation"
  }

  /// The score by which grids were compared.
  public var criterion: Criterion
  /// In the order of training, to the one after which it stopped.
  public var judgements: [Judgement]
  /// Which of ``judgements`` is of the grid that was kept; nil in older model files, where it is the best one.
  public var kept: Int?

  /// The grid kept.
  public var intervals: Int? { keptPlace.map { judgements[$0].intervals } }
  private var keptPlace: Int? { kept ?? judgements.indices.min { judgements[$0].score < judgements[$1].score } }

  /// Two grids in a row were not kept: finer ones will hardly be better.
  package var isExhausted: Bool { kept.map { judgements.count - 1 - $0 >= 2 } ?? false }

  package init(_ criterion: Criterion) {
    self.criterion = criterion
    judgements = []
  }
}

extension GridChoice: CustomStringConvertible {
  /// In a sentence.
  public var description: String {
    guard let kept = keptPlace, judgements.indices.contains(kept) else { return "no grid was judged" }
    let judgement = judgements[kept]
    if kept == judgements.count - 1 {
      return "kept grid \(judgement.intervals), the finest: better by \(criterion.rawValue) than those before"
    }
    let next = judgements[kept + 1]
    let share = (next.score / judgement.score - 1) * 100
    let size = "\(Double(Int(share.magnitude * 10)) / 10) %"
    let comparison =
      share >= 1000 ? "far worse" : share >= 0 ? "\(size) worse" : "\(size) better, which may be chance"
    return "kept grid \(judgement.intervals): by \(criterion.rawValue) grid \(next.intervals) is \(comparison)"
  }
}

/// Judges grids by what each row is off by.
struct GridJudge {
  private(set) var choice: GridChoice
  /// Of the grid kept.
  private var losses: [Double] = []

  init(_ criterion: GridChoice.Criterion) { choice = GridChoice(criterion) }

  /// Notes a grid; whether it is kept in place of the one so far. Losses are of the same rows each time.
  mutating func keeps(_ intervals: Int, _ losses: [Double]) -> Bool {
    let score = losses.reduce(0, +) / Double(losses.count)
    let before = choice.kept.map { choice.judgements[$0].score }
    choice.judgements.append(.init(intervals: intervals, score: score.isFinite ? score : .greatestFiniteMagnitude))
    if let before, !(score < before / 2 && isLessInMostRows(losses) || score.isFinite && isClearlyLess(losses)) {
      return false
    }
    choice.kept = choice.judgements.count - 1
    self.losses = losses
    return true
  }

  /// Whether more rows are lower than half of them by three standard errors of that number, √n/2 each: a sign test.
  private func isLessInMostRows(_ others: [Double]) -> Bool {
    let lower = zip(losses, others).reduce(0) { $0 + ($1.1 < $1.0 ? 1 : 0) }
    let count = Double(losses.count)
    return Double(lower) - count / 2 > 1.5 * count.squareRoot()
  }

  /// Whether the mean is lower by more than three standard errors of the differences.
  private func isClearlyLess(_ others: [Double]) -> Bool {
    let count = Double(losses.count)
    let gain = zip(losses, others).reduce(0) { $0 + ($1.0 - $1.1) } / count
    let squares = zip(losses, others).reduce(0) { sum, pair in
      let distance = pair.0 - pair.1 - gain
      return sum + distance * distance
    }
    return gain > 3 * (squares / (count * max(count - 1, 1))).squareRoot()
  }
}
