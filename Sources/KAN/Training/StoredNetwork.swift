/// The layers and parameters of a network at some moment of its training, in double precision, in which a network of
/// either precision is exact.
package struct StoredNetwork: Sendable, Equatable {
  package var bases: [BasisDescription<Double>]
  package var parameters: [Double]

  package init(bases: [BasisDescription<Double>], parameters: [Double]) {
    self.bases = bases
    self.parameters = parameters
  }

  package init<Element: Scalar>(_ network: Network<Element>) {
    bases = network.layers.map { $0.basis.description.converted(to: Double.self) }
    parameters = network.parameters.map { Double($0) }
  }

  /// A network that differs from this one by its grids and parameters alone; nil if it differs by more.
  package func network<Element: Scalar>(like network: Network<Element>) -> Network<Element>? {
    guard bases.count == network.layers.count else { return nil }
    var layers: [Layer<Element>] = []
    for (basis, layer) in zip(bases, network.layers) {
      // Of another program or a damaged file: no state to go on from.
      guard let made = try? layer.basis.made(from: basis.converted(to: Element.self)) else { return nil }
      guard made.inputs == layer.inputs else { return nil }
      layers.append(Layer(basis: made, outputs: layer.outputs, node: layer.node).keeping(layer.edges))
    }
    guard layers.reduce(0, { $0 + $1.parameterCount }) == parameters.count else { return nil }
    var result = network
    result.replaceLayers(layers, parameters: AlignedArray(parameters.map { Element($0) }))
    return result
  }
}

extension Basis {
  /// Another basis of the same type.
  fileprivate func made(from description: BasisDescription<Element>) throws(BasisError) -> any Basis<Element> {
    guard description.kind == Self.kind else { throw BasisError("\(description.kind) in the place of \(Self.kind)") }
    return try Self(description)
  }
}

/// What a method other than a first-order rule remembers between epochs, by names of its own.
package struct MethodState: Sendable, Equatable {
  package var numbers: [String: [Double]] = [:]
  package var networks: [String: StoredNetwork] = [:]

  package init() {}
  package var isEmpty: Bool { numbers.isEmpty && networks.isEmpty }
}

/// Where a training on several grids in turn stands.
package struct GridProgress: Sendable, Equatable {
  /// G of the present grid.
  package var intervals: Int
  /// Losses by row on the grid kept so far, and the network on it; none on the first grid.
  package var losses: [Double]
  package var best: StoredNetwork?

  package init(intervals: Int, losses: [Double], best: StoredNetwork?) {
    self.intervals = intervals
    self.losses = losses
    self.best = best
  }
}
