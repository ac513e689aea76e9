/// The function of one edge as numbers, in the units of the data, and of a table where the network was trained on one.
public struct EdgeTable: Sendable, Equatable, Codable {
  /// The layer, from 0.
  public var layer: Int
  /// The input of the layer, from 0.
  public var input: Int
  /// The sum that the edge leads to, from 0.
  public var sum: Int
  /// The input's name in the first layer.
  public var from: String?
  /// The target or the class in the last layer.
  public var to: String?
  /// x: [points]
  public var points: [Double]
  /// Names of the points, if they are levels of a text or the like.
  public var labels: [String]?
  /// φ(x): [points]
  public var values: [Double]
  /// φ′(x) by the unit of ``points``: [points]; 0 between levels.
  public var slopes: [Double]
  /// Where the pieces of a spline meet, in the unit of the points.
  public var knots: [Double]
  /// wₖ of the functions of the basis, in the layer's own units.
  public var coefficients: [Double]
  /// The base function's w, if there is one.
  public var baseCoefficient: Double?
}

extension Network {
  /// The function of one edge at evenly spaced points over its grid, or at all levels of a category.
  ///
  /// The first layer's points are in the units of the table's columns, and the last layer's values, unless it has an
  /// activation, in those of the targets; all else in the layers' own units, as in
  /// ``curve(ofLayer:input:output:at:units:)``.
  ///
  /// - Parameters:
  ///   - output: the sum; traps for an edge that does not exist.
  ///   - points: traps unless there are 2.
  public func edgeTable(ofLayer index: Int, input: Int, output: Int, points count: Int = 101) -> EdgeTable {
    require(count >= 2, "Network: \(count) points of a curve")
    requireLayer(index)
    let layer = layers[index]
    let x = layer.curvePoints(ofInput: input, count: count)
    let isFirst = index == 0
    let isLast = index == layers.count - 1
    let shown = isFirst ? x.map { inputScaling.invert(on: $0, column: input) } : x
    let curve = layer.isIdentity ? nil : curve(ofLayer: index, input: input, output: output, at: shown)
    let w = layer.isIdentity ? weights(ofLayer: index)[input, output] : 0
    let own = isFirst ? encoding?.inputs[input] : nil
    var unit = 1.0
    if isLast, layer.activation == .identity, let encoding, encoding.targets.count == outputs {
      unit = encoding.targets[output].number?.scale ?? 1
    }
    if curve == nil && isLast && layer.activation == .identity { unit *= outputUnit(output) }
    let values = curve?.values ?? x.map { $0 * w }
    let slope = isFirst ? w * inputScaling.factor[input] : w
    let slopes = curve?.derivatives ?? x.map { _ in slope }
    let labels = own.map { own in shown.compactMap { own.label(Int(Double($0).rounded())) } } ?? []
    return EdgeTable(
      layer: index, input: input, sum: output,
      from: isFirst ? own?.name ?? (names.inputs.isEmpty ? nil : names.inputs[input]) : nil,
      to: isLast && layer.sums == outputs ? outputName(output) : nil,
      points: shown.map { own?.decoded(Double($0)) ?? Double($0) }, labels: labels.count == shown.count ? labels : nil,
      values: values.map { Double($0) / unit },
      slopes: zip(slopes, shown).map { slope, x in Double(slope) / unit / (own?.decodingSlope(at: Double(x)) ?? 1) },
      knots: (curve?.knots ?? []).map { own?.decoded(Double($0)) ?? Double($0) },
      coefficients: (curve?.coefficients ?? [w]).map { Double($0) },
      baseCoefficient: curve?.baseCoefficient.map { Double($0) })
  }
}

extension Layer {
  /// Evenly spaced points over the functions of an input, or all codes of a category, in the layer's units.
  fileprivate func curvePoints(ofInput input: Int, count: Int) -> [Element] {
    if let basis = basis as? TableBasis<Element>, case .categories(let codes) = basis.columns[input] {
      return (0..<codes).map { Element($0) }
    }
    let range = homeRange(ofInput: input)
    return (0..<count).map {
      range.lowerBound + Element($0) / Element(count - 1) * (range.upperBound - range.lowerBound)
    }
  }
}

extension TableEncoding.Input {
  /// The derivative of ``decoded(_:)``.
  fileprivate func decodingSlope(at x: Double) -> Double {
    switch kind {
    case .number(_, let scale, _): 1 / scale
    case .magnitude(_, let unit, _): unit * (Elementary.exp(x) + Elementary.exp(-x)) / 2
    case .gap, .flag, .levels, .level, .time: 1
    }
  }
}
