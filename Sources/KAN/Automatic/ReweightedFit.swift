/// Penalised additive fits of one layer for losses that are no squares, by iteratively reweighted least squares:
///
///     min Σ ω·ℓ″/2·(z - (Φ(X)·W + b))² + Σ λ·‖D·W‖²        z = y - ℓ′/ℓ″ at the outputs y of the step before
///
/// which is Fisher scoring for counts and logits (McCullagh and Nelder 1989, Generalized Linear Models, 2.5) and a
/// majorising parabola for absolute errors, quantiles and Huber's loss (Hunter and Lange 2000, Journal of Computational
/// and Graphical Statistics 9). λ is chosen for the weighted squares of a step (Breslow and Clayton 1993, Journal of the
/// American Statistical Association 88).
struct ReweightedFit<Element: Scalar> {
  /// One layer with its scalings.
  let template: Network<Element>
  let objective: any PointwiseObjective
  let pool: ThreadPool

  struct Solution {
    var network: Network<Element>
    /// λ, and the share of directions that each penalty leaves free: [out][penalties]
    var lambda: [[Double]]
    var free: [[Double]]
  }

  /// Steps at most, and the relative change of the loss that ends them: a tenth of what rows left out can tell.
  private static var mostSteps: Int { 25 }
  private static var tolerance: Double { 2e-4 }
  /// Steps that choose λ; it settles together with the weights.
  private static var choosingSteps: [Int] { [0, 1, 3, 7] }
  /// Products of functions in the sums of a step, at most, as about a second of a core; 20 steps take them.
  private static var mostWork: Double { 1e9 }
  /// Rows are that many at least.
  private static var leastRows: Int { 20_000 }
  /// Curvatures relative to their mean, at least: certain outcomes have none.
  private static var leastCurvature: Double { 1e-6 }

  /// - Parameters:
  ///   - rows: those to learn; of very many an even selection, since the functions are few.
  ///   - start: with the λ to keep; chosen if nil.
  func solve(_ data: Dataset<Element>, rows: [Int], from start: Solution? = nil) throws(TrainingError) -> Solution {
    let active = 5 * Double(data.inputs.columns)
    let most = max(Self.leastRows, Int(Self.mostWork / (active * active)))
    let chosen = rows.count <= most ? rows : (0..<most).map { rows[$0 * rows.count / most] }
    let part = data.selecting(rows: chosen)
    guard case .values(let targets) = part.targets else { return Solution(network: template, lambda: [], free: []) }
    var result = Solution(network: start?.network ?? template, lambda: [], free: [])
    if start == nil {
      let to = result.network.parameters.mutablePointer()
      for index in 0..<result.network.parameterCount { to[index] = 0 }
      result.network.centerOutputs(on: part, objective, pool: pool)
    }
    for output in 0..<template.outputs {
      let column = try solve(part, targets, output, result.network, lambda: start?.lambda[output])
      result.network.take(column.network, output: output)
      result.lambda.append(column.lambda)
      result.free.append(column.free)
    }
    return result
  }

