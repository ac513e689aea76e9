/// An objective of a regression over all rows, in scaled units, and its normal equations, chunk by chunk.
///
/// The squared error's residuals are t - y. Another ``PointwiseObjective`` is reweighted: with its slope ℓ′ and curvature
/// ℓ″ at the present outputs, rows of J and residuals are those of the parabola that touches it,
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
  /// X in the data's units, without rows that count for nothing: [rows × in]
  private let rows: Matrix<Double>
  /// √w of each row, 1 on average in the square.
  private let factors: AlignedArray<Double>?
  private var workspace: Workspace<Double>
  private var jacobian: JacobianRows
  private var weightGradients: AlignedArray<Double>
  /// Residuals of a chunk, and what its rows of J are multiplied with where residuals are reweighted.
  private var errors, jacobianFactors: [Double]
  /// Asked before each chunk of rows whether to go on.
  private let continues: () -> Bool
  /// Whether a pass has been broken off because it said no; sums since then mean nothing.
  private(set) var isInterrupted = false

  /// Rows of J at a time: 32 MiB of them.
  static func chunk(width: Int) -> Int { min(1024, max(16, (32 << 20) / (8 * max(1, width)))) }

  init(
    _ network: Network<Double>, _ data: Dataset<Double>, pool: ThreadPool, continues: @escaping () -> Bool = { true }
  ) {
    self.continues = continues
    // `train` has refused others.
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
    (workspace, jacobian, weightGradients, errors) = Self.memory(network, rows: inputs.rows, pool)
    jacobianFactors = errors
  }

  deinit { jacobian.deallocate() }

  private static func memory(
    _ network: Network<Double>, rows: Int, _ pool: ThreadPool
  ) -> (Workspace<Double>, JacobianRows, AlignedArray<Double>, [Double]) {
    let width = JacobianRows.bytes(network, rows: 1) / 8
    let dense = GaussNewtonEquations.isDense(width: width, parameters: network.parameterCount)
    let chunk = min(rows, chunk(width: width + (dense ? network.parameterCount : 0)))
    return (
      Workspace(network, capacity: chunk, workers: pool.threads, training: true),
      JacobianRows(network, capacity: chunk), AlignedArray(zeros: network.parameterCount),
      [Double](repeating: 0, count: chunk)
    )
  }

  /// Takes a network with other grids.
  func replace(_ network: Network<Double>) {
    self.network = network
    jacobian.deallocate()
    (workspace, jacobian, weightGradients, errors) = Self.memory(network, rows: inputs.rows, pool)
    jacobianFactors = errors
  }

  var parameters: AlignedArray<Double> {
    get { network.parameters }
    set { network.parameters = newValue }
  }

  func makeEquations() -> GaussNewtonEquations {
    GaussNewtonEquations(parameters: network.parameterCount, width: jacobian.width, rows: workspace.capacity)
  }

  /// Σ w·ℓ(y, t), of the squared error Σ w·(t - y)²; infinite where an output is not finite.
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

  /// Σ r̃² at the present parameters, the measure of what noise leaves; of the squared error the sum of losses itself.
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

  /// J itself, column after column of `stride`, in memory that is 0, and r: the first rows of a least-squares problem.
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

  /// (r/(1 - h))²: each residual as it would be had its row been left out (Allen 1974, Technometrics 16), to
  /// first order, with the leverages h = J·(JᵀJ + …)⁻¹·Jᵀ = ‖L⁻¹Jᵀ‖².
  ///
  /// The largest count as the next one, a row for each end of each input's grid but a fiftieth of all at most: the outermost
  /// row there stands alone, and how far off a curve is that goes on without it says more about that row than about the
  /// curve.
  ///
  /// - Parameter inverse: L⁻ᵀ, as ``Cholesky/invert(factored:order:to:pool:)`` writes it.
  /// - Returns: [rows × out]
  func squaresLeftOut(inverse: UnsafePointer<Double>) -> [Double] {
    var squares = [Double](repeating: 0, count: residuals)
    var leverages = [Double](repeating: 0, count: workspace.capacity)
    forEachBlock { errors, rows, start, output in
      leverages.withUnsafeMutableBufferPointer {
        jacobian.writeLeverages(
          rows: rows, inverse: inverse, order: network.parameterCount, to: $0.baseAddress!, pool: pool)
      }
      for row in 0..<rows {
        // Beyond ten digits 1 - h is rounding.
        let error = errors[row] / max(1 - leverages[row], 1e-10)
        squares[(start + row) * network.outputs + output] = error * error
      }
    }
    let ends = network.layers.reduce(0) { $0 + ($1.gridIntervals == nil ? 0 : 2 * $1.inputs) }
    let outermost = min(ends * network.outputs, residuals / 50)
    let largest = squares.sorted()[residuals - outermost - 1]
    for index in squares.indices { squares[index] = min(squares[index], largest) }
    return squares
  }

  /// Calls `body` with residuals while `jacobian` holds their rows of J: of one chunk and output after another, with the
  /// number of rows, the first row and the output.
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
        network.backward(rows: rows, in: workspace, on: pool, gradients: weightGradients.mutablePointer())
        if isLeastSquares {
          jacobian.writeValues(network, rows: rows, in: workspace, factors: factors.map { $0.pointer + start })
        } else {
          jacobianFactors.withUnsafeBufferPointer {
            jacobian.writeValues(network, rows: rows, in: workspace, factors: $0.baseAddress!)
          }
        }
        errors.withUnsafeBufferPointer { body($0.baseAddress!, rows, start, output) }
      }
    }
  }

  /// Residuals of one output of the rows that went forward last, of which `start` is the first.
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
      // Where a loss is flat to the last digit, its slope alone counts.
      let root = max(point.curvature / 2, Self.leastCurvature).squareRoot()
      let factor = factors?[row] ?? 1
      jacobianFactors[row] = factor * root
      errors[row] = -factor * point.slope / (2 * root)
    }
  }

  /// Of a residual, where the others have about 1: far below what a damping leaves of it, and its root far above 0.
  private static let leastCurvature = 1e-20

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

  /// Moves the grids of layers to the values that reach them and room beyond; what a layer computes stays as it is on
  /// those values, as near as can be.
  func followRanges(layers followed: Range<Int>? = nil) throws(BasisError) {
    let seen = network.layerInputs(of: rows, pool: pool)
    var (layers, parameters) = ([Layer<Double>](), [Double]())
    for (index, layer) in network.layers.enumerated() {
      let weights = network.weights(ofLayer: index)
      if let spline = layer.basis as? BSpline<Double>, followed?.contains(index) ?? true {
        guard seen[index].firstNonFinite == nil else {
          throw BasisError("layer \(index + 1): sees a value that is not finite")
        }
        let ranges = (0..<layer.inputs).map {
          rangeWithRoom(seen[index].sample.column($0), spline.grid.range(ofInput: $0), isHidden: index > 0)
        }
        let moved = try layer.movingGrid(
          to: ranges, weights: weights, continuation: .polynomial(intervals: 2), measuring: false, pool: pool)
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

/// The range of some values and room at each end, so that new values seldom fall outside: half a per cent of the range,
/// and twice the distance from the outermost value to the fourth one that differs, which tells how far away the next
/// outermost is.
///
/// The values of a hidden node thin out towards the ends: near a largest one at an edge of the inputs the share of values
/// above max - d goes as d^(3/2), so that the last of n is of the order n^(-2/3) away. There is at least twice that.
private func rangeWithRoom(_ values: [Double], _ old: ClosedRange<Double>, isHidden: Bool) -> ClosedRange<Double> {
  let all = values.sorted()
  let sorted = all.indices.filter { $0 == 0 || all[$0] != all[$0 - 1] }.map { all[$0] }
  let (low, high) = (sorted[0], sorted[sorted.count - 1])
  let width = high - low
  if width < (old.upperBound - old.lowerBound) / 1000 {
    let half = (old.upperBound - old.lowerBound) / 2
    return old.contains(low) && old.contains(high) ? old : low - half...low + half
  }
  let fourth = min(3, sorted.count - 1)
  let least = isHidden ? max(0.005, 2 * Elementary.pow(Double(sorted.count), -2.0 / 3)) : 0.005
  let below = min(least * width + 2 * (sorted[fourth] - low), width / 2)
  let above = min(least * width + 2 * (high - sorted[sorted.count - 1 - fourth]), width / 2)
  return low - below...high + above
}
