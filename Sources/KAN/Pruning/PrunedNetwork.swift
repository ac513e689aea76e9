/// A pruned network, and what went. Numbers are those of the network before, from 0.
public struct PrunedNetwork<Element: Scalar>: Sendable {
  /// The network after; its inputs and outputs are those before.
  public let network: Network<Element>
  /// What went.
  public let map: PruningMap
}

/// What pruning has removed, in the numbers of the network before, from 0.
public struct PruningMap: Sendable, Equatable {
  /// A node of a network: an output of a layer.
  public struct Node: Sendable, Hashable {
    /// The layer whose output it is.
    public let layer: Int
    /// The index of the output.
    public let node: Int
  }

  /// An edge of a network.
  public struct Edge: Sendable, Hashable {
    /// The layer to which it belongs.
    public let layer: Int
    /// The input from which it comes.
    public let input: Int
    /// The sum to which it leads: the output, unless the node function joins sums.
    public let sum: Int
  }

  /// Edges before and after.
  public let edgesBefore, edgesAfter: Int
  /// All edges that went, those of removed nodes among them.
  public let edgesRemoved: [Edge]
  /// Hidden nodes that were taken out of their layers.
  public let nodesRemoved: [Node]
  /// Inputs with edges before.
  public let inputsBefore: Int
  /// Inputs of the network that lost their last edge. They are columns of its rows still.
  public let inputsRemoved: [Int]
  /// The outputs of each layer that are left, in the order of their new numbers: [layers][outputs]
  public let nodesLeft: [[Int]]
}

extension Network {
  /// The network with the edges of a graph alone, without the nodes that have none.
  func rebuilt(_ graph: EdgeGraph, on rows: Matrix<Element>, pool: ThreadPool) -> PrunedNetwork<Element> {
    let map = PruningMap(of: self, graph)
    if map.edgesRemoved.isEmpty { return PrunedNetwork(network: self, map: map) }
    let seen = layerInputs(of: rows, pool: pool)
    // What the layers see after those before them have lost edges.
    var x = seen[0].sample
    var (layers, parameters) = ([Layer<Element>](), [Element]())
    var isChanged = false
    for index in self.layers.indices {
      let old = Network(layer: self.layers[index], weights(ofLayer: index), bias(ofLayer: index))
      let inputs = index == 0 ? Array(0..<inputs) : map.nodesLeft[index - 1]
      var new = old.selecting(inputs: inputs, outputs: map.nodesLeft[index], graph.masks[index])
      isChanged = isChanged || graph.masks[index] != old.layers[0].edges
      if isChanged {
        let sums = old.layers[0].sums(ofOutputs: map.nodesLeft[index])
        let before = old.meanSums(at: seen[index].sample, pool)
        let after = new.meanSums(at: x, pool)
        let start = new.layers[0].weightCount
        for (place, sum) in sums.enumerated() {
          new.parameters[start + place] += Element(before[sum] - after[place])
        }
      }
      x = new.activations(at: x, pool: pool)[0].outputs
      layers.append(new.layers[0])
      parameters += Array(new.parameters)
    }
    var result = self
    result.replaceLayers(layers, parameters: AlignedArray(parameters))
    result.trainingState = nil
    return PrunedNetwork(network: result, map: map)
  }

  /// A network of one layer.
  private init(layer: Layer<Element>, _ weights: Matrix<Element>, _ bias: [Element]) {
    self.init(layers: [layer], parameters: AlignedArray(Array(weights.elements) + bias))
  }

  /// A network of one layer with some of its inputs, outputs and edges.
  private func selecting(inputs: [Int], outputs: [Int], _ edges: EdgeMask) -> Network {
    let layer = layers[0]
    let sums = layer.sums(ofOutputs: outputs)
    var mask = EdgeMask(inputs: inputs.count, sums: sums.count)
    for (row, input) in inputs.enumerated() {
      for (column, sum) in sums.enumerated() { mask[row, column] = edges[input, sum] }
    }
    let (w, b) = (weights(ofLayer: 0), bias(ofLayer: 0))
    let rowsOfW = inputs.flatMap { $0 * layer.functions..<($0 + 1) * layer.functions }
    let parameters = rowsOfW.flatMap { row in sums.map { w[row, $0] } } + sums.map { b[$0] }
    var result = Network(
      layers: [layer.selecting(inputs: inputs, outputs: outputs).keeping(mask)], parameters: AlignedArray(parameters))
    result.clearRemovedEdges()
    return result
  }

  /// The mean of each sum of the only layer over rows of what it sees: [sums]
  private func meanSums(at x: Matrix<Element>, _ pool: ThreadPool) -> [Double] {
    let sums = activations(at: x, pool: pool)[0].sums
    var totals = [Double](repeating: 0, count: sums.columns)
    for row in 0..<sums.rows { for (column, value) in sums.row(row).enumerated() { totals[column] += Double(value) } }
    return totals.map { $0 / Double(sums.rows) }
  }
}

extension Layer {
  /// The sums of some outputs, rising; all if outputs share them.
  fileprivate func sums(ofOutputs outputs: [Int]) -> [Int] {
    if outputs.count == self.outputs { return Array(0..<sums) }
    return outputs.flatMap { node.sums(ofOutput: $0, of: self.outputs) ?? [] }
  }

  /// Whether pruning can take inputs out of the layer.
  fileprivate func canSelect(inputs: [Int]) -> Bool { (try? basis.selecting(inputs: inputs)) != nil }

  /// The layer with some inputs and outputs; ``PruningMap`` has made sure that there is one.
  fileprivate func selecting(inputs: [Int], outputs: [Int]) -> Layer {
    if inputs.count == self.inputs && outputs.count == self.outputs { return self }
    guard let basis = inputs.count == self.inputs ? basis : try? basis.selecting(inputs: inputs),
      let node = outputs.count == self.outputs ? node : node.selecting(outputs: outputs, of: self.outputs)
    else { fatalError("Layer: \(inputs.count) inputs and \(outputs.count) outputs of \(type(of: basis).kind)") }
    return Layer(basis: basis, outputs: outputs.count, node: node)
  }
}

extension PruningMap {
  init<Element: Scalar>(of network: Network<Element>, _ graph: EdgeGraph) {
    let (layers, last) = (network.layers, network.layers.count - 1)
    edgesBefore = network.edgeCount
    edgesAfter = graph.edgeCount
    edgesRemoved = layers.indices.flatMap { layer in
      (0..<layers[layer].inputs).flatMap { input in
        (0..<layers[layer].sums).filter { layers[layer].hasEdge(from: input, to: $0) && !graph.masks[layer][input, $0] }
          .map { Edge(layer: layer, input: input, sum: $0) }
      }
    }
    nodesLeft = layers.indices.map { layer in
      let all = Array(0..<layers[layer].outputs)
      if layer == last { return all }
      let left = graph.nodes(ofLayer: layer)
      let canGo =
        layers[layer].node.selecting(outputs: left, of: all.count) != nil && layers[layer + 1].canSelect(inputs: left)
      return left.count < all.count && canGo ? left : all
    }
    nodesRemoved = zip(layers.indices, nodesLeft).flatMap { layer, left in
      let left = Set(left)
      return (0..<layers[layer].outputs).filter { !left.contains($0) }.map { Node(layer: layer, node: $0) }
    }
    inputsBefore = (0..<network.inputs).filter { !layers[0].edges.sums(ofInput: $0).isEmpty }.count
    inputsRemoved = (0..<network.inputs).filter { input in
      graph.outOf[0][input] == 0 && !layers[0].edges.sums(ofInput: input).isEmpty
    }
  }
}