  /// One output by itself, since weights differ between outputs.
  private func solve(
    _ data: Dataset<Element>, _ targets: Matrix<Element>, _ output: Int, _ start: Network<Element>, lambda: [Double]?
  ) throws(TrainingError) -> (network: Network<Element>, lambda: [Double], free: [Double]) {
    let points = WorkingPoints(
      targets: targets, column: output, weights: data.relativeWeights,
      scaling: objective.scalesTargets ? template.outputScaling : Scaling(identity: template.outputs),
      objective: objective, leastCurvature: Self.leastCurvature)
    var network = start.output(output)
    var outputs = network.outputs(for: data.inputs, pool: pool)
    var loss = points.loss(outputs)
    var (lambda, free) = (lambda, [Double]())
    let choosesLambda = lambda == nil
    for step in 0..<Self.mostSteps {
      let working = points.working(outputs)
      let rows = Dataset(inputs: data.inputs, targets: .values(working.targets), weights: working.weights)
      let solution: AdditiveSolution
      do {
        let system = try network.additiveSystem(on: TrainingRows(rows), pool: pool)
        let isChosen = choosesLambda && Self.choosingSteps.contains(step)
        solution = try network.solution(of: system, lambda: isChosen ? nil : [lambda!])
      } catch {
        throw .leastSquares("\(error)")
      }
      (lambda, free) = (solution.lambda[0], solution.free[0])
      var next = network.taking(solution)
      var nextOutputs = next.outputs(for: data.inputs, pool: pool)
      var nextLoss = points.loss(nextOutputs)
      // λ may raise the loss a little; a step far beyond the parabola raises it much.
      for _ in 0..<6 where !(nextLoss <= loss + 0.1 * abs(loss)) {
        next = next.halfway(to: network)
        nextOutputs = next.outputs(for: data.inputs, pool: pool)
        nextLoss = points.loss(nextOutputs)
      }
      if !nextLoss.isFinite { break }
      let change = abs(nextLoss - loss)
      (network, outputs, loss) = (next, nextOutputs, nextLoss)
      if (!choosesLambda || step > 1) && change <= Self.tolerance * abs(loss) { break }
    }
    return (network, lambda ?? [], free)
  }
}

/// The rows of one output as a step sees them.
private struct WorkingPoints<Element: Scalar> {
  /// [rows × out], in the data's units
  let targets: Matrix<Element>
  let column: Int
  /// 1 on average; 1 each if nil.
  let weights: AlignedArray<Element>?
  let scaling: Scaling<Element>
  let objective: any PointwiseObjective
  let leastCurvature: Double

  private func point(_ row: Int, _ output: Element) -> PointLoss {
    let target = (Double(targets.view[row, column]) - Double(scaling.shift[column])) * Double(scaling.factor[column])
    return objective.point(output: Double(output), target: target)
  }

  /// The mean loss at some outputs: [rows × 1]
  func loss(_ outputs: Matrix<Element>) -> Double {
    var sum = 0.0
    for row in 0..<outputs.rows {
      sum += (weights.map { Double($0[row]) } ?? 1) * point(row, outputs.view[row, 0]).value
    }
    return sum / Double(max(1, outputs.rows))
  }

  /// z and ω·ℓ″ at some outputs.
  func working(_ outputs: Matrix<Element>) -> (targets: Matrix<Element>, weights: AlignedArray<Element>) {
    let points = (0..<outputs.rows).map { point($0, outputs.view[$0, 0]) }
    let mean = points.reduce(0) { $0 + $1.curvature } / Double(max(1, points.count))
    let least = max(mean * leastCurvature, .leastNormalMagnitude)
    var z = Matrix<Element>(rows: outputs.rows, columns: 1)
    var curvatures = [Element](repeating: 0, count: outputs.rows)
    for (row, point) in points.enumerated() {
      let curvature = max(point.curvature, least)
      z[row, 0] = Element(Double(outputs.view[row, 0]) - point.slope / curvature)
      curvatures[row] = Element((weights.map { Double($0[row]) } ?? 1) * curvature / mean)
    }
    return (z, AlignedArray(curvatures))
  }
}

extension Network {
  /// One output of a network of one layer, whose targets are the layer's own outputs.
  fileprivate func output(_ output: Int) -> Network {
    let layer = Layer<Element>(basis: layers[0].basis, outputs: 1)
    var result = Network(layers: [layer], parameters: AlignedArray(zeros: layer.parameterCount))
    let to = result.parameters.mutablePointer()
    for row in 0..<layer.parameterCount { to[row] = parameters.pointer[row * outputs + output] }
    result.inputScaling = inputScaling
    result.inputScalingOrigin = inputScalingOrigin
    result.monotone = monotone
    return result
  }

  /// The reverse.
  fileprivate mutating func take(_ column: Network, output: Int) {
    let to = parameters.mutablePointer()
    for row in 0..<column.parameterCount { to[row * outputs + output] = column.parameters.pointer[row] }
  }

  fileprivate func halfway(to other: Network) -> Network {
    var result = self
    let to = result.parameters.mutablePointer()
    for index in 0..<parameterCount { to[index] = (to[index] + other.parameters.pointer[index]) / 2 }
    return result
  }
}
