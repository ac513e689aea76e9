/// Penalised additive logits of classes: the multinomial likelihood of one layer's sums,
///
///     max Σ ω·log softmax(Φ(X)·W + b)ₜ - ½·Σ λ·‖D·W‖²
///
/// with one λ for each penalty, shared by the classes. Steps have the fixed curvature ½·ΦᵀωΦ, a bound of the
/// likelihood's own (Böhning 1992, Annals of the Institute of Statistical Mathematics 44), so that every step raises the
/// objective and one factor serves for all; momentum speeds them up (Nesterov 1983).
package struct AdditiveClassification<Element: Scalar>: Sendable {
  let system: AdditiveSystem<Element>
  let rows: ClassRows

  /// The largest eigenvalue of diag(q) - qqᵀ over all q.
  static var curvature: Double { 0.5 }
  /// Steps between updates of λ, which need no exact optimum, and updates.
  static var stepsPerUpdate: Int { 8 }
  static var mostUpdates: Int { 8 }
  /// Steps with the final λ, at most, and the relative change of the logits' coefficients that ends them: probabilities
  /// are then settled to four digits.
  static var mostSteps: Int { 200 }
  static var tolerance: Double { 1e-5 }

  /// With a chosen λ for each penalty, by the updates of ``SmoothingSearch`` with σ² = 1 and the mean curvature of the
  /// classes' probabilities, Σ q(1 - q)/C, in V.
  /// - Throws: ``LinearAlgebraError`` if a sum is not finite.
  package func solve(pool: ThreadPool = .shared) throws(LinearAlgebraError) -> AdditiveClassSolution {
    let equations = system.centered()
    var state = ClassState(equations, rows)
    var lambda = [Double](
      repeating: SmoothingSearch.start * Self.curvature * equations.scale, count: equations.penaltyCount)
    for _ in 0..<Self.mostUpdates {
      try state.climb(lambda, steps: Self.stepsPerUpdate, rows, without: nil, pool)
      let new = try state.updated(lambda, pool)
      let isDone = SmoothingSearch.hasConverged(lambda, new)
      lambda = new
      if isDone { break }
    }
    try state.climb(lambda, steps: Self.mostSteps, rows, without: nil, pool)
    return state.solution(lambda, functions: system.functions)
  }

  /// With fixed λ: [penalties], for all rows or those outside a fold.
  /// - Throws: ``LinearAlgebraError`` if a sum is not finite.
  package func solve(
    lambda: [Double], withoutFold left: Int? = nil, pool: ThreadPool = .shared
  ) throws(LinearAlgebraError) -> AdditiveClassSolution {
    var state = ClassState(system.centered(withoutFold: left), rows)
    try state.climb(lambda, steps: Self.mostSteps, rows, without: left, pool)
    return state.solution(lambda, functions: system.functions)
  }
}

/// Coefficients of additive logits.
package struct AdditiveClassSolution: Sendable {
  /// W: [in·K × classes]
  package let weights: Matrix<Double>
  /// b: [classes]
  package let bias: [Double]
  /// [penalties]
  package let lambda: [Double]
}

/// Coefficients on their way to the optimum, on centred columns.
private struct ClassState {
  let equations: CenteredEquations
  let classes: Int
  /// W of centred columns: [q × classes], and b.
  var weights: [Double]
  var bias: [Double]
  /// Σ ω·q(1 - q)/(n·C) at the last step.
  var spread = 0.25

  init(_ equations: CenteredEquations, _ rows: ClassRows) {
    self.equations = equations
    classes = rows.classes
    weights = [Double](repeating: 0, count: equations.order * rows.classes)
    // The targets are indicators of the classes; one without rows gets a logit that is low but finite.
    bias = equations.targetMeans.map { Elementary.log(max($0, 0.1 / max(equations.rows, 1))) }
  }

