import ArgumentParser
import KAN

extension TrainCommand {
  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    if let auto, auto != .off, let given = descriptions.first {
      throw ValidationError("--auto \(auto.rawValue) chooses layers and training itself, \(given) describes them")
    }
    try require(holdout.map { $0 > 0 && $0 < 1 } ?? true, "--holdout has to be between 0 and 1")
    try require((1...100_000).contains(firstGrid), "--grid has to be 1 to 100000")
    try require(
      extend.isEmpty || edge.isGridded,
      "--extend is for --edge \(Edge.names { $0.isGridded }): others have no grid to refine")
    try require(
      extend.isEmpty || grid == nil || grid == extend[0],
      "--grid \(grid ?? 0) is not the first of --extend \(extend.map(String.init).joined(separator: ","))")
    try require(
      optimizer != .lm || task != .classification,
      "--optimizer lm is for regressions; lbfgs and adam do classifications")
    try require(
      knots == nil || edge.isGridded, "--knots is for --edge \(Edge.names { $0.isGridded }): others have no grid")
    try require(knots != .data || range.isEmpty, "either --range or --knots data, not both")
    if let degrees = edge.degrees {
      try require(
        degrees.contains(degree),
        "--degree has to be \(degrees.lowerBound) to \(degrees.upperBound) for --edge \(edge.name)")
    }
    if let objective = try objectives.objective { try validate(objective) }
    try require(
      monotone.isEmpty || (optimizer == .adam || optimizer == .sgd),
      "--monotone is for --optimizer adam and sgd, whose steps can be kept in bounds")
    try require(
      monotone.isEmpty || initialization == .random, "--monotone and --init least-squares: least squares have no bounds"
    )
    try require(ensemble.map { (1...1000).contains($0) } ?? true, "--ensemble has to be 1 to 1000 networks")
    if let ensemble, ensemble > 1 {
      try require(
        optimizer != .lm && extend.isEmpty,
        "--ensemble takes networks on the same grids, which lm and --extend move: use adam, sgd or lbfgs")
      // The starts of an automatic training are among its parts.
      try require(
        !(resume && isDescribed) && start == nil,
        "--ensemble trains networks from seeds of their own, not --resume or --start")
      try require(
        initialization == .random || !hidden.isEmpty,
        "--ensemble is for starts at random, of which --init least-squares has none in a network of one layer")
      try require(
        hidden.allSatisfy { $0.products == 0 }, "--ensemble is for hidden layers without products, such as --hidden 8")
    }
    try require(learningRate.map { $0 > 0 && $0.isFinite } ?? true, "--learning-rate has to be positive")
    try require(
      optimizer != .lbfgs || learningRate == nil, "--learning-rate is not used by lbfgs, whose line search finds it")
    try require(
      optimizer != .lm || (learningRate == nil && weightDecay == 0),
      "--learning-rate and --weight-decay are not used by lm")
    for (name, strength) in [("--sparsity", sparsity), ("--entropy", entropy), ("--roughness", roughness)] {
      try require(strength.map { $0 >= 0 && $0.isFinite } ?? true, "\(name) must not be negative")
      try require(optimizer != .lm || (strength ?? 0) == 0, "\(name) is not used by lm; lbfgs and adam take it")
    }
    try require(
      onDivergence == .stop || optimizer == .adam || optimizer == .sgd,
      "--on-divergence recover is for --optimizer adam and sgd: lbfgs and lm have no rate to lower")
    try require(
      givenSmoothness == nil || initialization == .leastSquares, "--smoothness is for --init least-squares")
    try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay must not be negative")
    try require((1...1 << 30).contains(batch), "--batch has to be at least 1")
    try require((0...1_000_000_000).contains(epochs), "--epochs must not be negative")
    try require(patience.map { $0 > 0 } ?? true, "--patience has to be at least 1")
    try require(!resume || save != nil, "--resume needs --save, which names the model to go on with")
    try require(start == nil || !resume, "either --start or --resume, not both")
    try require(
      start == nil || (initialization == .random && range.isEmpty),
      "--start takes its coefficients and ranges from a model")
    try require(test == nil || holdout == nil, "either --test or --holdout, not both")
    try require(testTarget == nil || test != nil, "--test-target needs --test")
    try require(
      task != .classification || (data.target?.count ?? 1) == 1, "a classification has one --target, its classes")

    try requireDistinct(
      outputs: [("--save", save), ("--log", log), ("--report", report)],
      inputs: [data.data, test, testTarget] + (data.target ?? []))
    try require(checkpointEvery > 0 && checkpointEvery <= 1e9, "--checkpoint-every has to be positive")
    try require(givenCheckpointEvery == nil || save != nil, "--checkpoint-every needs --save")
  }

  private func validate(_ objective: some Objective) throws {
    let name = type(of: objective).name
    let kind = objective.targetDomain.task
    if let task, task != kind {
      throw ValidationError("--loss \(name) is for a \(kind.rawValue), not for --task \(task.rawValue)")
    }
    if optimizer == .lm && objective as? any PointwiseObjective == nil {
      throw ValidationError("--optimizer lm takes any --loss but \(name); lbfgs and adam take that too")
    }
    if initialization == .leastSquares && !objective.scalesTargets {
      throw ValidationError(
        "--init least-squares solves for the targets themselves, which --loss \(name) does not predict")
    }
    if kind == .classification && (data.target?.count ?? 1) > 1 {
      throw ValidationError("a classification has one --target, its classes")
    }
  }
}
