/// The P-spline penalty Σ over layers of λ·Σ (Δ^q c)² (Eilers and Marx 1996, Statistical Science 11): differences of
/// order q of each edge's coefficients, as its basis defines them (``GriddedBasis/differences(order:input:)``).
///
/// For splines of degree k, q = k + 1 penalises jumps of the k-th derivative at the knots. Polynomials of degree k are
/// in the null space, so that a curve without data continues along its end polynomial.
///
/// If a layer's knots follow the data (``Grid/followsData``), differences go by index and are of second order at most in
/// all layers, as in ``CoefficientPenalty/curve(_:of:)``. Divided by distances they would differ by the q-th power of the
/// ratio of the widest to the narrowest interval; and a polynomial through the few rows of a long tail, which hidden layers
/// inherit, is no sensible continuation.
///
/// A compact basis without a grid brings its own penalties (``Basis/penalties(ofInput:)``).
struct RoughnessPenalty {
  let order: Int
  /// Whether a layer's knots follow the data.
  let followsData: Bool
  private let layers: [LayerTerm]

  private struct LayerTerm {
    let offset, functions, outputs: Int
    /// The differences of each input, or of all alike.
    let inputs: [[Difference]]
    let areAlike: Bool
    let count: Int
    /// The sums whose edges from each input exist; nil for all. Differences of removed edges count for nothing.
    let edges: [[Int]]?
  }

  /// Σ stencil[place]·c[start + place] of an edge's coefficients c.
  private struct Difference {
    let start: Int
    let stencil: [Double]
  }

  /// All layers of the network; λ has no effect on those without a compact basis.
  var layerCount: Int { layers.count }
  /// Differences of all edges of a layer.
  func rank(ofLayer layer: Int) -> Int {
    let term = layers[layer]
    if term.inputs.isEmpty { return 0 }
    return (0..<term.count).reduce(0) { sum, input in
      sum + term.inputs[term.areAlike ? 0 : input].count * (term.edges?[input].count ?? term.outputs)
    }
  }

  init(_ network: Network<Double>, order: Int) {
    self.order = order
    let followsData = network.followsData
    self.followsData = followsData
    layers = network.layers.indices.map { index in
      let layer = network.layers[index]
      var inputs: [[Difference]] = []
      let basis = layer.griddedBasis
      // A uniform grid has the same differences for all inputs, and so have all inputs by index.
      let areAlike = basis.map { followsData || $0.grid.isUniform } ?? false
      if let basis {
        inputs = (0..<(areAlike ? 1 : basis.inputs)).map {
          Self.differences(of: basis, input: $0, followsData ? min(order, 2) : order, byIndex: followsData)
        }
      } else if let basis = layer.compactBasis {
        inputs = (0..<basis.inputs).map { basis.penalties(ofInput: $0).flatMap { Self.differences(of: $0) } }
      }
      return LayerTerm(
        offset: network.parameterOffset(ofLayer: index), functions: layer.functions, outputs: layer.sums,
        inputs: inputs, areAlike: areAlike, count: layer.inputs,
        edges: layer.pruning.map { pruning in (0..<layer.inputs).map { pruning.mask.sums(ofInput: $0) } })
    }
  }

  private static func differences(
    of basis: any GriddedBasis<Double>, input: Int, _ q: Int, byIndex: Bool
  ) -> [Difference] {
    let stencils =
      byIndex
      ? dividedDifferences(order: q, over: (0..<basis.boundedFunctions).map { Double($0) })
      : basis.differences(order: q, input: input)
    return (0..<stencils.rows).map { Difference(start: $0, stencil: stencils.row($0)) }
  }

  /// The rows of a penalty of a basis's own, but for those over all functions, such as the slope: like the other
  /// differences, these leave straight lines free.
  private static func differences(of penalty: CoefficientPenalty) -> [Difference] {
    (0..<penalty.rows.rows).compactMap { row in
      let weights = penalty.rows.row(row)
      guard let first = weights.firstIndex(where: { $0 != 0 }), let last = weights.lastIndex(where: { $0 != 0 }),
        last - first < 3
      else { return nil }
      return Difference(start: first, stencil: Array(weights[first...last]))
    }
  }

  /// λ-weighted sum over all layers.
  func value(_ parameters: UnsafePointer<Double>, _ lambda: [Double]) -> Double {
    layers.indices.reduce(0) { $0 + lambda[$1] * roughness(ofLayer: $1, parameters) }
  }

  /// Σ (Δ^q c)² of a layer.
  func roughness(ofLayer layer: Int, _ parameters: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    forEachDifference(ofLayer: layer) { start, stride, stencil in
      var difference = 0.0
      for place in stencil.indices { difference += stencil[place] * parameters[start + place * stride] }
      sum += difference * difference
    }
    return sum
  }

  /// Adds λ·DᵀD to H and subtracts λ·DᵀD·c from g.
  func add(
    to equations: GaussNewtonEquations, _ parameters: UnsafePointer<Double>, _ lambda: [Double]
  ) {
    for layer in layers.indices {
      let weight = lambda[layer]
      forEachDifference(ofLayer: layer) { start, stride, stencil in
        var difference = 0.0
        for place in stencil.indices { difference += stencil[place] * parameters[start + place * stride] }
        for a in stencil.indices {
          let row = start + a * stride
          let factor = weight * stencil[a]
          equations.gradient[row] -= factor * difference
          let line = equations.matrix + row * equations.count + start
          for b in 0...a { line[b * stride] += factor * stencil[b] }
        }
      }
    }
  }

  /// Writes √λ·D and -√λ·D·c as rows of a column-major least-squares problem with leading dimension `stride`, whose
  /// memory is zeroed.
  ///
  /// - Returns: the next free row.
  func writeRows(
    to a: UnsafeMutablePointer<Double>, stride: Int, _ b: UnsafeMutablePointer<Double>, from first: Int,
    _ parameters: UnsafePointer<Double>, _ lambda: [Double]
  ) -> Int {
    var row = first
    for layer in layers.indices {
      let root = lambda[layer].squareRoot()
      forEachDifference(ofLayer: layer) { start, step, stencil in
        for place in stencil.indices {
          a[(start + place * step) * stride + row] = root * stencil[place]
          b[row] -= root * stencil[place] * parameters[start + place * step]
        }
        row += 1
      }
    }
    return row
  }

  /// Calls `body` with the first coefficient, the distance to the next, and the stencil of each difference.
  func forEachDifference(ofLayer layer: Int, _ body: (Int, Int, UnsafeBufferPointer<Double>) -> Void) {
    let term = layers[layer]
    if term.inputs.isEmpty { return }
    for input in 0..<term.count {
      for difference in term.inputs[term.areAlike ? 0 : input] {
        let start = term.offset + (input * term.functions + difference.start) * term.outputs
        difference.stencil.withUnsafeBufferPointer { stencil in
          if let sums = term.edges?[input] {
            for output in sums { body(start + output, term.outputs, stencil) }
          } else {
            for output in 0..<term.outputs { body(start + output, term.outputs, stencil) }
          }
        }
      }
    }
  }
}
