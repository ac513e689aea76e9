import KAN

/// One layer: Z = b + Σ Φ·W over blocks of inputs, Y = node(Z).
struct ExportLayer: Sendable {
  let inputs, sums, outputs: Int
  /// b: [sums]
  let bias: [Double]
  /// In the order of inputs.
  let blocks: [FunctionBlock]
  /// Of the sums before the products.
  let activation: Activation
  /// The last outputs are products of two sums each.
  let products: Int

  /// Functions of an input that stand side by side in a source, one expression each.
  private static var mostFunctions: Int { 2000 }

  init<Element: Scalar>(_ layer: Layer<Element>, weights: Matrix<Element>, bias: [Element]) throws(ExportError) {
    (inputs, sums, outputs) = (layer.inputs, layer.sums, layer.outputs)
    self.bias = bias.map { Double($0) }
    switch layer.node {
    case let activation as Activation: (self.activation, products) = (activation, 0)
    case let node as Products: (activation, products) = (node.activation, node.count)
    case let node: throw ExportError("nodes of the kind \"\(type(of: node).kind)\"")
    }
    var functions: [FunctionBlock.Functions?] = []
    for input in 0..<layer.inputs {
      let own = (0..<layer.functions).map { k in
        (0..<layer.sums).map { Double(weights[input * layer.functions + k, $0]) }
      }
      // A column of which pruning has left no edge.
      if layer.isPruned && own.allSatisfy({ $0.allSatisfy { $0 == 0 } }) {
        functions.append(nil)
        continue
      }
      var writer = FunctionWriter<Element>(weights: own, range: Self.range(of: layer, input))
      try Self.write(layer.basis, input, to: &writer)
      functions.append(writer.functions)
    }
    blocks = FunctionBlock.joining(functions)
  }

  /// A layer with other functions.
  init(_ layer: ExportLayer, blocks: [FunctionBlock]) {
    (inputs, sums, outputs, bias) = (layer.inputs, layer.sums, layer.outputs, layer.bias)
    (activation, products) = (layer.activation, layer.products)
    self.blocks = blocks
  }

  private static func range<Element: Scalar>(of layer: Layer<Element>, _ input: Int) -> ClosedRange<Double>? {
    let domain = layer.domain(ofInput: input)
    if case .categories = domain { return nil }
    let range = Double(domain.range.lowerBound)...Double(domain.range.upperBound)
    return layer.basis.isIdentity || range.lowerBound == range.upperBound ? nil : range
  }

  private static func write<Element: Scalar>(
    _ basis: any Basis<Element>, _ input: Int, to writer: inout FunctionWriter<Element>
  ) throws(ExportError) {
    func limit(_ count: Int, _ what: String) throws(ExportError) {
      if count > mostFunctions {
        throw ExportError("\(count) \(what) of an input, where \(mostFunctions) are the most")
      }
    }
    switch basis {
    case is LinearBasis<Element>: writer.add(writer.x, own: 0)
    case let basis as BSpline<Element>: writer.writeSpline(basis, input: input)
    case let basis as HatFunctions<Element>: writer.writeHats(basis, input: input)
    case let basis as TableBasis<Element>: writer.writeColumn(basis.columns[input], functions: basis.functions)
    case let basis as Chebyshev<Element>:
      try limit(basis.functions, "polynomials")
      writer.writeChebyshev(basis)
    case let basis as Gaussian<Element>:
      try limit(basis.centers, "radial functions")
      writer.writeGaussian(basis)
    case let basis as Fourier<Element>:
      try limit(basis.functions, "waves")
      writer.writeFourier(basis)
    case let basis as FunctionBasis<Element>:
      try limit(basis.named, "functions")
      try writer.writeNamed(basis.columns[input], on: basis.domains[input])
      if let rest = basis.rest {
        writer.skip(basis.named)
        try write(rest, input, to: &writer)
      }
    default: throw ExportError("functions of the kind \"\(type(of: basis).kind)\"")
    }
  }
}
