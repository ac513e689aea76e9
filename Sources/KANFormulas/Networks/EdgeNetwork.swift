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
      func own(_ input: Int, _ sum: Int) -> [Double] {
        (0..<functions).map { weights[input * functions + $0, sum] }
      }
      let pairs = (0..<layer.inputs).flatMap { input in (0..<sums).map { (input, $0) } }
      // Edges of a basis of functions that hold more than one function and a line are curves of that basis.
      let named = layer.basis as? FunctionBasis<Double>
      let terms = named.flatMap { basis in
        let forms = pairs.map { Self.form(own($0.0, $0.1), of: basis, input: $0.0) }
        return forms.contains { $0 == nil } ? nil : forms.map { $0! }
      }
      let basis = terms == nil ? layer.basis : named?.rest ?? layer.basis
      let bias = network.bias(ofLayer: index)
      let edges = terms ?? pairs.map { Self.form(own($0.0, $0.1), isLine: layer.basis.isIdentity) }
      layers.append(
        Layer(
          basis: basis, activation: activation, products: products, inputs: layer.inputs, sums: sums,
          outputs: layer.outputs, edges: edges, bias: bias))
    }
  }

  private static func form(_ weights: [Double], isLine: Bool) -> EdgeForm {
    if weights.allSatisfy({ $0 == 0 }) { return .zero }
    return isLine ? .term(EdgeTerm(function: .identity, factor: weights[0], rate: 1, shift: 0)) : .own(weights)
  }

  /// Nil if the edge is neither a function, with or without a line, nor a curve of the other basis alone.
  private static func form(_ weights: [Double], of basis: FunctionBasis<Double>, input: Int) -> EdgeForm? {
    let own = Array(weights[basis.named...])
    let used = weights.indices.prefix(basis.columns[input].count).filter { weights[$0] != 0 }
    if used.isEmpty { return own.allSatisfy { $0 == 0 } ? .zero : .own(own) }
    if own.contains(where: { $0 != 0 }) || used.count > 2 { return nil }
    func isLine(_ place: Int) -> Bool {
      let function = basis.columns[input][place]
      return function.function == .identity && function.rate == 1 && function.shift == 0
    }
    // An identity of another rate or shift is not in the form that the search moves.
    func isForm(_ place: Int) -> Bool { basis.columns[input][place].function != .identity || isLine(place) }
    guard let main = used.first(where: { used.count == 1 || !isLine($0) }), isForm(main) else { return nil }
    let line = used.first { $0 != main }
    if let line, !isLine(line) { return nil }
    let function = basis.columns[input][main]
    return .term(
      EdgeTerm(
        function: function.function, factor: weights[main], rate: function.rate, shift: function.shift,
        line: line.map { weights[$0] }))
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
                + (term.freedom.shift ? [term.shift] : []) + (term.line.map { [$0] } ?? [])
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
            if term.line != nil { term.line = next() }
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
