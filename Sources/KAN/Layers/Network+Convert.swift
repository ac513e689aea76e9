extension Network {
  /// The same network in another precision, each number rounded to the nearest. A change of precision discards the
  /// state of an interrupted training.
  ///
  /// - Parameter bases: kinds of basis in the other precision, for a basis that cannot convert itself
  ///   (``Basis/converted(to:)``).
  /// - Throws: ``BasisError`` for a basis that has no counterpart in the other precision, or one whose knots coincide
  ///   there.
  public func converted<Other: Scalar>(
    to _: Other.Type, bases: [any Basis<Other>.Type] = []
  ) throws(BasisError) -> Network<Other> {
    requireParameterCount()
    if let same = self as? Network<Other> { return same }
    var converted: [Layer<Other>] = []
    for layer in layers {
      let complete = Layer<Other>(
        basis: try layer.basis.converted(to: Other.self, by: bases), outputs: layer.outputs, node: layer.node)
      converted.append(complete.keeping(layer.edges))
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
    result.preprocessing.encoding = preprocessing.encoding
    result.preprocessing.distributions = preprocessing.distributions
    result.monotone = monotone
    result.record = record
    result.intervals = validIntervals.flatMap {
      IntervalCalibration($0.covariance, scores: $0.scores, rows: $0.rows, mark: result.parameterMark)
    }
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

extension RowSource {
  /// All rows in memory in double precision.
  func inDoublePrecision() throws(RowSourceError) -> Dataset<Double> {
    if let data = self as? Dataset<Element> { return data.inDoublePrecision() }
    return try dataset { Double($0) }
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

extension Basis {
  /// Converts with a given type of the same kind, else with the basis's own method.
  fileprivate func converted<Other: Scalar>(
    to precision: Other.Type, by types: [any Basis<Other>.Type]
  ) throws(BasisError) -> any Basis<Other> {
    guard types.contains(where: { $0.kind == Self.kind }) else { return try converted(to: precision) }
    return try makeBasis(description.converted(to: precision), from: types)
  }
}
