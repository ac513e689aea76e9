/// How far one distribution is from another over the same bins, by the population stability index
///
///     PSI = Σ (pᵢ - qᵢ)·ln(pᵢ/qᵢ)
///
/// of the shares p and q (Siddiqi 2006, Credit Risk Scorecards, chapter 9; it is Jeffreys' divergence of 1946). Half a row
/// is added to each bin, so that an empty one has a logarithm (Jeffreys' prior of shares).
public struct DistributionShift: Sendable, Equatable, Codable {
  /// PSI: below 0.1 alike, above 0.25 another distribution.
  public let index: Double
  /// What chance alone exceeds in a share `level` of the cases: PSI·n·m/(n + m) of samples of n and m rows of the same
  /// distribution has about the χ² distribution with one degree of freedom less than bins.
  public let noise: Double

  /// Whether rows differ by more than chance would have it.
  public var isSignificant: Bool { index > noise }

  /// A bin of fewer expected rows follows no χ² distribution (Cochran 1954, Biometrics 10); such bins are taken together.
  static var leastExpected: Double { 5 }

  /// Nil if there are no rows, or only one bin is left.
  ///
  /// - Parameters:
  ///   - known: rows of each bin in the one sample, and `found` in the other.
  ///   - level: the probability with which chance exceeds ``noise``.
  init?(_ known: [Int], _ found: [Int], level: Double) {
    require(known.count == found.count, "DistributionShift: \(known.count) and \(found.count) bins")
    let (n, m) = (Double(known.reduce(0, +)), Double(found.reduce(0, +)))
    if n == 0 || m == 0 { return nil }
    let least = Self.leastExpected * (n + m) / min(n, m)
    var pairs: [(Double, Double)] = []
    var rest = (0.0, 0.0)
    for (a, b) in zip(known, found) {
      if Double(a + b) < least {
        rest = (rest.0 + Double(a), rest.1 + Double(b))
      } else {
        pairs.append((Double(a), Double(b)))
      }
    }
    if rest.0 + rest.1 >= least {
      pairs.append(rest)
    } else if let place = pairs.indices.min(by: { pairs[$0].0 + pairs[$0].1 < pairs[$1].0 + pairs[$1].1 }) {
      pairs[place] = (pairs[place].0 + rest.0, pairs[place].1 + rest.1)
    }
    if pairs.count < 2 { return nil }
    let bins = Double(pairs.count)
    index = pairs.reduce(0) { sum, pair in
      let (p, q) = ((pair.0 + 0.5) / (n + bins / 2), (pair.1 + 0.5) / (m + bins / 2))
      return sum + (p - q) * Elementary.log(p / q)
    }
    noise = Self.chiSquared(exceededBy: level, degrees: pairs.count - 1) * (n + m) / (n * m)
  }

  /// What a χ² variable exceeds with a probability below ½: a square of a normal one with one degree of freedom, an
  /// exponential one with two, and by the approximation of Wilson and Hilferty (1931, PNAS 17) with more, within 7 % for
  /// levels down to 10⁻⁶.
  static func chiSquared(exceededBy level: Double, degrees: Int) -> Double {
    if degrees == 1 {
      let root = normal(exceededBy: level / 2)
      return root * root
    }
    if degrees == 2 { return -2 * Elementary.log(level) }
    let k = Double(degrees)
    let root = 1 - 2 / (9 * k) + normal(exceededBy: level) * (2 / (9 * k)).squareRoot()
    return k * root * root * root
  }

  /// What a standard normal variable exceeds with a probability below ½, within 4.5·10⁻⁴ (Hastings; Abramowitz and
  /// Stegun, 26.2.23).
  private static func normal(exceededBy level: Double) -> Double {
    let t = (-2 * Elementary.log(level)).squareRoot()
    let (above, below) = (
      2.515517 + t * (0.802853 + t * 0.010328), 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    )
    return t - above / below
  }
}
