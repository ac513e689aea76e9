/// A layer whose grid has changed, with its W.
public struct RefittedLayer<Element: Scalar>: Sendable {
  public let layer: Layer<Element>
  /// W: [in·K × out]
  public let weights: Matrix<Element>
  /// The largest |φ(x) before - φ(x) after| over all edges, in the units of the layer's outputs: at k + 1 points between
  /// any two knots, old or new, within the new range, and at the inputs given.
  public let deviation: Double
}

extension Layer {
  /// Intervals of the grid; nil unless the layer has splines.
  public var gridIntervals: Int? { (basis as? BSpline<Element>)?.grid.intervals }

  /// The layer on a grid of G′ intervals over the same ranges, its curves as near as can be to what they were.
  ///
  /// Where the new knots contain the old ones, knots are inserted, which is exact: for uniform grids if G′ is a multiple
  /// of G, for uneven ones, whose intervals are cut, always. Else the curves are refitted by least squares over the
  /// whole range, weighted by where `inputs` lie. The base function's rows of W stay.
  ///
  /// - Parameters:
  ///   - weights: W, [in·K × out]
  ///   - inputs: [rows × in] that the layer sees, some of them; nil for an even weight.
  /// - Throws: ``BasisError`` if the layer has no grid or G′ < 1.
  public func extendingGrid(
    to intervals: Int, weights: Matrix<Element>, inputs: Matrix<Element>? = nil, pool: ThreadPool = .shared
  ) throws(BasisError) -> RefittedLayer<Element> {
    let spline = try requireSpline()
    let (grid, isNested) = try spline.grid.extended(to: intervals)
    return refitted(on: grid, isNested: isNested, weights, inputs, .asEvaluated, measuring: true, pool)
  }

  /// The layer on the same grid moved to other ranges, one for each input, its curves refitted by least squares.
  ///
  /// - Parameters:
  ///   - weights: W, [in·K × out]
  ///   - inputs: [rows × in] that the layer sees, by which the fit is weighted; nil for an even weight.
  ///   - continuation: what the curves are beyond their old ranges.
  ///   - measuring: whether the deviation is wanted; 0 without.
  /// - Throws: ``BasisError`` if the layer has no grid, or a range no width.
  public func movingGrid(
    to ranges: [ClosedRange<Element>], weights: Matrix<Element>, inputs: Matrix<Element>? = nil,
    continuation: SplineContinuation = .asEvaluated, measuring: Bool = true, pool: ThreadPool = .shared
  ) throws(BasisError) -> RefittedLayer<Element> {
    let grid = try requireSpline().grid.moved(to: ranges)
    return refitted(on: grid, isNested: false, weights, inputs, continuation, measuring: measuring, pool)
  }

  func requireSpline() throws(BasisError) -> BSpline<Element> {
    guard let spline = basis as? BSpline<Element> else {
      throw BasisError("\(type(of: basis).kind): a layer without a grid")
    }
    return spline
  }

  func refitted(
    on grid: Grid<Element>, isNested: Bool, _ weights: Matrix<Element>, _ inputs: Matrix<Element>?,
    _ continuation: SplineContinuation, measuring: Bool, _ pool: ThreadPool
  ) -> RefittedLayer<Element> {
    // Every caller has got its grid from `requireSpline`, which throws.
    guard let spline = basis as? BSpline<Element> else { fatalError("Layer: a refit without splines") }
    require(
      weights.rows == self.inputs * functions && weights.columns == outputs,
      "Layer: W of [\(weights.rows) × \(weights.columns)], not [\(self.inputs * functions) × \(outputs)]")
    require(
      inputs == nil || inputs!.columns == self.inputs,
      "Layer: rows of \(inputs?.columns ?? 0) inputs for \(self.inputs)")
    let basis = BSpline(grid: grid, outside: spline.outside, base: spline.base)
    let layer = Layer(basis: basis, outputs: outputs, activation: activation)
    let transfer = CurveTransfer(
      old: BSpline(grid: spline.grid.inDoublePrecision, outside: spline.outside, base: .none),
      new: BSpline(grid: grid.inDoublePrecision, outside: spline.outside, base: .none), outputs: outputs,
      isNested: isNested, continuation: continuation)
    var result = Matrix<Element>(rows: self.inputs * layer.functions, columns: outputs)
    let curves = CurvePairs(transfer: transfer, base: spline.base.count, sample: inputs?.view, before: weights.view)
    RefitLoop(curves, to: result.mutableView(), workers: pool.threads).run(on: pool)
    let deviation =
      measuring ? DeviationLoop(curves, after: result.view, workers: pool.threads).run(on: pool) : 0
    withExtendedLifetime((weights, inputs)) {}
    return RefittedLayer(layer: layer, weights: result, deviation: deviation)
  }
}
