/// What a column of numbers holds, as far as its encoding depends on it.
package struct ColumnSummary: Sendable {
  var lowest = Double.infinity
  var highest = -Double.infinity
  var gaps = 0
  /// Rising; at most ``sample`` of the values, evenly spaced among the rows.
  let sorted: [Double]

  /// Values that quantiles are taken from: their error is then half a percent of the rows, less than a tenth of an
  /// interval of 16.
  static var sample: Int { 1 << 14 }

  /// - Parameter sorted: rising, evenly spaced among the rows.
  init(lowest: Double, highest: Double, gaps: Int, sorted: [Double]) {
    (self.lowest, self.highest, self.gaps, self.sorted) = (lowest, highest, gaps, sorted)
  }

  init(_ values: [Double]) {
    var digest = NumberDigest(rows: values.count)
    digest.add(values)
    self = digest.summary
  }

  var median: Double { sorted.isEmpty ? 0 : sorted[(sorted.count - 1) / 2] }
  var isConstant: Bool { !(lowest < highest) }

  /// A range of more than this many times the inner half of the rows spans magnitudes: the outermost of a dozen
  /// intervals between quantiles would be wider than all others together by a factor of ten and more, and a curve there
  /// is what few rows make of it.
  private static var widest: Double { 200 }

  /// The median and half the width of the inner half of the rows, if the column spans magnitudes.
  var magnitude: (center: Double, unit: Double)? {
    guard sorted.count >= 4 else { return nil }
    let unit = sorted[sorted.count * 3 / 4] / 2 - sorted[sorted.count / 4] / 2
    guard unit > 0, highest / 2 - lowest / 2 > Self.widest * unit else { return nil }
    return (median, unit)
  }

  /// A power of two that takes numbers of very large or small reach near 1, else 1.
  static func scale(_ reach: Double) -> Double {
    if reach <= 1e15 && reach >= 1e-15 { return 1 }
    return Double(sign: .plus, exponent: min(-reach.exponent, Double.greatestFiniteMagnitude.exponent), significand: 1)
  }

  /// Whether single precision, after the shift, resolves the inner half of the rows to less than a thousandth of its
  /// width, as where a few rows far from all others put the shift between them.
  var losesDigits: Bool {
    guard sorted.count >= 4 else { return false }
    let (low, high) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
    let shift = shift
    let reach = max(abs(low - shift.shift), abs(high - shift.shift))
    return high > low && reach * Double(Float.ulpOfOne) > 1e-3 * (high - low)
  }

  /// The shift and scale before rounding to single precision: none for numbers that it resolves to a millionth of their
  /// spread, and holds.
  var shift: TableEncoding.Shift {
    if isConstant { return TableEncoding.Shift(shift: 0, scale: 1) }
    let largest = max(abs(lowest), abs(highest))
    let spread = highest / 2 - lowest / 2
    var result = TableEncoding.Shift(shift: 0, scale: 1)
    if largest * Double(Float.ulpOfOne) > 1e-6 * spread { result.shift = lowest / 2 + highest / 2 }
    let reach = result.shift == 0 ? largest : spread
    // Squares of differences have to be numbers too.
    result.scale = Self.scale(reach)
    return result
  }
}