  /// Steps with fixed λ.
  mutating func climb(
    _ lambda: [Double], steps: Int, _ rows: ClassRows, without fold: Int?, _ pool: ThreadPool
  ) throws(LinearAlgebraError) {
    let curvature = AdditiveClassification<Double>.curvature
    let factor = try equations.factor(lambda.map { $0 / curvature }, pool)
    var (lastWeights, lastBias) = (weights, bias)
    var momentum = 1.0
    for _ in 0..<steps {
      let next = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
      let share = (momentum - 1) / next
      momentum = next
      var ahead = zip(weights, lastWeights).map { $0 + share * ($0 - $1) }
      var aheadBias = zip(bias, lastBias).map { $0 + share * ($0 - $1) }
      (lastWeights, lastBias) = (weights, bias)
      let gradient = rows.gradient(
        equations.uncentered(ahead, classes), equations.bias(ahead, aheadBias), without: fold, pool)
      spread = gradient.spread / max(gradient.weight * Double(classes), .leastNormalMagnitude)
      // Σ ω is scaled to the number of rows, as in the equations.
      let unit = gradient.weight > 0 ? equations.rows / gradient.weight : 0
      var change = 0.0
      var ascent = 0.0
      for output in 0..<classes {
        var side = equations.columns.enumerated().map { place, column in
          unit * (gradient.sums[column * classes + output] - equations.means[place] * gradient.totals[output])
        }
        let own = (0..<equations.order).map { ahead[$0 * classes + output] }
        for (penalty, lambda) in zip(equations.penalties, lambda) { penalty.add(-lambda, times: own, to: &side) }
        for (place, step) in factor.solved(side).enumerated() {
          ahead[place * classes + output] += step / curvature
          let moved = ahead[place * classes + output] - lastWeights[place * classes + output]
          change = max(change, abs(step / curvature))
          ascent += side[place] * moved
        }
        aheadBias[output] += unit * gradient.totals[output] / (curvature * equations.rows)
      }
      (weights, bias) = (ahead, aheadBias)
      // Momentum against the gradient has overshot (O'Donoghue and Candès 2015).
      if ascent < 0 { momentum = 1 }
      let size = weights.reduce(0.0) { max($0, abs($1)) }
      if change <= AdditiveClassification<Double>.tolerance * max(size, 1e-3) { return }
    }
  }

  /// λ after an update.
  func updated(_ lambda: [Double], _ pool: ThreadPool) throws(LinearAlgebraError) -> [Double] {
    let spread = max(spread, 1e-4)
    let inverse = try equations.factor(lambda.map { $0 / spread }, pool).inverse(pool)
    let traces = equations.traces(inverse).map { $0 / spread }
    var roughness = [Double](repeating: 0, count: lambda.count)
    for output in 0..<classes {
      equations.addRoughness(
        of: (0..<equations.order).map { weights[$0 * classes + output] }, over: 1, to: &roughness)
    }
    // Probabilities sum to 1, so that one class's logits are free.
    return SmoothingSearch.update(
      lambda, ranks: equations.penalties.map(\.rank), traces: traces, squares: roughness,
      outputs: Double(classes - 1), scale: AdditiveClassification<Double>.curvature * equations.scale)
  }

  func solution(_ lambda: [Double], functions: Int) -> AdditiveClassSolution {
    var w = Matrix<Double>(rows: functions, columns: classes)
    let all = equations.uncentered(weights, classes)
    for (place, column) in equations.columns.enumerated() {
      for output in 0..<classes { w[column, output] = all[place].row[output] }
    }
    return AdditiveClassSolution(weights: w, bias: equations.bias(weights, bias), lambda: lambda)
  }
}

extension CenteredEquations {
  /// W: [q × classes] with the function of each row.
  fileprivate func uncentered(_ weights: [Double], _ classes: Int) -> [(function: Int, row: [Double])] {
    columns.enumerated().map { place, column in
      (column, Array(weights[place * classes..<(place + 1) * classes]))
    }
  }

  /// b of columns that are not centred.
  fileprivate func bias(_ weights: [Double], _ bias: [Double]) -> [Double] {
    let classes = bias.count
    return bias.indices.map { output in
      means.indices.reduce(bias[output]) { $0 - means[$1] * weights[$1 * classes + output] }
    }
  }
}
