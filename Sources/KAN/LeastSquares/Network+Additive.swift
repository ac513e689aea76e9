extension Network {
  /// The sums of the additive problem that the last layer solves: its inputs, and targets scaled as in a training. The
  /// network must have its scaling.
  ///
  /// - Parameters:
  ///   - foldOfRow: the fold of each row, below `folds`; all in one if nil.
  ///   - continues: asked before each chunk; once it returns false, the sums are not complete.
  package func additiveSystem(
    on data: TrainingRows<Element>, folds: Int = 1, foldOfRow: [UInt8]? = nil, pool: ThreadPool = .shared,
    while continues: () -> Bool = { true }
  ) throws(RowSourceError) -> AdditiveSystem<Element> {
    require(foldOfRow == nil || foldOfRow!.count == data.rows, "AdditiveSystem: folds for \(data.rows) rows")
    let layer = layers[layers.count - 1]
    let sums = LastLayerSums(
      system: AdditiveSystem(layer.basis, outputs: layer.outputs, folds: folds, pool: pool), targets: layerTargets,
      foldOfRow: foldOfRow)
    return try reduce(
      data, sums, reading: [.targets, .weights], layers: layers.count - 1, pool: pool, while: continues
    ).system
  }

  private var layerTargets: LayerTargets<Element> { LayerTargets(layer: layers.count - 1, scaling: outputScaling) }

  /// Improves a solution of the last layer by its residuals on the rows, up to the last digits, where these residuals
  /// are so small that normal equations lose them (``AdditiveSolution/leastPreciseResidual``).
  ///
  /// A correction is V·Φᵀω·R (corrected seminormal equations, Björck 1987, Linear Algebra and its Applications 88), and
  /// λ follows the variance of these residuals. A λ at the lower end of its range is no part of the objective: its
  /// penalty then only chooses among corrections that the rows do not distinguish (iterated Tikhonov regularisation).
  ///
  /// - Parameter updatesLambda: whether λ follows.
  func refine(
    _ solution: inout AdditiveSolution, of equations: CenteredEquations, updatesLambda: Bool,
    on data: TrainingRows<Element>, pool: ThreadPool
  ) throws(TrainingError) {
    let targets = layerTargets
    var open = equations.outputsToRefine(solution)
    var best = solution
    var bestSquares = [Double](repeating: .infinity, count: layers[layers.count - 1].outputs)
    for pass in 0...AdditiveSolution.mostRefinements where !open.isEmpty {
      let residuals: ResidualSums<Element>
      do {
        let empty = ResidualSums(
          layers[targets.layer].basis, solution.weights, solution.bias, targets, pool: pool)
        residuals = try reduce(data, empty, reading: [.targets, .weights], layers: targets.layer, pool: pool)
      } catch {
        throw .rowSource(error)
      }
      open = open.filter { output in
        let (before, now) = (bestSquares[output], residuals.squares[output])
        if now < before {
          best.takeOutput(output, of: solution)
          bestSquares[output] = now
        }
        return now < before / 2
      }
      if pass == AdditiveSolution.mostRefinements { break }
      do {
        for output in open {
          try equations.correct(&solution, output, residuals, updatesLambda: updatesLambda, pool)
        }
      } catch {
        throw .leastSquares("\(error)")
      }
    }
    solution = best
  }
}

/// An additive system from what the last layer of a network sees.
private struct LastLayerSums<Element: Scalar>: Reduction {
  var system: AdditiveSystem<Element>
  let targets: LayerTargets<Element>
  let foldOfRow: [UInt8]?

  mutating func add(_ chunk: NetworkChunk<Element>) {
    let values = targets.scaled(chunk)
    let x = chunk.input(targets.layer)
    if let foldOfRow {
      foldOfRow.withUnsafeBufferPointer { folds in
        system.add(
          AdditiveRows(
            x: x, targets: values.view, weights: chunk.weights, folds: folds.baseAddress! + chunk.range.lowerBound))
      }
    } else {
      system.add(AdditiveRows(x: x, targets: values.view, weights: chunk.weights))
    }
    withExtendedLifetime(values) {}
  }

  mutating func merge(_ other: LastLayerSums) { system.merge(other.system) }
  mutating func code(_ coder: inout ReductionCoder) { system.code(&coder) }
}

extension AdditiveSolution {
  /// RSS relative to the targets' squares below which normal equations lose digits of it: 1e-16 of the squares is lost
  /// for a condition number of 1, and ten digits are left for others.
  static var leastPreciseResidual: Double { 1e-6 }
  /// Each correction gains several digits.
  static var mostRefinements: Int { 6 }

  fileprivate mutating func takeOutput(_ output: Int, of other: AdditiveSolution) {
    let (to, from) = (weights.mutableView(), other.weights.view)
    for row in 0..<to.rows { to[row, output] = from[row, output] }
    withExtendedLifetime(other) {}
    bias[output] = other.bias[output]
    lambda[output] = other.lambda[output]
    free[output] = other.free[output]
    freedom[output] = other.freedom[output]
    squares[output] = other.squares[output]
    variance[output] = other.variance[output]
    crossValidation[output] = other.crossValidation[output]
  }
}

extension CenteredEquations {
  fileprivate func outputsToRefine(_ solution: AdditiveSolution) -> [Int] {
    (0..<outputs).filter {
      squares[$0] > 0 && solution.squares[$0] <= AdditiveSolution.leastPreciseResidual * squares[$0]
    }
  }

  /// One correction of an output by its residuals.
  fileprivate func correct<Element: Scalar>(
    _ solution: inout AdditiveSolution, _ output: Int, _ residuals: ResidualSums<Element>, updatesLambda: Bool,
    _ pool: ThreadPool
  ) throws(LinearAlgebraError) {
    var c = columns.map { solution.weights.view[$0, output] }
    var lambda = solution.lambda[output]
    if updatesLambda && !areSmoothedAlike {
      let traces = traces(try factor(lambda, pool).inverse(pool))
      var roughness = [Double](repeating: 0, count: penalties.count)
      let variance = SmoothingSearch.variance(residuals.squares[output], rows, freedom(lambda, traces))
      addRoughness(of: c, over: variance, to: &roughness)
      lambda = SmoothingSearch.update(
        lambda, ranks: penalties.map(\.rank), traces: traces, squares: roughness, scale: scale)
    }
    let factor = try factor(lambda, pool)
    var step = columns.enumerated().map { place, column in
      residuals.gradient.view[column, output] - means[place] * residuals.totals[output]
    }
    let floor = 2 * SmoothingSearch.range.lowerBound * scale
    for (penalty, lambda) in zip(penalties, lambda) where lambda > floor { penalty.add(-lambda, times: c, to: &step) }
    for (place, change) in factor.solved(step).enumerated() { c[place] += change }
    solution.lambda[output] = lambda
    solution.freedom[output] = freedom(lambda, traces(factor.inverse(pool)))
    take(c, output, squares: residuals.squares[output], in: &solution)
  }
}
