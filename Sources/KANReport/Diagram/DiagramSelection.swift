import KAN

/// Which nodes and edges a diagram shows: all of a small network, the strongest of a large one.
struct DiagramSelection {
  struct Edge: Hashable {
    var layer, input, sum: Int
  }

  /// Nodes of each level, inputs first, by rising index.
  private(set) var nodes: [[Int]]
  /// In the order of layers, inputs and sums.
  private(set) var edges: [Edge]
  /// Edges of the network, and the share of their strength that the others have, 0 to 1.
  private(set) var total: Int
  private(set) var shareLeftOut: Double

  /// - Parameters:
  ///   - mostEdges: edges of a layer up to which all are shown.
  ///   - ofMany: of a layer with more, as many nodes on each side as bring it below this.
  init(_ portrait: Portrait, mostEdges: Int, ofMany: Int) {
    let layers = portrait.layers
    var limits = [Int](repeating: .max, count: layers.count + 1)
    for (index, layer) in layers.enumerated() where layer.edges > mostEdges {
      // Twice as many rows as columns: names need rows, and pages are rather long than wide.
      var columns = max(1, Int((Double(ofMany) / 2).squareRoot()))
      columns = min(columns, layer.outputs)
      limits[index + 1] = min(limits[index + 1], columns)
      limits[index] = min(limits[index], max(1, ofMany / columns))
    }
    nodes = portrait.nodes.enumerated().map { level, scores in
      if scores.count <= limits[level] { return Array(scores.indices) }
      let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
      return order.prefix(limits[level]).sorted()
    }
    edges = []
    total = 0
    var (all, shown) = (0.0, 0.0)
    for (index, layer) in layers.enumerated() {
      total += layer.edges
      all += layer.strengths.elements.reduce(0, +)
      let sums = nodes[index + 1].flatMap { layer.sums(ofOutput: $0) }
      for input in nodes[index] {
        for sum in sums where layer.hasEdge(input, sum) {
          edges.append(Edge(layer: index, input: input, sum: sum))
          shown += layer.strengths[input, sum]
        }
      }
    }
    shareLeftOut = all > 0 ? max(0, 1 - shown / all) : 0
  }

  var leftOut: Int { total - edges.count }
}
