import KAN
import KANLinearAlgebra

extension EdgeNetwork {
  /// The same network for prediction and training, with named functions as a ``FunctionBasis``. Edges of nothing are
  /// removed ones, so that later training leaves them so.
  ///
  /// - Parameter rows: whose ranges are the domains of the functions.
  /// - Throws: `BasisError` for constants that are not finite.
  func network(like original: Network<Double>, at rows: EdgeRows) throws(BasisError) -> Network<Double> {
    let passes = EdgePasses(self, at: rows, slopes: false)
    var made: [KAN.Layer<Double>] = []
    var parameters: [Double] = []
    for (index, layer) in layers.enumerated() {
      let x = passes.inputs[index]
      let domains = (0..<layer.inputs).map { input in
        let own = x[input * rows.rows..<(input + 1) * rows.rows]
        return (own.min() ?? 0)...(own.max() ?? 0)
      }
      let (basis, weights) = try layer.basis(domains: domains)
      made.append(
        KAN.Layer(basis: basis, outputs: layer.outputs, node: original.layers[index].node).keeping(layer.mask))
      parameters += weights + layer.bias
    }
    var result = original
    result.replaceLayers(made, parameters: AlignedArray(parameters))
    result.trainingState = nil
    return result
  }
}

extension EdgeNetwork.Layer {
  /// The layer's functions and their coefficients, W: [in·K × sums].
  fileprivate func basis(domains: [ClosedRange<Double>]) throws(BasisError) -> (any Basis<Double>, [Double]) {
    // A layer of straight lines alone stays one of a multilayer perceptron.
    if basis.isIdentity, edges.allSatisfy(\.isLine) { return (basis, edges.map(\.slope)) }
    let terms = (0..<inputs).map { input in
      (0..<sums).flatMap { sum -> [(Int, EdgeTerm)] in
        guard case .term(var term) = edges[input * sums + sum] else { return [] }
        guard let line = term.line else { return [(sum, term)] }
        term.line = nil
        return [(sum, term), (sum, EdgeTerm(function: .identity, factor: line, rate: 1, shift: 0))]
      }
    }
    if terms.allSatisfy(\.isEmpty), hasOwn { return (basis, ownWeights(functions: basis.functions, from: 0)) }
    let made = try FunctionBasis<Double>(
      terms.map { $0.map { .init($0.1.function, rate: $0.1.rate, shift: $0.1.shift) } }, domains: domains,
      rest: hasOwn ? basis : nil)
    var weights = ownWeights(functions: made.functions, from: made.named)
    for (input, terms) in terms.enumerated() {
      for (place, (sum, term)) in terms.enumerated() {
        weights[(input * made.functions + place) * sums + sum] = term.factor
      }
    }
    return (made, weights)
  }

  private func ownWeights(functions: Int, from first: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: inputs * functions * sums)
    for input in 0..<inputs {
      for sum in 0..<sums {
        guard case .own(let coefficients) = edges[input * sums + sum] else { continue }
        for (k, value) in coefficients.enumerated() {
          weights[(input * functions + first + k) * sums + sum] = value
        }
      }
    }
    return weights
  }
}

extension EdgeNetwork.Layer {
  /// The edges that are not nothing. All of them where each is nothing: a layer without edges could not learn.
  fileprivate var mask: EdgeMask {
    var mask = EdgeMask(inputs: inputs, sums: sums)
    if edges.allSatisfy(\.isZero) { return mask }
    for input in 0..<inputs {
      for sum in 0..<sums { mask[input, sum] = !edges[input * sums + sum].isZero }
    }
    return mask
  }
}

extension EdgeForm {
  fileprivate var isZero: Bool { if case .zero = self { true } else { false } }

  fileprivate var isLine: Bool {
    switch self {
    case .zero: true
    case .own: false
    case .term(let term): term.function == .identity
    }
  }

  fileprivate var slope: Double { if case .term(let term) = self { term.factor } else { 0 } }
}
