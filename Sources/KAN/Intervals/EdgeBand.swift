extension Network {
  /// The standard error of an edge's curve in the last layer, less its mean over the rows of the training.
  ///
  ///     se(x) = σ·√((f(x) - m)ᵀVᵢᵢ(f(x) - m))
  ///
  /// with the K functions f of the input, their means m, its block Vᵢᵢ of the covariance that intervals are made of, and
  /// σ of what the layer leaves. It is that of a least-squares fit of the last layer, whatever the training was: two of
  /// them on either side hold the curve of a one-layer network with a probability of about 95 % on average over x
  /// (Nychka 1988, Journal of the American Statistical Association 83).
  ///
  /// - Parameters:
  ///   - input: of the last layer.
  ///   - output: of the network; traps for an edge that does not exist.
  ///   - points: x as in ``curve(ofLayer:input:output:at:units:)``.
  /// - Returns: in the units of the curve: [points]; nil if the network has no intervals, its last layer joins sums, or
  ///   not all functions of the input are in the covariance.
  public func edgeBand(
    input: Int, output: Int, at points: [Element], units: Units = .data
  ) -> [Double]? {
    let last = layers.count - 1
    let layer = layers[last]
    require(
      (0..<layer.inputs).contains(input) && (0..<outputs).contains(output),
      "Network: the edge from input \(input) to output \(output) of \(layer.inputs) and \(outputs)")
    guard let covariance = validIntervals?.covariance, layer.activation == .identity else { return nil }
    let own = covariance.functions.indices.filter { covariance.functions[$0] / layer.functions == input }
    let isWhole = layer.inputs * (layer.functions - layer.basis.baseFunctions) <= LastLayerCovariance.mostFunctions
    if own.isEmpty || !isWhole { return nil }
    let isFirst = units == .data && last == 0
    let x = points.map { isFirst ? inputScaling.apply(to: $0, column: input) : $0 }
    let values = layer.values(ofInput: input, at: x)
    var d = Matrix<Double>(rows: points.count, columns: covariance.order)
    for row in points.indices {
      for place in own {
        d[row, place] = Double(values[row, covariance.functions[place] % layer.functions]) - covariance.means[place]
      }
    }
    let product = d.multiplied(by: covariance.upper())
    let unit = units == .data ? outputUnit(output) : 1
    let sigma = covariance.variances[output].squareRoot() / unit
    return points.indices.map { row in
      sigma * product.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }
}
