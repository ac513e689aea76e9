import KAN

/// How much of an output's variance single inputs explain, and pairs beyond them.
struct EffectShares: Sendable {
  var output: String
  var additive: Double
  /// From the largest share down.
  var pairs: [(name: String, share: Double)]
  var rest: Double

  /// Inputs and outputs up to which a page takes the time for ``Network/effects(on:output:pool:)``.
  private static var mostInputs: Int { 40 }
  private static var mostOutputs: Int { 3 }
  /// Pairs with less cannot be seen.
  private static var least: Double { 0.005 }

  static func all<Element: Scalar>(of network: Network<Element>, on rows: Matrix<Element>, pool: ThreadPool)
    -> [EffectShares]
  {
    guard network.inputs <= mostInputs, network.outputs <= mostOutputs else { return [] }
    return (0..<network.outputs).compactMap { output in
      // Effects that are not finite are left out; the page has its other parts.
      guard let effects = try? network.effects(on: rows, output: output, pool: pool) else { return nil }
      let pairs = effects.interactions.filter { $0.share >= least }.prefix(10)
      return EffectShares(
        output: effects.output, additive: effects.additive,
        pairs: pairs.map { (name: $0.names.joined(separator: " × "), share: $0.share) }, rest: effects.rest)
    }
  }

  /// A sentence, and bars of the pairs if there are any.
  var html: String {
    func percent(_ share: Double) -> String { "\(fixed(100 * share, decimals: 1)) %" }
    let pairShare = max(0, 1 - additive - rest)
    let sentence =
      "<p>\(escaped(output)): inputs by themselves explain \(percent(additive)) of the variance, pairs of them "
      + "\(percent(pairShare)) more; what is left is \(percent(rest)).</p>"
    guard !pairs.isEmpty else { return sentence }
    let chart = BarChart(
      title: "Pairs that act together", bars: pairs.map { (name: $0.name, value: $0.share, label: percent($0.share)) })
    return sentence + "<div class=\"charts\">\(chart.svg(isInline: true))</div>"
  }
}
