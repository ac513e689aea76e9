extension Network<Double> {
  /// Whether the knots of a layer follow the data: a compact basis without a grid has knots or levels of its own for each
  /// input.
  var followsData: Bool { layers.contains { $0.grid?.followsData ?? ($0.compactBasis != nil) } }

  /// Gives the first layer knots that follow the data if an even grid has most rows of an input in a few intervals: the
  /// curve there would be too stiff and beyond, where single rows determine it, too free.
  mutating func followSkewedInputs(
    of data: some RowSource<Double>, _ tuning: LevenbergMarquardt.Tuning, pool: ThreadPool
  ) throws(BasisError) {
    guard let grid = layers[0].grid, grid.isUniform, grid.intervals > 1 else { return }
    let inputs: Matrix<Double>
    if let memory = data as? Dataset<Double> {
      var scaled = memory.inputs
      inputScaling.apply(to: scaled.mutableView())
      inputs = scaled
    } else {
      do throws(RowSourceError) {
        inputs = try layerInputs(of: data, pool: pool)[0].sample
      } catch {
        throw BasisError(error.description)
      }
    }
    let isSkewed = (0..<grid.inputs).contains { input in
      // Tied values are levels; their knots are a matter of the levels, not of their shares.
      let values = Set(inputs.column(input))
      if values.count < 4 * (grid.intervals + grid.degree) { return false }
      return grid.usedIntervals(by: values, ofInput: input) < tuning.leastUsedShare * Double(grid.intervals)
    }
    if isSkewed {
      try adaptGrid(on: data, uniformShare: tuning.evenShare, margin: 0, layers: 0..<1, pool: pool)
    }
  }
}

extension Grid {
  /// Whether intervals of an input differ by more than a factor of 10. Differences of the usual order 6 over distances then
  /// differ by more than six decades, and penalise only the narrow intervals.
  var followsData: Bool {
    if isUniform { return false }
    return (0..<inputs).contains { input in
      let points = breakpoints(ofInput: input)
      let widths = zip(points, points.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }
      return widths.max()! > 10 * widths.min()!
    }
  }

  /// e^H, H the entropy of the values over the intervals: G for even shares, 1 if one interval has all.
  fileprivate func usedIntervals(by values: Set<Element>, ofInput input: Int) -> Double {
    var counts = [Int](repeating: 0, count: intervals)
    for value in values { counts[interval(containing: value, ofInput: input)] += 1 }
    let entropy = counts.reduce(0.0) { sum, count in
      let share = Double(count) / Double(values.count)
      return count > 0 ? sum - share * Elementary.log(share) : sum
    }
    return Elementary.exp(entropy)
  }
}
