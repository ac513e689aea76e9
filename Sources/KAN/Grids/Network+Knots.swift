extension Network {
  /// Lets the knots of the first layer follow the inputs, before the first training: on ranges of their own, at quantiles
  /// blended with evenly spaced knots (``TableBasis/Functions/fitting(sorted:intervals:blend:)``).
  ///
  /// An input keeps even knots if every even interval holds at least a fifth of its share of rows, or if it has hardly
  /// more different values than the grid has knots: even grids are evaluated faster, and nest when they are extended.
  /// Does nothing for a first layer without a grid.
  ///
  /// - Parameter inputs: the rows of training, in the user's units: [rows × in]
  /// - Throws: ``TrainingError/rangesAlreadyFitted`` once parameters have been fitted to ranges.
  public mutating func setKnots(following inputs: Matrix<Element>) throws(TrainingError) {
    requireColumns(of: inputs)
    guard inputs.rows > 0, let basis = layers[0].basis as? any GriddedBasis<Element> else { return }
    let statistics = ColumnStatistics(inputs)
    let scaling = Scaling(range: statistics)
    let ranges = statistics.lowest.indices.map { column in
      // A constant column keeps a range around its value.
      let (low, high) = (statistics.lowest[column], statistics.highest[column])
      return low < high ? low...high : (low - 1)...(low + 1)
    }
    guard ranges.allSatisfy({ $0.lowerBound.isFinite && $0.upperBound.isFinite && $0.lowerBound < $0.upperBound })
    else {
      return
    }
    let intervals = basis.grid.intervals
    var points: [[Element]] = []
    var follows = false
    for column in 0..<inputs.columns {
      let sample = sortedSample(
        inputs.view, column: column, most: ColumnSummary.sample, shift: scaling.shift[column],
        factor: scaling.factor[column])
      let even = (0...intervals).map { -1 + 2 * Element($0) / Element(intervals) }
      if !Self.areFilled(sample, even),
        case .spline(let own) = TableBasis<Element>.Functions.fitting(sorted: [-1] + sample + [1], intervals: intervals),
        own.count == intervals + 1
      {
        points.append(own)
        follows = true
      } else {
        points.append(even)
      }
    }
    guard follows else { return }
    // The old parameters fit as well: they are random, and as many.
    try setRanges(inputs: ranges)
    do {
      let grid = try Grid(breakpoints: points, degree: basis.grid.degree, ends: basis.grid.ends)
      var layers = layers
      layers[0] = layers[0].on(basis.onGrid(grid))
      replaceLayers(layers, parameters: parameters)
    } catch {
      throw .leastSquares("\(error)")
    }
  }

  /// Whether even intervals all have a fifth of their share of the rows.
  private static func areFilled(_ sorted: [Element], _ even: [Element]) -> Bool {
    let least = sorted.count / (5 * (even.count - 1))
    var place = 0
    for (index, end) in even.enumerated().dropFirst() {
      let start = place
      while place < sorted.count && (sorted[place] < end || index == even.count - 1) { place += 1 }
      if place - start < max(1, least) { return false }
    }
    return true
  }
}
