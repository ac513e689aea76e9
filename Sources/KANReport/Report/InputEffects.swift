import KAN

/// How far one input moves an output.
struct InputEffects: Sendable {
  var input: Int
  var name: String
  /// The output that it is of.
  var output: String
  var points, values: [Double]
  var low, high: [Double]?
  /// Of the variance; nil where it is not known.
  var share: Double?
  var labels: [String]?
}

extension InputEffects {
  /// Inputs whose effects are shown.
  private static var most: Int { 24 }
  /// Rows that each point is averaged over: bands of tenths to a few percent, and of large networks fewer, so that their
  /// effects take some tenths of a second.
  private static func rows(_ parameters: Int) -> Int { max(32, min(128, 4_000_000 / parameters)) }

  /// Of the first of some inputs, in that order: the mean answer with the input at each point and all others as they
  /// are (Friedman 2001, Annals of Statistics 29, section 8.2), less the mean of all, and between which values nine
  /// tenths of the rows are.
  static func all<Element: Scalar>(
    of network: Network<Element>, _ portrait: Portrait, _ inputs: [Int], on sample: Matrix<Element>, pool: ThreadPool
  ) -> [InputEffects] {
    guard sample.rows > 0 else { return [] }
    let rows = sample.selecting(rows: evenlySpaced(rows(network.parameterCount), of: sample.rows))
    return inputs.prefix(most).compactMap { effect(of: $0, network, portrait, rows, pool) }
  }

  private static func effect<Element: Scalar>(
    of input: Int, _ network: Network<Element>, _ portrait: Portrait, _ rows: Matrix<Element>, _ pool: ThreadPool
  ) -> InputEffects? {
    let points = network.effectPoints(ofInput: input, rows)
    guard points.count > 1 else { return nil }
    // Rows as they are once for each point: [points·rows × in]
    var asked = rows.selecting(rows: points.indices.flatMap { _ in 0..<rows.rows })
    asked.withUnsafeMutableView { view in
      for (place, point) in points.enumerated() {
        for row in 0..<rows.rows { view[place * rows.rows + row, input] = point }
      }
    }
    let answers = network.inUnitsOfTable(network.predict(asked, pool: pool))
    // Of several outputs the one that the input moves most.
    var best: (output: Int, spread: Double, means: [Double]) = (0, -1, [])
    for output in 0..<answers.columns {
      let column = answers.column(output)
      let means = points.indices.map { mean(column[$0 * rows.rows..<($0 + 1) * rows.rows]) }
      let spread = (means.max() ?? 0) - (means.min() ?? 0)
      if spread > best.spread { best = (output, spread, means) }
    }
    guard !best.means.isEmpty else { return nil }
    let column = answers.column(best.output)
    let center = mean(column[...])
    var (low, high): ([Double], [Double]) = ([], [])
    // How rows differ in what the input does to them: each less its own mean over the points.
    let own = (0..<rows.rows).map { row in mean(points.indices.map { column[$0 * rows.rows + row] }[...]) }
    for place in points.indices {
      let moves = (0..<rows.rows).map { column[place * rows.rows + $0] - own[$0] }.sorted()
      low.append(moves[moves.count / 20])
      high.append(moves[moves.count - 1 - moves.count / 20])
    }
    let label = portrait.inputs[input]
    let shown = points.map { label.shown(Double($0)) }
    return InputEffects(
      input: input, name: label.name, output: portrait.outputs[best.output], points: shown,
      values: best.means.map { $0 - center }, low: low, high: high, share: nil,
      labels: label.isCategorical ? shown.map { label.text($0) } : nil)
  }

  private static func mean(_ values: ArraySlice<Double>) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  /// - Parameter portrait: names the axis.
  func chart(_ portrait: Portrait) -> LineChart {
    let label = portrait.inputs[input]
    let line = zip(points, values).map { (x: $0, y: $1) }
    var series: [LineChart.Series] = []
    if labels == nil, let low, let high {
      series.append(.init("", style: .band(low: low, high: high), points: line, color: 0))
    }
    series.append(.init("", style: labels == nil ? .line : .stems, points: line, color: 0))
    var chart = LineChart(title: name, xLabel: name, yLabel: "moves \(output) by", series: series)
    chart.xTicks = label.ticks(from: points.first ?? 0, to: points.last ?? 0)
    return chart
  }
}

extension Network {
  /// Values of an input from the data's first twentieth to its last, or the codes of its categories.
  fileprivate func effectPoints(ofInput input: Int, _ rows: Matrix<Element>) -> [Element] {
    let sorted = rows.column(input).filter(\.isFinite).sorted()
    guard let least = sorted.first, let most = sorted.last, least < most else { return [] }
    if case .categories(let count) = layers[0].domain(ofInput: input) { return (0..<count).map { Element($0) } }
    var distinct: [Element] = []
    for value in sorted where distinct.last != value { distinct.append(value) }
    // Few values are their own points; between many, even ones show a curve best.
    if distinct.count <= 6 { return distinct }
    let (low, high) = (sorted[sorted.count / 50], sorted[sorted.count - 1 - sorted.count / 50])
    guard low < high else { return [least, most] }
    return (0...24).map { low + Element($0) / 24 * (high - low) }
  }
}
