extension Network {
  /// Traps unless the columns fit.
  /// - Throws: ``TrainingError`` if there are no rows, a value is not finite, or a target is invalid for the objective.
  func check(_ data: Dataset<Element>, _ which: String, _ objective: any Objective) throws(TrainingError) {
    require(
      data.inputs.columns == inputs && objective.outputs(forTargets: data.targets.outputs) == outputs,
      "Network: \(which)data of \(data.inputs.columns) inputs and \(data.targets.outputs) targets for \(inputs) inputs "
        + "and \(outputs) outputs")
    require(
      record == nil || data.targets.task == task,
      "Network: \(which)data for \(data.targets.task) to go on with a network trained for \(task)")
    try Self.check(data.names, inputs: inputs, outputs: data.targets.outputs, task: data.targets.task)
    if data.rows == 0 { throw .noData }
    try requireFinite(data.inputs, which + "input")
    if case .values(let values) = data.targets { try requireFinite(values, which + "target") }
    try objective.check(data.targets, which)
    if let weights = data.weights {
      if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
        throw .badWeight(what: which + "weight", row: row)
      }
      // The mean overflows for weights near the largest finite number.
      if !(data.meanWeight > 0 && data.meanWeight.isFinite) { throw .noData }
    }
  }

  private func requireFinite(_ matrix: Matrix<Element>, _ what: String) throws(TrainingError) {
    let index = Element._firstNonFinite(matrix.elements.count, matrix.elements.pointer)
    if index >= 0 { throw .nonFiniteData(what: what, row: index / matrix.columns, column: index % matrix.columns) }
  }
}
