/// A regression's objective over all rows, in scaled units, and its normal equations, chunk by chunk.
///
/// The squared error's residuals are t - y. Another ``PointwiseObjective`` is reweighted: with slope ℓ′ and curvature
/// ℓ″ at the present outputs, rows of J and residuals are those of its tangent parabola,
///
///     J̃ = √(w·ℓ″/2)·J          r̃ = -√w·(ℓ′/2)/√(ℓ″/2)
///
/// so that J̃ᵀJ̃ and J̃ᵀr̃ are half of the sum's curvature and of its negative gradient (McCullagh and Nelder 1989,
/// Generalized Linear Models, 2.5), as JᵀJ and Jᵀr are of Σ w·(t - y)².
final class LeastSquaresProblem {
  private(set) var network: Network<Double>
  let pool: ThreadPool
  let objective: any PointwiseObjective
  /// Whether residuals are t - y, without reweighting.
  let isLeastSquares: Bool
  /// Rows times outputs.
  let residuals: Int
  /// X′: [rows × in], and T′: [rows × out]
  private let inputs, targets: Matrix<Double>
  /// X in the data's units, without rows of weight 0: [rows × in]
  private let rows: Matrix<Double>
  /// √w of each row; the mean of w is 1.
  private let factors: AlignedArray<Double>?
  private var workspace: Workspace<Double>
  private var jacobian: JacobianRows
  /// Residuals of a chunk, and the factors of its rows of J if residuals are reweighted.
  private var errors, jacobianFactors: [Double]
  /// Called before each chunk of rows; returns whether to continue.
  private let continues: () -> Bool
  /// Whether a pass was interrupted by `continues`; sums since then are meaningless.
  private(set) var isInterrupted = false

  let tuning: LevenbergMarquardt.Tuning

  init(
    _ network: Network<Double>, _ data: Dataset<Double>, pool: ThreadPool, tuning: LevenbergMarquardt.Tuning = .init(),
    continues: @escaping () -> Bool = { true }
  ) {
    self.tuning = tuning
    self.continues = continues
    // `train` has rejected others.
    guard case .values(var targets) = data.targets, let objective = network.objective as? any PointwiseObjective else {
      fatalError("LeastSquaresProblem: \(type(of: network.objective).name)")
    }
    self.objective = objective
    isLeastSquares = objective as? MeanSquaredError != nil
    var inputs = data.inputs
    network.inputScaling.apply(to: inputs.mutableView())
    network.outputScaling.apply(to: targets.mutableView())
    self.inputs = inputs
    rows =
      if let weights = data.weights {
        data.selecting(rows: (0..<data.rows).filter { weights[$0] > 0 }).inputs
      } else { data.inputs }
    self.targets = targets
    factors = data.relativeWeights.map { AlignedArray($0.map { $0.squareRoot() }) }
    residuals = targets.rows * targets.columns
    self.network = network
    self.pool = pool
    (workspace, jacobian, errors) = Self.memory(network, rows: inputs.rows, pool)
    jacobianFactors = errors
  }

  deinit { jacobian.deallocate() }

  private static func memory(
    _ network: Network<Double>, rows: Int, _ pool: ThreadPool
  ) -> (Workspace<Double>, JacobianRows, [Double]) {
    let plan = JacobianPlan(network)
    let chunk = plan.chunk(rows: rows)
    return (
      Workspace(network, capacity: chunk, workers: pool.threads, training: true, deltas: true),
      JacobianRows(plan, capacity: chunk), [Double](repeating: 0, count: chunk)
    )
  }

  /// Replaces the network by one with other grids.
  func replace(_ network: Network<Double>) {
    self.network = network
    jacobian.deallocate()
    (workspace, jacobian, errors) = Self.memory(network, rows: inputs.rows, pool)
    jacobianFactors = errors
  }

  var parameters: AlignedArray<Double> {
    get { network.parameters }
    set { network.parameters = newValue }
  }

  func makeEquations() -> GaussNewtonEquations {
    GaussNewtonEquations(parameters: network.parameterCount, width: jacobian.width, rows: jacobian.capacity)
  }

  /// Σ w·ℓ(y, t), for the squared error Σ w·(t - y)²; infinite if an output is not finite.
  func sumOfLosses() -> Double { sumOfLosses(objective) }

