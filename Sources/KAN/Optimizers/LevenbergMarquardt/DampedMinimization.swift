/// Levenberg-Marquardt iterations on one network, with λ of each layer.
struct DampedMinimization {
  let problem: LeastSquaresProblem
  let order: Int
  var tolerance: Double
  /// λ of each layer.
  private(set) var lambda: [Double]
  private(set) var damping: Double
  /// Σ w·ℓ at the present parameters, of the squared error Σ w·(t - y)².
  private(set) var squares: Double
  private(set) var penalty: RoughnessPenalty
  /// The parameters of edges that exist, rising; nil for all. Neither data nor penalties determine those of removed edges:
  /// equations are solved without them, and they stay 0.
  private(set) var live: [Int]?

  /// The largest stacked matrix, in bytes, for which QR replaces a failed Cholesky factorisation.
  var orthogonalBytes: Int
  /// Steps solved by QR so far.
  private(set) var orthogonalSteps = 0
  /// Successive iterations within the tolerance so far.
  private(set) var flat = 0
  private var memory: IterationMemory?

  /// The equations and their factor, reused until a grid changes.
  private final class IterationMemory {
    let equations: GaussNewtonEquations
    var factor: [Double]

    init(_ equations: GaussNewtonEquations) {
      self.equations = equations
      factor = [Double](repeating: 0, count: equations.count * equations.count)
    }
  }

  init(_ problem: LeastSquaresProblem, order: Int, lambda: Double, damping: Double, tolerance: Double) {
    self.problem = problem
    self.order = order
    self.tolerance = tolerance
    penalty = RoughnessPenalty(problem.network, order: order)
    live = Self.live(problem.network)
    let least = penalty.followsData ? max(lambda, problem.tuning.leastLambdaOfTails) : lambda
    self.lambda = problem.network.layers.map { _ in least }
    self.damping = damping
    orthogonalBytes = problem.tuning.orthogonalBytes
    squares = problem.sumOfLosses()
  }

  /// A minimisation in progress.
  init(
    problem: LeastSquaresProblem, order: Int, tolerance: Double, lambda: [Double], damping: Double, squares: Double,
    flat: Int
  ) {
    self.problem = problem
    self.order = order
    self.tolerance = tolerance
    self.lambda = lambda
    self.damping = damping
    self.squares = squares
    self.flat = flat
    penalty = RoughnessPenalty(problem.network, order: order)
    live = Self.live(problem.network)
    orthogonalBytes = problem.tuning.orthogonalBytes
  }

  private static func live(_ network: Network<Double>) -> [Int]? {
    let removed = Set(network.removedParameters)
    return removed.isEmpty ? nil : (0..<network.parameterCount).filter { !removed.contains($0) }
  }

  var tuning: LevenbergMarquardt.Tuning { problem.tuning }
  var objective: Double { squares + penalty.value(problem.parameters.pointer, lambda) }
  /// √(mean loss): of the squared error the residuals' root mean square, in units of the targets' spread.
  var rms: Double { (max(0, squares) / Double(problem.residuals)).squareRoot() }

  /// Starts over after a change of grids or λ.
  mutating func restart(damping: Double) {
    memory = nil
    flat = 0
    penalty = RoughnessPenalty(problem.network, order: order)
    live = Self.live(problem.network)
    squares = problem.sumOfLosses()
    self.damping = damping
  }

  enum Iteration {
    case better
    /// Better, and converged: within the tolerance twice in a row, or exact.
    case settled
    /// No step lowers the objective, or the problem was interrupted.
    case stuck
  }

  /// One step.
  mutating func iterate() -> Iteration {
    if memory == nil { memory = IterationMemory(problem.makeEquations()) }
    guard let memory else { return .stuck }
    let before = objective
    linearize(memory.equations)
    guard !problem.isInterrupted, improve(memory, from: before) else { return .stuck }
    let after = objective
    flat = before - after <= tolerance * before.magnitude ? flat + 1 : 0
    return flat >= tuning.flatIterations || after == 0 ? .settled : .better
  }

