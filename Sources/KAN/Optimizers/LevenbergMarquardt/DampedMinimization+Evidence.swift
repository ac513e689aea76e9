extension DampedMinimization {
  /// Effective parameters γ, the fixed point of λ, and leave-one-out errors.
  struct Evidence {
    /// γ = tr((JᵀJ + λDᵀD)⁻¹·JᵀJ)
    var effectiveParameters: Double
    /// λ = σ²/τ² of each layer.
    var lambda: [Double]
    /// How many of a layer's differences the data determine, tr(1 - λDᵀD·H⁻¹). Below one, they do not determine λ.
    var determined: [Double]
    /// Generalised cross-validation, n·Σ r²/(n - γ)² (Golub, Heath and Wahba 1979, Technometrics 21): the mean
    /// leave-one-out square if all rows had the same leverage.
    var crossValidation: Double
    /// Squared leave-one-out errors, each from its own leverage: [rows × out]; empty unless asked for.
    var leaveOneOutSquares: [Double]

    /// The mean of `leaveOneOutSquares`; NaN unless they were asked for.
    var leftOut: Double { leaveOneOutSquares.reduce(0, +) / Double(leaveOneOutSquares.count) }
  }

  /// The evidence at the present parameters. All traces are exact, from L⁻¹ of H + μ·diag = L·Lᵀ with the smallest μ
  /// that gives a factor. Nil if not even a large one does.
  ///
  /// - Parameter leavingOut: whether to compute `leaveOneOutSquares`.
  func evidence(leavingOut: Bool = true) -> Evidence? {
    let equations = problem.makeEquations()
    linearize(equations)
    let count = equations.count
    let unknowns = live?.count ?? count
    var factor = [Double](repeating: 0, count: count * count)
    return factor.withUnsafeMutableBufferPointer { buffer -> Evidence? in
      let factor = buffer.baseAddress!
      let shift = Cholesky.leastShift(
        from: tuning.evidenceShift, times: tuning.evidenceShiftRise, upTo: tuning.mostEvidenceShift
      ) { shift in
        copyDamped(equations, to: factor, shift)
        return Cholesky.factor(factor, order: unknowns, pool: problem.pool)
      }
      guard let least = shift else { return nil }
      let diagonal = (0..<count).map { equations.matrix[$0 * count + $0] }
      let largest = diagonal.max() ?? 0
      // Row j is column j of L⁻¹; overwrites H.
      Cholesky.invert(factored: factor, order: unknowns, to: equations.matrix, pool: problem.pool)
      let inverse = live.map { spread(equations.matrix, $0, to: factor, count) } ?? equations.matrix
      // tr(H⁻¹·λDᵀD) of each layer
      let shares = (0..<penalty.layerCount).map { layer in
        var sum = 0.0
        penalty.forEachDifference(ofLayer: layer) { start, stride, stencil in
          sum += squaredNorm(inverse, count, start, stride, stencil)
        }
        return lambda[layer] * sum
      }
      // The damping's share: directions that neither data nor penalty determines.
      let dampedDirections = (0..<count).reduce(0.0) { sum, row in
        var norm = 0.0
        for place in row..<count { norm += inverse[row * count + place] * inverse[row * count + place] }
        return sum + least * (diagonal[row] + tuning.diagonalShare * largest) * norm
      }
      let gamma = Double(unknowns) - shares.reduce(0, +) - dampedDirections
      let n = Double(problem.residuals)
      let free = max(n - gamma, tuning.leastFreeShare * n)
      let squares = problem.isLeastSquares ? self.squares : problem.sumOfSquaredResiduals()
      let variance = squares / free
      let ranks = lambda.indices.map { Double(penalty.rank(ofLayer: $0)) }
      let determined = lambda.indices.map { ranks[$0] - shares[$0] }
      let fixedPoint = lambda.indices.map { layer in
        let roughness = penalty.roughness(ofLayer: layer, problem.parameters.pointer)
        let known = min(max(determined[layer], 1), max(ranks[layer], 1))
        return roughness > 0 ? variance * known / roughness : lambda[layer]
      }
      return Evidence(
        effectiveParameters: gamma, lambda: fixedPoint, determined: determined,
        crossValidation: n * squares / (free * free),
        leaveOneOutSquares: leavingOut ? problem.leaveOneOutSquares(inverse: inverse) : [])
    }
  }

  /// L⁻¹ of the live parameters among those of all, with rows and columns of zeros for the others: what removed edges
  /// add to a trace or a leverage is 0.
  private func spread(
    _ inverse: UnsafePointer<Double>, _ live: [Int], to full: UnsafeMutablePointer<Double>, _ count: Int
  ) -> UnsafeMutablePointer<Double> {
    full.update(repeating: 0, count: count * count)
    for row in live.indices {
      for column in row..<live.count { full[live[row] * count + live[column]] = inverse[row * live.count + column] }
    }
    return full
  }

  /// ‖L⁻¹d‖² of a difference d.
  private func squaredNorm(
    _ inverse: UnsafePointer<Double>, _ count: Int, _ start: Int, _ stride: Int, _ stencil: UnsafeBufferPointer<Double>
  ) -> Double {
    var norm = 0.0
    for column in start..<count {
      var sum = 0.0
      // Column `column` of row j is 0 before j.
      for place in 0...min(stencil.count - 1, (column - start) / stride) {
        sum += stencil[place] * inverse[(start + place * stride) * count + column]
      }
      norm += sum * sum
    }
    return norm
  }
}
