extension GriddedBasis {
  /// Fits curves to points by weighted least squares, each input separately and all outputs at once.
  ///
  /// For input i and each output, minimises Σₚ wₚ·(Σⱼ cⱼ·Bⱼ(xₚ) - yₚ)² and a small penalty on the distance from the old
  /// curve and on its third differences, ``SplinePenalty``. Empty cells, repeated points, constant columns and fewer
  /// points than functions are all valid: a function without points keeps its old coefficient, and no column's residual
  /// exceeds the old curve's, up to rounding to `Element`. Solves banded normal equations in double precision with one
  /// Cholesky factorisation per input, in parallel over inputs.
  ///
  /// - Parameters:
  ///   - targets: y, input by input: [in·points × out]
  ///   - x: abscissas: [points × in]; beyond the grid ``OutsideGrid`` applies
  ///   - weights: w ≥ 0 for each point: [points]; nil for 1
  ///   - old: coefficients of the old curves: [in·(K - f) × out]; nil for none
  /// - Returns: c: [in·(K - f) × out], without the functions of fixed place, such as a base function
  /// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)`` for points, targets, weights or coefficients that
  ///   are infinite or NaN.
  public func coefficients(
    fitting targets: Matrix<Element>, at x: Matrix<Element>, weights: [Double]? = nil, near old: Matrix<Element>? = nil,
    penalty: SplinePenalty = SplinePenalty(), pool: ThreadPool = .shared
  ) throws(LinearAlgebraError) -> Matrix<Element> {
    let count = boundedFunctions
    require(
      x.columns == inputs && targets.rows == inputs * x.rows,
      "\(Self.kind): points [\(x.rows) × \(x.columns)] and targets [\(targets.rows) × \(targets.columns)] for \(inputs) inputs"
    )
    require(
      weights == nil || weights!.count == x.rows, "\(Self.kind): \(weights?.count ?? 0) weights for \(x.rows) points")
    require(weights?.allSatisfy { !($0 < 0) } ?? true, "\(Self.kind): a negative weight")
    require(
      old == nil || old!.rows == inputs * count && old!.columns == targets.columns,
      "\(Self.kind): old coefficients [\(old?.rows ?? 0) × \(old?.columns ?? 0)], not [\(inputs * count) × \(targets.columns)]"
    )
    try requireFinite(x, "x")
    if let old { try requireFinite(old, "coefficients") }
    if let place = weights?.firstIndex(where: { !$0.isFinite }) {
      throw .nonFinite(operand: "weights", row: place, column: 0)
    }
    var result = Matrix<Element>(rows: inputs * count, columns: targets.columns)
    if targets.columns == 0 { return result }
    let to = result.mutableView()
    // Scaled to a maximum of 1, so that no sum overflows or underflows because of their unit.
    let largest = weights?.max() ?? 1
    let scaled = largest > 0 ? weights?.map { $0 / largest } : weights
    let isFinite = withExtendedLifetime((self, x, old)) {
      let run = { (weights: UnsafePointer<Double>?) in
        FitLoop(
          basis: self, targets: targets.view, x: x.view, weights: weights,
          old: old?.view, penalty: penalty, to: to, workers: pool.threads
        ).run(on: pool)
      }
      return scaled.map { $0.withUnsafeBufferPointer { run($0.baseAddress) } } ?? run(nil)
    }
    // Targets are by far the largest operand: they are searched only if a sum has turned out not to be finite.
    if !isFinite { try requireFinite(targets, "targets") }
    return result
  }

  private func requireFinite(_ matrix: Matrix<Element>, _ name: String) throws(LinearAlgebraError) {
    let index = Element.Kernels.firstNonFinite(matrix.elements.count, matrix.elements.pointer)
    if index >= 0 { throw .nonFinite(operand: name, row: index / matrix.columns, column: index % matrix.columns) }
  }
}

