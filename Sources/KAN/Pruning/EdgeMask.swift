/// Which edges of a layer exist: those from an input to a sum that pruning has left.
public struct EdgeMask: Sendable, Equatable {
  /// Inputs of the layer.
  public let inputs: Int
  /// Sums of the layer: as many as outputs, unless the node function joins sums.
  public let sums: Int
  private var exists: [Bool]

  /// All edges of a layer. Traps unless it has inputs and sums.
  public init(inputs: Int, sums: Int) {
    require(inputs > 0 && sums > 0, "EdgeMask: \(inputs) inputs, \(sums) sums")
    self.inputs = inputs
    self.sums = sums
    exists = [Bool](repeating: true, count: inputs * sums)
  }

  /// Whether the edge from an input to a sum exists; traps beyond the last of either.
  public subscript(input: Int, sum: Int) -> Bool {
    get {
      requireEdge(input, sum)
      return exists[input * sums + sum]
    }
    set {
      requireEdge(input, sum)
      exists[input * sums + sum] = newValue
    }
  }

  private func requireEdge(_ input: Int, _ sum: Int) {
    require(
      (0..<inputs).contains(input) && (0..<sums).contains(sum),
      "EdgeMask: the edge from input \(input) to sum \(sum) of [\(inputs) × \(sums)]")
  }

  /// The number of edges that exist.
  public var count: Int { exists.reduce(0) { $0 + ($1 ? 1 : 0) } }
  /// Whether every edge exists.
  public var isComplete: Bool { !exists.contains(false) }

  /// The sums that an input reaches, rising.
  public func sums(ofInput input: Int) -> [Int] { (0..<sums).filter { self[input, $0] } }
  /// The inputs that a sum adds up, rising.
  public func inputs(ofSum sum: Int) -> [Int] { (0..<inputs).filter { self[$0, sum] } }

  /// Sums that add up the same inputs, and those inputs: what least squares of a layer solve together.
  func groupsOfSums() -> [(inputs: [Int], sums: [Int])] {
    var groups: [(inputs: [Int], sums: [Int])] = []
    var places: [[Int]: Int] = [:]
    for sum in 0..<sums {
      let own = inputs(ofSum: sum)
      if let place = places[own] {
        groups[place].sums.append(sum)
      } else {
        places[own] = groups.count
        groups.append((own, [sum]))
      }
    }
    return groups
  }
}

extension Layer {
  /// The edges that exist: all of them, unless the layer has been pruned.
  public var edges: EdgeMask { pruning?.mask ?? EdgeMask(inputs: inputs, sums: sums) }
  /// The number of edges that exist.
  public var edgeCount: Int { pruning?.mask.count ?? inputs * sums }
  /// Whether edges have been removed.
  public var isPruned: Bool { pruning != nil }
  /// Whether the edge from an input to a sum exists.
  public func hasEdge(from input: Int, to sum: Int) -> Bool { pruning?.mask[input, sum] ?? true }

  /// The layer with fewer edges, or with all of them. The network has to hold their weights at 0
  /// (``Network/keepEdges(_:ofLayer:)``).
  package func keeping(_ edges: EdgeMask) -> Layer {
    require(
      edges.inputs == inputs && edges.sums == sums,
      "Layer: edges of [\(edges.inputs) × \(edges.sums)] for [\(inputs) × \(sums)]")
    var result = self
    result.pruning = edges.isComplete ? nil : EdgeBlocks(edges, of: self)
    return result
  }

  /// The same layer with another basis for the same inputs.
  func on(_ basis: any Basis<Element>) -> Layer {
    let result = Layer(basis: basis, outputs: outputs, node: node)
    return pruning.map { result.keeping($0.mask) } ?? result
  }
}

extension Network {
  /// Removes all other edges of a layer: their weights become 0 and stay so in every later training, refit and file.
  ///
  /// The state of an interrupted training is discarded. ``pruned(to:on:attribution:pool:)`` chooses the edges, and removes
  /// whole nodes.
  ///
  /// - Parameter edges: traps unless it has the layer's inputs and sums.
  public mutating func keepEdges(_ edges: EdgeMask, ofLayer index: Int) {
    requireLayer(index)
    var layers = layers
    layers[index] = layers[index].keeping(edges)
    replaceLayers(layers, parameters: parameters)
    trainingState = nil
  }

  /// The number of edges that exist, in all layers.
  public var edgeCount: Int { layers.reduce(0) { $0 + $1.edgeCount } }
  /// Whether edges have been removed.
  public var isPruned: Bool { layers.contains { $0.isPruned } }

  /// Whether the layers have these edges; allocates nothing.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func hasEdges(of pruning: [EdgeBlocks?]) -> Bool {
    for index in 0..<layers.count {
      let own = layers[index].pruning
      if own !== pruning[index] && own?.mask != pruning[index]?.mask { return false }
    }
    return true
  }

  /// Sets the weights of removed edges to 0.
  mutating func clearRemovedEdges() {
    if isPruned { clearRemovedEdges(parameters.mutablePointer()) }
  }

  /// Places of the weights of removed edges among the parameters, rising.
  package var removedParameters: [Int] {
    if !isPruned { return [] }
    var marks = [Element](repeating: 1, count: parameterCount)
    marks.withUnsafeMutableBufferPointer { clearRemovedEdges($0.baseAddress!) }
    return marks.indices.filter { marks[$0] == 0 }
  }

  /// Sets values, laid out as the parameters, to 0 at removed edges.
  func clearRemovedEdges(_ values: UnsafeMutablePointer<Element>) {
    var offset = 0
    for layer in layers {
      if let pruning = layer.pruning {
        pruning.clearRemoved(values + offset, of: 0..<layer.inputs, functions: layer.functions)
      }
      offset += layer.parameterCount
    }
  }
}
