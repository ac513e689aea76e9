// Changes of the grids of a trained network.

extension Network {
  /// Gives every layer with a grid one of G′ intervals, preserving the curves as closely as possible.
  ///
  /// Exact, by knot insertion, if the basis supports it and G′ is a multiple of the layer's G or the grid is
  /// non-uniform. Otherwise a least-squares refit that keeps each curve where there are rows
  /// (``Layer/extendingGrid(to:weights:inputs:pool:)``), after which the curves of each layer are corrected together, so
  /// that its sums stay on the rows. Outputs are then close on the rows, and curves also between them. Biases, base functions
  /// and scalings stay. The state of an interrupted training is discarded: the next training starts afresh.
  ///
  /// - Parameters:
  ///   - data: all of the training data, not a batch: on its rows, or 8192 of them, outputs are kept.
  /// - Returns: the largest |φ(x) before - φ(x) after| over the edges of all layers, each in the units of its layer's
  ///   outputs.
  /// - Throws: ``BasisError`` if no layer has a grid, G′ < 1, or a layer has inputs that are not finite.
  @discardableResult
  public mutating func extendGrid(
    to intervals: Int, on data: Dataset<Element>, pool: ThreadPool = .shared
  ) throws(BasisError) -> Double {
    try extendGrid(to: intervals, on: data.inputs, pool: pool)
  }

  /// The same for the rows of any source.
  ///
  /// - Throws: ``BasisError`` also if a row cannot be read.
  @discardableResult
  public mutating func extendGrid(
    to intervals: Int, on source: some RowSource<Element>, pool: ThreadPool = .shared
  ) throws(BasisError) -> Double {
    try extendGrid(to: intervals, seeing: try finiteLayerInputs(of: source, pool), pool)
  }

  /// The same for rows in the data's units, without targets: [rows × in].
  @discardableResult
  public mutating func extendGrid(
    to intervals: Int, on rows: Matrix<Element>, pool: ThreadPool = .shared
  ) throws(BasisError) -> Double {
    try extendGrid(to: intervals, seeing: try finiteLayerInputs(of: Dataset(withoutTargets: rows), pool), pool)
  }

  private mutating func extendGrid(
    to intervals: Int, seeing seen: [LayerInputs<Element>], _ pool: ThreadPool
  ) throws(BasisError) -> Double {
    try changeGrids(seeing: seen, pool) { index, layer, weights throws(BasisError) in
      layer.gridIntervals == intervals
        ? nil : try layer.extendingGrid(to: intervals, weights: weights, inputs: seen[index].sample, pool: pool)
    }
  }

  /// The same for one layer.
  ///
  /// - Parameters:
  ///   - index: of the layer, from 0; traps beyond the last.
  ///   - rows: in the data's units: [rows × in] of the network.
  /// - Throws: ``BasisError`` if the layer has no grid, G′ < 1, or a layer has inputs that are not finite.
  @discardableResult
  public mutating func extendGrid(
    ofLayer index: Int, to intervals: Int, on rows: Matrix<Element>, pool: ThreadPool = .shared
  ) throws(BasisError) -> Double {
    try changeGrid(ofLayer: index, on: rows, pool) { layer, weights, sample throws(BasisError) in
      try layer.extendingGrid(to: intervals, weights: weights, inputs: sample, pool: pool)
    }
  }

  /// Gives one layer any other grid of the same degree and refits its curves so that outputs stay close on the rows, as
  /// ``extendGrid(to:on:pool:)`` does.
  ///
  /// - Parameters:
  ///   - index: of the layer, from 0; traps beyond the last.
  ///   - grid: knots for each of the layer's inputs, in the layer's units; for the first layer, inputs scaled by
  ///     `inputScaling`.
  ///   - rows: in the data's units: [rows × in] of the network.
  ///   - continuation: how the curves continue beyond their old ranges.
  /// - Returns: the largest |φ(x) before - φ(x) after| over the layer's edges.
  /// - Throws: ``BasisError`` if the layer has no grid, the other grid does not fit it, or a layer has inputs that are
  ///   not finite.
  @discardableResult
  public mutating func setGrid(
    ofLayer index: Int, to grid: Grid<Element>, on rows: Matrix<Element>,
    continuation: SplineContinuation = .asEvaluated, pool: ThreadPool = .shared
  ) throws(BasisError) -> Double {
    try changeGrid(ofLayer: index, on: rows, continuation: continuation, pool) {
      layer, weights, sample throws(BasisError) in
      try layer.settingGrid(grid, weights: weights, inputs: sample, continuation: continuation, pool: pool)
    }
  }

