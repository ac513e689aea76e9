extension Warnings {
  /// More parameters than rows to learn them from. Those of removed edges are none.
  public static func parameters<Element: Scalar>(of network: Network<Element>, rows: Int) -> String? {
    let parameters = network.parameterCount - network.removedParameters.count
    return parameters <= rows
      ? nil
      : sentence(
        "the network has \(parameters) parameters and \(rows) row\(rows == 1 ? "" : "s") to learn them from, so it "
          + "may know these by heart and new ones badly")
  }

  /// Columns nine tenths of whose rows share one interval of the first layer's grid, though they are not the same there.
  public static func skewed<Element: Scalar>(_ network: Network<Element>, on data: Dataset<Element>) -> String? {
    // Of one or two intervals no distribution spreads over many.
    guard let grid = network.layers[0].grid, grid.intervals > 2, data.rows > 0 else { return nil }
    let skewed = (0..<network.inputs).filter { isSkewed(data.inputs, $0, grid, network.inputScaling) }
    if skewed.isEmpty { return nil }
    let (has, its) = skewed.count == 1 ? ("has", "its") : ("have", "their")
    return sentence(
      "\(columns(skewed, data.names.inputs)) \(has) most of \(its) rows within one of the \(grid.intervals) intervals of the "
        + "grid, which cannot follow what happens there: take the logarithm, or knots that follow the data")
  }

  private static func isSkewed<Element: Scalar>(
    _ x: Matrix<Element>, _ column: Int, _ grid: Grid<Element>, _ scaling: Scaling<Element>
  ) -> Bool {
    let values = sortedSample(x, column).filter(\.isFinite)
    var rows = [Int](repeating: 0, count: grid.intervals)
    // Of the commonest value, which no grid could take apart.
    var same = rows
    var start = 0
    while start < values.count {
      var end = start
      while end < values.count && values[end] == values[start] { end += 1 }
      let scaled = (values[start] - scaling.shift[column]) * scaling.factor[column]
      let interval = grid.interval(containing: scaled, ofInput: column)
      rows[interval] += end - start
      same[interval] = max(same[interval], end - start)
      start = end
    }
    return rows.indices.contains { 10 * rows[$0] >= 9 * values.count && 2 * same[$0] < rows[$0] }
  }

  /// Rows outside what the first layer's functions cover, beyond which curves are continued and not learned.
  ///
  /// - Parameter counts: what ``Network/outsideCounts(on:)`` has, or ``Network/outsideGridCounts(on:pool:)`` for the first
  ///   layer.
  public static func outside(_ counts: OutsideGridCounts?, names: Names) -> String? {
    guard let counts, counts.total > 0 else { return nil }
    let rows = zip(counts.below, counts.above).map { $0 + $1 }
    let columns = rows.indices.filter { rows[$0] > 0 }.sorted { (rows[$1], $0) < (rows[$0], $1) }
    let most = rows[columns[0]]
    let share = Double(most) / Double(max(1, counts.rows))
    return sentence(
      "\(Self.columns(columns, names.inputs)) \(columns.count == 1 ? "is" : "are") outside what was seen in training in "
        + "\(columns.count == 1 ? "" : "up to ")\(most) of \(counts.rows) rows"
        + "\(share >= 0.01 ? " (\(percent(share)))" : ""), where curves are continued and not learned")
  }

  /// A training that ended far above its best, or that learned nothing.
  ///
  /// - Parameters:
  ///   - history: of the training; nil for one without epochs.
  ///   - fit: how the trained network does on its training rows.
  public static func training(_ history: TrainingHistory?, fit: Evaluation) -> String? {
    if !fit.loss.isFinite { return "The loss of the training rows is not a number: training has diverged." }
    if let history, let text = diverged(history) { return text }
    // A constant has an r² of 0; what chance adds to it by a few parameters is below a hundredth where rows are many.
    if let r2 = fit.r2, r2 < 0.01, fit.coverage == nil {
      return sentence(
        "the network explains nothing of its own training rows: the inputs do not tell about the target, or training is stuck"
      )
    }
    if let classes = fit.classes, classes.count(where: { $0.support > 0 }) > 1,
      case let predicted = classes.filter({ $0.precision != nil }), predicted.count == 1
    {
      return sentence(
        "the network takes every training row for class \"\(predicted[0].name)\": the inputs do not tell about the class, "
          + "classes are very unequal, or training is stuck")
    }
    return nil
  }

  private static func diverged(_ history: TrainingHistory) -> String? {
    guard let first = history.epochs.first,
      let kept = history.epochs.last(where: { $0.epoch == history.bestEpoch }),
      let lowest = history.epochs.min(by: { $0.loss < $1.loss })
    else { return nil }
    // Losses near their floor differ by such factors from batch to batch; those near the start do not.
    guard kept.loss > 10 * lowest.loss, kept.loss > first.loss / 10 else { return nil }
    return sentence(
      "training diverged: the loss was \(lowest.loss.text(digits: 3)) after epoch \(lowest.epoch) and is \(kept.loss.text(digits: 3)) in the "
        + "end, so a smaller learning rate is worth a try")
  }
}
