extension Network {
  /// This network of one layer with the function of another on straight lines.
  func takingLines(_ lines: Network, _ basis: TableBasis<Element>, _ own: TableBasis<Element>) -> Network {
    var result = self
    let weights = basis.coefficients(ofLinear: lines.weights(ofLayer: 0), functions: own.functions)
    let to = result.parameters.mutablePointer()
    for index in 0..<layers[0].weightCount { to[index] = weights.elements.pointer[index] }
    for (output, bias) in lines.bias(ofLayer: 0).enumerated() { to[layers[0].weightCount + output] = bias }
    return result
  }

  /// Moves each output by the constant that minimises a pointwise loss on some rows, which weight decay has pulled away
  /// from it: a zero of the loss's slope, by bisection.
  mutating func centerOutputs(on data: Dataset<Element>, _ objective: any Objective, pool: ThreadPool) {
    guard let objective = objective as? any PointwiseObjective, !(objective is MeanSquaredError),
      case .values(let values) = data.targets
    else { return }
    let outputs = outputs(for: data.inputs, pool: pool)
    let scaling = objective.scalesTargets ? outputScaling : Scaling(identity: self.outputs)
    for output in 0..<self.outputs {
      func slope(_ move: Double) -> Double {
        var sum = 0.0
        for row in 0..<data.rows {
          let target = Double((values.view[row, output] - scaling.shift[output]) * scaling.factor[output])
          let point = objective.point(output: Double(outputs.view[row, output]) + move, target: target)
          sum += (data.weights.map { Double($0[row]) } ?? 1) * point.slope
        }
        return sum
      }
      // Outputs are standardised targets, or logarithms of rates and odds, for which 30 is without end.
      var (low, high) = (-30.0, 30.0)
      for _ in 0..<50 {
        let middle = (low + high) / 2
        if slope(middle) < 0 { low = middle } else { high = middle }
      }
      let place = parameterCount - self.outputs + output
      if high < 29 && low > -29 { parameters[place] += Element((low + high) / 2) }
    }
  }
}
