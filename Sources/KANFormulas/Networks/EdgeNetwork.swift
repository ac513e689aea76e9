import KAN
import KANLinearAlgebra

/// A network in double precision with a form for each edge: nothing, the layer's own functions, or a named function.
struct EdgeNetwork: Sendable {
  struct Layer: Sendable {
    /// The layer's own functions.
    let basis: any Basis<Double>
    let activation: Activation
    /// Outputs at the end that are products of two sums each.
    let products: Int
    let inputs, sums, outputs: Int
    /// Edge from input i to sum o at i·sums + o: [inputs · sums]
    var edges: [EdgeForm]
    /// [sums]
    var bias: [Double]

    var hasOwn: Bool { edges.contains(where: \.isOwn) }
    func hasOwn(input: Int) -> Bool { edges[input * sums..<(input + 1) * sums].contains(where: \.isOwn) }
  }

  var layers: [Layer]

  /// - Throws: ``FormulaError`` for node functions that have no formula.
  init(_ network: Network<Double>) throws(FormulaError) {
    layers = []
    for (index, layer) in network.layers.enumerated() {
      let (activation, products): (Activation, Int)
      if let only = layer.activation {
        (activation, products) = (only, 0)
      } else if let node = layer.node as? Products {
        (activation, products) = (node.activation, node.count)
      } else {
        throw FormulaError("layer \(index + 1): its node function has no formula")
      }
      let weights = network.weights(ofLayer: index)
      let (functions, sums) = (layer.functions, layer.sums)
      let named = layer.basis as? FunctionBasis<Double>
      let basis = named?.rest ?? layer.basis
      var bias = network.bias(ofLayer: index)
      var edges: [EdgeForm] = []
      for input in 0..<layer.inputs {
        for sum in 0..<sums {
          let own = (0..<functions).map { weights[input * functions + $0, sum] }
          edges.append(Self.form(own, of: layer.basis, input: input, &bias[sum]))
        }
      }
      layers.append(
        Layer(
          basis: basis, activation: activation, products: products, inputs: layer.inputs, sums: sums,
          outputs: layer.outputs, edges: edges, bias: bias))
    }
  }

  private static func form(
    _ weights: [Double], of basis: any Basis<Double>, input: Int, _ bias: inout Double
  ) -> EdgeForm {
    if weights.allSatisfy({ $0 == 0 }) { return .zero }
    if basis.isIdentity { return .term(EdgeTerm(function: .identity, factor: weights[0], rate: 1, shift: 0)) }
    guard let basis = basis as? FunctionBasis<Double> else { return .own(weights) }
    let own = Array(weights[basis.named...])
    let used = weights.indices.prefix(basis.columns[input].count).filter { weights[$0] != 0 }
    if used.isEmpty { return own.allSatisfy { $0 == 0 } ? .zero : .own(own) }
    let function = basis.columns[input][used[0]]
    return .term(
      EdgeTerm(
        function: function.function, factor: weights[used[0]], rate: function.rate, shift: function.shift))
  }

  subscript(edge: NetworkEdge) -> EdgeForm {
    get { layers[edge.layer].edges[edge.input * layers[edge.layer].sums + edge.output] }
    set { layers[edge.layer].edges[edge.input * layers[edge.layer].sums + edge.output] = newValue }
  }

  /// All edges, layer by layer, input by input.
  var edges: [NetworkEdge] {
    layers.enumerated().flatMap { index, layer in
      (0..<layer.inputs).flatMap { input in
        (0..<layer.sums).map { NetworkEdge(layer: index, input: input, output: $0) }
      }
    }
  }

  /// Edges with the layers' own functions.
  var openEdges: [NetworkEdge] { edges.filter { self[$0].isOwn } }

  /// Nodes of a formula, roughly.
  var complexity: Int { edges.reduce(0) { $0 + self[$1].complexity } }

  // MARK: Parameters: of each layer its biases, then its edges' constants

  var parameterCount: Int {
    layers.reduce(0) { $0 + $1.sums + $1.edges.reduce(0) { $0 + $1.parameterCount } }
  }

  var parameters: [Double] {
    get {
      layers.flatMap { layer in
        layer.bias
          + layer.edges.flatMap { edge -> [Double] in
            switch edge {
            case .zero: return []
            case .own(let coefficients): return coefficients
            case .term(let term):
              return [term.factor] + (term.freedom.rate ? [term.rate] : [])
                + (term.freedom.shift ? [term.shift] : [])
            }
          }
      }
    }
    set {
      var place = 0
      func next() -> Double {
        place += 1
        return newValue[place - 1]
      }
      for layer in layers.indices {
        for sum in layers[layer].bias.indices { layers[layer].bias[sum] = next() }
        for edge in layers[layer].edges.indices {
          switch layers[layer].edges[edge] {
          case .zero: break
          case .own(let coefficients): layers[layer].edges[edge] = .own(coefficients.map { _ in next() })
          case .term(var term):
            term.factor = next()
            if term.freedom.rate { term.rate = next() }
            if term.freedom.shift { term.shift = next() }
            layers[layer].edges[edge] = .term(term)
          }
        }
      }
    }
  }
}

/// The edge from an input of a layer to one of its sums, all counted from 0.
public struct NetworkEdge: Sendable, Hashable, CustomStringConvertible {
  /// From the inputs to the outputs.
  public var layer: Int
  /// An input of the layer.
  public var input: Int
  /// A sum of the layer: its output, unless it has products.
  public var output: Int

  /// The edge from `input` to `output` of a layer.
  public init(layer: Int, input: Int, output: Int) {
    (self.layer, self.input, self.output) = (layer, input, output)
  }

  public var description: String { "\(layer),\(input),\(output)" }
}

/// Why there is no formula.
public struct FormulaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason: lower case, without a full stop.
  public let description: String
  /// An error with its reason.
  public init(_ description: String) { self.description = description }
}
