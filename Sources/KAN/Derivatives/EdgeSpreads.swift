extension Network {
  /// How much each edge's curve varies over its input's domain, where no rows say how the input is distributed: its
  /// standard deviation over evenly spaced points, in the layer's own units.
  ///
  /// - Returns: for each layer [in × sums].
  package var edgeSpreads: [Matrix<Double>] {
    requireParameterCount()
    return layers.indices.map { index in
      let layer = layers[index]
      var result = Matrix<Double>(rows: layer.inputs, columns: layer.sums)
      let weights = weights(ofLayer: index)
      for input in 0..<layer.inputs {
        // As many points as show every interval of the usual grids.
        let x = layer.domain(ofInput: input).points(65)
        let spreads = Self.spreads(of: layer, input: input, at: x, weights)
        for (sum, spread) in spreads.enumerated() { result[input, sum] = spread }
      }
      return result
    }
  }

  /// What each layer sees of some rows, the first one scaled inputs: [rows × in] each.
  package func seen(of rows: Matrix<Element>, pool: ThreadPool = .shared) -> [Matrix<Element>] {
    [inputScaling.applied(to: rows)] + activations(at: rows, pool: pool).dropLast().map(\.outputs)
  }

  private static func spreads(
    of layer: Layer<Element>, input: Int, at x: [Element], _ weights: Matrix<Element>
  ) -> [Double] {
    let points = Matrix(rows: x.count, columns: 1, elements: x)
    var phi = Matrix<Element>(rows: x.count, columns: layer.functions)
    var z = Matrix<Element>(rows: x.count, columns: layer.sums)
    layer.basis.writeValues(of: points.view, first: input, to: phi.mutableView())
    // φ: [points × sums] = Φ: [points × K] · W of the input: [K × sums]
    multiply(
      phi.view, .no, weights.view.slice(row: input * layer.functions, rows: layer.functions, columns: layer.sums), .no,
      into: z.mutableView())
    defer { withExtendedLifetime((points, phi, weights)) {} }
    return deviations(of: z.view)
  }
}

/// The standard deviation of each column.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func deviations<Element: Scalar>(of z: MatrixView<Element>) -> [Double] {
  guard z.rows > 0 else { return [Double](repeating: 0, count: z.columns) }
  var means = [Double](repeating: 0, count: z.columns)
  var squares = means
  for row in 0..<z.rows { for column in 0..<z.columns { means[column] += Double(z[row, column]) } }
  for column in 0..<z.columns { means[column] /= Double(z.rows) }
  for row in 0..<z.rows {
    for column in 0..<z.columns {
      let distance = Double(z[row, column]) - means[column]
      squares[column] += distance * distance
    }
  }
  return squares.map { ($0 / Double(z.rows)).squareRoot() }
}
