/// A chart of lines and points as SVG, for reports and documentation.
package struct LineChart: Sendable {
  package struct Series: Sendable {
    package enum Style: Sendable { case line, dashed, points }

    package var name: String
    package var style: Style
    package var points: [(x: Double, y: Double)]

    package init(_ name: String, style: Style = .line, points: [(x: Double, y: Double)]) {
      self.name = name
      self.style = style
      self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var series: [Series]
  /// Whether the horizontal axis always starts at 0.
  package var startsAtZero: Bool

  package init(title: String, xLabel: String, yLabel: String, series: [Series], startsAtZero: Bool = false) {
    self.startsAtZero = startsAtZero
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// A palette safe for colour-blind readers (Okabe and Ito, Color Universal Design, 2008).
  package static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]

  package static let width = 560.0
  package static let height = 360.0

  /// The chart alone, as a document.
  package func svg() -> String { LineChart.document([self]) }

  /// Charts side by side, as one document.
  package static func document(_ charts: [LineChart]) -> String {
    let parts = charts.enumerated().map { index, chart in
      "<g transform=\"translate(\(text(Double(index) * width)) 0)\">\n\(chart.body())</g>\n"
    }
    let total = text(Double(charts.count) * width)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(total)" height="\(text(height))" \
      viewBox="0 0 \(total) \(text(height))" font-family="Helvetica, Arial, sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(parts.joined())</svg>

      """
  }

  private func body() -> String {
    let all = series.flatMap(\.points)
    let left = 66.0
    let bottom = LineChart.height - 54
    let (legend, legendRows) = legend(left: left)
    let xAxis = Axis(
      covering: all.map(\.x) + (startsAtZero ? [0] : []), length: LineChart.width - 90, padded: false)
    let yAxis = Axis(covering: all.map(\.y), length: bottom - 54 - 20 * Double(legendRows), padded: true)
    func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
      (left + xAxis.place(point.x), bottom - yAxis.place(point.y))
    }

    var out = ""
    func label(_ content: String, _ x: Double, _ y: Double, anchor: String = "middle", _ extra: String = "") {
      out += "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\" \(extra)>\(escaped(content))</text>\n"
    }
    label(title, left, 22, anchor: "start", "font-size=\"15\" font-weight=\"bold\" fill=\"#222222\"")
    for tick in yAxis.ticks {
      let y = bottom - yAxis.place(tick)
      out += line(left, y, left + xAxis.length, y, "#e3e3e3")
      label(yAxis.label(tick), left - 8, y + 4.5, anchor: "end", "fill=\"#444444\"")
    }
    for tick in xAxis.ticks {
      let x = left + xAxis.place(tick)
      out += line(x, bottom, x, bottom + 5, "#888888")
      label(xAxis.label(tick), x, bottom + 19, "fill=\"#444444\"")
    }
    out += line(left, bottom, left + xAxis.length, bottom, "#888888")
    label(xLabel, left + xAxis.length / 2, bottom + 42, "fill=\"#222222\"")
    label(
      yLabel, 0, 0,
      "fill=\"#222222\" transform=\"translate(16 \(text(bottom - yAxis.length / 2))) rotate(-90)\"")

    for (index, series) in series.enumerated() {
      let color = LineChart.colors[index % LineChart.colors.count]
      let places = series.points.map(place)
      switch series.style {
      case .points:
        for place in places {
          out += "<circle cx=\"\(text(place.x))\" cy=\"\(text(place.y))\" r=\"2.6\" fill=\"\(color)\"/>\n"
        }
      case .line, .dashed:
        let path = places.map { "\(text($0.x)),\(text($0.y))" }.joined(separator: " ")
        let dash = series.style == .dashed ? " stroke-dasharray=\"6 4\"" : ""
        out += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"\(dash)/>\n"
      }
    }
    return out + legend
  }

  /// The legend below the title, wrapped to as many rows as necessary.
  private func legend(left: Double) -> (svg: String, rows: Int) {
    var out = ""
    var x = left
    var row = 0
    for (index, series) in series.enumerated() {
      let width = 42 + 7.2 * Double(series.name.count)
      if x > left && x + width > LineChart.width {
        x = left
        row += 1
      }
      let y = 44 + 20 * Double(row)
      let color = LineChart.colors[index % LineChart.colors.count]
      switch series.style {
      case .points: out += "<circle cx=\"\(text(x + 9))\" cy=\"\(text(y))\" r=\"3\" fill=\"\(color)\"/>\n"
      case .line, .dashed:
        let dash = series.style == .dashed ? " stroke-dasharray=\"6 4\"" : ""
        out += "<path d=\"M\(text(x)) \(text(y))h18\" stroke=\"\(color)\" stroke-width=\"2\"\(dash)/>\n"
      }
      out += "<text x=\"\(text(x + 24))\" y=\"\(text(y + 4.5))\" fill=\"#222222\">\(escaped(series.name))</text>\n"
      x += width
    }
    return (out, row + 1)
  }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String) -> String {
    "<path d=\"M\(text(x1)) \(text(y1))L\(text(x2)) \(text(y2))\" stroke=\"\(color)\"/>\n"
  }
}

/// The scale of one axis, with round ticks.
struct Axis {
  let lowest, highest, step, length: Double

  init(covering values: [Double], length: Double, padded: Bool) {
    self.length = length
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    // 1, 2 or 5 times a power of ten, about five to a length.
    let rough = (high - low) / 5
    var power = 1.0
    while power > rough { power /= 10 }
    while power * 10 <= rough { power *= 10 }
    step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    lowest = padded ? (low / step).rounded(.down) * step : low
    highest = padded ? (high / step).rounded(.up) * step : high
  }

  var ticks: [Double] {
    let first = Int((lowest / step - 1e-9).rounded(.up))
    let last = Int((highest / step + 1e-9).rounded(.down))
    return first <= last ? (first...last).map { Double($0) * step } : []
  }

  func place(_ value: Double) -> Double { (value - lowest) / (highest - lowest) * length }

  /// A tick's label, with as many decimals as the step.
  func label(_ tick: Double) -> String {
    var decimals = 0
    var scaled = step
    while decimals < 12 && abs(scaled - scaled.rounded()) > 1e-6 * abs(scaled) {
      scaled *= 10
      decimals += 1
    }
    return fixed(tick, decimals: decimals)
  }
}

/// A number with a fixed number of decimals.
package func fixed(_ value: Double, decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let rounded = (value * scale).rounded()
  guard abs(rounded) < 1e15 else { return "\(value)" }
  let digits = String(Int(abs(rounded)))
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let whole = padded.dropLast(decimals)
  let sign = rounded < 0 ? "-" : ""
  return decimals == 0 ? sign + whole : sign + whole + "." + padded.suffix(decimals)
}

/// A coordinate.
private func text(_ value: Double) -> String {
  let short = fixed(value, decimals: 2)
  return short.hasSuffix(".00") ? String(short.dropLast(3)) : short
}

private func escaped(_ text: String) -> String {
  text.reduce(into: "") { result, character in
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
}
