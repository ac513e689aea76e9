/// The Levenberg-Marquardt method, for regressions with networks of up to some thousands of parameters (Nocedal and
/// Wright, Numerical Optimization, 2nd edition, 10.3). `LevenbergMarquardt.md` in the documentation catalogue has the
/// mathematics in full.
///
///     minimise  Σ w·(t - y(p))² + Σ_l λ_l·Σ (Δ^q c)²                over all parameters p
///     (JᵀJ + λDᵀD + μ·diag)·Δp = Jᵀr - λDᵀD·c                       r = t - y, J = ∂y/∂p
///
/// Any ``PointwiseObjective`` may take the place of the squares: ``HuberLoss``, ``AbsoluteError``, ``QuantileLoss``,
/// ``PoissonDeviance`` and ``LogisticLoss``. Each output's loss is replaced by a tangent parabola (iteratively
/// reweighted least squares; Fisher scoring for Poisson and logistic losses), and a step is accepted only if it lowers
/// the true sum. Absolute and quantile errors have no curvature of their own: their parabola's is capped at the one for
/// an error of 1e-5 of the targets' spread, which also limits how accurately their minimum is found.
/// ``SoftmaxCrossEntropy`` couples the outputs of a row and is refused.
///
/// A step is solved by Cholesky factorisation or, if that breaks down with almost no damping and the problem is small,
/// by QR. J is exact, from the engine's backward pass, and sparse for compact bases. Three additions let smooth
/// functions be fitted to ten digits:
/// - several random starts, screened cheaply on the coarsest grid; the best one is trained on;
/// - hidden grids that follow the values reaching them, with room for values not seen in training;
/// - λ of each layer from the data: λ = σ²/τ², the variance of the residual over that of the differences, at the fixed
///   point of the evidence (MacKay 1992, Neural Computation 4). That is just enough to continue a curve sensibly where
///   data are sparse. λ is raised further if leave-one-out errors far exceed the residuals.
///
/// A grid is judged by leave-one-out errors, to first order: with the leverage h = Jᵢ·(JᵀJ + λDᵀD)⁻¹·Jᵢᵀ, the residual
/// of row i would have been r/(1 - h) had the row been left out (Allen 1974, Technometrics 16). Unlike a mean over all
/// rows, this measures how curves extrapolate. The errors of the outermost rows are capped (see `leaveOneOutSquares`).
///
/// All computation is in double precision, whatever the network's own precision.
public struct LevenbergMarquardt: Sendable, Equatable {
  public var name: String { "lm" }
  /// The largest number of starts; 1 trains from the network's present parameters.
  public var starts: Int
  /// q, the order of the differences, 1 to 8; by default k + 3. Beyond the data a curve then continues almost as its
  /// end polynomial, with a k-th derivative that is constant between knots and follows a parabola.
  public var penaltyOrder: Int?
  /// Relative decrease of the sum at which a fit on a grid stops, once two successive iterations stay below it.
  public var tolerance: Double
  /// Bytes that a training may take beyond data and network; see ``bytes(for:rows:grids:)``.
  public var memoryLimit: Int
  /// The constants of the method.
  package var tuning = Tuning()

  /// How many times λ may be raised on a grid because of leave-one-out errors.
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

  /// Approximate memory in bytes, beyond the data, for training a network on `rows` rows: H and its factor for the
  /// finest grid, the lower triangles that subtrees of shards come to, and a chunk of rows of J.
  ///
  /// - Parameter grids: the grids to train on; empty for the network's present one.
  public func bytes<Element: Scalar>(for network: Network<Element>, rows: Int, grids: [Int] = []) -> Int {
    let plan = JacobianPlan(network, atLeast: grids.max() ?? 0)
    let bytesOfASquare = 16 + 4 * max(0, RowShards(rows: rows).slots - 1)
    let (squares, overflow) = plan.parameterCount.multipliedReportingOverflow(by: bytesOfASquare * plan.parameterCount)
    return overflow ? .max : squares &+ plan.bytes(rows: rows * network.outputs)
  }
}

extension LevenbergMarquardt: TrainingMethod {
  public var learningRate: Double { 0 }
  public var weightDecay: Double { 0 }
  public var defaultEpochs: Int { 150 }
  public var judgesByLeavingOut: Bool { true }
  /// p². Forming H takes about p² operations for each row, factoring it about p³.
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
    if let shared = data as? DistributedRows<Element> { return bytesOfCopy(of: shared.local) }
    if data is Dataset<Element> { return 0 }
    let numbers = 3 * data.inputColumns + 2 * data.targetShape.outputs + 2
    let (bytes, overflow) = data.rows.multipliedReportingOverflow(by: 8 * numbers)
    return overflow ? .max / 2 : min(bytes, .max / 2)
  }

  /// Transfers the curves; ranges are adapted when training begins.
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
