import KAN

/// What pictures show of a network: names, strengths and curves, in the units of its table, whatever its precision.
package struct Portrait: Sendable {
  /// One layer.
  struct Layer: Sendable {
    var inputs, sums, outputs: Int
    /// Outputs at the end that are products of two sums each.
    var products: Int
    /// The node function in a few words; nil if it is the identity.
    var node: String?
    /// The basis in a few words.
    var basis: String
    /// How much each edge matters: [in × sums], at least 0
    var strengths: Matrix<Double>
    /// The edges that pruning has left; nil for all.
    var mask: EdgeMask?

    /// The number of edges that exist.
    var edges: Int { mask?.count ?? inputs * sums }
    func hasEdge(_ input: Int, _ sum: Int) -> Bool { mask?[input, sum] ?? true }

    /// The sums that an output is made of.
    func sums(ofOutput output: Int) -> [Int] {
      let plain = outputs - products
      return output < plain ? [output] : [2 * output - plain, 2 * output - plain + 1]
    }
  }

  /// The function on one edge.
  struct Curve: Sendable {
    var x, y, slopes: [Double]
    /// The base function's part of y; empty without one.
    var base: [Double]
    var knots: [Double]
    /// From the first knot to the last.
    var domain: ClosedRange<Double>
    /// Where the data lie: the least, twentieths, the largest; empty without data.
    var quantiles: [Double]
    /// x are codes of categories.
    var isCategorical: Bool
    /// The functions of a formula that it is made of, such as `sin`.
    var name: String?
  }

  package let task: LearningTask
  package let inputs: [InputLabel]
  /// Targets, or classes.
  let outputs: [String]
  let layers: [Layer]
  /// How much each node matters, inputs first: [layers + 1][nodes]
  let nodes: [[Double]]
  /// Rows that strengths and densities are of; nil without data.
  let rows: Int?
  /// The standard errors of a curve at its points.
  private let makeErrors: @Sendable (_ layer: Int, _ input: Int, _ sum: Int, _ points: Int) -> [Double]?
  private let makeCurve: @Sendable (_ layer: Int, _ input: Int, _ sum: Int, _ points: Int) -> Curve

  /// - Parameter rows: [rows × in], some rows of the data in the network's units; nil for a picture without data.
  package init<Element: Scalar>(_ network: Network<Element>, rows: Matrix<Element>?, pool: ThreadPool = .shared) {
    let rows = rows.map { $0.rows == 0 ? nil : $0 } ?? nil
    let importance = EdgeImportance(network, on: rows, pool: pool)
    let labels = InputLabel.inputs(of: network)
    let scales = (0..<network.outputs).map { network.encoding?.targets.dropFirst($0).first?.number?.scale ?? 1 }
    let samples = Self.samples(network, rows, pool)
    task = network.task
    inputs = labels
    outputs = Self.outputNames(of: network)
    nodes = importance.nodes
    self.rows = rows?.rows
    layers = network.layers.enumerated().map { index, layer in
      Layer(
        inputs: layer.inputs, sums: layer.sums, outputs: layer.outputs,
        products: (layer.node as? Products)?.count ?? 0,
        node: layer.activation == .identity ? nil : layer.nodeText, basis: Self.text(layer.basis, layer.grid),
        strengths: importance.edges[index], mask: layer.isPruned ? layer.edges : nil)
    }
    makeCurve = { layer, input, sum, count in
      let isFirst = layer == 0
      let label = labels[isFirst ? input : 0]
      // In the units of `Network.curve`.
      let own = network.ownPoints(layer, input, count, samples.isEmpty ? [] : samples[layer][input])
      let curve = network.curve(ofLayer: layer, input: input, output: sum, at: own.points)
      func x(_ value: Element) -> Double { isFirst ? label.shown(Double(value)) : Double(value) }
      let isLast = layer == network.layers.count - 1 && network.layers[layer].activation == .identity
      let scale = isLast ? 1 / scales[sum] : 1
      return Curve(
        x: curve.points.map(x), y: curve.values.map { Double($0) * scale },
        slopes: curve.derivatives.map { Double($0) * scale * (isFirst ? label.slopeFactor : 1) },
        base: curve.baseValues.map { Double($0) * scale }, knots: curve.knots.map(x),
        domain: x(own.domain.lowerBound)...x(own.domain.upperBound), quantiles: own.quantiles.map(x),
        isCategorical: own.isCategorical,
        name: (network.layers[layer].basis as? FunctionBasis<Element>)?.name(input, curve.coefficients))
    }
    makeErrors = { layer, input, sum, count in
      guard layer == network.layers.count - 1, network.layers[layer].sums == network.outputs else { return nil }
      let own = network.ownPoints(layer, input, count, samples.isEmpty ? [] : samples[layer][input])
      return network.edgeBand(input: input, output: sum, at: own.points)?.map { $0 / abs(scales[sum]) }
    }
  }

  /// What each layer sees of some rows: the least, twentieths, the largest; none without rows.
  private static func samples<Element: Scalar>(
    _ network: Network<Element>, _ rows: Matrix<Element>?, _ pool: ThreadPool
  ) -> [[[Element]]] {
    guard let rows else { return [] }
    return network.seen(of: rows, pool: pool).map { seen in
      (0..<seen.columns).map { column in
        let all = seen.withUnsafeView { sortedSample($0, column: column, most: $0.rows) }
        let sorted = all.prefix { $0 < .infinity }.drop { !($0 > -.infinity) }.map { $0 }
        return sorted.isEmpty ? [] : (0...20).map { sorted[$0 * (sorted.count - 1) / 20] }
      }
    }
  }

  func curve(_ layer: Int, _ input: Int, _ sum: Int, points: Int) -> Curve { makeCurve(layer, input, sum, points) }

  /// The standard error at each point of the curve of as many; nil where it is not known, as before the last layer.
  func errors(_ layer: Int, _ input: Int, _ sum: Int, points: Int) -> [Double]? {
    makeErrors(layer, input, sum, points)
  }

  private static func outputNames<Element: Scalar>(of network: Network<Element>) -> [String] {
    let count = network.outputs
    if network.task == .classification {
      return network.names.classes.count == count ? network.names.classes : (0..<count).map { "class \($0)" }
    }
    return (0..<count).map { network.names.target($0, of: count) }
  }

  private static func text<Element: Scalar>(_ basis: any Basis<Element>, _ grid: Grid<Element>?) -> String {
    if let grid { return "splines of degree \(grid.degree), grid \(grid.intervals)" }
    if basis.isIdentity { return "straight lines" }
    if basis is TableBasis<Element> { return "functions of a table's columns" }
    return type(of: basis).kind
  }
}

