import KAN

extension Report {
  /// Classes whose confusions fit a table.
  private static var mostInTable: Int { 20 }

  func classPictures(_ truth: [Int], _ probabilities: [[Double]]) -> String {
    let charts = [calibration, roc(truth, probabilities)].compactMap { $0 }.map { chart in
      var chart = chart
      (chart.width, chart.height) = (460, 380)
      return chart.svg(isInline: true)
    }
    return confusionTable + "<div class=\"charts\">\(charts.joined(separator: "\n"))</div>"
  }

  /// Who is taken for whom; of many classes those most often mistaken.
  private var confusionTable: String {
    guard let confusion = evaluation.confusion, let classes = evaluation.classes, classes.count > 1 else { return "" }
    var shown = Array(classes.indices)
    var note = ""
    if classes.count > Self.mostInTable {
      func mistakes(_ row: Int) -> Double { confusion[row].reduce(0, +) - confusion[row][row] }
      shown = Array(shown.sorted { (mistakes($1), $0) < (mistakes($0), $1) }.prefix(Self.mostInTable)).sorted()
      note = "<p>Of \(classes.count) classes those \(shown.count) that are most often mistaken.</p>"
    }
    let names = classes.map { escaped(shortened($0.name, to: 16)) }
    let rows = shown.map { row in
      let total = confusion[row].reduce(0, +)
      let cells = shown.map { column in
        let count = confusion[row][column]
        let share = total > 0 ? count / total : 0
        // As wide as a number is, and coloured by its share of the row.
        let tone = row == column ? "right" : "wrong"
        return "<td class=\"\(tone)\" style=\"--share:\(fixed(share, decimals: 2))\">\(amount(count))</td>"
      }
      return "<tr><th scope=\"row\">\(names[row])</th>\(cells.joined())</tr>"
    }
    return """
      <div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0"><table class="confusion">
      <caption>Rows of each actual class by predicted class</caption>
      <thead><tr><th scope="col">actual</th>\(shown.map { "<th scope=\"col\">\(names[$0])</th>" }.joined())</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>\(note)
      """
  }

  private func amount(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 1e15 ? grouped(Int(value)) : value.text(digits: 3)
  }

  private var calibration: LineChart? {
    guard let reliability = evaluation.reliability else { return nil }
    let bins = reliability.bins.compactMap { bin -> (x: Double, y: Double)? in
      guard let confidence = bin.confidence, let accuracy = bin.accuracy else { return nil }
      return (confidence, accuracy)
    }
    guard !bins.isEmpty else { return nil }
    var chart = LineChart(
      title: "Calibration", xLabel: "probability of the predicted class", yLabel: "share that is right",
      series: [
        .init("", style: .points, points: bins, color: 0),
        .init("expected error \(reliability.error.text(digits: 2))", points: bins, color: 0),
        .init("ideal", style: .dashed, points: [(0, 0), (1, 1)], color: 1),
      ])
    chart.yRange = (0, 1)
    return chart
  }

  /// True against false positives at every threshold, of each class against all others.
  private func roc(_ truth: [Int], _ probabilities: [[Double]]) -> LineChart? {
    let classes = probabilities.count == 2 ? [1] : Array(probabilities.indices)
    let areas = evaluation.classes.map { classes in classes.map { $0.auc ?? 2 } } ?? []
    // Of many classes the hardest, as many as there are colours.
    let order = classes.sorted { areas.count > max($0, $1) ? (areas[$0], $0) < (areas[$1], $1) : $0 < $1 }
    let shown = order.prefix(Palette.count - 1).sorted()
    var series: [LineChart.Series] = []
    for (place, own) in shown.enumerated() {
      let curve = Self.rocCurve(probabilities[own], isOwn: truth.map { $0 == own })
      guard curve.count > 1 else { continue }
      let area = areas.indices.contains(own) && areas[own] <= 1 ? ", area \(fixed(areas[own], decimals: 3))" : ""
      series.append(.init("\(shortened(portrait.outputs[own], to: 16))\(area)", points: curve, color: place))
    }
    guard !series.isEmpty else { return nil }
    series.append(.init("chance", style: .dashed, points: [(0, 0), (1, 1)], color: Palette.count - 1))
    return LineChart(
      title: order.count > shown.count ? "ROC of the \(shown.count) hardest classes" : "ROC",
      xLabel: "share of others taken for the class", yLabel: "share of the class that is found", series: series)
  }

  /// At most 100 points: what a line of 400 pixels can show.
  static func rocCurve(_ scores: [Double], isOwn: [Bool]) -> [(x: Double, y: Double)] {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let own = Double(isOwn.count { $0 })
    let others = Double(isOwn.count) - own
    guard own > 0, others > 0 else { return [] }
    var (found, false_) = (0.0, 0.0)
    var points = [(x: 0.0, y: 0.0)]
    for (place, row) in order.enumerated() {
      if isOwn[row] { found += 1 } else { false_ += 1 }
      // Rows of one score pass a threshold together.
      if place + 1 < order.count && scores[order[place + 1]] == scores[row] { continue }
      points.append((false_ / others, found / own))
    }
    return evenlySpaced(100, of: points.count - 1).map { points[$0] } + [points[points.count - 1]]
  }
}