  private func sumOfLosses(_ objective: some PointwiseObjective) -> Double {
    var sum = 0.0
    forEachChunk { start, rows in
      let y = workspace.output(network.layers.count - 1, rows: rows)
      for row in 0..<rows {
        let weight = factors.map { $0[start + row] * $0[start + row] } ?? 1
        for output in 0..<y.columns {
          if isLeastSquares {
            let error = targets.view[start + row, output] - y[row, output]
            sum += weight * error * error
          } else {
            sum += weight * objective.point(output: y[row, output], target: targets.view[start + row, output]).value
          }
        }
      }
    }
    return sum.isFinite && !isInterrupted ? sum : .infinity
  }

  /// Σ r̃² at the present parameters, from which the noise is estimated; for the squared error, the sum of losses
  /// itself.
  func sumOfSquaredResiduals() -> Double {
    var sum = 0.0
    forEachChunk { start, rows in
      for output in 0..<network.outputs {
        writeResiduals(start, rows, output)
        for row in 0..<rows { sum += errors[row] * errors[row] }
      }
    }
    return sum
  }

  /// J̃ᵀJ̃ and J̃ᵀr̃ at the present parameters.
  func linearize(_ equations: GaussNewtonEquations) {
    equations.clear()
    forEachBlock { errors, rows, _, _ in equations.add(jacobian, residual: errors, rows: rows, pool: pool) }
  }

  /// Writes J and r as the first rows of a column-major least-squares problem with leading dimension `stride`, whose
  /// memory is zeroed.
  func writeJacobian(to a: UnsafeMutablePointer<Double>, stride: Int, _ b: UnsafeMutablePointer<Double>) {
    var first = 0
    forEachBlock { errors, rows, _, _ in
      for row in 0..<rows {
        for (index, segment) in jacobian.segments.enumerated() {
          let start = Int(jacobian.starts[row * jacobian.segments.count + index])
          let from = jacobian.values + row * jacobian.width + segment.place
          for place in 0..<segment.length { a[(start + place) * stride + first + row] = from[place] }
        }
      }
      (b + first).update(from: errors, count: rows)
      first += rows
    }
  }

  /// Squared leave-one-out errors (r/(1 - h))² to first order (Allen 1974, Technometrics 16), with the leverages h =
  /// J·(JᵀJ + …)⁻¹·Jᵀ = ‖L⁻¹Jᵀ‖².
  ///
  /// Winsorised: squares of rows that hold the lowest or highest value of a gridded layer's input are capped at the
  /// largest of the other rows. Leaving out such a row makes the curve extrapolate to it, and the error says more about
  /// the row than about the fit.
  ///
  /// - Parameter inverse: L⁻ᵀ, as ``Cholesky/invert(factored:order:to:pool:)`` writes it.
  /// - Returns: [rows × out]
  func leaveOneOutSquares(inverse: UnsafePointer<Double>) -> [Double] {
    var squares = [Double](repeating: 0, count: residuals)
    var leverages = [Double](repeating: 0, count: workspace.capacity)
    forEachBlock { errors, rows, start, output in
      leverages.withUnsafeMutableBufferPointer {
        jacobian.writeLeverages(
          rows: rows, inverse: inverse, order: network.parameterCount, to: $0.baseAddress!, pool: pool)
      }
      for row in 0..<rows {
        let error = errors[row] / max(1 - leverages[row], tuning.leastLeverageRest)
        squares[(start + row) * network.outputs + output] = error * error
      }
    }
    let outermost = outermostRows()
    var largest = 0.0
    for index in squares.indices where !outermost[index / network.outputs] { largest = max(largest, squares[index]) }
    // If every row is an outermost one, nothing is left to cap by.
    if outermost.contains(false) {
      for index in squares.indices where outermost[index / network.outputs] {
        squares[index] = min(squares[index], largest)
      }
    }
    return squares
  }

  /// Rows with the lowest or highest value of an input of a layer on a grid: [rows]
  private func outermostRows() -> [Bool] {
    struct Ends {
      var lowest = (value: Double.infinity, row: 0)
      var highest = (value: -Double.infinity, row: 0)
    }
    var ends = network.layers.map { [Ends](repeating: Ends(), count: $0.grid == nil ? 0 : $0.inputs) }
    forEachChunk { start, rows in
      for layer in network.layers.indices {
        let x = network.layerInput(layer, rows, workspace)
        for input in ends[layer].indices {
          for row in 0..<rows where factors.map({ $0[start + row] > 0 }) ?? true {
            let value = x[row, input]
            if value < ends[layer][input].lowest.value { ends[layer][input].lowest = (value, start + row) }
            if value > ends[layer][input].highest.value { ends[layer][input].highest = (value, start + row) }
          }
        }
      }
    }
    var result = [Bool](repeating: false, count: inputs.rows)
    for end in ends.joined() {
      result[end.lowest.row] = true
      result[end.highest.row] = true
    }
    return result
  }

