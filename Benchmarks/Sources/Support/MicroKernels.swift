import KAN

/// One layer's parts, each alone, on one thread and without allocation in between: what micro-benchmarks time.
public final class LayerParts {
  private let layer: Layer<Float>
  private let timed: TimedNetwork
  private let inputs: Matrix<Float>
  private var values: Matrix<Float>
  private var dInputs: Matrix<Float>

  /// One spline layer, and `rows` rows of it at a time.
  public init(inputs width: Int, outputs: Int, grid: Int, rows: Int, contraction: Contraction) {
    layer = .spline(width, outputs, grid: grid)
    timed = TimedNetwork(
      Network(layer, seed: 1), batch: rows, contraction: contraction, pool: ThreadPool(threads: 1))
    var generator = RandomGenerator(seed: 2)
    inputs = Matrix(
      rows: rows, columns: width, elements: (0..<rows * width).map { _ in Float(2 * generator.uniform() - 1) })
    values = Matrix(rows: rows, columns: width * layer.functions)
    dInputs = Matrix(rows: rows, columns: width)
  }

  /// Φ of all rows.
  public func evaluateBasis() { layer.basis.writeValues(of: inputs.view, first: 0, to: values.mutableView()) }

  /// dX = Σₖ dΦ·f′ₖ(x) of all rows.
  public func pullBack() {
    layer.basis.pullBack(
      values.view, at: inputs.view, first: 0, scratch: values.mutableView(), to: dInputs.mutableView())
  }

  /// Y of all rows: basis and contraction.
  public func forward() { timed.runForward() }

  /// Y and dW of all rows.
  public func forwardAndWeightGradient() { timed.runStep() }
}

/// Coefficients found again from samples of curves, as after a change of the grid; on all cores.
public final class Refit {
  private let spline: BSpline<Float>
  private let x, curves: Matrix<Float>

  public init(inputs: Int, points: Int, grid: Int, outputs: Int) {
    spline = BSpline(grid: Grid(inputs: inputs, intervals: grid, degree: 3), base: .none)
    var generator = RandomGenerator(seed: 3)
    x = Matrix(
      rows: points, columns: inputs, elements: (0..<points * inputs).map { _ in Float(2 * generator.uniform() - 1) })
    curves = Matrix(
      rows: inputs * points, columns: outputs,
      elements: (0..<inputs * points * outputs).map { _ in Float(2 * generator.uniform() - 1) })
  }

  /// By banded normal equations: [in·(G + k) × out]
  public func solve() throws -> Matrix<Float> { try spline.coefficients(fitting: curves, at: x) }

  /// The first input alone, by singular values of Φ of all points.
  public func solveDense() throws -> LeastSquaresSolution<Float> {
    var basis = Matrix<Float>(rows: x.rows, columns: spline.functions)
    spline.writeValues(of: x.view.slice(rows: x.rows, columns: 1), first: 0, to: basis.mutableView())
    let own = Matrix(rows: x.rows, columns: curves.columns, elements: curves.elements[..<(x.rows * curves.columns)])
    return try solveLeastSquares(basis, own)
  }
}

/// An optimiser with parameters and gradients of its own.
public final class Update<Rule: Optimizer> {
  private let rule: Rule
  private var parameters: AlignedArray<Float>
  private let gradients: AlignedArray<Float>
  private var state: OptimizerState<Float>

  public init(_ rule: Rule, parameters count: Int) {
    self.rule = rule
    var generator = RandomGenerator(seed: 4)
    parameters = AlignedArray((0..<count).map { _ in Float(generator.normal()) })
    gradients = AlignedArray((0..<count).map { _ in Float(generator.normal()) })
    state = OptimizerState(rule, parameters: count)
  }

  public func run() {
    let count = parameters.count
    rule.update(
      UnsafeMutableBufferPointer(start: parameters.mutablePointer(), count: count), gradients: gradients.pointer,
      state: &state, rate: 1e-6)
  }
}
