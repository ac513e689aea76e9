extension Network {
  /// Trains on a data set: shuffled mini-batches, a schedule for the rate, early stopping if asked for.
  ///
  /// The first training sets the scalings: inputs to [-1, 1] by their range in `data`, and targets of a regression to
  /// mean 0 and standard deviation 1. The same data, options and seed give the same parameters, bit for bit, for any
  /// number of threads.
  ///
  /// - Parameters:
  ///   - data: its columns have to fit the network, or this traps.
  ///   - validation: judged after every epoch; what early stopping goes by.
  ///   - progress: called now and then with the network as it is; returns whether to go on.
  /// - Throws: ``TrainingError`` if the data is not finite, or the loss, a gradient or a parameter becomes so; the
  ///   network then has the parameters of the last good epoch (the best one with `patience`).
  @discardableResult
  public mutating func train(
    on data: Dataset<Element>, validation: Dataset<Element>? = nil, with optimizer: some Optimizer = AdamW(),
    options: TrainingOptions = TrainingOptions(), pool: ThreadPool = .shared,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision = { _, _ in .continue }
  ) throws(TrainingError) -> TrainingHistory {
    try check(data, "")
    if let validation { try check(validation, "validation ") }
    if !options.grids.isEmpty {
      return try trainOnGrids(data, validation, by: .batches(optimizer), options, pool, progress)
    }
    prepare(for: data)
    var run = try TrainingRun(self, data: data, optimizer: optimizer, options: options, pool: pool)
    defer { adopt(run.ledger) }
    try run.train(&self, data: data, validation: validation, optimizer: optimizer, progress: progress)
    return run.ledger.history
  }

  /// The same with the number of epochs alone.
  @discardableResult
  public mutating func train(
    on data: Dataset<Element>, with optimizer: some Optimizer = AdamW(), epochs: Int
  ) throws(TrainingError) -> TrainingHistory {
    try train(on: data, with: optimizer, options: TrainingOptions(epochs: epochs))
  }

  /// Traps unless the columns fit.
  /// - Throws: ``TrainingError`` if there are no rows, or a value is not finite.
  func check(_ data: Dataset<Element>, _ which: String) throws(TrainingError) {
    require(
      data.inputs.columns == inputs && data.targets.outputs == outputs,
      "Network: \(which)data of \(data.inputs.columns) inputs and \(data.targets.outputs) targets for \(inputs) inputs "
        + "and \(outputs) outputs")
    require(
      record == nil || data.targets.task == task,
      "Network: \(which)data for \(data.targets.task) to go on with a network trained for \(task)")
    if data.rows == 0 { throw .noData }
    try requireFinite(data.inputs, which + "input")
    if case .values(let values) = data.targets { try requireFinite(values, which + "target") }
    if let weights = data.weights {
      if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
        throw .badWeight(what: which + "weight", row: row)
      }
      // A mean that is not finite comes of weights near the largest number there is.
      if !(data.meanWeight > 0 && data.meanWeight.isFinite) { throw .noData }
    }
  }

  /// Takes scalings, task and names from the data unless an earlier training has.
  mutating func prepare(for data: Dataset<Element>) {
    if record != nil { return }
    describe(data)
    if !hasInputScaling { inputScaling = Scaling(rangeOf: data.inputs, weights: data.weights) }
    if !hasOutputScaling, case .values(let values) = data.targets {
      outputScaling = Scaling(spreadOf: values, weights: data.relativeWeights)
    }
    (hasInputScaling, hasOutputScaling) = (true, true)
  }

  /// Takes the task and the names of columns and classes from a data set.
  package mutating func describe(_ data: Dataset<Element>) {
    task = data.targets.task
    names = data.names
  }

  private func requireFinite(_ matrix: Matrix<Element>, _ what: String) throws(TrainingError) {
    let index = Element._firstNonFinite(matrix.elements.count, matrix.elements.pointer)
    if index >= 0 { throw .nonFiniteData(what: what, row: index / matrix.columns, column: index % matrix.columns) }
  }

  /// Takes over what a training run has come to, however it ended.
  mutating func adopt(_ ledger: TrainingLedger<Element>) {
    parameters = ledger.state.best.parameters
    record = ledger.record
    trainingState = ledger.state
  }
}
