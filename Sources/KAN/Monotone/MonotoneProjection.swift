/// The projection of parameters on those that make a network monotone (``Network/monotone``), edge by edge.
///
/// The nearest sequence that does not fall is found by pooling: neighbours that fall are replaced by their mean until
/// none does (Ayer et al. 1955; Barlow et al., Statistical Inference under Order Restrictions, 1.2). After a step of a
/// first-order rule this makes it a projected gradient method.
final class MonotoneProjection<Element: Scalar> {
  private let edges: [Edges]
  /// Means and lengths of the pools of a worker's edge.
  private let memory: RefitMemory

  /// Nil for a network without monotone inputs; the network has to have passed ``Network/checkMonotone(_:task:)``.
  init?(_ network: Network<Element>, workers: Int) {
    if network.monotone.isEmpty { return nil }
    var edges: [Edges] = []
    for (index, layer) in network.layers.enumerated() {
      let curves = layer.basis.risingCurves
      for input in 0..<layer.inputs {
        guard let sign = network.monotoneSign(ofLayer: index, input: input) else { continue }
        edges.append(
          Edges(
            start: network.parameterOffset(ofLayer: index) + input * layer.functions * layer.sums,
            ordered: curves == .positiveCoefficients ? 0 : layer.basis.orderedFunctions(ofInput: input),
            functions: layer.functions, sums: layer.sums, sign: Element(sign),
            keepsBase: curves != .orderedCoefficients(risingBase: false)))
      }
    }
    self.edges = edges
    memory = RefitMemory(numbers: 2 * (edges.map(\.ordered).max() ?? 0), cells: 0, workers: workers)
  }

  /// In place.
  func project(_ parameters: UnsafeMutablePointer<Element>, pool: ThreadPool) {
    let work = edges.reduce(0) { $0 + 4 * $1.functions * $1.sums }
    pool.run(edges.count, work: work, ProjectionLoop(edges: edges, parameters: parameters, memory: memory))
  }

  /// The edges from one input of a layer.
  fileprivate struct Edges {
    let start: Int
    /// How many coefficients have to be in order; the others have a sign.
    let ordered: Int
    let functions, sums: Int
    let sign: Element
    /// Whether the others may differ from 0.
    let keepsBase: Bool
  }

  private struct ProjectionLoop: ParallelLoop {
    let edges: [Edges]
    let parameters: UnsafeMutablePointer<Element>
    let memory: RefitMemory

    @specialized(where Element == Float)
    @specialized(where Element == Double)
    func iterate(_ index: Int, worker: Int) {
      let edges = edges[index]
      let (c, memory) = (parameters + edges.start, memory.numbers(worker))
      for sum in 0..<edges.sums {
        poolAdjacent(c + sum, count: edges.ordered, stride: edges.sums, sign: edges.sign, memory)
        for k in edges.ordered..<edges.functions {
          let place = k * edges.sums + sum
          if !(edges.keepsBase && edges.sign * c[place] > 0) { c[place] = 0 }
        }
      }
    }
  }
}

/// The nearest sequence for which sign·c does not fall, in place; a sequence that complies stays bit for bit.
///
/// - Parameter memory: [2 × count]
@specialized(where Element == Float)
@specialized(where Element == Double)
private func poolAdjacent<Element: Scalar>(
  _ c: UnsafeMutablePointer<Element>, count: Int, stride: Int, sign: Element, _ memory: UnsafeMutablePointer<Double>
) {
  var first = 1
  while first < count, sign * c[first * stride] >= sign * c[(first - 1) * stride] { first += 1 }
  if first >= count { return }
  let (means, lengths) = (memory, memory + count)
  var pools = 0
  for k in 0..<count {
    var (mean, length) = (Double(c[k * stride]), 1.0)
    while pools > 0, Double(sign) * means[pools - 1] > Double(sign) * mean {
      pools -= 1
      mean = (means[pools] * lengths[pools] + mean * length) / (lengths[pools] + length)
      length += lengths[pools]
    }
    (means[pools], lengths[pools]) = (mean, length)
    pools += 1
  }
  var k = 0
  for pool in 0..<pools {
    // Rounding keeps the order of the means.
    let mean = Element(means[pool])
    for _ in 0..<Int(lengths[pool]) {
      c[k * stride] = mean
      k += 1
    }
  }
}