  private mutating func changeGrid(
    ofLayer index: Int, on rows: Matrix<Element>, continuation: SplineContinuation = .asEvaluated,
    _ pool: ThreadPool,
    _ change: (Layer<Element>, Matrix<Element>, Matrix<Element>) throws(BasisError) -> RefittedLayer<Element>
  ) throws(BasisError) -> Double {
    require(layers.indices.contains(index), "Network: layer \(index) of \(layers.count)")
    _ = try layers[index].requireGrid()
    let seen = try finiteLayerInputs(of: Dataset(withoutTargets: rows), pool)
    return try changeGrids(seeing: seen, continuation: continuation, pool) { own, layer, weights throws(BasisError) in
      own == index ? try change(layer, weights, seen[own].sample) : nil
    }
  }

  /// Moves the knots of gridded layers to ε·uniform + (1 - ε)·quantiles of their inputs, over the inputs' range plus a
  /// margin at both ends, and refits the curves so that outputs stay close on the rows.
  ///
  /// With ε = 1 a uniform grid stays uniform and only its range changes. A column that hardly varies keeps the width of
  /// its grid. Tied inputs do not merge knots, which stay apart by at least a hundredth of the uniform distance.
  ///
  /// - Parameters:
  ///   - data: all of the training data, not a batch. Ranges come from all rows, quantiles from up to 8192.
  ///   - epsilon: ε, from 0 to 1.
  ///   - margin: room at each end, as a share of the range of the inputs.
  ///   - adapted: the layers to adapt; by default all that have a grid.
  /// - Returns: the largest |φ(x) before - φ(x) after| over all edges.
  /// - Throws: ``BasisError`` if no layer has a grid, one sees values that are not finite, or a row of a
  ///   source cannot be read.
  @discardableResult
  public mutating func adaptGrid(
    on data: some RowSource<Element>, uniformShare epsilon: Double = 1, margin: Double = 0.1,
    layers adapted: Range<Int>? = nil,
    continuation: SplineContinuation = .asEvaluated, pool: ThreadPool = .shared
  ) throws(BasisError) -> Double {
    require((0...1).contains(epsilon) && margin >= 0 && margin.isFinite, "Network: ε = \(epsilon), margin \(margin)")
    let seen = try finiteLayerInputs(of: data, pool)
    if data.rows == 0 { return 0 }
    return try changeGrids(seeing: seen, continuation: continuation, pool) { index, layer, weights throws(BasisError) in
      guard adapted?.contains(index) ?? true else { return nil }
      let grid = try layer.requireGrid().adapted(to: seen[index], uniformShare: epsilon, margin: margin)
      return try layer.refitted(
        on: grid, isNested: false, weights, seen[index].sample, continuation, measuring: true, pool)
    }
  }

  /// Calls `change` for each layer with a grid, and corrects them so that their sums on the rows stay; returns the largest
  /// deviation.
  private mutating func changeGrids(
    seeing seen: [LayerInputs<Element>], continuation: SplineContinuation = .asEvaluated, _ pool: ThreadPool,
    _ change: (Int, Layer<Element>, Matrix<Element>) throws(BasisError) -> RefittedLayer<Element>?
  ) throws(BasisError) -> Double {
    guard layers.contains(where: { $0.gridIntervals != nil }) else { throw BasisError("no layer has a grid") }
    let before = self
    var (changed, parameters, deviations, isExact) = ([Layer<Element>](), [Element](), [Double](), true)
    for (index, layer) in layers.enumerated() {
      let weights = self.weights(ofLayer: index)
      let refitted = layer.gridIntervals == nil ? nil : try change(index, layer, weights)
      changed.append(refitted?.layer ?? layer)
      parameters += Array(refitted?.weights.elements ?? weights.elements) + bias(ofLayer: index)
      deviations.append(refitted?.deviation ?? 0)
      isExact = isExact && refitted?.isExact != false
    }
    replaceLayers(changed, parameters: AlignedArray(parameters))
    trainingState = nil
    var corrected = Set<Int>()
    for index in layers.indices where !isExact && layers[index].gridIntervals != nil {
      if keepSums(ofLayer: index, of: before, seeing: seen, pool: pool) { corrected.insert(index) }
    }
    projectOnMonotone(pool: pool)
    for index in layers.indices where layers[index].gridIntervals != nil {
      if !corrected.contains(index) && monotone.isEmpty { continue }
      deviations[index] = try before.layers[index].deviation(
        of: before.weights(ofLayer: index), from: weights(ofLayer: index), on: layers[index], seen[index].sample,
        continuation, pool)
    }
    return deviations.reduce(0) { $1 <= $0 ? $0 : $1 }
  }

