import KAN
import KANLinearAlgebra

extension EdgeNetwork {
  /// The formula of an output in the columns of the table.
  ///
  /// - Parameters:
  ///   - columns: the network's inputs, which are the formula's variables.
  ///   - scaling: from outputs to targets.
  func expression(
    ofOutput output: Int, columns: [InputColumn], scaling: Scaling<Double>, at passes: EdgePasses
  ) -> Expression {
    var x = columns.map(\.expression)
    var curves = 0
    for (index, layer) in layers.enumerated() {
      var z: [Expression] = []
      for sum in 0..<layer.sums {
        var terms: [Expression] = []
        for input in 0..<layer.inputs {
          switch layer.edges[input * layer.sums + sum] {
          case .zero: break
          case .term(let term): terms.append(term.expression(of: x[input]))
          case .own:
            let edge = NetworkEdge(layer: index, input: input, output: sum)
            curves += 1
            let curve = curve(of: edge, named: "spline\(curves)", at: passes)
            if index == 0, let restore = columns[input].restoreScaled {
              // In the column's units.
              let own = SplineCurve(name: curve.name, points: curve.points.map(restore), values: curve.values)
              terms.append(.spline(own, .variable(input)))
            } else {
              terms.append(.spline(curve, x[input]))
            }
          }
        }
        z.append(.sum(terms + [.constant(layer.bias[sum])]))
      }
      let plain = layer.outputs - layer.products
      x = z[..<plain].map { layer.activation.expression(of: $0) }
      x += (0..<layer.products).map { .product([z[plain + 2 * $0], z[plain + 2 * $0 + 1]]) }
    }
    return Expression.sum([
      .product([.constant(1 / scaling.factor[output]), x[output]]), .constant(scaling.shift[output]),
    ]).simplified()
  }

  /// An edge's own functions as a natural spline over the range of its data.
  private func curve(of edge: NetworkEdge, named name: String, at passes: EdgePasses) -> SplineCurve {
    let layer = layers[edge.layer]
    let seen = passes.inputs[edge.layer][edge.input * passes.rows..<(edge.input + 1) * passes.rows]
    let (low, high) = (seen.min() ?? -1, seen.max() ?? 1)
    // Four points an interval of the usual grids follow their cubics to four digits, and finer ones to two.
    let count = high > low ? max(33, 2 * layer.basis.functions + 1) : 2
    let points = (0..<count).map { low + (high > low ? high - low : 1) * Double($0) / Double(count - 1) }
    guard case .own(let coefficients) = self[edge] else { fatalError("EdgeNetwork: \(edge) has no curve") }
    var values = [Double](repeating: 0, count: count * layer.basis.functions)
    let functions = layer.basis.functions
    points.withUnsafeBufferPointer { x in
      values.withUnsafeMutableBufferPointer {
        layer.basis.writeValues(
          of: MatrixView(base: x.baseAddress!, rows: count, columns: 1, stride: 1), first: edge.input,
          to: MutableMatrixView(base: $0.baseAddress!, rows: count, columns: functions, stride: functions))
      }
    }
    return SplineCurve(
      name: name, points: points,
      values: points.indices.map { point in
        coefficients.indices.reduce(0) { $0 + coefficients[$1] * values[point * functions + $1] }
      })
  }
}
