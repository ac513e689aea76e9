/// Networks of two layers on the same functions, and an additive fit, as one network: hidden units side by side, edges to
/// the outputs times the weights.
struct Mixture<Element: Scalar> {
  /// Networks with their share.
  var parts: [(network: Network<Element>, share: Double)] = []
  /// One layer on the functions of the parts' first, with its share.
  var additive: (network: Network<Element>, share: Double)?

  /// The network whose outputs are Σ share·outputs. It has the scalings, names and objective of `template`.
  func network(like template: Network<Element>) -> Network<Element> {
    guard let first = parts.first?.network else {
      var network = additive!.network
      let to = network.parameters.mutablePointer()
      if additive!.share != 1 {
        for index in 0..<network.parameterCount { to[index] *= Element(additive!.share) }
      }
      return network
    }
    let (basis, outputs) = (first.layers[0].basis, first.outputs)
    let units = parts.reduce(0) { $0 + $1.network.layers[0].outputs } + (additive == nil ? 0 : outputs)
    let grid = Grid<Element>(
      inputs: units, from: -Element(AutomaticTuning.hiddenRange), to: Element(AutomaticTuning.hiddenRange),
      intervals: AutomaticTuning.hiddenIntervals, degree: 3)
    let last = BSpline<Element>(grid: grid)
    let layers = [
      Layer<Element>(basis: basis, outputs: units), Layer<Element>(basis: last, outputs: outputs),
    ]
    var network = Network(
      layers: layers, parameters: AlignedArray(zeros: layers.reduce(0) { $0 + $1.parameterCount }))
    network.preprocessing = template.preprocessing
    let to = network.parameters.mutablePointer()
    let second = to + layers[0].parameterCount
    let bias = second + layers[1].weightCount
    var unit = 0
    for (part, share) in parts {
      copyUnits(of: part, to: to, at: unit, of: units)
      let (from, width) = (part.parameterOffset(ofLayer: 1), part.layers[0].outputs)
      let count = part.layers[1].weightCount
      for index in 0..<count {
        second[unit * last.functions * outputs + index] = Element(share) * part.parameters.pointer[from + index]
      }
      for output in 0..<outputs { bias[output] += Element(share) * part.parameters.pointer[from + count + output] }
      unit += width
    }
    if let (part, share) = additive {
      copyUnits(of: part, to: to, at: unit, of: units)
      // The identity as a spline: the coefficients of a straight line are its values at the centres.
      for output in 0..<outputs {
        for function in 0..<last.boundedFunctions {
          second[((unit + output) * last.functions + function) * outputs + output] =
            Element(share) * last.center(ofFunction: function, input: unit + output)
        }
      }
    }
    return network
  }

  /// W and b of a part's first layer as some columns of the wide one's.
  private func copyUnits(of part: Network<Element>, to: UnsafeMutablePointer<Element>, at unit: Int, of units: Int) {
    let layer = part.layers[0]
    let from = part.parameters.pointer
    for row in 0...layer.inputs * layer.functions {
      (to + row * units + unit).update(from: from + row * layer.outputs, count: layer.outputs)
    }
  }
}
