/// An edge's curve in a small box.
struct EdgeBox {
  var curve: Portrait.Curve
  var width, height: Double
  /// Of the curve.
  var opacity: String

  func draw(to out: inout Drawing) {
    out.rectangle(0, 0, width: width, height: height, "rx=\"3\" class=\"frame\"")
    guard let low = curve.x.first, let high = curve.x.last else { return }
    let inset = curve.isCategorical ? 8.0 : 5
    let hasRug = !curve.quantiles.isEmpty
    let base = height - (hasRug ? 8 : 5)
    let finite = curve.y.filter(\.isFinite)
    let (least, most) = (finite.min() ?? 0, finite.max() ?? 0)
    // A flat curve is a line in the middle, not its rounding errors.
    let span = most - least > 1e-6 * max(abs(most), abs(least)) ? most - least : 0
    func x(_ value: Double) -> Double {
      high == low ? width / 2 : inset + (value - low) / (high - low) * (width - 2 * inset)
    }
    func y(_ value: Double) -> Double {
      span > 0 && value.isFinite ? base - (value - least) / span * (base - 5) : (base + 5) / 2
    }
    let points = zip(curve.x, curve.y).map { (x: x($0), y: y($1)) }
    if curve.isCategorical {
      let zero = coordinate(span > 0 ? y(min(max(0, least), most)) : base)
      let bar = max(1, min(8, 0.6 * (width - 2 * inset) / Double(max(1, points.count))))
      out.path(
        points.map { "M\(coordinate($0.x)) \(zero)V\(coordinate($0.y))" }.joined(),
        "class=\"s0\" stroke-width=\"\(coordinate(bar))\" stroke-opacity=\"\(opacity)\"")
    } else {
      out.line(
        through: points, "class=\"s0\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke-opacity=\"\(opacity)\"")
      // Corners at the ends of the grid.
      if !curve.knots.isEmpty {
        let ends = [curve.domain.lowerBound, curve.domain.upperBound]
        let foot = coordinate(height - 2)
        out.path(
          "M\(coordinate(x(ends[0]) + 3)) \(foot)h-3v-5M\(coordinate(x(ends[1]) - 3)) \(foot)h3v-5",
          "class=\"axis\" stroke-width=\"0.8\"")
      }
    }
    // Where many rows have one value, the line is longer.
    var lines: [(x: Double, count: Int)] = []
    for value in curve.quantiles {
      if let last = lines.last, last.x == value { lines[lines.count - 1].count += 1 } else { lines.append((value, 1)) }
    }
    if let name = curve.name {
      out.label(shortened(name, to: 10), 4, 11, .start, "class=\"ink\" font-size=\"10\"")
    }
    out.path(
      lines.map {
        "M\(coordinate(x($0.x))) \(coordinate(height - 2))v-\(coordinate(min(7, 2.5 + 0.5 * Double($0.count))))"
      }.joined(),
      "class=\"s1\" stroke-width=\"0.7\" stroke-opacity=\"0.8\"")
  }
}
