extension LearningTask {
  /// What training makes small unless ``TrainingOptions/objective`` says otherwise.
  public var objective: any Objective {
    switch self {
    case .regression: MeanSquaredError()
    case .classification: SoftmaxCrossEntropy()
    }
  }
}

extension Network {
  /// What the network has been trained to make small, which also says what its outputs mean; before a training that
  /// of its ``task``.
  public var objective: any Objective { chosenObjective ?? task.objective }

  /// The objective that a training is to have: the one asked for, else the network's own, else that of the targets.
  ///
  /// - Throws: ``TrainingError/otherObjective(trained:asked:)`` to resume with another one, or with one to which a
  ///   trained network's outputs mean something else.
  func objective(for data: any RowSource<Element>, _ options: TrainingOptions) throws(TrainingError) -> any Objective {
    guard record != nil else { return options.objective ?? data.targetShape.task.objective }
    guard let asked = options.objective else { return objective }
    let (own, other) = (ObjectiveDescription(objective), ObjectiveDescription(asked))
    let meansTheSame = asked.link == objective.link && asked.scalesTargets == objective.scalesTargets
    if own == other || !options.resuming && meansTheSame { return asked }
    throw .otherObjective(trained: own.description, asked: other.description)
  }

  /// The columns of targets that may have names: those there are, where the objective makes the network's outputs of so
  /// many, else one for each output.
  package var nameableTargets: Int {
    let count = names.targets.count
    return count > 0 && objective.outputs(forTargets: count) == outputs ? count : outputs
  }

  /// Notes the objective of a training.
  mutating func take(_ objective: any Objective) {
    let isDefault = ObjectiveDescription(objective) == ObjectiveDescription(task.objective)
    chosenObjective = isDefault ? nil : objective
  }

  /// Starts the last layer at the ``Objective/startingOutput(meanTarget:)`` of each target, unless it has an activation or
  /// a bias already.
  mutating func startOutputs(_ objective: any Objective, meanTargets means: [Double]) {
    let (last, start) = (layers[layers.count - 1], parameterCount - outputs)
    guard means.count == outputs, last.activation == .identity,
      parameters[start...].allSatisfy({ $0 == 0 })
    else { return }
    for (output, mean) in means.enumerated() {
      let value = objective.startingOutput(meanTarget: mean)
      // That of counts that are all 0 is infinite.
      if value.isFinite { parameters[start + output] = Element(value) }
    }
  }
}

extension Objective {
  /// - Throws: ``TrainingError/targets(objective:takes:)`` for classes in place of numbers or the other way round.
  func check(_ task: LearningTask) throws(TrainingError) {
    let domain = targetDomain
    if task != domain.task { throw .targets(objective: Self.name, takes: domain.requirement) }
  }

  /// - Throws: ``TrainingError/targets(objective:takes:)`` for classes in place of numbers or the other way round, or
  ///   ``TrainingError/badTarget(what:row:column:objective:takes:)`` for the first target outside ``targetDomain``.
  package func check<Element: Scalar>(_ targets: Targets<Element>, _ which: String = "") throws(TrainingError) {
    let domain = targetDomain
    try check(targets.task)
    guard case .values(let values) = targets, let place = domain.firstViolation(in: values.view) else { return }
    throw .badTarget(
      what: which + "target", row: place.row, column: place.column, objective: Self.name, takes: domain.requirement)
  }

  /// Traps unless targets that are scaled have an output each, whose scaling takes them back, and those of a pointwise
  /// objective have one too.
  func requireConsistency(targets: Int) {
    let outputs = outputs(forTargets: targets)
    require(
      !scalesTargets || link == .identity && outputs == targets,
      "\(Self.name): scales \(targets) targets for \(outputs) outputs with the link \(link.rawValue)")
    require(
      !(self is any PointwiseObjective) || outputs == targets,
      "\(Self.name): a loss of single outputs with \(outputs) outputs for \(targets) targets")
  }
}
