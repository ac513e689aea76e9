// What a training by Levenberg-Marquardt remembers, all that its next iteration depends on but the data and the options:
// it goes on to the bit, whatever the network's own precision is.
//
//   fit                 the network in double precision with the grids as they are
//   phase               its number and round, iterations on this grid, in the phase and at most in it, whether it has
//                       converged, whether it is exact, and q
//   lambda, steps       λ of each layer; damping, Σ w·ℓ, iterations within the tolerance, the tolerance
//   judged…             the same of the best fit while λ is raised, and its iteration
//   screening           starts done, how many agree, whether these are enough, and the residual of the best, which is the
//                       network of that name

extension LevenbergMarquardtTraining {
  func write(to memory: inout OptimizerState<Element>) {
    memory.step += 1
    memory.method = MethodState()
    guard let fit else {
      if let screening { write(screening, to: &memory.method) }
      return
    }
    memory.method.networks["fit"] = StoredNetwork(fit.problem.network)
    memory.method.numbers["phase"] = [
      Double(fit.phase.number), Double(fit.phase.round), Double(fit.done), Double(fit.inPhase),
      fit.most == .max ? -1 : Double(fit.most), fit.isSettled ? 1 : 0, fit.isExact ? 1 : 0, Double(order),
    ]
    write(fit.minimization, "", to: &memory.method)
    if let judged = fit.judged {
      memory.method.numbers["judged"] = [Double(judged.iteration)] + Array(judged.parameters)
      write(judged.minimization, "judged.", to: &memory.method)
    }
  }

  private func write(_ minimization: DampedMinimization, _ prefix: String, to state: inout MethodState) {
    state.numbers[prefix + "lambda"] = minimization.lambda
    state.numbers[prefix + "steps"] = minimization.numbers
  }

  private func write(_ screening: StartScreening.Progress, to state: inout MethodState) {
    state.numbers["screening"] = [
      Double(screening.done), Double(screening.agreeing), screening.isFinished ? 1 : 0, screening.best?.rms ?? 0,
    ]
    if let best = screening.best { state.networks["screening"] = StoredNetwork(best.network) }
  }

  /// The screening that an interrupted training was at.
  func storedScreening(of network: Network<Double>) -> StartScreening.Progress? {
    guard let state = start.memory?.method, let numbers = state.numbers["screening"], numbers.count == 4,
      numbers.areCounts
    else { return nil }
    let best = state.networks["screening"]?.network(like: network).map {
      StartScreening.Candidate(network: $0, rms: numbers[3])
    }
    return StartScreening.Progress(
      best: best, done: Int(numbers[0]), agreeing: Int(numbers[1]), isFinished: numbers[2] == 1)
  }

  /// The fit of an interrupted training; nil if there is none, or its parameters have been written since.
  func storedFit(of network: Network<Element>) throws(BasisError) -> Fit? {
    guard let state = start.memory?.method, let phase = state.numbers["phase"], phase.count == 8, phase.areCounts,
      let stored = state.networks["fit"]?.network(like: try network.converted(to: Double.self)),
      stored.parameterCount == network.parameterCount,
      zip(stored.parameters, network.parameters).allSatisfy({ Element($0) == $1 }),
      let known = Phase(number: Int(phase[0]), round: Int(phase[1]))
    else { return nil }
    order = Int(phase[7])
    let problem = LeastSquaresProblem(stored, data, of: shared, pool: start.pool, tuning: tuning)
    guard let minimization = minimization(of: problem, "", state) else { return nil }
    var fit = Fit(problem: problem, minimization: minimization, phase: known, isExact: phase[6] == 1)
    fit.done = Int(phase[2])
    fit.inPhase = Int(phase[3])
    fit.most = phase[4] < 0 ? .max : Int(phase[4])
    fit.isSettled = phase[5] == 1
    if let judged = state.numbers["judged"], judged.count == 1 + stored.parameterCount,
      judged.areCounts, let before = self.minimization(of: problem, "judged.", state)
    {
      // The evidence is that of these parameters.
      problem.parameters = AlignedArray(judged.dropFirst())
      fit.judged = Judged(
        evidence: before.evidence(), iteration: Int(judged[0]), parameters: problem.parameters, minimization: before)
      problem.parameters = stored.parameters
    }
    return fit
  }

  private func minimization(
    of problem: LeastSquaresProblem, _ prefix: String, _ state: MethodState
  ) -> DampedMinimization? {
    guard let lambda = state.numbers[prefix + "lambda"], let numbers = state.numbers[prefix + "steps"] else {
      return nil
    }
    return DampedMinimization(problem, order: order, lambda: lambda, numbers: numbers)
  }
}

extension LevenbergMarquardtTraining.Phase {
  var number: Int {
    switch self {
    case .parameters: 0
    case .weighing: 1
    case .exact: 2
    case .smoothing: 3
    case .settled: 4
    }
  }

  /// λ moved or raised so many times.
  var round: Int {
    switch self {
    case .weighing(let round), .smoothing(let round): round
    default: 0
    }
  }

  init?(number: Int, round: Int) {
    switch number {
    case 0: self = .parameters
    case 1: self = .weighing(round)
    case 2: self = .exact
    case 3: self = .smoothing(round)
    case 4: self = .settled
    default: return nil
    }
  }
}

extension DampedMinimization {
  /// Damping, Σ w·ℓ, iterations within the tolerance, and the tolerance.
  var numbers: [Double] { [damping, squares, Double(flat), tolerance] }

  /// A minimisation as it was; nil for numbers that are none of one.
  init?(_ problem: LeastSquaresProblem, order: Int, lambda: [Double], numbers: [Double]) {
    guard lambda.count == problem.network.layers.count, numbers.count == 4, numbers.areCounts,
      lambda.areCounts, (1...8).contains(order)
    else { return nil }
    self.init(
      problem: problem, order: order, tolerance: numbers[3], lambda: lambda, damping: numbers[0], squares: numbers[1],
      flat: Int(numbers[2]))
  }
}

extension [Double] {
  /// Whether all of them have a whole part that fits an integer: numbers come from a file.
  fileprivate var areCounts: Bool { allSatisfy { $0.magnitude < 1e18 } }
}