  /// Iterates until converged.
  ///
  /// - Parameters:
  ///   - interval: iterations between adaptations of the hidden grids; nil for none.
  ///   - progress: called with ``rms`` after each iteration; returns whether to continue.
  /// - Returns: iterations done.
  mutating func run(
    iterations: Int, followingRangesEvery interval: Int? = nil, progress: (Double) -> Bool = { _ in true }
  ) throws(BasisError) -> Int {
    flat = 0
    for iteration in stride(from: 1, through: iterations, by: 1) {
      let outcome = iterate()
      if outcome == .stuck { return iteration - 1 }
      if !progress(rms) || outcome == .settled { return iteration }
      if let interval, iteration % interval == 0, iteration < iterations {
        try problem.followRanges(layers: 1..<problem.network.layers.count)
        restart(damping: damping)
      }
    }
    return iterations
  }

  /// Moves λ towards its fixed point by a bounded factor. λ does not grow while the data determine none of a layer's
  /// differences: the curve is then a polynomial without roughness, and on a grid too coarse to resolve it the fixed
  /// point would run away.
  ///
  /// - Returns: whether λ had settled already.
  mutating func adopt(_ evidence: Evidence) -> Bool {
    var isSettled = true
    for layer in lambda.indices {
      var wanted = min(max(evidence.lambda[layer], leastLambda), tuning.mostLambda)
      if evidence.determined[layer] < 1 { wanted = min(wanted, lambda[layer]) }
      let settled = tuning.settledLambda
      if !(wanted < settled * lambda[layer] && lambda[layer] < settled * wanted) { isSettled = false }
      lambda[layer] = min(max(wanted, lambda[layer] / tuning.lambdaStep), lambda[layer] * tuning.lambdaStep)
    }
    return isSettled
  }

  private var leastLambda: Double { penalty.followsData ? tuning.leastLambdaOfTails : tuning.leastLambda }

  mutating func scaleLambda(by factor: Double) {
    for layer in lambda.indices { lambda[layer] = min(lambda[layer] * factor, max(lambda[layer], tuning.mostLambda)) }
  }

  func linearize(_ equations: GaussNewtonEquations) {
    problem.linearize(equations)
    penalty.add(to: equations, problem.parameters.pointer, lambda)
  }

  /// Takes one step that lowers the objective, raising the damping as needed; false if no step does.
  private mutating func improve(_ memory: IterationMemory, from before: Double) -> Bool {
    let equations = memory.equations
    let count = equations.count
    let start = problem.parameters
    var step = [Double](repeating: 0, count: count)
    for _ in 0..<tuning.tries {
      // A factorisation of thousands of parameters takes seconds.
      if !problem.mayContinue() { break }
      var found = memory.factor.withUnsafeMutableBufferPointer { factor in
        step.withUnsafeMutableBufferPointer { step in
          solve(equations, factor.baseAddress!, step.baseAddress!, damping: damping)
        }
      }
      if !found, damping < tuning.orthogonalDamping {
        problem.parameters = start
        if let solution = solveOrthogonally(equations) { (step, found) = (solution, true) }
      }
      if found {
        var trial = start
        let to = trial.mutablePointer()
        for index in 0..<count { to[index] += step[index] }
        problem.parameters = trial
        squares = problem.sumOfLosses()
        if problem.isInterrupted { break }
        if objective < before {
          damping = max(damping / tuning.dampingFall, tuning.leastDamping)
          return true
        }
      }
      damping = max(damping * tuning.dampingRise, found ? 0 : tuning.firstDamping)
    }
    problem.parameters = start
    if !problem.isInterrupted { squares = problem.sumOfLosses() }
    return false
  }

