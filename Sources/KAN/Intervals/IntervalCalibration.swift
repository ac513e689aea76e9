/// What a network needs for intervals around its predictions: the covariance of its last layer, and how far its
/// predictions were off on rows held out, in units of it.
///
/// Immutable, and valid for the parameters that it was made with alone.
package final class IntervalCalibration: Sendable {
  package let covariance: LastLayerCovariance
  /// |t - y|/√(1 + h) of rows held out, rising, in the last layer's units: [out][scores]
  package let scores: [[Double]]
  /// Rows held out.
  package let rows: Int
  /// ``Network/parameterMark`` of the network.
  let mark: UInt64

  /// Scores kept of each output: levels up to 1 - 1/1001 in steps as fine.
  package static var mostScores: Int { 1000 }

  /// Nil for parts that do not fit each other.
  package init?(_ covariance: LastLayerCovariance, scores: [[Double]], rows: Int, mark: UInt64) {
    let isSound = scores.allSatisfy { own in
      (1...Self.mostScores).contains(own.count) && own.allSatisfy { $0 >= 0 && $0.isFinite }
        && zip(own, own.dropFirst()).allSatisfy { $0 <= $1 } && own.count == scores[0].count
    }
    guard isSound, !scores.isEmpty, covariance.variances.count == scores.count, rows >= scores[0].count else {
      return nil
    }
    (self.covariance, self.scores, self.rows, self.mark) = (covariance, scores, rows, mark)
  }

  /// The scores of rows with weights, thinned to at most ``mostScores``: score i of m is the smallest that rows of
  /// i/(m + 1) of the weight of all rows and of one more do not exceed.
  static func thinned(_ scores: [(score: Double, weight: Double)]) -> [Double] {
    let sorted = scores.filter { $0.weight > 0 }.sorted { $0.score < $1.score }
    let count = min(sorted.count, mostScores)
    if count == sorted.count && sorted.allSatisfy({ $0.weight == sorted[0].weight }) { return sorted.map(\.score) }
    let total = sorted.reduce(0) { $0 + $1.weight }
    let all = total + total / Double(sorted.count)
    var result: [Double] = []
    var (sum, place) = (0.0, -1)
    for score in stride(from: 1, through: count, by: 1) {
      // A little less, against rounding.
      let goal = all * Double(score) / Double(count + 1) * (1 - 1e-12)
      while sum < goal && place < sorted.count - 1 {
        place += 1
        sum += sorted[place].weight
      }
      result.append(sorted[max(0, place)].score)
    }
    return result
  }

  /// The largest level that the rows held out are enough for.
  var largestLevel: Double { Double(scores[0].count) / Double(scores[0].count + 1) }

  /// The ⌈(m + 1)·level⌉-th of the m scores of an output.
  func score(_ output: Int, level: Double) -> Double {
    let own = scores[output]
    // A level of 0.9 of 9 rows is the ninth in spite of rounding.
    let rank = (Double(own.count + 1) * level - 1e-9).rounded(.up)
    return own[min(own.count, max(1, Int(rank))) - 1]
  }
}

/// Why there are no intervals.
public enum IntervalError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The network has not been calibrated, or its parameters have changed since.
  case notCalibrated
  /// Its predictions are no numbers in the targets' units.
  case notForObjective(String)
  /// A level that is no share, or larger than the rows held out are enough for.
  case level(Double, rows: Int, largest: Double)
  /// Rows that cannot be used, and why.
  case rows(String)
  /// A least-squares problem without a solution.
  case leastSquares(String)

  public var description: String {
    switch self {
    case .notCalibrated: "the network has no intervals: calibrate it on rows held out"
    case .notForObjective(let objective): "there are no intervals for the objective \(objective)"
    case .level(let level, let rows, let largest):
      level > 0 && level < 1
        ? "a level of \(level) needs more rows held out: \(rows) allow \(largest)" : "a level of \(level) is no share"
    case .rows(let reason): reason
    case .leastSquares(let reason): "least squares: \(reason)"
    }
  }
}
