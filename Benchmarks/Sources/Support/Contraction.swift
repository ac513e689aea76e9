import KAN

extension Layer {
  /// Rows of W that one input meets in the product: K in `gemm`, the functions that are not 0 in `local`.
  public func rowsMet(_ contraction: Contraction) -> Int {
    contraction == .local ? contractionCost?.nonZeroFunctions ?? functions : functions
  }
}

extension TimedNetwork {
  /// What the engine does in each layer: `gemm` or `local`.
  private var contractionsUsed: [Contraction] { network.layers.map { $0.resolvedContraction(network.contraction) } }

  /// `gemm` or `local`, or one for each layer where they differ: "local,gemm".
  public var contractionUsed: String {
    let used = contractionsUsed.map(\.rawValue)
    return Set(used).count == 1 ? used[0] : used.joined(separator: ",")
  }

  /// Additions and multiplications of the products of a step: Φ·W, Φᵀ·dZ and, but for the first layer, dZ·Wᵀ.
  public var stepOperations: Double {
    zip(network.layers, contractionsUsed).enumerated().reduce(0) { sum, item in
      let (layer, contraction) = item.element
      let product =
        2 * Double(batch) * Double(layer.inputs) * Double(layer.rowsMet(contraction)) * Double(layer.outputs)
      return sum + (item.offset == 0 ? 2 : 3) * product
    }
  }
}
