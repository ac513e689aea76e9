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

/// Coefficients of one input found again from samples of its curves, as after a change of the grid.
public final class Refit {
  private let basis: Matrix<Double>
  private let curves: Matrix<Double>

  public init(points: Int, grid: Int, outputs: Int) {
    let spline = BSpline<Double>(grid: Grid(inputs: 1, intervals: grid, degree: 3), base: .none)
    let x = Matrix<Double>(
      rows: points, columns: 1, elements: (0..<points).map { 2 * Double($0) / Double(points - 1) - 1 })
    var basis = Matrix<Double>(rows: points, columns: spline.functions)
    spline.writeValues(of: x.view, first: 0, to: basis.mutableView())
    self.basis = basis
    var generator = RandomGenerator(seed: 3)
    curves = Matrix(
      rows: points, columns: outputs, elements: (0..<points * outputs).map { _ in generator.normal() })
  }

  /// Least squares on Φ of all points, the outputs as right-hand sides.
  public func solve() throws -> LeastSquaresSolution<Double> { try solveLeastSquares(basis, curves) }
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
