/// The edges of a network while some are removed.
///
/// With an edge go those that carry nothing any more: out of nodes without edges into them, which are constant, and into
/// hidden nodes that no edge leaves. An output always keeps an edge into it, hence a path from the inputs.
struct EdgeGraph {
  /// An edge of a layer.
  struct Edge: Hashable {
    let layer, input, sum: Int
  }

  private(set) var masks: [EdgeMask]
  /// Edges into each output of a layer, and out of each input: [layers][width]
  private(set) var into, outOf: [[Int]]
  /// The sums of each output of a layer; nil if outputs share them.
  let sumsOfOutputs: [[[Int]]?]
  /// The output of each sum of a layer, or 0 if outputs share them.
  private let outputOfSum: [[Int]]

  init<Element: Scalar>(_ network: Network<Element>) {
    let layers = network.layers
    masks = layers.map(\.edges)
    sumsOfOutputs = layers.map { layer in
      let sums = (0..<layer.outputs).compactMap { layer.node.sums(ofOutput: $0, of: layer.outputs) }
      return sums.count == layer.outputs ? sums : nil
    }
    outputOfSum = zip(layers, sumsOfOutputs).map { layer, sums in
      var result = [Int](repeating: 0, count: layer.sums)
      for (output, own) in (sums ?? []).enumerated() { for sum in own { result[sum] = output } }
      return result
    }
    into = layers.map { [Int](repeating: 0, count: $0.outputs) }
    outOf = layers.map { [Int](repeating: 0, count: $0.inputs) }
    for layer in layers.indices {
      for input in 0..<layers[layer].inputs {
        for sum in masks[layer].sums(ofInput: input) {
          into[layer][outputOfSum[layer][sum]] += 1
          outOf[layer][input] += 1
        }
      }
    }
  }

  var edgeCount: Int { outOf.joined().reduce(0, +) }
  private var last: Int { masks.count - 1 }

  /// The hidden nodes of a layer that edges leave.
  func nodes(ofLayer layer: Int) -> [Int] { outOf[layer + 1].indices.filter { outOf[layer + 1][$0] > 0 } }

  /// Removes edges into hidden nodes that no edge leaves.
  mutating func removeUnused() {
    for layer in (0..<last).reversed() {
      for output in into[layer].indices where outOf[layer + 1][output] == 0 {
        _ = remove(edgesIn(layer: layer, output: output))
      }
    }
  }

  /// The number of such nodes of all layers.
  var nodeCount: Int { (0..<last).reduce(0) { $0 + nodes(ofLayer: $1).count } }
  /// The number of inputs with edges.
  var inputCount: Int { outOf[0].reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

  /// Removes edges and all that go with them. Does nothing, and returns false, if an output would lose its last edge.
  mutating func remove(_ edges: [Edge]) -> Bool {
    var gone: [Edge] = []
    var open = edges
    while let edge = open.popLast() {
      guard masks[edge.layer][edge.input, edge.sum] else { continue }
      set(edge, false)
      gone.append(edge)
      let node = outputOfSum[edge.layer][edge.sum]
      if into[edge.layer][node] == 0 {
        if edge.layer == last {
          for edge in gone { set(edge, true) }
          return false
        }
        // The outputs of a node function that mixes all sums are all counted as the first.
        let constant = sumsOfOutputs[edge.layer] == nil ? Array(into[edge.layer].indices) : [node]
        for node in constant { open += edgesOut(ofLayer: edge.layer + 1, input: node) }
      }
      if edge.layer > 0, outOf[edge.layer][edge.input] == 0 {
        open += edgesIn(layer: edge.layer - 1, output: edge.input)
      }
    }
    return true
  }

  private mutating func set(_ edge: Edge, _ exists: Bool) {
    masks[edge.layer][edge.input, edge.sum] = exists
    into[edge.layer][outputOfSum[edge.layer][edge.sum]] += exists ? 1 : -1
    outOf[edge.layer][edge.input] += exists ? 1 : -1
  }

  /// The edges out of an input of a layer.
  func edgesOut(ofLayer layer: Int, input: Int) -> [Edge] {
    masks[layer].sums(ofInput: input).map { Edge(layer: layer, input: input, sum: $0) }
  }

  /// The edges into an output of a layer alone.
  func edgesIn(layer: Int, output: Int) -> [Edge] {
    (sumsOfOutputs[layer]?[output] ?? []).flatMap { sum in
      masks[layer].inputs(ofSum: sum).map { Edge(layer: layer, input: $0, sum: sum) }
    }
  }
}
