/// Levenberg and Marquardt's method for regressions with networks of up to some thousands of parameters (Nocedal and
/// Wright, Numerical Optimization, 2nd edition, 10.3).
///
///     minimise  Σ w·(t - y(p))² + Σ_l λ_l·Σ (Δ^q c)²                over all parameters p
///     (JᵀJ + λDᵀD + μ·diag)·Δp = Jᵀr - λDᵀD·c                       r = t - y, J = ∂y/∂p
///
/// In place of squares the sum may be of any ``PointwiseObjective``: ``HuberLoss``, ``AbsoluteError``, ``QuantileLoss``,
/// ``PoissonDeviance`` and ``LogisticLoss``. Rows of J and residuals are then those of a parabola that touches the loss
/// of each output (iteratively reweighted least squares; for Poisson and logistic losses Fisher's scoring), and a step is
/// taken only if it lowers the true sum. Absolute and quantile errors have no curvature: that of their parabola is cut
/// off at errors of 1e-5 of the targets' spread, and their minimum is met to about as many digits.
/// ``SoftmaxCrossEntropy`` couples the outputs of a row and is refused.
///
/// Steps are by Cholesky's method or, where that breaks down with hardly any damping and the problem is small, by QR.
/// J is exact, from the engine's backward pass, and sparse where bases are local. Three things beside it make smooth
/// functions come out to ten digits:
/// - several random starts, cheaply screened on the coarsest grid, of which the best goes on;
/// - grids of hidden layers that follow the values which reach them, with room for values that are yet to come;
/// - λ of each layer from the data, λ = σ²/τ², the variance of the residual over that of the differences (the evidence's
///   fixed point, MacKay 1992, Neural Computation 4): as little as a curve needs to carry on sensibly where data is thin.
///   Where rows that were left out would be off by far more than the residuals say, it is more.
///
/// A grid is judged by the rows that were left out, one at a time, to first order: with h = Jᵢ·(JᵀJ + λDᵀD)⁻¹·Jᵢᵀ the
/// residual of row i would have been r/(1 - h) (Allen 1974, Technometrics 16). That sees, as a mean over all rows does
/// not, how curves go on beyond the values of the others. The outermost rows count no more than the others: of a row far beyond
/// all others no curve can know.
///
/// All of it is computed in double precision, whatever the network's own is.
public struct LevenbergMarquardt: Sendable, Equatable {
  public var name: String { "lm" }
  /// Starts at most; 1 trains the network from the parameters that it has.
  public var starts: Int
  /// q, the order of the differences, 1 to 8; without it k + 3: a curve goes on beyond the data nearly as its end polynomial
  /// does, and its k-th derivative, which is constant between knots, along a parabola.
  public var penaltyOrder: Int?
  /// Ends on a grid when an iteration lowers the sum by no more than this share of it, twice in a row.
  public var tolerance: Double
  /// Bytes that a training may take beyond data and network; see ``bytes(for:rows:grids:)``.
  public var memoryLimit: Int
  /// Numbers set by hand.
  package var tuning = Tuning()

  /// How often more λ is tried on a grid.
  var smoothingRounds: Int {
    get { tuning.attempts }
    set { tuning.attempts = newValue }
  }

  /// Traps unless there is a start, and a q is 1 to 8.
  public init(
    starts: Int = 160, penaltyOrder: Int? = nil, tolerance: Double = 1e-3, memoryLimit: Int = 2 << 30
  ) {
    require(starts > 0, "LevenbergMarquardt: \(starts) starts")
    require(penaltyOrder.map { (1...8).contains($0) } ?? true, "LevenbergMarquardt: order \(penaltyOrder ?? 0)")
    self.starts = starts
    self.penaltyOrder = penaltyOrder
    self.tolerance = tolerance
    self.memoryLimit = memoryLimit
  }

  /// About the bytes that training a network on so many rows takes beyond the data: H and its factor for the finest
  /// grid, and a chunk of rows of J.
  ///
  /// - Parameter grids: those that are to be trained on, if not the present one.
  public func bytes<Element: Scalar>(for network: Network<Element>, rows: Int, grids: [Int] = []) -> Int {
    let plan = JacobianPlan(network, atLeast: grids.max() ?? 0)
    let (squares, overflow) = plan.parameterCount.multipliedReportingOverflow(by: 16 * plan.parameterCount)
    return overflow ? .max : squares &+ plan.chunk(rows: rows) * plan.bytesOfARow
  }
}

extension LevenbergMarquardt: TrainingMethod {
  public var learningRate: Double { 0 }
  public var weightDecay: Double { 0 }
  public var defaultEpochs: Int { 150 }
  public var judgesByLeavingOut: Bool { true }
  /// H is formed and factored in about p² and p³ operations.
  public func relativeCost(parameters: Int) -> Double { Double(parameters) * Double(parameters) }

  public func check<Element: Scalar>(
    _ network: Network<Element>, on data: any RowSource<Element>, options: TrainingOptions
  ) throws(TrainingError) {
    let objective = try network.objective(for: data, options)
    if objective as? any PointwiseObjective == nil {
      throw .notForObjective(optimizer: name, objective: type(of: objective).name)
    }
    let needed = bytes(for: network, rows: data.rows, grids: options.grids)
    if needed > memoryLimit {
      throw .memory(
        what: "Levenberg-Marquardt for \(network.parameterCount) parameters", needed: needed, limit: memoryLimit,
        instead: "L-BFGS, or Adam")
    }
    let copied = Self.bytesOfCopy(of: data)
    if needed &+ copied > memoryLimit {
      throw .memory(
        what: "Levenberg-Marquardt, which keeps all \(data.rows) rows in double precision,", needed: needed &+ copied,
        limit: memoryLimit, instead: "Adam or L-BFGS, which do not keep them")
    }
    if options.updating == .supported { throw .cannotRestrict(optimizer: name) }
  }

  /// What the rows of a source take that is not in memory: in double precision, inputs in the data's units, scaled and
  /// without rows of weight 0, targets in the data's units and scaled, and weights and their roots.
  private static func bytesOfCopy<Element: Scalar>(of data: some RowSource<Element>) -> Int {
    if data is Dataset<Element> { return 0 }
    let numbers = 3 * data.inputColumns + 2 * data.targetShape.outputs + 2
    let (bytes, overflow) = data.rows.multipliedReportingOverflow(by: 8 * numbers)
    return overflow ? .max / 2 : min(bytes, .max / 2)
  }

  /// Carries the curves over; ranges follow when the training begins.
  public func changeGrid<Element: Scalar>(
    of network: inout Network<Element>, to intervals: Int, on data: any RowSource<Element>, pool: ThreadPool
  ) throws(TrainingError) {
    guard network.layers.contains(where: { $0.gridIntervals != nil && $0.gridIntervals != intervals }) else { return }
    do { try network.extendGrid(to: intervals, on: data, pool: pool) } catch { throw .basis(error) }
  }

  public func begin<Element: Scalar>(
    _ start: TrainingStart<Element>
  ) throws(TrainingError) -> any TrainingProcess<Element> {
    try LevenbergMarquardtTraining(self, start)
  }
}
