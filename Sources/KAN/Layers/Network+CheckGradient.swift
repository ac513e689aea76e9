extension Network {
  /// Checks the gradient of the loss by the parameters against central differences, in double precision: for testing a
  /// basis, node function or objective of your own.
  ///
  /// The closest of three step widths counts, since a step may cross a kink.
  ///
  /// - Parameters:
  ///   - data: a few rows are enough.
  ///   - count: the number of parameters to check, evenly spaced and including the last.
  /// - Returns: the largest |dL/dp - difference|, relative to the larger of both, and at least to a thousandth of the
  ///   largest derivative or of the loss. Right derivatives give some 1e-8.
  /// - Throws: ``BasisError`` for a basis that has no counterpart in double precision.
  public func checkGradient(on data: Dataset<Element>, parameters count: Int = 64) throws(BasisError) -> Double {
    var moved = try converted(to: Double.self)
    moved.task = data.targets.task
    let rows = data.inDoublePrecision()
    let step = TrainingStep(moved, on: rows, batch: rows.rows, pool: ThreadPool(threads: 1))
    let order = Array(0..<rows.rows)
    func loss(_ network: Network<Double>) -> Double {
      order.withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
    }
    let here = loss(moved)
    let gradient = Array(step.gradients)
    let floor = gradient.reduce(abs(here)) { max($0, abs($1)) } * 1e-3
    var largest = 0.0
    let removed = Set(moved.removedParameters)
    let parameters = gradient.indices.filter { !removed.contains($0) }
    let checked = min(count, parameters.count)
    for place in 0..<checked {
      let index = parameters[checked == 1 ? 0 : place * (parameters.count - 1) / (checked - 1)]
      let parameter = moved.parameters[index]
      var least = Double.infinity
      for width in [3e-5, 3e-6, 6e-7] {
        moved.parameters[index] = parameter + width
        let above = loss(moved)
        moved.parameters[index] = parameter - width
        let difference = (above - loss(moved)) / (2 * width)
        least = min(
          least, abs(difference - gradient[index]) / max(abs(difference), abs(gradient[index]), floor))
      }
      moved.parameters[index] = parameter
      largest = max(largest, least)
    }
    return largest
  }
}