extension FunctionBasis {
  /// The named functions of an input whose coefficients are not 0.
  fileprivate func name(_ input: Int, _ coefficients: [Element]) -> String? {
    let own = zip(columns[input], coefficients).filter { $1 != 0 && $0.function != .zero }.map {
      $0.0.function.rawValue
    }
    return own.isEmpty ? nil : own.joined(separator: " + ")
  }
}

extension Network {
  fileprivate struct OwnPoints {
    var points, quantiles: [Element]
    var domain: ClosedRange<Element>
    var isCategorical: Bool
  }

  /// Points that show an edge's curve, over its domain and the data beyond it.
  ///
  /// - Parameter quantiles: of what the layer sees of some rows.
  fileprivate func ownPoints(_ layer: Int, _ input: Int, _ count: Int, _ quantiles: [Element]) -> OwnPoints {
    func shown(_ x: Element) -> Element { layer == 0 ? inputScaling.invert(on: x, column: input) : x }
    let domain = layers[layer].domain(ofInput: input)
    var points: [Element]
    if case .categories(let codes) = domain {
      points = (0..<codes).map { Element($0) }
    } else {
      var (low, high) = (domain.range.lowerBound, domain.range.upperBound)
      // Rows far beyond the grid would leave no room for the curve.
      let room = high - low
      if let first = quantiles.first, let last = quantiles.last {
        low = min(low, max(first, low - room))
        high = max(high, min(last, high + room))
      }
      points = Self.spread(count, from: low, to: high, knots: domain.knots)
    }
    let isCategorical = if case .categories = domain { true } else { false }
    return OwnPoints(
      points: points.map(shown),
      quantiles: quantiles.filter { $0 >= points[0] && $0 <= points[points.count - 1] }.map(shown),
      domain: shown(domain.range.lowerBound)...shown(domain.range.upperBound), isCategorical: isCategorical)
  }

  /// Even points, and half of them within the intervals of knots that are not: where knots lie close, the curve moves.
  private static func spread(_ count: Int, from low: Element, to high: Element, knots: [Element]) -> [Element] {
    let widths = zip(knots, knots.dropFirst()).map { $1 - $0 }
    let isEven = (widths.max() ?? 1) < 2 * (widths.min() ?? 1)
    let even = isEven ? count : count - count / 2
    let step = (high - low) / Element(max(1, even - 1))
    var points = (0..<even).map { low + Element($0) * step }
    if isEven { return points }
    let each = max(1, (count - even) / widths.count)
    for (knot, width) in zip(knots, widths) {
      points += (0..<each).map { knot + (Element($0) + 0.5) / Element(each) * width }
    }
    return points.sorted()
  }
}
