/// How much longer the new program takes than the old one: the median over rounds, and its confidence interval as a band.
public struct Ratio: Equatable, Sendable {
  public let median: Double
  public let lower: Double
  public let upper: Double

  public enum Verdict: Sendable { case faster, same, slower }

  /// - Precondition: at least one round; times above 0.
  public init(_ rounds: [Round]) {
    precondition(!rounds.isEmpty, "a ratio needs at least one round")
    let ratios = rounds.map { $0.new / $0.old }.sorted()
    median = middle(of: ratios)
    let outside = ranksOutside(of: ratios.count)
    lower = ratios[outside]
    upper = ratios[ratios.count - 1 - outside]
  }

  /// A difference only if the band leaves 1.
  public var verdict: Verdict { lower > 1 ? .slower : upper < 1 ? .faster : .same }

  /// Whether even the band's lower end is above the limit, so that noise alone is no explanation.
  public func exceeds(_ limit: Double) -> Bool { lower > limit }
}

/// One round of one subject: the fastest start of each program.
public struct Round: Equatable, Sendable {
  public let old: Double
  public let new: Double

  public init(old: Double, new: Double) {
    self.old = old
    self.new = new
  }
}

/// The median of times in any order.
public func median(_ times: [Double]) -> Double { middle(of: times.sorted()) }

private func middle(of sorted: [Double]) -> Double { (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2 }

/// The smallest and largest values, so many on each side, that the 95 % confidence interval of a median leaves out: each
/// value lies below the true median with probability 1/2, whatever the distribution (the sign test; Conover, Practical
/// Nonparametric Statistics, 3rd edition, section 3.2). With fewer than six values the interval is all of them, and its
/// confidence is lower.
func ranksOutside(of count: Int) -> Int {
  // P(at most `outside` of `count` lie below), a binomial distribution.
  var term = (0..<count).reduce(1.0) { product, _ in product / 2 }
  var below = term
  var outside = 0
  while below + term * Double(count - outside) / Double(outside + 1) <= 0.025 {
    term *= Double(count - outside) / Double(outside + 1)
    below += term
    outside += 1
  }
  return outside
}
