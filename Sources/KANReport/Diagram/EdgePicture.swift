import KAN

/// One edge large: its curve with its parts, and its derivative.
package struct EdgePicture {
  let portrait: Portrait
  let edge: DiagramSelection.Edge
  /// Points of the curve.
  var points = 201
  /// Whether a band of two standard errors goes with the curve, where they are known.
  var hasBand = true
  var width = 560.0

  package init(_ portrait: Portrait, layer: Int, input: Int, sum: Int) {
    self.portrait = portrait
    edge = DiagramSelection.Edge(layer: layer, input: input, sum: sum)
  }

  package var title: String {
    let strength = portrait.layers[edge.layer].strengths[edge.input, edge.sum]
    return "\(portrait.name(of: edge)), strength \(strength.text(digits: 2))"
  }

  /// The curve, and beside it its derivative.
  package func svg() -> String { LineChart.document(charts(titled: true)) }

  /// - Parameter titled: whether the first chart names the edge.
  func charts(titled: Bool) -> [LineChart] {
    let curve = portrait.curve(edge.layer, edge.input, edge.sum, points: points)
    let label = edge.layer == 0 ? portrait.inputs[edge.input] : nil
    let xLabel = label?.name ?? "node \(edge.input) of layer \(edge.layer - 1)"
    let xTicks = label?.ticks(from: curve.x.first ?? 0, to: curve.x.last ?? 0)
    func line(_ y: [Double]) -> [(x: Double, y: Double)] { zip(curve.x, y).map { (x: $0, y: $1) } }
    let whole: LineChart.Series.Style = curve.isCategorical ? .stems : .line
    var series = [LineChart.Series(curve.name ?? "the edge", style: whole, points: line(curve.y))]
    if hasBand, let errors = portrait.errors(edge.layer, edge.input, edge.sum, points: self.points) {
      let (low, high) = (zip(curve.y, errors).map { $0 - 2 * $1 }, zip(curve.y, errors).map { $0 + 2 * $1 })
      series.append(.init("two standard errors", style: .band(low: low, high: high), points: line(curve.y), color: 0))
    }
    let spread = (curve.y.max() ?? 0) - (curve.y.min() ?? 0)
    // A base function that adds nothing is no part.
    if !curve.isCategorical && curve.base.contains(where: { abs($0) > 1e-6 * spread }) {
      series.append(.init("splines", style: .dashed, points: line(zip(curve.y, curve.base).map { $0 - $1 })))
      series.append(.init("base function", style: .dashed, points: line(curve.base)))
    }
    let inside = curve.knots.filter { $0 >= (curve.x.first ?? 0) && $0 <= (curve.x.last ?? 0) }
    if !inside.isEmpty && !curve.isCategorical {
      // Knots on the curve itself, where its pieces join.
      series.append(
        .init("knots", style: .points, points: inside.map { (x: $0, y: Self.value(at: $0, curve)) }))
    }
    var chart = LineChart(
      title: titled ? title : "Curve", xLabel: xLabel,
      yLabel: "adds to the sum",
      series: series)
    (chart.xTicks, chart.rug, chart.width) = (xTicks, curve.quantiles, width)
    if curve.isCategorical { return [chart] }
    var slopes = LineChart(
      title: "Derivative", xLabel: xLabel, yLabel: "change for each 1 of the input",
      series: [.init("", points: line(curve.slopes))])
    (slopes.xTicks, slopes.rug, slopes.width) = (xTicks, curve.quantiles, width)
    return [chart, slopes]
  }

  /// The curve between its points.
  private static func value(at x: Double, _ curve: Portrait.Curve) -> Double {
    guard let place = curve.x.firstIndex(where: { $0 >= x }) else { return curve.y.last ?? 0 }
    guard place > 0 else { return curve.y[0] }
    let share = (x - curve.x[place - 1]) / (curve.x[place] - curve.x[place - 1])
    return curve.y[place - 1] + share * (curve.y[place] - curve.y[place - 1])
  }
}
