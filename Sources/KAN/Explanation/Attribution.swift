/// How much of the outputs' variation on some rows passes through each input, node and edge.
///
/// Scores go from the outputs back to the inputs (Liu et al. 2024, arXiv 2408.10205, section 4.1). With φᵢⱼ the curve of
/// the edge from input i of a layer to its sum zⱼ, and spreads σ (standard deviations) over the rows,
///
///     score(edge i→j) = score(zⱼ)·σ(φᵢⱼ)/σ(zⱼ)        score(input i) = Σⱼ score(edge i→j)
///
/// A sum has the score of its output; both factors of a product have that of the product. An edge whose curve does not
/// vary on the rows scores 0, so does every edge into a sum that does not vary. Where curves of one sum cancel, their
/// scores may exceed that of the sum.
public struct Attribution: Sendable, Equatable {
  /// The scores of ``nodes`` 0: [in]
  public var inputs: [Double] { nodes[0] }
  /// Of what each layer sees, and last of the outputs: [layers + 1][width]
  public let nodes: [[Double]]
  /// Of the edges of each layer: [layers] of [in × sums]
  public let edges: [Matrix<Double>]
  /// σ(φᵢⱼ) of the edges of each layer, in the layer's units: [layers] of [in × sums]
  public let spreads: [Matrix<Double>]
  /// σ(zⱼ) of each layer, in the layer's units: [layers][sums]
  public let sumSpreads: [[Double]]
}

extension Network {
  /// The scores of inputs, nodes and edges on some rows.
  ///
  /// Takes one pass over the rows, in which each input adds to the sums Σ f·f of its own basis functions: an edge's
  /// spread is √(wᵀCw) with their covariance C. The result has the same bits for any number of threads.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit.
  ///   - outputScores: what the outputs start with: [out]; 1 for each by default, since outputs of other units do not
  ///     compare.
  public func attribution(
    on rows: Matrix<Element>, outputScores: [Double]? = nil, pool: ThreadPool = .shared
  ) -> Attribution {
    requireColumns(of: rows)
    do throws(RowSourceError) {
      return try attribution(on: Dataset(withoutTargets: rows), outputScores: outputScores, pool: pool)
    } catch {
      fatalError("Network: \(error)")  // Rows in memory have no errors of reading.
    }
  }

  /// The same on the inputs of any source.
  ///
  /// - Throws: ``RowSourceError`` if a row cannot be read.
  public func attribution(
    on source: some RowSource<Element>, outputScores: [Double]? = nil, pool: ThreadPool = .shared
  ) throws(RowSourceError) -> Attribution {
    requireParameterCount()
    require(
      (outputScores?.count ?? outputs) == outputs, "Network: \(outputScores?.count ?? 0) scores of \(outputs) outputs")
    let sums = try reduce(
      TrainingRows(unweighted: source), LayerMoments(self, pool: pool), keepingSums: true, pool: pool)
    let spreads = layers.indices.map { sums.inputs[$0].spreads(of: weights(ofLayer: $0)) }
    let sumSpreads = sums.sums.map(\.deviations)
    var nodes = [outputScores ?? [Double](repeating: 1, count: outputs)]
    var edges: [Matrix<Double>] = []
    for index in layers.indices.reversed() {
      let scores = layers[index].sumScores(ofOutputs: nodes[0])
      let own = Self.edgeScores(scores, spreads: spreads[index], of: sumSpreads[index])
      edges.insert(own, at: 0)
      nodes.insert((0..<own.rows).map { own.row($0).reduce(0, +) }, at: 0)
    }
    return Attribution(nodes: nodes, edges: edges, spreads: spreads, sumSpreads: sumSpreads)
  }

  /// Scores of one layer's edges: [in × sums]
  private static func edgeScores(
    _ scores: [Double], spreads: Matrix<Double>, of sumSpreads: [Double]
  ) -> Matrix<Double> {
    var result = spreads
    let to = result.mutableView()
    for sum in scores.indices {
      let total = (0..<to.rows).reduce(0) { $0 + to[$1, sum] }
      // A sum whose curves cancel varies by their rounding alone.
      let varies = sumSpreads[sum] > 16 * Double(Element.ulpOfOne) * total
      let factor = varies ? scores[sum] / sumSpreads[sum] : 0
      for input in 0..<to.rows { to[input, sum] *= factor }
    }
    return result
  }
}

extension Layer {
  /// The score of each sum: that of its output, and in a node function that joins sums, of all outputs that depend on
  /// it.
  func sumScores(ofOutputs scores: [Double]) -> [Double] {
    if isElementwise { return scores }
    // Distinct positive sums, where neither a factor is 0 nor an activation flat.
    let z = Matrix<Element>(rows: 1, columns: sums, elements: (0..<sums).map { 0.5 + Element($0) / Element(2 * sums) })
    var y = Matrix<Element>(rows: 1, columns: outputs)
    var result = [Double](repeating: 0, count: sums)
    withExtendedLifetime(z) { node.apply(to: z.view, y.mutableView()) }
    for output in 0..<outputs {
      var dy = Matrix<Element>(rows: 1, columns: outputs)
      dy[0, output] = 1
      var dz = Matrix<Element>(rows: 1, columns: sums)
      withExtendedLifetime((dy, z, y)) {
        node.pullBack(dy.view, sums: z.view, outputs: y.view, to: dz.mutableView())
      }
      for sum in 0..<sums where dz[0, sum] != 0 { result[sum] += scores[output] }
    }
    return result
  }
}

/// What the rows come to in every layer.
private struct LayerMoments<Element: Scalar>: Reduction {
  var inputs: [FunctionMoments<Element>]
  var sums: [ColumnStatistics<Element>]
  let pool: ThreadPool

  init(_ network: Network<Element>, pool: ThreadPool) {
    inputs = network.layers.map { FunctionMoments($0.basis) }
    sums = network.layers.map { ColumnStatistics(columns: $0.sums) }
    self.pool = pool
  }

  mutating func add(_ chunk: NetworkChunk<Element>) {
    for layer in inputs.indices {
      inputs[layer].add(chunk.input(layer), pool: pool)
      sums[layer].add(chunk.sums(layer), weights: nil)
    }
  }

  mutating func merge(_ other: LayerMoments) {
    for layer in inputs.indices {
      inputs[layer].merge(other.inputs[layer])
      sums[layer].merge(other.sums[layer])
    }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    for layer in inputs.indices {
      inputs[layer].code(&coder)
      sums[layer].code(&coder)
    }
  }
}
