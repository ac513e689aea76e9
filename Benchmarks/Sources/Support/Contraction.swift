import KAN

/// How a layer's product is formed. The one place here that knows how the engine takes the choice and which it makes.
public enum Contraction: String, Sendable, CaseIterable {
  case auto, gemm, local

  /// Those that the engine can be told to use.
  public static let available: [Contraction] = [.auto, .gemm]

  /// The network with this choice made.
  public func applied(to network: Network<Float>) -> Network<Float> {
    precondition(Self.available.contains(self), "the engine has no contraction \"\(rawValue)\"")
    return network
  }

  /// What the engine does in a layer of a network to which this choice was applied: `gemm` or `local`.
  public func used(inLayer layer: Int, of network: Network<Float>, batch: Int) -> Contraction { .gemm }
}

extension Layer {
  /// Rows of W that one input meets in the product: K in `gemm`, the functions that are not 0 in `local`.
  public func rowsMet(_ contraction: Contraction) -> Int {
    guard contraction == .local, let spline = basis as? BSpline<Element> else { return functions }
    return spline.grid.degree + 1 + (spline.base == .none ? 0 : 1)
  }
}

extension TimedNetwork {
  /// `gemm` or `local`, or one for each layer where they differ: "local,gemm".
  public var contractionUsed: String {
    let used = network.layers.indices.map { contraction.used(inLayer: $0, of: network, batch: batch).rawValue }
    return Set(used).count == 1 ? used[0] : used.joined(separator: ",")
  }

  /// Additions and multiplications of the products of a step: Φ·W, Φᵀ·dZ and, but for the first layer, dZ·Wᵀ.
  public var stepOperations: Double {
    network.layers.indices.reduce(0) { sum, index in
      let layer = network.layers[index]
      let rows = layer.rowsMet(contraction.used(inLayer: index, of: network, batch: batch))
      let product = 2 * Double(batch) * Double(layer.inputs) * Double(rows) * Double(layer.outputs)
      return sum + (index == 0 ? 2 : 3) * product
    }
  }
}
