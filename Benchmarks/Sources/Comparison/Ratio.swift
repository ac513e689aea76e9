/// How much longer the new program takes than the old one: the median over rounds, and the quartiles as its band.
public struct Ratio: Equatable, Sendable {
  public let median: Double
  public let lower: Double
  public let upper: Double

  public enum Verdict: Sendable { case faster, same, slower }

  /// - Precondition: at least one round; times above 0.
  public init(_ rounds: [Round]) {
    precondition(!rounds.isEmpty, "a ratio needs at least one round")
    let ratios = rounds.map { $0.new / $0.old }.sorted()
    median = quantile(0.5, of: ratios)
    lower = quantile(0.25, of: ratios)
    upper = quantile(0.75, of: ratios)
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

/// By linear interpolation between neighbours, as `numpy.quantile` has it.
func quantile(_ fraction: Double, of sorted: [Double]) -> Double {
  let place = fraction * Double(sorted.count - 1)
  let low = Int(place)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
}

/// The median of times in any order.
public func median(_ times: [Double]) -> Double { quantile(0.5, of: times.sorted()) }
