extension Network {
  /// Sets the edges of a layer to given functions by least squares at points that determine every coefficient; base
  /// functions and biases become 0. Removed edges stay at 0.
  ///
  /// - Parameters:
  ///   - function: φ(x) of the edge from an input to a sum, which is the output unless the node function joins sums. x
  ///     is in the layer's units, inputs scaled to [-1, 1] for the first layer; so is φ(x), which for the last layer
  ///     means scaled targets
  /// - Returns: the largest deviation at the points.
  /// - Throws: ``TrainingError`` if a value is not finite.
  @discardableResult
  public mutating func setFunctions(
    ofLayer index: Int, _ function: (_ input: Int, _ output: Int, _ x: Double) -> Double
  ) throws(TrainingError) -> Double {
    requireLayer(index)
    let layer = layers[index]
    let functions = layer.functions - layer.basis.baseFunctions
    var deviation = 0.0
    var weights = [Double](repeating: 0, count: layer.parameterCount)
    for input in 0..<layer.inputs {
      let points = layer.basis.fittingPoints(ofInput: input)
      let values = layer.values(ofInput: input, at: points)
      var a = Matrix<Double>(rows: points.count, columns: functions)
      var y = Matrix<Double>(rows: points.count, columns: layer.sums)
      for (row, x) in points.enumerated() {
        for k in 0..<functions { a[row, k] = Double(values[row, k]) }
        for output in 0..<layer.sums where layer.hasEdge(from: input, to: output) {
          y[row, output] = function(input, output, Double(x))
        }
      }
      let solution = try Self.solve(a, y)
      deviation = max(deviation, largestDeviation(a.multiplied(by: solution), y))
      for k in 0..<functions {
        for output in 0..<layer.sums {
          weights[(input * layer.functions + k) * layer.sums + output] = solution[k, output]
        }
      }
    }
    let to = parameters.mutablePointer() + parameterOffset(ofLayer: index)
    for place in weights.indices { to[place] = Element(weights[place]) }
    clearRemovedEdges()
    adoptParameters()
    return deviation
  }

  /// Fits the edges from one input of a layer to sampled curves by least squares, with the smallest change of
  /// coefficients: functions without samples in their support keep theirs. Removed edges stay at 0.
  ///
  /// - Parameters:
  ///   - x: abscissas, in the units of ``setFunctions(ofLayer:_:)``: [samples]
  ///   - y: the curves there, one for each sum: [samples × sums]; traps if the shapes do not fit
  /// - Returns: the largest deviation at the samples.
  /// - Throws: ``TrainingError`` if a value is not finite.
  @discardableResult
  public mutating func setCurves(
    ofLayer index: Int, input: Int, at x: [Element], to y: Matrix<Element>
  ) throws(TrainingError) -> Double {
    requireLayer(index)
    let layer = layers[index]
    require(
      (0..<layer.inputs).contains(input) && y.rows == x.count && y.columns == layer.sums,
      "Network: curves of shape [\(y.rows) × \(y.columns)] at \(x.count) places for input \(input) of "
        + "\(layer.inputs) and \(layer.sums) sums")
    if let place = x.firstIndex(where: { !$0.isFinite }) {
      throw .nonFiniteData(what: "place of a sample", row: place, column: 0)
    }
    let functions = layer.functions
    let values = layer.values(ofInput: input, at: x)
    let to = parameters.mutablePointer() + parameterOffset(ofLayer: index) + input * functions * layer.sums
    var a = Matrix<Double>(rows: x.count, columns: functions)
    var old = Matrix<Double>(rows: functions, columns: layer.sums)
    for row in x.indices { for k in 0..<functions { a[row, k] = Double(values[row, k]) } }
    for k in 0..<functions {
      for output in 0..<layer.sums { old[k, output] = Double(to[k * layer.sums + output]) }
    }
    let before = a.multiplied(by: old)
    var change = before
    for row in x.indices {
      for sum in 0..<layer.sums {
        change[row, sum] = layer.hasEdge(from: input, to: sum) ? Double(y[row, sum]) - before[row, sum] : 0
      }
    }
    let solution = try Self.solve(a, change)
    for k in 0..<functions where (0..<x.count).contains(where: { a[$0, k] != 0 }) {
      for output in 0..<layer.sums {
        to[k * layer.sums + output] = Element(old[k, output] + solution[k, output])
      }
    }
    clearRemovedEdges()
    adoptParameters()
    return largestDeviation(a.multiplied(by: solution), change)
  }

  private static func solve(_ a: Matrix<Double>, _ b: Matrix<Double>) throws(TrainingError) -> Matrix<Double> {
    do { return try solveLeastSquares(a, b).solution } catch { throw .leastSquares("\(error)") }
  }
}

private func largestDeviation(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

extension Layer {
  /// The K functions of one input: [points × K]
  func values(ofInput input: Int, at points: [Element]) -> Matrix<Element> {
    var values = Matrix<Element>(rows: points.count, columns: functions)
    let x = Matrix(rows: points.count, columns: 1, elements: points)
    if isIdentity { return x }
    withExtendedLifetime(x) { basis.writeValues(of: x.view, first: input, to: values.mutableView()) }
    return values
  }
}
