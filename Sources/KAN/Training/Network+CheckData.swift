extension Network {
  /// Traps unless the columns fit.
  /// - Throws: ``TrainingError`` if there are no rows, one cannot be read, a value is not finite, or the objective does
  ///   not take a target.
  func check(
    _ data: TrainingRows<Element>, _ which: String, _ objective: any Objective, _ pool: ThreadPool
  ) throws(TrainingError) {
    let shape = data.targetShape
    require(
      data.inputColumns == inputs && objective.outputs(forTargets: shape.outputs) == outputs,
      "Network: \(which)data of \(data.inputColumns) inputs and \(shape.outputs) targets for \(inputs) inputs "
        + "and \(outputs) outputs")
    require(
      record == nil || shape.task == task,
      "Network: \(which)data for \(shape.task) to go on with a network trained for \(task)")
    try Self.check(data.source.names, inputs: inputs, outputs: shape.outputs, task: shape.task)
    if data.rows == 0 { throw .noData }
    let domain = objective.targetDomain
    let found: RowCheck<Element>
    do {
      found = try data.source.reduce(RowCheck(domain, of: shape), reading: .all, pool: pool)
    } catch {
      throw .rowSource(error)
    }
    if let (row, column) = found.input { throw .nonFiniteData(what: which + "input", row: row, column: column) }
    if let (row, column) = found.target { throw .nonFiniteData(what: which + "target", row: row, column: column) }
    try objective.check(shape.task)
    if let (row, column) = found.outside {
      let takes = shape.task == .regression ? domain.requirement : "classes 0 ..< \(shape.outputs)"
      throw .badTarget(
        what: which + "target", row: row, column: column, objective: type(of: objective).name, takes: takes)
    }
    if let row = found.weight { throw .badWeight(what: which + "weight", row: row) }
    // A mean that is not finite comes of weights near the largest number there is.
    if !(data.meanWeight > 0 && data.meanWeight.isFinite) { throw .noData }
  }
}
