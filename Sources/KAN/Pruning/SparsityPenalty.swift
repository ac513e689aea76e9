/// The value and the gradient of ``Sparsity`` for one network; an evaluation allocates nothing.
final class SparsityPenalty<Element: Scalar> {
  private let sparsity: Sparsity
  private let layers: [Term]
  /// sₑ, then the factor of w in the gradient: [in × sums] of the widest layer.
  private let numbers: UnsafeMutablePointer<Double>

  /// ε
  private static var least: Double { 1e-3 }

  private struct Term {
    let offset, inputs, functions, sums: Int
    /// Coefficients whose second differences are penalised.
    let smoothed: Int
    let edges: EdgeMask?
    /// Edges that exist.
    let count: Int
  }

  /// Nil for no penalty.
  init?(_ sparsity: Sparsity, of network: Network<Element>) {
    if sparsity.isNone { return nil }
    self.sparsity = sparsity
    layers = network.layers.indices.map { index in
      let layer = network.layers[index]
      return Term(
        offset: network.parameterOffset(ofLayer: index), inputs: layer.inputs, functions: layer.functions,
        sums: layer.sums, smoothed: layer.griddedBasis?.boundedFunctions ?? 0, edges: layer.pruning?.mask,
        count: layer.edgeCount)
    }
    numbers = .allocate(capacity: layers.map { $0.inputs * $0.sums }.max()!)
  }

  deinit { numbers.deallocate() }

  /// Adds the gradient at some parameters, and returns the value.
  @discardableResult
  func add(
    at parameters: UnsafePointer<Element>, to gradient: UnsafeMutablePointer<Element>, pool: ThreadPool
  ) -> Double { value(at: parameters, addingTo: gradient, pool: pool) }

  /// The value at some parameters.
  func value(at parameters: UnsafePointer<Element>, pool: ThreadPool) -> Double {
    value(at: parameters, addingTo: nil, pool: pool)
  }

  private func value(
    at parameters: UnsafePointer<Element>, addingTo gradient: UnsafeMutablePointer<Element>?, pool: ThreadPool
  ) -> Double {
    var total = 0.0
    for layer in layers where layer.count > 0 {
      let w = parameters + layer.offset
      let work = layer.inputs * layer.functions * layer.sums
      pool.run(layer.inputs, work: work, NormLoop(layer: layer, w: w, norms: numbers))
      total += weigh(layer)
      if sparsity.smoothness > 0 { total += sparsity.smoothness * roughness(layer, w) }
      if let gradient {
        let loop = GradientLoop(
          layer: layer, w: w, factors: numbers, smoothness: sparsity.smoothness, gradient: gradient + layer.offset)
        pool.run(layer.inputs, work: 2 * work, loop)
      }
    }
    return total
  }

  /// λ·Σ s + η·H of a layer; replaces s by the factors of w in the gradient, (λ - η·(ln p + H)/Σ s)/(K·s).
  private func weigh(_ layer: Term) -> Double {
    var (sum, products) = (0.0, 0.0)
    for place in 0..<layer.inputs * layer.sums where numbers[place] > 0 {
      sum += numbers[place]
      products += numbers[place] * Elementary.log(numbers[place])
    }
    // -Σ p·ln p = ln Σ s - Σ s·ln s/Σ s
    let entropy = Elementary.log(sum) - products / sum
    for place in 0..<layer.inputs * layer.sums where numbers[place] > 0 {
      let s = numbers[place]
      let slope = sparsity.edges - sparsity.entropy * (Elementary.log(s / sum) + entropy) / sum
      numbers[place] = slope / (Double(layer.functions) * s)
    }
    return sparsity.edges * sum + sparsity.entropy * entropy
  }

  /// Σₑ mean (Δ²c)²; removed edges have none.
  private func roughness(_ layer: Term, _ w: UnsafePointer<Element>) -> Double {
    let count = layer.smoothed - 2
    if count < 1 { return 0 }
    var sum = 0.0
    for input in 0..<layer.inputs {
      let start = w + input * layer.functions * layer.sums
      sum += squaredDifferences(start, rows: layer.smoothed, columns: layer.sums)
    }
    return sum / Double(count)
  }

  /// sₑ of the edges from one input, 0 for edges that do not exist.
  private struct NormLoop: ParallelLoop {
    let layer: Term
    let w: UnsafePointer<Element>
    let norms: UnsafeMutablePointer<Double>

    func iterate(_ input: Int, worker: Int) {
      let to = norms + input * layer.sums
      writeNorms(
        w + input * layer.functions * layer.sums, rows: layer.functions, columns: layer.sums, least: least, to: to)
      if let edges = layer.edges {
        for sum in 0..<layer.sums where !edges[input, sum] { to[sum] = 0 }
      }
    }
  }

  private struct GradientLoop: ParallelLoop {
    let layer: Term
    let w: UnsafePointer<Element>
    let factors: UnsafeMutablePointer<Double>
    let smoothness: Double
    let gradient: UnsafeMutablePointer<Element>

    func iterate(_ input: Int, worker: Int) {
      let start = input * layer.functions * layer.sums
      addScaledRows(
        w + start, rows: layer.functions, columns: layer.sums, by: factors + input * layer.sums, to: gradient + start)
      if smoothness > 0 && layer.smoothed > 2 {
        addDifferences(
          w + start, rows: layer.smoothed, columns: layer.sums, 2 * smoothness / Double(layer.smoothed - 2),
          to: gradient + start)
      }
    }
  }
}

/// √(mean w² + ε²) of each column.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func writeNorms<Element: Scalar>(
  _ w: UnsafePointer<Element>, rows: Int, columns: Int, least: Double, to norms: UnsafeMutablePointer<Double>
) {
  for column in 0..<columns { norms[column] = 0 }
  for row in 0..<rows {
    let from = w + row * columns
    for column in 0..<columns { norms[column] += Double(from[column]) * Double(from[column]) }
  }
  for column in 0..<columns { norms[column] = (norms[column] / Double(rows) + least * least).squareRoot() }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func addScaledRows<Element: Scalar>(
  _ w: UnsafePointer<Element>, rows: Int, columns: Int, by factors: UnsafePointer<Double>,
  to gradient: UnsafeMutablePointer<Element>
) {
  for row in 0..<rows {
    let (from, to) = (w + row * columns, gradient + row * columns)
    for column in 0..<columns { to[column] += Element(factors[column]) * from[column] }
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func squaredDifferences<Element: Scalar>(_ w: UnsafePointer<Element>, rows: Int, columns: Int) -> Double {
  var sum = 0.0
  for row in 0..<rows - 2 {
    let from = w + row * columns
    for column in 0..<columns {
      let difference = Double(from[column]) - 2 * Double(from[columns + column]) + Double(from[2 * columns + column])
      sum += difference * difference
    }
  }
  return sum
}

/// Adds factor·DᵀD·w, of second differences D.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func addDifferences<Element: Scalar>(
  _ w: UnsafePointer<Element>, rows: Int, columns: Int, _ factor: Double, to gradient: UnsafeMutablePointer<Element>
) {
  let factor = Element(factor)
  for row in 0..<rows - 2 {
    let (from, to) = (w + row * columns, gradient + row * columns)
    for column in 0..<columns {
      let difference = factor * (from[column] - 2 * from[columns + column] + from[2 * columns + column])
      to[column] += difference
      to[columns + column] -= 2 * difference
      to[2 * columns + column] += difference
    }
  }
}
