extension Network {
  /// How much each edge matters to the outputs on some rows: [layers] of [in × sums].
  ///
  /// - Parameter rows: [rows × in], in the data's units; traps unless the columns fit.
  public func edgeScores(on rows: Matrix<Element>, pool: ThreadPool = .shared) -> [Matrix<Double>] {
    let seen = layerInputs(of: rows, pool: pool)
    return layers.indices.map { index in
      let layer = layers[index]
      let x = seen[index].sample
      let w = weights(ofLayer: index)
      var result = Matrix<Double>(rows: layer.inputs, columns: layer.sums)
      for input in 0..<layer.inputs {
        var values = Matrix<Element>(rows: x.rows, columns: layer.functions)
        layer.basis.writeValues(
          of: x.view.slice(rows: x.rows, column: input, columns: 1), first: input, to: values.mutableView())
        for sum in 0..<layer.sums {
          let curve = (0..<x.rows).map { row in
            (0..<layer.functions).reduce(0.0) {
              $0 + Double(values[row, $1]) * Double(w[input * layer.functions + $1, sum])
            }
          }
          let mean = curve.reduce(0, +) / Double(x.rows)
          result[input, sum] = (curve.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.rows)).squareRoot()
        }
      }
      return result
    }
  }
}
