/// A solution of penalised additive least squares, one column for each output.
package struct AdditiveSolution: Sendable {
  /// W: [in·K × out]
  package var weights: Matrix<Double>
  /// b: [out]
  package var bias: [Double]
  /// λ of each output, penalties input by input: [out][penalties]
  package var lambda: [[Double]]
  /// The share of its directions that each penalty leaves free, 1 - λ·tr(V·DᵀD)/rank D: [out][penalties]
  package var free: [[Double]]
  /// Effective degrees of freedom, tr(V·A), without the bias: [out]
  package var freedom: [Double]
  /// RSS, Σ ω(T - Φ·W - b)²: [out]
  package var squares: [Double]
  /// σ² = RSS/(n - edf - 1): [out]
  package var variance: [Double]
  /// Generalised cross-validation n·RSS/(n - edf - 1)², an estimate of the squared error on new rows (Golub, Heath and
  /// Wahba 1979, Technometrics 21): [out]
  package var crossValidation: [Double]
}

/// How λ is searched for.
///
/// λ ← σ²·(rank D - λ·tr(V·DᵀD))/‖D·c‖² (Wood and Fasiolo 2017, Biometrics 73) raises the restricted likelihood, in
/// which penalties are precisions of Gaussian priors.
enum SmoothingSearch {
  /// The first λ, relative to the scale: moderate, since updates multiply by at most ``largestStep``.
  static var start: Double { 0.01 }
  static var largestStep: Double { 50 }
  /// λ relative to the scale: below, no digit of a float fit changes; above, the direction is gone.
  static var range: ClosedRange<Double> { 1e-8...1e8 }
  /// Updates in which no λ changes by more are the last.
  static var tolerance: Double { 0.05 }
  static var mostUpdates: Int { 10 }
  /// RSS relative to the targets' squares below which the normal equations cannot tell it from 0.
  static var leastResidual: Double { 1e-12 }

  /// σ²; with few rows beyond the degrees of freedom, as if they were a hundredth of all.
  static func variance(_ squares: Double, _ rows: Double, _ freedom: Double) -> Double {
    squares / max(rows - freedom - 1, 0.01 * rows)
  }

  /// One update of every λ.
  ///
  /// - Parameters:
  ///   - lambda: [penalties]
  ///   - traces: tr(V·DᵀD): [penalties]
  ///   - squares: ‖D·c‖²/σ², summed over `outputs` outputs: [penalties]
  static func update(
    _ lambda: [Double], ranks: [Double], traces: [Double], squares: [Double], outputs: Double = 1, scale: Double
  ) -> [Double] {
    lambda.indices.map { place in
      let old = lambda[place]
      // Positive but for rounding.
      let freed = outputs * max(ranks[place] - old * traces[place], 1e-10)
      let new = freed / max(squares[place], .leastNormalMagnitude)
      let step = min(max(new, old / largestStep), old * largestStep)
      return min(max(step, range.lowerBound * scale), range.upperBound * scale)
    }
  }

  static func hasConverged(_ old: [Double], _ new: [Double]) -> Bool {
    zip(old, new).allSatisfy { abs($1 - $0) <= tolerance * $0 }
  }
}

extension CenteredEquations {
  /// Solves for every output.
  ///
  /// Each output has a λ of its own for each penalty: outputs may differ in noise and smoothness by orders of magnitude,
  /// and a λ they shared would be the noisiest one's or the smoothest one's. Where that takes too long
  /// (``areSmoothedAlike``), they share.
  ///
  /// - Parameters:
  ///   - fixed: fixed λ, [out][penalties]; chosen if nil.
  ///   - functions: p
  package func solve(
    lambda fixed: [[Double]]? = nil, functions: Int, pool: ThreadPool
  ) throws(LinearAlgebraError) -> AdditiveSolution {
    var result = AdditiveSolution(
      weights: Matrix(rows: functions, columns: outputs), bias: targetMeans, lambda: [], free: [], freedom: [],
      squares: [],
      variance: [], crossValidation: [])
    // Outputs with the same λ share a factor.
    var last: (lambda: [Double], factor: PenalizedFactor, traces: [Double])?
    for output in 0..<outputs {
      let lambda: [Double] =
        if let fixed {
          fixed[output]
        } else if areSmoothedAlike, let last {
          last.lambda
        } else {
          try searchLambda(areSmoothedAlike ? 0..<outputs : output..<output + 1, pool)
        }
      if last == nil || last!.lambda != lambda {
        let factor = try factor(lambda, pool)
        last = (lambda, factor, traces(factor.inverse(pool)))
      }
      let c = coefficients(last!.factor, output)
      result.lambda.append(lambda)
      result.free.append(
        zip(lambda, last!.traces).enumerated().map { 1 - $1.0 * $1.1 / max(1, penalties[$0].rank) })
      result.freedom.append(freedom(lambda, last!.traces))
      result.squares.append(0)
      result.variance.append(0)
      result.crossValidation.append(0)
      take(c, output, squares: residual(c, output), in: &result)
    }
    return result
  }