/// One input after another.
private struct FitLoop<Element: Scalar>: ParallelLoop {
  /// Points evaluated at a time.
  private static var chunk: Int { 64 }
  let basis: any GriddedBasis<Element>
  let targets: MatrixView<Element>  // [in·points × out]
  let x: MatrixView<Element>  // [points × in]
  let weights: UnsafePointer<Double>?  // [points]
  let old: MatrixView<Element>?  // [in·(K - f) × out]
  let penalty: SplinePenalty
  let to: MutableMatrixView<Element>  // [in·(K - f) × out]
  private let width, functions, evaluated: Int
  private let memory: RefitMemory
  /// Values of a chunk, [workers][n × chunk]
  private let values: UnsafeMutablePointer<Element>
  /// Whether an input's sums are finite, 1 or 0: [in]
  private let finite: RefitMemory

  init(
    basis: any GriddedBasis<Element>, targets: MatrixView<Element>, x: MatrixView<Element>,
    weights: UnsafePointer<Double>?, old: MatrixView<Element>?, penalty: SplinePenalty, to: MutableMatrixView<Element>,
    workers: Int
  ) {
    self.basis = basis
    self.targets = targets
    self.x = x
    self.weights = weights
    self.old = old
    self.penalty = penalty
    self.to = to
    width = basis.localFunctions
    functions = basis.boundedFunctions
    evaluated = basis.nonZeroFunctions
    let system = PenalizedSystem.size(functions: functions, outputs: to.columns, width: width)
    memory = RefitMemory(numbers: system, cells: Self.chunk, workers: workers)
    values = .allocate(capacity: workers * evaluated * Self.chunk)
    finite = RefitMemory(numbers: basis.inputs, cells: 0, workers: 1)
  }

  /// Returns whether all sums were finite.
  func run(on pool: ThreadPool) -> Bool {
    pool.run(basis.inputs, work: targets.rows * targets.columns * width, self)
    values.deallocate()
    return (0..<basis.inputs).allSatisfy { finite.numbers(0)[$0] == 1 }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ input: Int, worker: Int) {
    let outputs = to.columns
    let system = PenalizedSystem(
      functions: functions, outputs: outputs, width: width, memory: memory.numbers(worker))
    system.clear()
    if let old { toDoubles(old.base + input * functions * outputs, system.coefficients, functions * outputs) }
    addPoints(input, to: system, worker: worker)
    finite.numbers(0)[input] = Double.Kernels.firstNonFinite(functions * outputs, system.sums) < 0 ? 1 : 0
    system.solve(
      differences: differences(input), penalty: penalty, keepsUnmet: old != nil, passes: old == nil ? 2 : 1)
    let result = to.base + input * functions * outputs
    fromDoubles(system.coefficients, result, functions * outputs)
    // If the result overflows `Element`, the old curve stays.
    if Element.Kernels.firstNonFinite(functions * outputs, UnsafePointer(result)) >= 0 {
      for index in 0..<functions * outputs {
        result[index] = old.map { $0.base[input * functions * outputs + index] } ?? 0
      }
    }
  }

  /// The normal equations of an input's points, summed in double precision.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func addPoints(_ input: Int, to system: PenalizedSystem, worker: Int) {
    let cells = memory.cells(worker)
    let values = values + worker * evaluated * Self.chunk
    let y = targets.slice(row: input * x.rows, rows: x.rows, columns: targets.columns)
    for start in stride(from: 0, to: x.rows, by: Self.chunk) {
      let count = min(Self.chunk, x.rows - start)
      basis.evaluate(
        input: input, count: count, x.base + start * x.stride + input, stride: x.stride, cells: cells, values: values)
      Element.Kernels.addNormalEquations(
        count, width, cells, values, count, weights.map { $0 + start },
        y.slice(row: start, rows: count, columns: y.columns),
        system.gram, system.diagonals + 1, system.sums)
    }
  }

  private func differences(_ input: Int) -> Matrix<Double> {
    let own = basis.differences(order: PenalizedSystem.order, input: input)
    return Matrix(rows: own.rows, columns: own.columns, elements: AlignedArray(own.elements.map { Double($0) }))
  }
}
