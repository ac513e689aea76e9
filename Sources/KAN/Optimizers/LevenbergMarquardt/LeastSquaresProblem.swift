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
  /// Rows times outputs, of all ranks that share the rows.
  let residuals: Int
  /// X′: [rows × in], and T′: [rows × out], of this process.
  let inputs, targets: Matrix<Double>
  /// X in the data's units, without rows of weight 0, of all ranks.
  let rows: any RowSource<Double>
  let shards: RowShards
  /// Rows of the ranks before this one.
  let firstRow: Int
  /// √w of each row; the mean of w is 1.
  let factors: AlignedArray<Double>?
  /// One for each thread.
  private(set) var tiles: [JacobianTile] = []
  /// A chunk of rows of J, made when first asked for.
  var jacobian: JacobianRows?
  /// Factors of the chunk's rows of J.
  var rowFactors: [Double] = []
  /// The sum of normal equations over ranks, made when first asked for.
  private var rankSum: GaussNewtonSum?
  /// What subtrees of shards come to.
  private var partial: [GaussNewtonEquations] = []
  /// Called before each chunk of rows; returns whether to continue.
  var continues: () -> Bool
  /// Whether a pass was interrupted by `continues`; sums since then are meaningless.
  var isInterrupted = false

  let tuning: LevenbergMarquardt.Tuning

  /// - Parameters:
  ///   - data: the rows of this process.
  ///   - shared: the rows of all ranks, of which these are some; nil without others.
  init(
    _ network: Network<Double>, _ data: Dataset<Double>, of shared: DistributedRows<Double>? = nil, pool: ThreadPool,
    tuning: LevenbergMarquardt.Tuning = .init(),
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
    let weighted: Dataset<Double>
    if let weights = data.weights {
      let selected = data.selecting(rows: (0..<data.rows).filter { weights[$0] > 0 })
      weighted = Dataset(withoutTargets: selected.inputs)
    } else {
      weighted = Dataset(withoutTargets: data.inputs)
    }
    if let shared {
      shards = RowShards(of: shared)
      firstRow = shared.ownRows.lowerBound
      rows = shared.withRows(weighted) { data.weights?[$0] ?? 1 > 0 }
    } else {
      shards = RowShards(rows: data.rows)
      firstRow = 0
      rows = weighted
    }
    self.targets = targets
    let mean = shared == nil ? data.meanWeight : Self.meanWeight(of: data, shards)
    factors = data.relativeWeights(mean: mean).map { AlignedArray($0.map { $0.squareRoot() }) }
    residuals = shards.rows * targets.columns
    self.network = network
    self.pool = pool
    makeTiles()
  }

  /// Σ w / rows over all ranks.
  private static func meanWeight(of data: Dataset<Double>, _ shards: RowShards) -> Double {
    guard let weights = data.weights, let first = shards.own.first else { return shards.sum { _ in 0 } }
    let start = shards.range(first).lowerBound
    return shards.sum { range in range.reduce(0) { $0 + weights[$1 - start] } } / Double(max(1, shards.rows))
  }

  /// The rows of a shard of this process, from 0.
  func ownRange(_ shard: Int) -> Range<Int> {
    let range = shards.range(shard)
    return range.lowerBound - firstRow..<range.upperBound - firstRow
  }

  private func makeTiles() {
    let plan = JacobianPlan(network)
    tiles = (0..<pool.threads).map { _ in JacobianTile(network, plan) }
    (jacobian, partial, rankSum) = (nil, [], nil)
  }

  /// Replaces the network by one with other grids.
  func replace(_ network: Network<Double>) {
    self.network = network
    makeTiles()
  }

  var parameters: AlignedArray<Double> {
    get { network.parameters }
    set { network.parameters = newValue }
  }

  /// - Parameter isDense: the way of the products; by default the cheaper one.
  func makeEquations(isDense: Bool? = nil) -> GaussNewtonEquations {
    GaussNewtonEquations(JacobianPlan(network), isDense: isDense)
  }

  /// Σ w·ℓ(y, t), for the squared error Σ w·(t - y)²; infinite if an output is not finite.
  func sumOfLosses() -> Double {
    let sum = isLeastSquares ? sumOfSquares() : sum(ofLosses: objective)
    return sum.isFinite && !isInterrupted ? sum : .infinity
  }

  /// Σ r̃² at the present parameters, from which the noise is estimated; for the squared error, the sum of losses
  /// itself.
  func sumOfSquaredResiduals() -> Double {
    if isLeastSquares { return sumOfSquares() }
    return sum { [unowned self] row, y in
      var sum = 0.0
      for output in y.indices {
        let residual = reweighted(objective, row, output, y[output]).residual
        sum += residual * residual
      }
      return sum
    }
  }

  private func sumOfSquares() -> Double {
    let targets = targets.view
    return sum { [factors] row, y in
      var sum = 0.0
      for output in y.indices {
        let error = targets[row, output] - y[output]
        sum += error * error
      }
      return sum * weight(factors, row)
    }
  }

  private func sum(ofLosses objective: some PointwiseObjective) -> Double {
    let targets = targets.view
    return sum { [factors] row, y in
      var sum = 0.0
      for output in y.indices { sum += objective.point(output: y[output], target: targets[row, output]).value }
      return sum * weight(factors, row)
    }
  }

  /// J̃ᵀJ̃ and J̃ᵀr̃ at the present parameters.
  func linearize(_ equations: GaussNewtonEquations) {
    while partial.count + 1 < shards.slots { partial.append(makeEquations(isDense: equations.isDense)) }
    let slots = [equations] + partial
    if shards.count == 0 { equations.clear() }
    shards.walk(
      filling: { shard, slot in
        slots[slot].clear()
        forEachChunk(of: ownRange(shard)) { jacobian, rows, _ in
          slots[slot].add(jacobian, rows: rows, pool: pool)
        }
      },
      merging: { slots[$0].merge(slots[$0 + 1], pool: pool) })
    if let communicator = shards.communicator {
      let sum = rankSum ?? GaussNewtonSum(equations, over: communicator)
      rankSum = sum
      sum.run(equations)
    }
    equations.finish()
  }

  /// Writes J and r as the first rows of a column-major least-squares problem with leading dimension `stride`, whose
  /// memory is zeroed.
  func writeJacobian(to a: UnsafeMutablePointer<Double>, stride: Int, _ b: UnsafeMutablePointer<Double>) {
    forEachChunk { jacobian, rows, first in
      for row in 0..<rows {
        jacobian.forEachSegment(ofRow: row) { start, values, count in
          for place in 0..<count { a[(start + place) * stride + first + row] = values[place] }
        }
      }
      (b + first).update(from: jacobian.residuals, count: rows)
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
  /// - Returns: [rows × out], of all ranks
  func leaveOneOutSquares(inverse: UnsafePointer<Double>) -> [Double] {
    var squares = [Double](repeating: 0, count: inputs.rows * network.outputs)
    var leverages = [Double](repeating: 0, count: JacobianPlan(network).chunk(rows: residuals))
    forEachChunk { jacobian, rows, first in
      leverages.withUnsafeMutableBufferPointer {
        jacobian.writeLeverages(rows: rows, inverse: inverse, to: $0.baseAddress!, pool: pool)
      }
      for row in 0..<rows {
        let error = jacobian.residuals[row] / max(1 - leverages[row], tuning.leastLeverageRest)
        squares[first + row] = error * error
      }
    }
    if let communicator = shards.communicator { squares = communicator.gather(squares) }
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

  /// An input's lowest and highest value.
  private struct Ends {
    var lowest = (value: Double.infinity, row: 0)
    var highest = (value: -Double.infinity, row: 0)
  }

  /// Rows with the lowest or highest value of an input of a layer on a grid: [rows], of all ranks
  private func outermostRows() -> [Bool] {
    var ends = network.layers.map { [Ends](repeating: Ends(), count: $0.grid == nil ? 0 : $0.inputs) }
    for start in stride(from: 0, to: inputs.rows, by: JacobianTile.rows) {
      let rows = min(JacobianTile.rows, inputs.rows - start)
      _ = tiles[0].forward(network, inputs.view.slice(row: start, rows: rows, columns: inputs.columns))
      for layer in network.layers.indices {
        let x = tiles[0].input(ofLayer: layer, of: network, rows: rows)
        for input in ends[layer].indices {
          for row in 0..<rows where weight(factors, start + row) > 0 {
            let value = x[row, input]
            let place = firstRow + start + row
            if value < ends[layer][input].lowest.value { ends[layer][input].lowest = (value, place) }
            if value > ends[layer][input].highest.value { ends[layer][input].highest = (value, place) }
          }
        }
      }
    }
    var all = Array(ends.joined())
    if let communicator = shards.communicator {
      let ranks = communicator.gather(all)
      // The first of equals, as in one process.
      for (index, end) in ranks.enumerated() {
        let place = index % max(1, all.count)
        if index < all.count { all[place] = end }
        if end.lowest.value < all[place].lowest.value { all[place].lowest = end.lowest }
        if end.highest.value > all[place].highest.value { all[place].highest = end.highest }
      }
    }
    var result = [Bool](repeating: false, count: shards.rows)
    if result.isEmpty { return result }
    for end in all {
      result[end.lowest.row] = true
      result[end.highest.row] = true
    }
    return result
  }
}

/// w of a row, of √w of each or nil without weights.
private func weight(_ factors: AlignedArray<Double>?, _ row: Int) -> Double {
  factors.map { $0.pointer[row] * $0.pointer[row] } ?? 1
}
