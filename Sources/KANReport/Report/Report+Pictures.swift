import KAN

extension Report {
  var importancePictures: String {
    guard !totals.inputs.isEmpty else { return "<p>The network's answer is the same for all rows.</p>" }
    let bars = totals.inputs.map { input, share in
      (name: portrait.inputs[input].name, value: share, label: "\(fixed(100 * share, decimals: 1)) %")
    }
    let left = portrait.inputs.count - bars.count
    let note = left > 0 ? " \(grouped(left)) inputs through which less passes are not shown." : ""
    return
      "<div class=\"charts\">\(BarChart(title: "Share of the answer's variance", bars: bars).svg(isInline: true))</div>"
      + "<p>How much of the answer's variance goes with an input, alone and together with others: what changes if the "
      + "input is taken from another row. Shares of inputs that act together count for each of them.\(note)</p>"
      + shares.map(\.html).joined(separator: "\n")
  }

  var effectPictures: String {
    guard !effects.isEmpty else { return "" }
    let charts = scaled(effects.map { $0.chart(portrait) }).map { chart in
      var chart = chart
      (chart.width, chart.height) = (338, 270)
      return chart.svg(isInline: true)
    }
    let left = portrait.inputs.count - effects.count
    let note = left > 0 ? " \(grouped(left)) inputs that hardly vary or matter less are not shown." : ""
    return
      "<p>How far the answer moves as one input changes and all others stay: on average the line, in nine tenths of "
      + "the rows the band. Inputs that matter most come first, all on one scale for each output.\(note)</p>"
      + "<div class=\"charts\">\(charts.joined(separator: "\n"))</div>"
  }

  /// The charts with one vertical scale for each label, so that what matters is seen to.
  private func scaled(_ charts: [LineChart]) -> [LineChart] {
    var ranges: [String: (low: Double, high: Double)] = [:]
    for chart in charts {
      guard let own = chart.heights else { continue }
      let range = ranges[chart.yLabel] ?? own
      ranges[chart.yLabel] = (min(range.low, own.low), max(range.high, own.high))
    }
    return charts.map { chart in
      var chart = chart
      chart.yRange = ranges[chart.yLabel]
      return chart
    }
  }

  var trainingPictures: String {
    guard let record else { return "" }
    if let choice = record.choice, record.history.isEmpty { return picture(of: choice) }
    guard !record.history.isEmpty else {
      return record.optimizer == "auto" ? "<p>The data chose what to train, part by part.</p>" : ""
    }
    // More points than pixels say nothing more.
    let shown = evenlySpaced(600, of: record.history.count).map { record.history[$0] }
    let losses = shown.map { (x: Double($0.epoch), y: $0.loss) }
    let validation = shown.compactMap { epoch in epoch.validationLoss.map { (x: Double(epoch.epoch), y: $0) } }
    var series = [LineChart.Series("training", points: losses)]
    if !validation.isEmpty { series.append(.init("validation", points: validation)) }
    let heights = (losses + validation).map(\.y).filter(\.isFinite)
    var chart = LineChart(title: "Loss", xLabel: "epoch", yLabel: "loss", series: series)
    chart.isLogarithmic = (heights.min() ?? 0) > 0
    chart.width = 640
    for (before, epoch) in zip(record.history, record.history.dropFirst()) where epoch.grid != before.grid {
      if let grid = epoch.grid { chart.marks.append((Double(epoch.epoch), "grid \(grid)")) }
    }
    // Marks of many grids would cover each other.
    if chart.marks.count > 12 { chart.marks = [] }
    let choice = record.grid.map { "<p>\(escaped("\($0)")).</p>" } ?? ""
    return "<div class=\"charts\">\(chart.svg(isInline: true))</div>\(choice)"
  }

  /// The parts of an automatic training: how much each counts, and how it does alone.
  private func picture(of choice: TrainingRecord.Choice) -> String {
    // Of a training there are about five.
    let bars = choice.members.prefix(20).map { member in
      let units = member.hidden == 0 ? "" : ", \(member.hidden) unit\(member.hidden == 1 ? "" : "s")"
      return (
        name: member.name + units, value: member.weight,
        label: "\(fixed(100 * member.weight, decimals: 0)) %, loss \(member.loss.text(digits: 2))"
      )
    }
    var chart = BarChart(title: "Weights of the parts", bars: bars)
    chart.labelWidth = 150
    let how =
      switch choice.folds {
      case 0: "on the rows that they learned, as there are too few to leave any out"
      case 1: "on a tenth of the rows, which they did not learn"
      default: "on rows that they did not learn, in \(choice.folds) folds"
      }
    return """
      <p>The data chose what to train, part by part: the network is the mean of these parts with these weights. Losses \
      are those \(how); all together have \(choice.loss.text(digits: 3)).</p>
      <div class="charts">\(chart.svg(isInline: true))</div>
      """
  }

  var predictionPictures: String {
    switch predictions {
    case .values(let targets): valuePictures(targets)
    case .classes(let truth, let probabilities): classPictures(truth, probabilities)
    }
  }

  private func valuePictures(_ targets: [(truth: [Double], prediction: [Double])]) -> String {
    // Of many targets the first ones.
    let charts = targets.prefix(4).enumerated().flatMap { index, target in
      let name = portrait.outputs[index]
      let pairs = zip(target.prediction, target.truth).map { (x: $0, y: $1) }.filter { $0.x.isFinite && $0.y.isFinite }
      let ends = [pairs.map(\.x).min() ?? 0, pairs.map(\.x).max() ?? 0]
      let fit = LineChart(
        title: "\(name): truth against prediction", xLabel: "prediction", yLabel: "truth",
        series: [
          .init("", style: .points, points: pairs, color: 0),
          .init("equal", style: .dashed, points: ends.map { (x: $0, y: $0) }, color: 1),
        ])
      let residuals = LineChart(
        title: "\(name): residuals", xLabel: "prediction", yLabel: "truth less prediction",
        series: [
          .init("", style: .points, points: pairs.map { (x: $0.x, y: $0.y - $0.x) }, color: 0),
          .init("none", style: .dashed, points: ends.map { (x: $0, y: 0) }, color: 1),
        ])
      return [fit, residuals]
    }
    return "<div class=\"charts\">\(charts.map { sized($0) }.joined(separator: "\n"))</div>"
  }

  private func sized(_ chart: LineChart) -> String {
    var chart = chart
    (chart.width, chart.height) = (460, 340)
    return chart.svg(isInline: true)
  }
}
