/// The function on one edge, φ(x) = Σₖ wₖ·fₖ(x), at some points.
public struct EdgeCurve<Element: Scalar>: Sendable, Equatable {
  /// x: [points]
  public let points: [Element]
  /// φ(x): [points]
  public let values: [Element]
  /// φ′(x): [points]
  public let derivatives: [Element]
  /// What the base function adds to each value: [points]; empty without one.
  public let baseValues: [Element]
  /// The knots of the edge's grid inside its range, G + 1 of them, or of splines on a table's column; empty without.
  public let knots: [Element]
  /// wₖ, without the base function's, in the layer's own units: they multiply the functions of the basis.
  public let coefficients: [Element]
  /// The base function's w, if the basis has one.
  public let baseCoefficient: Element?
}

extension Network {
  /// The function on the edge from an input of a layer to one of its sums.
  ///
  /// In the data's units, points and knots of the first layer are in those of its inputs, and values of the last layer,
  /// if it has no activation, in those of the targets: what the edge adds to the output. The output's shift
  /// belongs to no edge. Everything else is in the layer's own units, as with `units: .layers`.
  ///
  /// - Parameters:
  ///   - output: the index of the sum, which is the output's unless the node function joins sums; traps for an edge
  ///     that does not exist.
  ///   - points: x; by default 101 evenly spaced points over the range of the grid, or over [-1, 1] in the layer's
  ///     units; for categories their codes.
  public func curve(
    ofLayer index: Int, input: Int, output: Int, at points: [Element]? = nil, units: Units = .data
  ) -> EdgeCurve<Element> {
    require(layers.indices.contains(index), "Network: layer \(index) of \(layers.count)")
    requireParameterCount()
    let layer = layers[index]
    require(
      (0..<layer.inputs).contains(input) && (0..<layer.sums).contains(output),
      "Network: the edge from input \(input) to sum \(output) of a layer of \(layer.inputs) inputs and \(layer.sums) sums"
    )
    let isFirst = units == .data && index == 0
    let inputScale: (Element, Element) = isFirst ? (inputScaling.shift[input], inputScaling.factor[input]) : (0, 1)
    let isLast = index == layers.count - 1 && layer.activation == .identity
    let outputFactor = units == .data && isLast ? outputScaling.factor[output] : 1
    func own(_ x: Element) -> Element { (x - inputScale.0) * inputScale.1 }
    func shown(_ x: Element) -> Element { inputScale.1 == 0 ? inputScale.0 : x / inputScale.1 + inputScale.0 }

    let domain = layer.domain(ofInput: input)
    let shownPoints: [Element] = points ?? domain.points(101).map(shown)
    let x = Matrix(rows: shownPoints.count, columns: 1, elements: shownPoints.map(own))
    let functions = layer.functions
    var values = Matrix<Element>(rows: x.rows, columns: functions)
    var slopes = values
    let (valueView, slopeView) = (values.mutableView(), slopes.mutableView())
    withExtendedLifetime(x) {
      layer.basis.writeValues(of: x.view, first: input, to: valueView)
      layer.basis.writeDerivatives(of: x.view, first: input, to: slopeView)
    }
    let start = parameterOffset(ofLayer: index) + input * functions * layer.sums + output
    let coefficients = (0..<functions).map { parameters[start + $0 * layer.sums] }
    func sum(_ view: MutableMatrixView<Element>, _ row: Int) -> Element {
      var sum: Element = 0
      for k in 0..<functions { sum += coefficients[k] * view[row, k] }
      return sum / outputFactor
    }
    let baseCoefficient = layer.basis.baseFunctions > 0 ? coefficients.last : nil
    let result = EdgeCurve(
      points: shownPoints, values: (0..<x.rows).map { sum(valueView, $0) },
      derivatives: (0..<x.rows).map { sum(slopeView, $0) * inputScale.1 },
      baseValues: baseCoefficient.map { weight in
        (0..<x.rows).map { weight * valueView[$0, functions - 1] / outputFactor }
      } ?? [],
      knots: domain.knots.map(shown), coefficients: Array(coefficients.dropLast(layer.basis.baseFunctions)),
      baseCoefficient: baseCoefficient)
    withExtendedLifetime((values, slopes)) {}
    return result
  }
}

extension Layer {
  /// The range covered by the functions of an input.
  func homeRange(ofInput input: Int) -> ClosedRange<Element> { domain(ofInput: input).range }
}