  /// step = (H + μ·diag)⁻¹·g of the live parameters, and 0 of the others; false if the matrix is not positive definite or
  /// the step not finite.
  func solve(
    _ equations: GaussNewtonEquations, _ factor: UnsafeMutablePointer<Double>, _ step: UnsafeMutablePointer<Double>,
    damping: Double
  ) -> Bool {
    let count = live?.count ?? equations.count
    copyDamped(equations, to: factor, damping)
    guard Cholesky.factor(factor, order: count, pool: problem.pool) else { return false }
    if let live {
      for (place, parameter) in live.enumerated() { step[place] = equations.gradient[parameter] }
    } else {
      step.update(from: equations.gradient, count: count)
    }
    Cholesky.solve(factored: factor, order: count, step)
    spread(step, over: equations.count)
    return Double.Kernels.firstNonFinite(equations.count, step) < 0
  }

  /// Moves values of the live parameters to their places, and sets the others to 0.
  private func spread(_ values: UnsafeMutablePointer<Double>, over count: Int) {
    guard let live else { return }
    // From the last one on: no place is before the one that its value comes from.
    var place = live.count - 1
    for parameter in (0..<count).reversed() {
      if place >= 0 && live[place] == parameter {
        values[parameter] = values[place]
        place -= 1
      } else {
        values[parameter] = 0
      }
    }
  }

  /// The same step from J itself, min ‖[J; √λ·D; √(μ·diag)]·step - [r; -√λ·D·c; 0]‖, whose condition number is the
  /// square root of H's; nil if the problem is too large or the step not finite.
  mutating func solveOrthogonally(_ equations: GaussNewtonEquations) -> [Double]? {
    let count = equations.count
    let unknowns = live?.count ?? count
    let differences = (0..<penalty.layerCount).reduce(0) { $0 + penalty.rank(ofLayer: $1) }
    // Of rows on several ranks the triangular factor, which has the same solution.
    let triangle = problem.shards.communicator == nil ? nil : problem.triangle()
    let own = triangle.map { $0.count / (count + 1) } ?? problem.residuals
    let rows = own + differences + unknowns
    if rows * count > orthogonalBytes / 8 { return nil }
    var a = [Double](repeating: 0, count: rows * count)
    var b = [Double](repeating: 0, count: max(rows, count))
    let isSolved = a.withUnsafeMutableBufferPointer { a in
      b.withUnsafeMutableBufferPointer { b in
        let (a, b) = (a.baseAddress!, b.baseAddress!)
        if let triangle {
          for row in 0..<own {
            for column in 0..<count { a[column * rows + row] = triangle[row * (count + 1) + column] }
            b[row] = triangle[row * (count + 1) + count]
          }
        } else {
          problem.writeJacobian(to: a, stride: rows, b)
        }
        let first = penalty.writeRows(
          to: a, stride: rows, b, from: own, problem.parameters.pointer, lambda)
        let diagonal = (0..<count).map { equations.matrix[$0 * count + $0] }
        let least = tuning.diagonalShare * (diagonal.max() ?? 0)
        for index in 0..<unknowns {
          let parameter = live?[index] ?? index
          if parameter != index { (a + index * rows).update(from: a + parameter * rows, count: rows) }
          a[index * rows + first + index] = (damping * (diagonal[parameter] + least)).squareRoot()
        }
        // On failure the caller raises the damping.
        guard (try? solveByQR(a, rows: rows, columns: unknowns, b, tolerance: tuning.rankTolerance)) != nil
        else { return false }
        spread(b, over: count)
        return Double.Kernels.firstNonFinite(count, b) < 0
      }
    }
    if !isSolved { return nil }
    orthogonalSteps += 1
    return Array(b[..<count])
  }

  /// H + μ·diag of the live parameters, lower triangle: [live × live]
  func copyDamped(_ equations: GaussNewtonEquations, to: UnsafeMutablePointer<Double>, _ damping: Double) {
    let count = equations.count
    var largest = 0.0
    for row in 0..<count { largest = max(largest, equations.matrix[row * count + row]) }
    let unknowns = live?.count ?? count
    for row in 0..<unknowns {
      let own = to + row * unknowns
      let parameter = live?[row] ?? row
      let from = equations.matrix + parameter * count
      if let live {
        for column in 0...row { own[column] = from[live[column]] }
      } else {
        own.update(from: from, count: row + 1)
      }
      own[row] += damping * (from[parameter] + tuning.diagonalShare * largest)
    }
  }
}
