/// How far a network is pruned.
public enum PruningTarget: Sendable, Equatable {
  /// Edges whose score is below a threshold go; 0 removes nothing.
  case threshold(Double)
  /// The edges with the lowest scores go, until at most as many are left.
  case edges(Int)
  /// The hidden nodes with the lowest scores go, until at most as many are left.
  case nodes(Int)
  /// The inputs with the lowest scores lose their edges, until at most as many have any.
  case inputs(Int)
  /// Hidden nodes whose score, that of the edges out of them together, is below a threshold go.
  case nodeThreshold(Double)
  /// Inputs whose score, that of their edges together, is below a threshold lose their edges.
  case inputThreshold(Double)
}

/// Why a network cannot be pruned as far as asked.
public struct PruningError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason in words.
  public let description: String

  init(_ description: String) { self.description = description }
}

extension Network {
  /// The network without the edges, nodes or inputs that matter least on some rows, and a map of what went.
  ///
  /// With an edge go those that carry nothing any more: out of nodes without edges into them, and into hidden nodes that no
  /// edge leaves. Such nodes are taken out of their layers; both sums of a product belong to its node. Inputs and outputs
  /// keep their places. An output never loses its last path from the inputs, whatever its scores. What removed edges gave
  /// on average, biases give instead: the mean of every sum on the rows is what it was.
  ///
  /// This network stays as it is. If nothing is removed, the result is bit for bit the same; otherwise it has no state of
  /// an interrupted training. Train it further: what is left can make up for much of what went.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit.
  ///   - attribution: the scores of this network's edges; by default ``attribution(on:outputScores:pool:)`` of the rows.
  /// - Throws: ``PruningError`` if nothing would be left, if outputs need more than the number asked for, without rows, or
  ///   for scores that are not finite.
  public func pruned(
    to target: PruningTarget, on rows: Matrix<Element>, attribution: Attribution? = nil, pool: ThreadPool = .shared
  ) throws(PruningError) -> PrunedNetwork<Element> {
    requireColumns(of: rows)
    if rows.rows == 0 { throw PruningError("there are no rows by which to tell what matters") }
    let scores = (attribution ?? self.attribution(on: rows, pool: pool)).edges
    require(
      scores.count == layers.count && zip(scores, layers).allSatisfy { $0.rows == $1.inputs && $0.columns == $1.sums },
      "Network: scores of \(scores.map { [$0.rows, $0.columns] }) for edges of \(layers.map { [$0.inputs, $0.sums] })")
    // Scores of 0 do not tell: NaN varies by nothing.
    let isFinite = scores.allSatisfy { $0.elements.allSatisfy(\.isFinite) } && parameters.allSatisfy(\.isFinite)
    if !isFinite || !rows.elements.allSatisfy(\.isFinite) {
      throw PruningError("the rows, the network's parameters or its curves are not finite")
    }
    var removal = EdgeRemoval(graph: EdgeGraph(self), scores: scores)
    try removal.run(to: target)
    return rebuilt(removal.graph, on: rows, pool: pool)
  }
}

/// Removes the weakest first.
private struct EdgeRemoval {
  var graph: EdgeGraph
  /// [layers] of [in × sums]
  let scores: [Matrix<Double>]

  mutating func run(to target: PruningTarget) throws(PruningError) {
    let before = graph.edgeCount
    try removeWeakest(to: target)
    if graph.edgeCount < before { graph.removeUnused() }
  }

  private mutating func removeWeakest(to target: PruningTarget) throws(PruningError) {
    switch target {
    case .threshold(let threshold):
      let weak = ranked { $0 < threshold }
      if weak.count == graph.edgeCount { throw PruningError("no edge has a score of \(threshold) or more") }
      for edge in weak { _ = graph.remove([edge]) }
    case .edges(let count):
      try run(ranked { _ in true }.map { [$0] }, to: count, "edges") { $0.edgeCount }
    case .nodes(let count):
      try run(rankedNodes().map(\.edges), to: count, "hidden nodes") { $0.nodeCount }
    case .inputs(let count): try run(rankedInputs().map(\.edges), to: count, "inputs") { $0.inputCount }
    case .nodeThreshold(let threshold): try remove(rankedNodes(), below: threshold, "hidden node")
    case .inputThreshold(let threshold): try remove(rankedInputs(), below: threshold, "input")
    }
  }

  private mutating func remove(_ groups: [Group], below threshold: Double, _ what: String) throws(PruningError) {
    let weak = groups.filter { $0.score < threshold }
    if !weak.isEmpty && weak.count == groups.count {
      throw PruningError("no \(what) has a score of \(threshold) or more")
    }
    for group in weak { _ = graph.remove(group.edges) }
  }

  /// Removes groups of edges, each together, until `size` is at most `count`.
  private mutating func run(
    _ groups: [[EdgeGraph.Edge]], to count: Int, _ what: String, _ size: (EdgeGraph) -> Int
  ) throws(PruningError) {
    if count < 1 { throw PruningError("\(count) \(what) would leave nothing") }
    for group in groups {
      if size(graph) <= count { return }
      _ = graph.remove(group)
    }
    let least = size(graph)
    if least > count { throw PruningError("the outputs need \(least) \(what), more than \(count)") }
  }

  /// Edges that exist with such scores, the lowest score first.
  private func ranked(_ isWeak: (Double) -> Bool) -> [EdgeGraph.Edge] {
    var edges: [(edge: EdgeGraph.Edge, score: Double)] = []
    for (layer, scores) in scores.enumerated() {
      for input in 0..<scores.rows {
        for sum in graph.masks[layer].sums(ofInput: input) where isWeak(scores[input, sum]) {
          edges.append((EdgeGraph.Edge(layer: layer, input: input, sum: sum), scores[input, sum]))
        }
      }
    }
    // Stable: edges of the same score go in the order of layers, inputs and sums.
    return edges.enumerated().sorted { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }.map(
      \.element.edge)
  }

  /// Edges that go together, and the sum of their scores.
  private struct Group {
    var edges: [EdgeGraph.Edge]
    var score: Double
  }

  /// The edges of each input that has any.
  private func rankedInputs() -> [Group] {
    weakestFirst((0..<scores[0].rows).map { graph.edgesOut(ofLayer: 0, input: $0) }.filter { !$0.isEmpty })
  }

  /// The edges of each hidden node; a node has the score of the edges out of it.
  private func rankedNodes() -> [Group] {
    weakestFirst(
      (0..<scores.count - 1).flatMap { layer in
        graph.nodes(ofLayer: layer).map { graph.edgesOut(ofLayer: layer + 1, input: $0) }
      })
  }

  private func weakestFirst(_ groups: [[EdgeGraph.Edge]]) -> [Group] {
    let sums = groups.map { $0.reduce(0) { $0 + scores[$1.layer][$1.input, $1.sum] } }
    return groups.indices.sorted { (sums[$0], $0) < (sums[$1], $1) }.map { Group(edges: groups[$0], score: sums[$0]) }
  }
}
