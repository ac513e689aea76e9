/// The P-spline penalty Σ over layers of λ·Σ (Δ^q c)² (Eilers and Marx 1996, Statistical Science 11): differences of
/// order q of each edge's coefficients, as its basis defines them (``GriddedBasis/differences(order:input:)``).
///
/// For splines of degree k, q = k + 1 penalises jumps of the k-th derivative at the knots. Polynomials of degree k are
/// in the null space, so that a curve without data continues along its end polynomial.
///
/// If a layer's knots follow the data, differences go by index and are of second order at most in all layers, as in
/// ``CoefficientPenalty/curve(_:of:)``. Divided by distances they would differ by the q-th power of the ratio of the
/// widest to the narrowest interval; and a polynomial through the few rows of a long tail, which hidden layers inherit,
/// is no sensible continuation.
struct RoughnessPenalty {
  let order: Int
  /// Whether a layer's knots follow the data.
  let followsData: Bool
  private let layers: [LayerTerm]

  private struct LayerTerm {
    let offset, inputs, functions, outputs: Int
    /// Differences of an edge.
    let rows: Int
    /// The first function of each difference: [rows]
    let starts: [Int]
    /// Coefficients of the differences: [inputs or 1][rows × (q + 1)]
    let stencils: [[Double]]
  }

  /// All layers of the network; λ has no effect on those without a grid.
  var layerCount: Int { layers.count }
  /// Differences of all edges of a layer.
  func rank(ofLayer layer: Int) -> Int {
    let term = layers[layer]
    return term.inputs * term.outputs * term.rows
  }

  init(_ network: Network<Double>, order: Int) {
    self.order = order
    let followsData = network.followsData
    self.followsData = followsData
    layers = network.layers.indices.map { index in
      let layer = network.layers[index]
      let offset = network.parameterOffset(ofLayer: index)
      guard let basis = layer.griddedBasis else {
        return LayerTerm(
          offset: offset, inputs: layer.inputs, functions: layer.functions, outputs: layer.sums, rows: 0, starts: [],
          stencils: [])
      }
      let count = basis.boundedFunctions
      let own = followsData ? min(order, 2) : order
      let rows = count > order ? count - own : 0
      let starts = (0..<rows).map { min($0, count - order - 1) }
      // A uniform grid has the same differences for all inputs, and so have all inputs by index.
      let stencil =
        !followsData
        ? Array(basis.differences(order: order, input: 0).elements)
        : (0..<rows).flatMap { Self.difference(own, at: $0 - starts[$0], of: order + 1) }
      return LayerTerm(
        offset: offset, inputs: layer.inputs, functions: layer.functions, outputs: layer.sums, rows: rows,
        starts: starts, stencils: [stencil])
    }
  }

  /// A plain difference of order q, behind `place` zeros: [count]
  private static func difference(_ q: Int, at place: Int, of count: Int) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    let weights = Array(dividedDifferences(order: q, over: (0...q).map { Double($0) }).elements)
    for (index, weight) in weights.enumerated() { result[place + index] = weight }
    return result
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
      for place in 0...order { difference += stencil[place] * parameters[start + place * stride] }
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
        for place in 0...order { difference += stencil[place] * parameters[start + place * stride] }
        for a in 0...order {
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
        for place in 0...order {
          a[(start + place * step) * stride + row] = root * stencil[place]
          b[row] -= root * stencil[place] * parameters[start + place * step]
        }
        row += 1
      }
    }
    return row
  }

  /// Calls `body` with the first coefficient, the distance to the next, and the stencil of each difference.
  func forEachDifference(ofLayer layer: Int, _ body: (Int, Int, UnsafePointer<Double>) -> Void) {
    let term = layers[layer]
    for input in 0..<term.inputs where term.rows > 0 {
      let stencils = term.stencils[term.stencils.count == 1 ? 0 : input]
      stencils.withUnsafeBufferPointer { stencils in
        for d in 0..<term.rows {
          let start = term.offset + (input * term.functions + term.starts[d]) * term.outputs
          for output in 0..<term.outputs {
            body(start + output, term.outputs, stencils.baseAddress! + d * (order + 1))
          }
        }
      }
    }
  }
}