  private func finiteLayerInputs(
    of source: some RowSource<Element>, _ pool: ThreadPool
  ) throws(BasisError) -> [LayerInputs<Element>] {
    let seen: [LayerInputs<Element>]
    do throws(RowSourceError) {
      seen = try layerInputs(of: source, pool: pool)
    } catch {
      throw BasisError(error.description)
    }
    for (index, inputs) in seen.enumerated() where source.rows > 0 {
      if let column = inputs.firstNonFinite {
        throw BasisError("layer \(index + 1), input \(column + 1): sees a value that is not finite")
      }
    }
    return seen
  }
}

extension Grid {
  /// Knots interpolated between uniform spacing and the quantiles of a layer's inputs.
  func adapted(
    to seen: LayerInputs<Element>, uniformShare epsilon: Double, margin: Double
  ) throws(BasisError) -> Grid {
    let ranges = (0..<inputs).map { range(ofInput: $0, following: seen, margin: margin) }
    if epsilon == 1 {
      return try Grid(ranges: ranges, intervals: intervals, degree: degree, ends: ends)
    }
    // At least a hundredth, so that ties do not merge knots.
    let share = Swift.max(epsilon, 0.01)
    let breakpoints = ranges.enumerated().map { input, range in
      let (a, b) = (Double(range.lowerBound), Double(range.upperBound))
      // The ends of the range provide the room beyond the first and last input.
      let sorted = [range.lowerBound] + seen.sample.column(input).sorted() + [range.upperBound]
      return (0...intervals).map { j in
        if j == 0 || j == intervals { return j == 0 ? range.lowerBound : range.upperBound }
        let even = a + (b - a) * Double(j) / Double(intervals)
        return Element(share * even + (1 - share) * interpolatedQuantile(j, of: intervals, in: sorted))
      }
    }
    return try Grid(breakpoints: breakpoints, degree: degree, ends: ends)
  }

  /// The range that an input has shown and a margin at both ends.
  private func range(
    ofInput input: Int, following seen: LayerInputs<Element>, margin: Double
  ) -> ClosedRange<Element> {
    let (low, high) = (Double(seen.lowest[input]), Double(seen.highest[input]))
    let room = margin * (high - low)
    let range = following(low...high, below: room, above: room, ofInput: input)
    return Element(range.lowerBound)...Element(range.upperBound)
  }

  /// The range of an input's values with room at each end. An input that varies by less than a thousandth of its grid
  /// keeps the grid's width, and the grid itself if it contains the values: the variation may be rounding, which narrow
  /// knots would fit. The range is never so narrow that knots would coincide.
  func following(
    _ seen: ClosedRange<Double>, below: Double, above: Double, ofInput input: Int
  ) -> ClosedRange<Double> {
    let (low, high) = (seen.lowerBound, seen.upperBound)
    let (a, b) = (Double(lower[input]), Double(upper[input]))
    let middle = low / 2 + high / 2
    let isConstant = high - low < (b - a) / 1000
    if isConstant && low >= a && high <= b { return a...b }
    let least = 1024 * Double(intervals) * abs(middle) * Double(Element.ulpOfOne)
    let half = isConstant ? (b - a) / 2 : 0
    return Swift.min(
      isConstant ? middle - half : low - below, middle - least)...Swift.max(
        isConstant ? middle + half : high + above, middle + least)
  }
}
