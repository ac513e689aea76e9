extension Network {
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
}
