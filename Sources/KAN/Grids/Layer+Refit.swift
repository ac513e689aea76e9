/// A layer on a new grid, with its refitted W.
public struct RefittedLayer<Element: Scalar>: Sendable {
  /// The layer on its new grid; inputs, sums and node function are unchanged.
  public let layer: Layer<Element>
  /// W: [in·K × sums]
  public let weights: Matrix<Element>
  /// The largest |φ(x) before - φ(x) after| over all edges, in the units of the layer's sums, at k + 1 points between
  /// neighbouring knots, old or new, within the new range, and at the given inputs.
  public let deviation: Double
  /// Whether the curves are the same but for rounding, by knot insertion.
  let isExact: Bool
}

extension Layer {
  /// The basis, if it has a grid.
  public var griddedBasis: (any GriddedBasis<Element>)? { basis as? any GriddedBasis<Element> }
  /// The grid; nil unless the layer has one.
  public var grid: Grid<Element>? { griddedBasis?.grid }
  /// Intervals of the grid; nil unless the layer has one.
  public var gridIntervals: Int? { grid?.intervals }

  /// The layer on a grid of G′ intervals over the same ranges, with its curves preserved as closely as possible.
  ///
  /// If the new knots contain the old ones, knot insertion makes this exact: for uniform grids if G′ is a multiple of
  /// G, for non-uniform ones always. Otherwise the curves are refitted by least squares, to be the same at the
  /// values of `inputs` first, and near over the range. The base function's rows of W stay.
  ///
  /// - Parameters:
  ///   - weights: W, [in·K × sums]
  ///   - inputs: a sample of the layer's inputs: [rows × in]; nil for the range alone.
  /// - Throws: ``BasisError`` if the layer has no grid or G′ < 1.
  public func extendingGrid(
    to intervals: Int, weights: Matrix<Element>, inputs: Matrix<Element>? = nil, pool: ThreadPool = .shared
  ) throws(BasisError) -> RefittedLayer<Element> {
    let (grid, isNested) = try requireGrid().extended(to: intervals)
    return try refitted(on: grid, isNested: isNested, weights, inputs, .asEvaluated, measuring: true, pool)
  }

  /// The layer with its grid moved to other ranges, one for each input, and its curves refitted by least squares.
  ///
  /// - Parameters:
  ///   - weights: W, [in·K × sums]
  ///   - inputs: a sample of the layer's inputs, at which curves are to stay: [rows × in]; nil for the range alone.
  ///   - continuation: how the curves continue beyond their old ranges.
  ///   - measuring: whether to measure the deviation, which is 0 otherwise.
  /// - Throws: ``BasisError`` if the layer has no grid, or a range no width.
  public func movingGrid(
    to ranges: [ClosedRange<Element>], weights: Matrix<Element>, inputs: Matrix<Element>? = nil,
    continuation: SplineContinuation = .asEvaluated, measuring: Bool = true, pool: ThreadPool = .shared
  ) throws(BasisError) -> RefittedLayer<Element> {
    let grid = try requireGrid().moved(to: ranges)
    return try refitted(on: grid, isNested: false, weights, inputs, continuation, measuring: measuring, pool)
  }

  /// The layer on any other grid for the same inputs, with its curves refitted by least squares.
  ///
  /// - Parameters:
  ///   - weights: W, [in·K × out]
  ///   - inputs: a sample of the layer's inputs, at which curves are to stay: [rows × in]; nil for the range alone.
  ///   - continuation: how the curves continue beyond their old ranges.
  /// - Throws: ``BasisError`` if the layer has no grid, or the other one is of another degree or number of inputs.
  public func settingGrid(
    _ grid: Grid<Element>, weights: Matrix<Element>, inputs: Matrix<Element>? = nil,
    continuation: SplineContinuation = .asEvaluated, pool: ThreadPool = .shared
  ) throws(BasisError) -> RefittedLayer<Element> {
    let own = try requireGrid()
    guard grid.inputs == own.inputs && grid.degree == own.degree else {
      throw BasisError(
        "a grid of degree \(grid.degree) for \(grid.inputs) inputs in the place of one of degree \(own.degree) for "
          + "\(own.inputs)")
    }
    return try refitted(on: grid, isNested: false, weights, inputs, continuation, measuring: true, pool)
  }

