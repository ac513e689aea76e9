extension Network {
  /// Sets the edges of a layer to given functions: coefficients by least squares at points that meet every function of
  /// the basis, base function and bias 0.
  ///
  /// - Parameters:
  ///   - function: φ(x) of the edge from an input to an output; x is what the layer sees, of the first layer inputs
  ///     scaled to [-1, 1], and y is scaled as targets are on the last
  /// - Returns: the largest deviation at the points.
  /// - Throws: ``TrainingError`` if a value is not finite.
  @discardableResult
  public mutating func setFunctions(
    ofLayer index: Int, _ function: (_ input: Int, _ output: Int, _ x: Double) -> Double
  ) throws(TrainingError) -> Double {
    requireLayer(index)
    let layer = layers[index]
    let functions = layer.functions - layer.baseFunctions
    var deviation = 0.0
    var weights = [Double](repeating: 0, count: layer.parameterCount)
    for input in 0..<layer.inputs {
      let points = layer.fittingPoints(ofInput: input)
      let values = layer.values(ofInput: input, at: points)
      var a = Matrix<Double>(rows: points.count, columns: functions)
      var y = Matrix<Double>(rows: points.count, columns: layer.outputs)
      for (row, x) in points.enumerated() {
        for k in 0..<functions { a[row, k] = Double(values[row, k]) }
        for output in 0..<layer.outputs { y[row, output] = function(input, output, Double(x)) }
      }
      let solution = try Self.solve(a, y)
      deviation = max(deviation, largestDeviation(a.multiplied(by: solution), y))
      for k in 0..<functions {
        for output in 0..<layer.outputs {
          weights[(input * layer.functions + k) * layer.outputs + output] = solution[k, output]
        }
      }
    }
    let to = parameters.mutablePointer() + parameterOffset(ofLayer: index)
    for place in weights.indices { to[place] = Element(weights[place]) }
    adoptParameters()
    return deviation
  }

  /// Sets the edges that leave one input of a layer to sampled curves, as well as least squares can, with the smallest
  /// change of coefficients: functions that no sample meets stay as they are.
  ///
  /// - Parameters:
  ///   - x: the samples' places, as ``setFunctions(ofLayer:_:)`` has them: [samples]
  ///   - y: the curves there, one for each output: [samples × out]; traps if the shapes do not fit
  /// - Returns: the largest deviation at the samples.
  /// - Throws: ``TrainingError`` if a value is not finite.
  @discardableResult
  public mutating func setCurves(
    ofLayer index: Int, input: Int, at x: [Element], to y: Matrix<Element>
  ) throws(TrainingError) -> Double {
    requireLayer(index)
    let layer = layers[index]
    require(
      (0..<layer.inputs).contains(input) && y.rows == x.count && y.columns == layer.outputs,
      "Network: curves of shape [\(y.rows) × \(y.columns)] at \(x.count) places for input \(input) of "
        + "\(layer.inputs) and \(layer.outputs) outputs")
    if let place = x.firstIndex(where: { !$0.isFinite }) {
      throw .nonFiniteData(what: "place of a sample", row: place, column: 0)
    }
    let functions = layer.functions
    let values = layer.values(ofInput: input, at: x)
    let to = parameters.mutablePointer() + parameterOffset(ofLayer: index) + input * functions * layer.outputs
    var a = Matrix<Double>(rows: x.count, columns: functions)
    var old = Matrix<Double>(rows: functions, columns: layer.outputs)
    for row in x.indices { for k in 0..<functions { a[row, k] = Double(values[row, k]) } }
    for k in 0..<functions {
      for output in 0..<layer.outputs { old[k, output] = Double(to[k * layer.outputs + output]) }
    }
    let before = a.multiplied(by: old)
    var change = before
    for place in 0..<change.elements.count {
      change.elements[place] = Double(y.elements[place]) - before.elements[place]
    }
    let solution = try Self.solve(a, change)
    for k in 0..<functions where (0..<x.count).contains(where: { a[$0, k] != 0 }) {
      for output in 0..<layer.outputs {
        to[k * layer.outputs + output] = Element(old[k, output] + solution[k, output])
      }
    }
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
  fileprivate var baseFunctions: Int {
    switch basis {
    case let spline as BSpline<Element>: spline.base.count
    case let gaussian as Gaussian<Element>: gaussian.base.count
    default: 0
    }
  }

  /// The K functions of one input: [points × K]
  fileprivate func values(ofInput input: Int, at points: [Element]) -> Matrix<Element> {
    var values = Matrix<Element>(rows: points.count, columns: functions)
    let x = Matrix(rows: points.count, columns: 1, elements: points)
    if isIdentity { return x }
    withExtendedLifetime(x) { basis.writeValues(of: x.view, first: input, to: values.mutableView()) }
    return values
  }

  /// More points than functions, in every interval of a grid, and more of them at the ends of other ranges.
  fileprivate func fittingPoints(ofInput input: Int) -> [Element] {
    if let spline = basis as? BSpline<Element> {
      let knots = spline.grid.breakpoints(ofInput: input)
      let count = 2 * spline.grid.degree + 2
      var points = [knots[0], knots[knots.count - 1]]
      for (low, high) in zip(knots, knots.dropFirst()) where low < high {
        for place in 0..<count {
          let share = (Element(place) + 0.5) / Element(count)
          points.append(low + share * (high - low))
        }
      }
      return points
    }
    let range = (basis as? Gaussian<Element>)?.range ?? -1...1
    let middle = (range.lowerBound + range.upperBound) / 2
    let count = 4 * functions + 4
    return (0..<count).map { place in
      let cosine = Elementary.cos(.pi * (Double(place) + 0.5) / Double(count))
      return middle + Element(cosine) * (range.upperBound - middle)
    }
  }
}
