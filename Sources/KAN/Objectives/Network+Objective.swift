extension LearningTask {
  /// The default objective of the task: ``MeanSquaredError`` or ``SoftmaxCrossEntropy``.
  public var objective: any Objective {
    switch self {
    case .regression: MeanSquaredError()
    case .classification: SoftmaxCrossEntropy()
    }
  }
}

extension Network {
  /// The objective of the network's training, which defines the meaning of its outputs; before training, the default of
  /// its ``task``.
  public var objective: any Objective { chosenObjective ?? task.objective }

  /// The objective for a training: the one asked for, else the network's own, else the default for the targets.
  ///
  /// - Throws: ``TrainingError/otherObjective(trained:asked:)`` if a training is resumed with another objective, or a
  ///   trained network's outputs mean something else to it.
  func objective(for data: any RowSource<Element>, _ options: TrainingOptions) throws(TrainingError) -> any Objective {
    guard record != nil else { return options.objective ?? data.targetShape.task.objective }
    guard let asked = options.objective else { return objective }
    let (own, other) = (ObjectiveDescription(objective), ObjectiveDescription(asked))
    let meansTheSame = asked.link == objective.link && asked.scalesTargets == objective.scalesTargets
    if own == other || !options.resuming && meansTheSame { return asked }
    throw .otherObjective(trained: own.description, asked: other.description)
  }

  /// The number of target columns that may have names: `names.targets.count` if the objective needs the network's
  /// outputs for that many, else the number of outputs.
  package var nameableTargets: Int {
    let count = names.targets.count
    return count > 0 && objective.outputs(forTargets: count) == outputs ? count : outputs
  }

  /// Sets the objective of a training.
  mutating func take(_ objective: any Objective) {
    let isDefault = ObjectiveDescription(objective) == ObjectiveDescription(task.objective)
    chosenObjective = isDefault ? nil : objective
  }

  /// Sets the last layer's biases to ``Objective/startingOutput(meanTarget:)`` of each target, unless the layer has an
  /// activation or a non-zero bias.
  mutating func startOutputs(_ objective: any Objective, meanTargets means: [Double]) {
    let (last, start) = (layers[layers.count - 1], parameterCount - outputs)
    guard means.count == outputs, last.activation == .identity,
      parameters[start...].allSatisfy({ $0 == 0 })
    else { return }
    for (output, mean) in means.enumerated() {
      let value = objective.startingOutput(meanTarget: mean)
      // Infinite if all counts are 0.
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

  /// Traps unless scaled targets have one output each and the identity link, and targets of a pointwise objective one
  /// output each.
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
