/// The grids of one training from coarse to fine, their scores, and the one kept.
///
/// A finer grid must be significantly better than the one kept so far: by more than three standard errors of the
/// row-by-row difference, or by half the score and on significantly more than half of the rows. Breiman, Friedman,
/// Olshen and Stone, Classification and Regression Trees (1984), section 3.4, use one standard error; three allow for
/// the comparison of several grids.
public struct GridChoice: Sendable, Equatable, Codable {
  /// The score of the fit on one grid; lower is better.
  public struct Judgement: Sendable, Equatable, Codable {
    /// G of the grid.
    public var intervals: Int
    /// In the units of ``GridChoice/criterion-swift.property``; the largest finite number for a fit that is not
    /// finite.
    public var score: Double
  }

  /// How grids are scored.
  public enum Criterion: String, Sendable, Codable {
    /// The loss on validation data.
    case validation
    /// The mean leave-one-out square of the training rows; see ``LevenbergMarquardt``.
    case crossValidation = "cross-validation"
  }

  /// The score by which grids were compared.
  public var criterion: Criterion
  /// In the order of training, up to the last grid trained.
  public var judgements: [Judgement]
  /// The index in ``judgements`` of the grid kept; nil in older model files, where the best one was kept.
  public var kept: Int?

  /// G of the grid kept.
  public var intervals: Int? { keptPlace.map { judgements[$0].intervals } }
  private var keptPlace: Int? { kept ?? judgements.indices.min { judgements[$0].score < judgements[$1].score } }

  /// Two successive grids were rejected: finer ones are unlikely to be better.
  package var isExhausted: Bool { kept.map { judgements.count - 1 - $0 >= 2 } ?? false }

  package init(_ criterion: Criterion) {
    self.criterion = criterion
    judgements = []
  }
}

extension GridChoice: CustomStringConvertible {
  /// The choice in one sentence, for a report.
  public var description: String {
    guard let kept = keptPlace, judgements.indices.contains(kept) else { return "no grid was judged" }
    let judgement = judgements[kept]
    if kept == judgements.count - 1 {
      return "kept grid \(judgement.intervals), the finest: better by \(criterion.rawValue) than those before"
    }
    let next = judgements[kept + 1]
    // Scores may come from a file, and may be anything.
    let share = (next.score / judgement.score - 1) * 100
    var size: String { "\(Double(Int(share.magnitude * 10)) / 10) %" }
    let comparison =
      switch share {
      case 0: "no better"
      case 0..<1000: "\(size) worse"
      case -1000..<0: "\(size) better, which may be chance"
      default: share < 0 ? "far better, which may be chance" : "far worse"
      }
    return "kept grid \(judgement.intervals): by \(criterion.rawValue) grid \(next.intervals) is \(comparison)"
  }
}

/// Compares grids by the loss of each row.
struct GridJudge {
  private(set) var choice: GridChoice
  /// Losses by row on the grid kept.
  private(set) var losses: [Double] = []

  init(_ criterion: GridChoice.Criterion) { choice = GridChoice(criterion) }

  /// Goes on after an interruption: with the grids judged so far, and the losses on the one kept.
  mutating func resume(_ choice: GridChoice, losses: [Double]) {
    self.choice = choice
    self.losses = losses
  }

  /// Records a grid; returns whether it replaces the one kept so far. `losses` must be of the same rows each time.
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

  /// A sign test: whether the rows with a lower loss exceed half of all by three standard errors, √n/2 each.
  private func isLessInMostRows(_ others: [Double]) -> Bool {
    let lower = zip(losses, others).reduce(0) { $0 + ($1.1 < $1.0 ? 1 : 0) }
    let count = Double(losses.count)
    return Double(lower) - count / 2 > 1.5 * count.squareRoot()
  }

  /// A paired test: whether the mean is lower by more than three standard errors of the differences.
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