  func requireGrid() throws(BasisError) -> Grid<Element> {
    guard let grid else { throw BasisError("\(type(of: basis).kind): a layer without a grid") }
    return grid
  }

  func refitted(
    on grid: Grid<Element>, isNested: Bool, _ weights: Matrix<Element>, _ inputs: Matrix<Element>?,
    _ continuation: SplineContinuation, measuring: Bool, _ pool: ThreadPool
  ) throws(BasisError) -> RefittedLayer<Element> {
    // Every caller has got its grid from `requireGrid`, which throws.
    guard let own = griddedBasis else { fatalError("Layer: a refit without a grid") }
    require(
      weights.rows == self.inputs * functions && weights.columns == sums,
      "Layer: W of [\(weights.rows) × \(weights.columns)], not [\(self.inputs * functions) × \(sums)]")
    require(
      inputs == nil || inputs!.columns == self.inputs,
      "Layer: rows of \(inputs?.columns ?? 0) inputs for \(self.inputs)")
    let layer = on(own.onGrid(grid))
    let transfer = try transfer(to: layer, isNested: isNested, continuation, values: inputs?.rows ?? 0)
    var result = Matrix<Element>(rows: self.inputs * layer.functions, columns: sums)
    let curves = CurvePairs(transfer: transfer, fixed: own.fixedFunctions, sample: inputs?.view, before: weights.view)
    RefitLoop(curves, to: result.mutableView(), workers: pool.threads).run(on: pool)
    withExtendedLifetime((weights, inputs)) {}
    let deviation =
      measuring ? try self.deviation(of: weights, from: result, on: layer, inputs, continuation, pool) : 0
    return RefittedLayer(layer: layer, weights: result, deviation: deviation, isExact: transfer.isExact)
  }

  /// The largest |φ(x) - φ′(x)| between the layer's curves and those of another layer on any grid, as
  /// ``RefittedLayer/deviation`` has it.
  func deviation(
    of weights: Matrix<Element>, from others: Matrix<Element>, on other: Layer<Element>, _ inputs: Matrix<Element>?,
    _ continuation: SplineContinuation, _ pool: ThreadPool
  ) throws(BasisError) -> Double {
    let curves = CurvePairs(
      transfer: try transfer(to: other, isNested: false, continuation), fixed: 0, sample: inputs?.view,
      before: weights.view)
    let result = DeviationLoop(curves, after: others.view, workers: pool.threads).run(on: pool)
    withExtendedLifetime((weights, others, inputs)) {}
    return result
  }

  private func transfer(
    to layer: Layer<Element>, isNested: Bool, _ continuation: SplineContinuation, values: Int = 0
  ) throws(BasisError) -> CurveTransfer {
    // Every caller has made sure of the grids.
    guard let own = griddedBasis, let other = layer.griddedBasis else { fatalError("Layer: a refit without a grid") }
    return CurveTransfer(
      old: try own.inDoublePrecision(), new: try other.inDoublePrecision(), outputs: sums, isNested: isNested,
      continuation: continuation, valueCapacity: values)
  }
}

extension GriddedBasis {
  /// - Throws: ``BasisError`` if there is no such basis in double precision.
  func inDoublePrecision() throws(BasisError) -> any GriddedBasis<Double> {
    if let same = self as? any GriddedBasis<Double> { return same }
    guard let converted = try converted(to: Double.self) as? any GriddedBasis<Double> else {
      throw BasisError("\(Self.kind): has no grid in double precision")
    }
    return converted
  }
}
