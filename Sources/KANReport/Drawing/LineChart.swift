/// A chart of lines, points and areas as SVG, for reports and documentation.
package struct LineChart: Sendable {
  package struct Series: Sendable {
    package enum Style: Sendable {
      case line, dashed, points
      /// Between `low` and `high`.
      case band(low: [Double], high: [Double])
      /// From 0 to each point.
      case stems
    }

    package var name: String
    package var style: Style
    package var points: [(x: Double, y: Double)]
    /// Where in the list of colours, if it is not the series' place among those with names.
    package var color: Int?

    /// - Parameter name: empty for a series that the legend leaves out.
    package init(_ name: String, style: Style = .line, points: [(x: Double, y: Double)], color: Int? = nil) {
      self.name = name
      self.style = style
      self.color = color
      if case .band = style {
        self.points = points
      } else {
        self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
      }
    }

    fileprivate var places: [Double] {
      guard case .stems = style, let first = points.first, let last = points.last else { return points.map(\.x) }
      // Stems stand at whole numbers and are as wide as a part of what is between.
      return [first.x - 0.5, last.x + 0.5]
    }

    fileprivate var heights: [Double] {
      switch style {
      case .band(let low, let high): (low + high).filter(\.isFinite)
      case .stems: points.map(\.y) + [0]
      case .line, .dashed, .points: points.map(\.y)
      }
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var series: [Series]
  /// Whether the horizontal axis always starts at 0.
  package var startsAtZero: Bool
  /// Whether the vertical axis has powers of ten at equal distances.
  package var isLogarithmic = false
  package var width = 560.0
  package var height = 360.0
  /// Vertical lines with a short text.
  package var marks: [(x: Double, label: String)] = []
  /// Where data lies on the horizontal axis: a short line each.
  package var rug: [Double] = []
  /// What the vertical axis has to show beside the series.
  package var yRange: (low: Double, high: Double)?
  /// Ticks of the horizontal axis in place of round numbers.
  package var xTicks: [(value: Double, label: String)]?

  package init(title: String, xLabel: String, yLabel: String, series: [Series], startsAtZero: Bool = false) {
    self.startsAtZero = startsAtZero
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// The colours of series for a light background.
  package static let colors = Palette.light

  /// The chart alone, as a document or for a page.
  package func svg(isInline: Bool = false) -> String {
    drawing().document(width: width, height: height, title: title, isInline: isInline)
  }

  /// Charts side by side, as one document.
  package static func document(_ charts: [LineChart]) -> String {
    var drawing = Drawing()
    var x = 0.0
    for chart in charts {
      drawing.group("transform=\"translate(\(coordinate(x)) 0)\"") { $0.add(chart.drawing()) }
      x += chart.width
    }
    return drawing.document(
      width: x, height: charts.map(\.height).max() ?? 0, title: charts.map(\.title).joined(separator: "; "))
  }

  func drawing() -> Drawing {
    let bottom = height - (hasSlantedTicks ? 84 : 54)
    let legendRows = legend(left: 66).rows
    let yAxis = Axis(
      covering: series.flatMap(\.heights) + (yRange.map { [$0.low, $0.high] } ?? []),
      length: bottom - (legendRows == 0 ? 36 : 54) - 20 * Double(legendRows), padded: true,
      isLogarithmic: isLogarithmic)
    // Room for the labels of ticks, between them and the axis's name.
    let left = max(66, 36 + 7.4 * Double(yAxis.ticks.map(\.label.count).max() ?? 0))
    let legend = legend(left: left).drawing
    let xs = series.flatMap(\.places) + rug + (startsAtZero ? [0] : [])
    let room = width - left - 24
    // As many ticks as have room for their labels.
    var xAxis = Axis(covering: xs, length: room, padded: false, ticks: 6)
    for most in stride(from: 5, to: 1, by: -1)
    where 7.4 * Double(xAxis.ticks.map { $0.label.count + 2 }.reduce(0, +)) > room {
      xAxis = Axis(covering: xs, length: room, padded: false, ticks: most)
    }
    if let xTicks { xAxis = Axis(covering: xs, length: room, ticks: xTicks) }
    func x(_ value: Double) -> Double { left + xAxis.place(value) }
    func y(_ value: Double) -> Double { bottom - yAxis.place(value) }

    var out = Drawing()
    out.label(
      shortened(title, to: Int((width - left) / 7.5)), left, 22, .start,
      "font-size=\"15\" font-weight=\"bold\" class=\"ink\"")
    for tick in yAxis.ticks {
      out.line(left, y(tick.value), left + xAxis.length, y(tick.value), "class=\"rule\"")
      out.label(tick.label, left - 8, y(tick.value) + 4.5, .end, "class=\"soft\"")
    }
    for tick in xAxis.ticks {
      out.line(x(tick.value), bottom, x(tick.value), bottom + 5, "class=\"axis\"")
      if hasSlantedTicks {
        let place = "transform=\"translate(\(coordinate(x(tick.value) + 4)) \(coordinate(bottom + 16))) rotate(-35)\""
        out.label(tick.label, 0, 0, .end, "class=\"soft\" \(place)")
      } else {
        out.label(tick.label, x(tick.value), bottom + 19, .middle, "class=\"soft\"")
      }
    }
    for mark in marks {
      out.line(x(mark.x), bottom, x(mark.x), bottom - yAxis.length, "class=\"axis\" stroke-dasharray=\"2 3\"")
      out.label(mark.label, x(mark.x) + 3, bottom - yAxis.length + 10, .start, "class=\"soft\" font-size=\"11\"")
    }
    out.line(left, bottom, left + xAxis.length, bottom, "class=\"axis\"")
    out.path(rug.map { "M\(coordinate(x($0))) \(coordinate(bottom))v-6" }.joined(), "class=\"axis\"")
    let xText = shortened(xLabel, to: Int(room / 6.5))
    out.label(xText, left + xAxis.length / 2, height - 12, .middle)
    out.label(
      shortened(yLabel, to: Int(yAxis.length / 6.5)), 0, 0, .middle,
      "class=\"ink\" transform=\"translate(16 \(coordinate(bottom - yAxis.length / 2))) rotate(-90)\"")
    for (index, series) in series.enumerated() {
      let color = color(of: index)
      let places = series.points.map { (x: x($0.x), y: y($0.y)) }
      switch series.style {
      case .points:
        // Many points are fainter, so that where they lie close can be seen.
        let opacity = places.count > 300 ? " fill-opacity=\"0.35\"" : ""
        let radius = places.count > 300 ? 2.0 : 2.6
        out.group("class=\"f\(color)\"\(opacity)") { out in
          for place in places { out.circle(place.x, place.y, radius: radius, "") }
        }
      case .line, .dashed:
        var dash = ""
        if case .dashed = series.style { dash = " stroke-dasharray=\"6 4\"" }
        out.line(through: places, "class=\"s\(color)\" stroke-width=\"2\"\(dash)")
      case .stems:
        let zero = coordinate(y(0))
        out.path(
          places.map { "M\(coordinate($0.x)) \(zero)V\(coordinate($0.y))" }.joined(),
          "class=\"s\(color)\" stroke-width=\"\(places.count > 12 ? 4 : 10)\"")
      case .band(let low, let high):
        let edge = zip(series.points, high).map { (x: x($0.x), y: y($1)) }
        let back = zip(series.points, low).map { (x: x($0.x), y: y($1)) }.reversed()
        out.path(Drawing.path(edge + back) + "Z", "class=\"f\(color)\" fill-opacity=\"0.2\"")
      }
    }
    out.add(legend)
    return out
  }

  /// Whether names at ticks need more room than there is beside each other.
  private var hasSlantedTicks: Bool {
    guard let xTicks, xTicks.count > 1 else { return false }
    return 7.4 * Double(xTicks.map { $0.label.count + 1 }.reduce(0, +)) > width - 110
  }

  /// The least and the largest height of the series.
  var heights: (low: Double, high: Double)? {
    let all = series.flatMap(\.heights)
    return all.min().flatMap { low in all.max().map { (low, $0) } }
  }

  private func color(of index: Int) -> Int { (series[index].color ?? index) % Palette.count }

  /// The legend below the title, wrapped to as many rows as necessary.
  private func legend(left: Double) -> (drawing: Drawing, rows: Int) {
    var out = Drawing()
    var x = left
    var row = 0
    let named = series.indices.filter { !series[$0].name.isEmpty }
    for index in named {
      let name = shortened(series[index].name, to: 40)
      let width = 42 + 7.2 * Double(name.count)
      if x > left && x + width > self.width {
        x = left
        row += 1
      }
      let y = 44 + 20 * Double(row)
      let color = color(of: index)
      switch series[index].style {
      case .points: out.circle(x + 9, y, radius: 3, "class=\"f\(color)\"")
      case .line, .stems: out.line(x, y, x + 18, y, "class=\"s\(color)\" stroke-width=\"2\"")
      case .dashed: out.line(x, y, x + 18, y, "class=\"s\(color)\" stroke-width=\"2\" stroke-dasharray=\"6 4\"")
      case .band:
        out.rectangle(x, y - 5, width: 18, height: 10, "class=\"f\(color)\" fill-opacity=\"0.2\"")
      }
      out.label(name, x + 24, y + 4.5)
      x += width
    }
    return (out, named.isEmpty ? 0 : row + 1)
  }
}
