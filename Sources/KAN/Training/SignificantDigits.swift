extension Double {
  /// The number to so many significant digits, such as 0.0123, 1.5 or 4.48e60; `inf` and `nan` as they are.
  package func text(digits: Int) -> String {
    guard isFinite, self != 0 else { return "\(self)" }
    var exponent = Int((Elementary.log(magnitude) / Elementary.log(10)).rounded(.down))
    // In two factors, since one may be beyond the largest number.
    let shift = digits - 1 - exponent
    var whole = (magnitude * Elementary.pow(10, Double(shift / 2)) * Elementary.pow(10, Double(shift - shift / 2)))
      .rounded()
    let limit = Elementary.pow(10, Double(digits)).rounded()
    if whole >= limit { (whole, exponent) = (limit / 10, exponent + 1) }
    guard whole < 1e15 else { return "\(self)" }
    var figures = "\(Int(whole))"
    while figures.count < digits { figures = "0" + figures }
    let sign = self < 0 ? "-" : ""
    if exponent < -4 || exponent >= 6 {
      return sign + Self.trimmed(figures.prefix(1) + "." + figures.dropFirst()) + "e\(exponent)"
    }
    if exponent < 0 { return sign + Self.trimmed("0." + String(repeating: "0", count: -exponent - 1) + figures) }
    if exponent + 1 >= digits { return sign + figures + String(repeating: "0", count: exponent + 1 - digits) }
    return sign + Self.trimmed(figures.prefix(exponent + 1) + "." + figures.dropFirst(exponent + 1))
  }

  /// Without zeros at the end of a fraction.
  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = String(text)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
