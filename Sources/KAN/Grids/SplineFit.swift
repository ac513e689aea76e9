extension BSpline {
  /// Coefficients of curves through points by weighted least squares, each input by itself and all outputs at once.
  ///
  /// For input i and each output, minimises Σₚ wₚ·(Σⱼ cⱼ·Bⱼ(xₚ) - yₚ)² and a small penalty on the distance from the old
  /// curve and on its third differences, ``SplinePenalty``. Empty cells, repeated points, a constant column or fewer
  /// points than functions are no trouble: a function that no point meets keeps the old coefficient, and in no column is
  /// the residual larger than the old curve's, up to rounding to `Element`. Banded normal equations in double precision
  /// with one Cholesky factorisation for each input, the inputs shared out to threads.
  ///
  /// - Parameters:
  ///   - targets: y, the points of the first input before those of the second: [in·points × out]
  ///   - x: where they are taken: [points × in]; beyond the grid, as ``OutsideGrid`` says
  ///   - weights: w ≥ 0 of the points: [points]; nil for 1
  ///   - old: coefficients of the curves before: [in·(G + k) × out]; nil for 0, from which nothing is kept
  /// - Returns: c: [in·(G + k) × out], without the base function
  /// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)`` for points, targets, weights or coefficients that are
  ///   infinite or NaN.
  public func coefficients(
    fitting targets: Matrix<Element>, at x: Matrix<Element>, weights: [Double]? = nil, near old: Matrix<Element>? = nil,
    penalty: SplinePenalty = SplinePenalty(), pool: ThreadPool = .shared
  ) throws(LinearAlgebraError) -> Matrix<Element> {
    let count = grid.intervals + grid.degree
    require(
      x.columns == inputs && targets.rows == inputs * x.rows,
      "BSpline: points [\(x.rows) × \(x.columns)] and targets [\(targets.rows) × \(targets.columns)] for \(inputs) inputs"
    )
    require(weights == nil || weights!.count == x.rows, "BSpline: \(weights?.count ?? 0) weights for \(x.rows) points")
    require(weights?.allSatisfy { !($0 < 0) } ?? true, "BSpline: a negative weight")
    require(
      old == nil || old!.rows == inputs * count && old!.columns == targets.columns,
      "BSpline: old coefficients [\(old?.rows ?? 0) × \(old?.columns ?? 0)], not [\(inputs * count) × \(targets.columns)]"
    )
    try requireFinite(x, "x")
    if let old { try requireFinite(old, "coefficients") }
    if let place = weights?.firstIndex(where: { !$0.isFinite }) {
      throw .nonFinite(operand: "weights", row: place, column: 0)
    }
    var result = Matrix<Element>(rows: inputs * count, columns: targets.columns)
    if targets.columns == 0 { return result }
    let to = result.mutableView()
    // As large as 1, so that no sum overflows or vanishes for the sake of their unit.
    let largest = weights?.max() ?? 1
    let scaled = largest > 0 ? weights?.map { $0 / largest } : weights
    let isFinite = withExtendedLifetime((self, x, old)) {
      let run = { (weights: UnsafePointer<Double>?) in
        FitLoop(
          spline: self, knots: grid.inDoublePrecision, targets: targets.view, x: x.view, weights: weights,
          old: old?.view, penalty: penalty, to: to, workers: pool.threads
        ).run(on: pool)
      }
      return scaled.map { $0.withUnsafeBufferPointer { run($0.baseAddress) } } ?? run(nil)
    }
    // Targets are the most by far, and read once: they are searched where a sum has shown that there is something.
    if !isFinite { try requireFinite(targets, "targets") }
    return result
  }

  private func requireFinite(_ matrix: Matrix<Element>, _ name: String) throws(LinearAlgebraError) {
    let index = Element._firstNonFinite(matrix.elements.count, matrix.elements.pointer)
    if index >= 0 { throw .nonFinite(operand: name, row: index / matrix.columns, column: index % matrix.columns) }
  }
}

/// One input after another.
private struct FitLoop<Element: Scalar>: ParallelLoop {
  let spline: BSpline<Element>
  let knots: Grid<Double>
  let targets: MatrixView<Element>  // [in·points × out]
  let x: MatrixView<Element>  // [points × in]
  let weights: UnsafePointer<Double>?  // [points]
  let old: MatrixView<Element>?  // [in·n × out]
  let penalty: SplinePenalty
  let to: MutableMatrixView<Element>  // [in·n × out]
  private let memory: RefitMemory
  /// Whether an input's sums are finite, 1 or 0: [in]
  private let finite: RefitMemory

  init(
    spline: BSpline<Element>, knots: Grid<Double>, targets: MatrixView<Element>, x: MatrixView<Element>,
    weights: UnsafePointer<Double>?, old: MatrixView<Element>?, penalty: SplinePenalty, to: MutableMatrixView<Element>,
    workers: Int
  ) {
    self.spline = spline
    self.knots = knots
    self.targets = targets
    self.x = x
    self.weights = weights
    self.old = old
    self.penalty = penalty
    self.to = to
    let system = PenalizedSystem.size(
      functions: knots.intervals + knots.degree, outputs: to.columns, degree: knots.degree)
    memory = RefitMemory(numbers: system, cells: 0, workers: workers)
    finite = RefitMemory(numbers: knots.inputs, cells: 0, workers: 1)
  }

  /// Returns whether all sums were finite.
  func run(on pool: ThreadPool) -> Bool {
    pool.run(knots.inputs, work: targets.rows * targets.columns * (knots.degree + 1), self)
    return (0..<knots.inputs).allSatisfy { finite.numbers(0)[$0] == 1 }
  }

  func iterate(_ input: Int, worker: Int) {
    let (k, outputs) = (knots.degree, to.columns)
    let count = knots.intervals + k
    let system = PenalizedSystem(
      functions: count, outputs: outputs, degree: k, memory: memory.numbers(worker))
    system.clear()
    if let old { toDoubles(old.base + input * count * outputs, system.coefficients, count * outputs) }
    Element._splineNormalEquations(
      spline.parameters, input, x.base + input, x.stride, weights,
      targets.slice(row: input * x.rows, rows: x.rows, columns: outputs), system.gram, system.diagonals + 1,
      system.sums)
    finite.numbers(0)[input] = Double._firstNonFinite(count * outputs, system.sums) < 0 ? 1 : 0
    system.solve(
      knots: knots.knots.elements.pointer + input * knots.knots.columns, degree: k, penalty: penalty,
      keepsUnmet: old != nil, passes: old == nil ? 2 : 1)
    let result = to.base + input * count * outputs
    fromDoubles(system.coefficients, result, count * outputs)
    // What single precision cannot hold is no curve: the old one stays.
    if Element._firstNonFinite(count * outputs, UnsafePointer(result)) >= 0 {
      for index in 0..<count * outputs { result[index] = old.map { $0.base[input * count * outputs + index] } ?? 0 }
    }
  }
}
