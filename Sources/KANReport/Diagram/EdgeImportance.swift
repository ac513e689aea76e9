import KAN

/// How much edges and nodes matter to the outputs: ``Attribution`` on some rows, and without rows the same with curves'
/// spreads over their grids.
struct EdgeImportance {
  /// For each layer [in × sums].
  var edges: [Matrix<Double>]
  /// [layers + 1][nodes], inputs first.
  var nodes: [[Double]]

  init<Element: Scalar>(_ network: Network<Element>, on rows: Matrix<Element>?, pool: ThreadPool) {
    if let rows {
      let attribution = network.attribution(on: rows, pool: pool)
      (edges, nodes) = (attribution.edges, attribution.nodes)
      return
    }
    edges = network.edgeSpreads
    nodes = [[Double](repeating: 1, count: network.outputs)]
    for (index, layer) in network.layers.enumerated().reversed() {
      let above = nodes[0]
      let products = (layer.node as? Products)?.count ?? 0
      let plain = layer.outputs - products
      var scores = [Double](repeating: 0, count: layer.inputs)
      for sum in 0..<layer.sums {
        let node = sum < plain ? sum : plain + (sum - plain) / 2
        // As if curves were independent, what they add to a sum's variance.
        let total = (0..<layer.inputs).reduce(0) { $0 + edges[index][$1, sum] * edges[index][$1, sum] }.squareRoot()
        for input in 0..<layer.inputs {
          let share = total > 0 && total.isFinite ? edges[index][input, sum] / total * above[node] : 0
          edges[index][input, sum] = share
          scores[input] += share
        }
      }
      nodes.insert(scores, at: 0)
    }
  }
}