  /// Whether all outputs share λ: a search for each would take more than about ten seconds of a core.
  var areSmoothedAlike: Bool { outputs > 1 && Double(outputs) * cubed > 3e10 }
  private var cubed: Double { Double(order) * Double(order) * Double(order) }

  /// Stores coefficients c: [q] of an output and what follows from their residual sum of squares.
  func take(_ c: [Double], _ output: Int, squares rest: Double, in solution: inout AdditiveSolution) {
    let w = solution.weights.mutableView()
    solution.bias[output] = targetMeans[output]
    for (place, column) in columns.enumerated() {
      w[column, output] = c[place]
      solution.bias[output] -= means[place] * c[place]
    }
    let free = max(rows - solution.freedom[output] - 1, 0.01 * rows)
    solution.squares[output] = rest
    solution.variance[output] = rest / free
    solution.crossValidation[output] = rows * rest / (free * free)
  }

  /// One λ for each penalty of some outputs.
  func searchLambda(_ group: Range<Int>, _ pool: ThreadPool) throws(LinearAlgebraError) -> [Double] {
    var lambda = [Double](repeating: SmoothingSearch.start * scale, count: penalties.count)
    let group = group.filter { squares[$0] > 0 }
    if group.isEmpty || penalties.isEmpty { return lambda }
    // An update costs two thirds of q³: fewer of them where each takes seconds.
    let most = cubed > 3e10 ? 4 : SmoothingSearch.mostUpdates
    for _ in 0..<most {
      let factor = try factor(lambda, pool)
      let traces = traces(factor.inverse(pool))
      let freedom = freedom(lambda, traces)
      var roughness = [Double](repeating: 0, count: penalties.count)
      for output in group {
        let c = coefficients(factor, output)
        let rest = residual(c, output)
        addRoughness(of: c, over: SmoothingSearch.variance(rest, rows, freedom), to: &roughness)
      }
      let new = SmoothingSearch.update(
        lambda, ranks: penalties.map(\.rank), traces: traces, squares: roughness, outputs: Double(group.count),
        scale: scale)
      let isDone = SmoothingSearch.hasConverged(lambda, new)
      lambda = new
      if isDone { break }
    }
    return lambda
  }

  /// roughness += ‖D·c‖²/σ² of each penalty.
  func addRoughness(of c: [Double], over variance: Double, to roughness: inout [Double]) {
    for (place, penalty) in penalties.enumerated() {
      roughness[place] += penalty.square(c) / max(variance, .leastNormalMagnitude)
    }
  }

  /// c = V·g: [q]
  func coefficients(_ factor: PenalizedFactor, _ output: Int) -> [Double] {
    factor.solved(sides.row(output))
  }

  /// tr(V·DᵀD) of each penalty, given L⁻ᵀ.
  func traces(_ inverse: Matrix<Double>) -> [Double] {
    withExtendedLifetime(inverse) { penalties.map { $0.trace(inverse.elements.pointer, order: order) } }
  }

  /// tr(V·A) = q - Σ λ·tr(V·DᵀD), less one for each constant that the bias provides.
  func freedom(_ lambda: [Double], _ traces: [Double]) -> Double {
    Double(order - constants.count) - zip(lambda, traces).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// RSS = Σ ω(T - t̄)² - 2cᵀg + cᵀA·c, as far as it can be told from 0.
  func residual(_ c: [Double], _ output: Int) -> Double {
    let q = order
    let (a, g) = (gram.elements.pointer, sides.elements.pointer + output * q)
    var sum = squares[output]
    for i in 0..<q where c[i] != 0 {
      var line = a[i * q + i] * c[i] / 2
      for j in 0..<i { line += a[i * q + j] * c[j] }
      sum += 2 * c[i] * (line - g[i])
    }
    withExtendedLifetime((gram, sides)) {}
    return max(sum, SmoothingSearch.leastResidual * squares[output])
  }
}

extension AdditiveSystem {
  /// Solves for W and b of all rows, or of those outside one fold.
  ///
  /// - Parameter lambda: fixed λ, [out][penalties], such as those of the solution of all rows; chosen if nil.
  /// - Throws: ``LinearAlgebraError`` if a sum is not finite.
  package func solve(
    lambda: [[Double]]? = nil, withoutFold left: Int? = nil
  ) throws(LinearAlgebraError) -> AdditiveSolution {
    try centered(withoutFold: left).solve(lambda: lambda, functions: functions, pool: pool)
  }
}
