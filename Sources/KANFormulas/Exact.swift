/// A constant with a closed form: numerator/denominator·π^power.
public struct Exact: Sendable, Hashable {
  /// In lowest terms, with the sign.
  public let numerator: Int
  /// Positive.
  public let denominator: Int
  /// The exponent of π.
  public let power: Int

  /// A rational number times a power of π, reduced; traps for a denominator of 0.
  public init(_ numerator: Int, over denominator: Int = 1, piTo power: Int = 0) {
    precondition(denominator != 0, "Exact: a denominator of 0")
    var (a, b) = (abs(numerator), abs(denominator))
    while b != 0 { (a, b) = (b, a % b) }
    let sign = (numerator < 0) != (denominator < 0) ? -1 : 1
    self.numerator = sign * abs(numerator) / max(a, 1)
    self.denominator = abs(denominator) / max(a, 1)
    self.power = numerator == 0 ? 0 : power
  }

  /// The number.
  public var value: Double {
    var result = Double(numerator) / Double(denominator)
    for _ in 0..<abs(power) { result = power > 0 ? result * .pi : result / .pi }
    return result
  }

  /// Nodes in a formula's tree.
  var complexity: Int { power == 0 ? (denominator == 1 ? 1 : 2) : 2 }

  /// The simplest closed form within a relative distance of a number, or nil: integers up to 100 first, fractions with
  /// denominators up to 12, multiples and fractions of π and 1/π.
  ///
  /// A number lies within a tolerance of one of n closed forms by chance with a probability of about n times the
  /// tolerance. So the more forms are as simple as one, the closer the number has to be: chance is held below 2 %.
  static func recognizing(_ value: Double, within tolerance: Double) -> Exact? {
    guard value.isFinite, value != 0, tolerance < 1 else { return value == 0 ? Exact(0) : nil }
    for power in [0, 1, -1, 2] {
      let unit = Exact(1, piTo: power).value
      for denominator in 1...12 where power == 0 || [1, 2, 3, 4, 6, 8].contains(denominator) {
        let scaled = value / unit * Double(denominator)
        guard abs(scaled) < 100.5 else { continue }
        let whole = scaled.rounded()
        let rank = Double(denominator) * abs(whole) * (power == 0 ? 1 : 4)
        if whole != 0, abs(scaled - whole) <= tolerance * abs(scaled), tolerance * rank < 0.02 {
          return Exact(Int(whole), over: denominator, piTo: power)
        }
      }
    }
    return nil
  }
}
