extension Network {
  /// The same network in another precision, without what a training would need to go on.
  ///
  /// - Throws: ``BasisError`` for a basis that has no counterpart in the other precision.
  package func converted<Other: Scalar>(to _: Other.Type) throws(BasisError) -> Network<Other> {
    if let same = self as? Network<Other> { return same }
    var converted: [Layer<Other>] = []
    for layer in layers {
      converted.append(
        Layer(
          basis: try layer.basis.converted(to: Other.self), outputs: layer.outputs, activation: layer.activation))
    }
    var result = Network<Other>(layers: converted, parameters: parameters.converted())
    result.contraction = contraction
    result.task = task
    result.inputScaling = inputScaling.converted()
    result.outputScaling = outputScaling.converted()
    result.names = names
    result.record = record
    return result
  }
}

extension AlignedArray {
  fileprivate func converted<Other: Scalar>() -> AlignedArray<Other> {
    if let same = self as? AlignedArray<Other> { return same }
    return AlignedArray<Other>(converting: doubles())
  }
}

extension Scaling {
  fileprivate func converted<Other: Scalar>() -> Scaling<Other> {
    Scaling<Other>(shift: shift.converted(), factor: factor.converted())
  }
}

extension Dataset {
  /// The same rows in double precision.
  func inDoublePrecision() -> Dataset<Double> {
    if let same = self as? Dataset<Double> { return same }
    func matrix(_ from: Matrix<Element>) -> Matrix<Double> {
      Matrix(rows: from.rows, columns: from.columns, elements: from.elements.converted())
    }
    let targets: Targets<Double> =
      switch self.targets {
      case .values(let values): .values(matrix(values))
      case .classes(let labels, let count): .classes(labels, count: count)
      }
    return Dataset<Double>(
      inputs: matrix(inputs), targets: targets, weights: weights?.converted(), names: names)
  }
}