  /// Calls `body` for each chunk and output with the residuals, the number of rows, the first row and the output, while
  /// `jacobian` holds the rows of J.
  private func forEachBlock(_ body: (UnsafePointer<Double>, Int, Int, Int) -> Void) {
    let last = network.layers.count - 1
    forEachChunk { start, rows in
      jacobian.writeFunctions(network, rows: rows, in: workspace)
      for output in 0..<network.outputs {
        writeResiduals(start, rows, output)
        // dY = e_m, so that the backward pass leaves ∂y_m/∂z in the workspace.
        let seed = workspace.gradient(last, rows: rows)
        seed.base.update(repeating: 0, count: rows * network.outputs)
        for row in 0..<rows { seed[row, output] = 1 }
        network.deltas(rows: rows, in: workspace, on: pool)
        if isLeastSquares {
          jacobian.writeValues(rows: rows, in: workspace, factors: factors.map { $0.pointer + start })
        } else {
          jacobianFactors.withUnsafeBufferPointer {
            jacobian.writeValues(rows: rows, in: workspace, factors: $0.baseAddress!)
          }
        }
        errors.withUnsafeBufferPointer { body($0.baseAddress!, rows, start, output) }
      }
    }
  }

  /// Residuals of one output for the rows of the last forward pass, which begin at `start`.
  private func writeResiduals(_ start: Int, _ rows: Int, _ output: Int) {
    let y = workspace.output(network.layers.count - 1, rows: rows)
    if !isLeastSquares { return reweight(objective, y, start, rows, output) }
    let factors = factors.map { $0.pointer + start }
    for row in 0..<rows {
      errors[row] = (factors?[row] ?? 1) * (targets.view[start + row, output] - y[row, output])
    }
  }

  private func reweight(
    _ objective: some PointwiseObjective, _ y: MutableMatrixView<Double>, _ start: Int, _ rows: Int, _ output: Int
  ) {
    let factors = factors.map { $0.pointer + start }
    for row in 0..<rows {
      let point = objective.point(output: y[row, output], target: targets.view[start + row, output])
      // A floor, so that a loss flat to rounding still contributes its slope.
      let root = max(point.curvature / 2, tuning.leastCurvature).squareRoot()
      let factor = factors?[row] ?? 1
      jacobianFactors[row] = factor * root
      errors[row] = -factor * point.slope / (2 * root)
    }
  }

  private func forEachChunk(_ body: (Int, Int) -> Void) {
    for start in stride(from: 0, to: inputs.rows, by: workspace.capacity) {
      if isInterrupted || !continues() {
        isInterrupted = true
        return
      }
      let rows = min(workspace.capacity, inputs.rows - start)
      workspace.input(rows: rows).copyElements(
        from: inputs.view.slice(row: start, rows: rows, columns: inputs.columns))
      network.forward(rows: rows, in: workspace, on: pool)
      body(start, rows)
    }
  }

  // MARK: Grids

  /// Moves grids to the values that reach them, with room beyond, and refits the curves so that outputs at those values
  /// stay as close as possible.
  func followRanges(layers followed: Range<Int>? = nil) throws(BasisError) {
    let seen = network.layerInputs(of: rows, pool: pool)
    var (layers, parameters) = ([Layer<Double>](), [Double]())
    for (index, layer) in network.layers.enumerated() {
      let weights = network.weights(ofLayer: index)
      // A grid whose knots follow the data stays: an affine map would move the narrow intervals away from their rows.
      if let grid = layer.grid, !grid.followsData, followed?.contains(index) ?? true {
        guard seen[index].firstNonFinite == nil else {
          throw BasisError("layer \(index + 1): sees a value that is not finite")
        }
        let ranges = (0..<layer.inputs).map {
          tuning.rangeWithRoom(seen[index].sample.column($0), grid, input: $0)
        }
        let moved = try layer.movingGrid(
          to: ranges, weights: weights, continuation: .polynomial(intervals: tuning.continuedIntervals),
          measuring: false, pool: pool)
        layers.append(moved.layer)
        parameters += Array(moved.weights.elements)
      } else {
        layers.append(layer)
        parameters += Array(weights.elements)
      }
      parameters += network.bias(ofLayer: index)
    }
    var changed = network
    changed.replaceLayers(layers, parameters: AlignedArray(parameters))
    replace(changed)
  }
}
