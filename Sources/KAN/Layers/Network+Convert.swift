extension Network {
  /// The same network in another precision: each number rounded to the nearest. Without what a training needs to be
  /// resumed, unless the precision is the one that it has.
  ///
  /// - Parameter bases: kinds of basis beyond this module's own, in the other precision.
  /// - Throws: ``BasisError`` for a basis of a kind that is not among them, or one whose knots coincide in the other
  ///   precision.
  public func converted<Other: Scalar>(
    to _: Other.Type, bases: [any Basis<Other>.Type] = []
  ) throws(BasisError) -> Network<Other> {
    requireParameterCount()
    if let same = self as? Network<Other> { return same }
    var converted: [Layer<Other>] = []
    for layer in layers {
      let basis = layer.basis.description
      let description = BasisDescription<Other>(
        kind: basis.kind, inputs: basis.inputs, settings: basis.settings,
        arrays: basis.arrays.mapValues { Matrix(rows: $0.rows, columns: $0.columns, elements: $0.elements.converted()) }
      )
      converted.append(
        Layer(
          basis: try makeBasis(description, from: knownBases(Other.self) + bases), outputs: layer.outputs,
          activation: layer.activation))
    }
    var result = Network<Other>(layers: converted, parameters: parameters.converted())
    result.contraction = contraction
    result.task = task
    result.chosenObjective = chosenObjective
    result.inputScaling = inputScaling.converted()
    result.outputScaling = outputScaling.converted()
    result.inputScalingOrigin = inputScalingOrigin
    result.outputScalingOrigin = outputScalingOrigin
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
