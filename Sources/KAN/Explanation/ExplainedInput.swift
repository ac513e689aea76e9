/// The effect of an input beside its score, as it is printed.
package struct ExplainedInput: Sendable, Encodable {
  package let name, column: String
  /// ``Effect/share`` and ``Attribution/inputs``.
  package let share, score: Double
  package let points: [Double]
  package let labels: [String]?
  package let values: [Double]
  package let low, high: [Double]?

  private init(_ effect: Effect, score: Double) {
    (name, column, share, self.score) = (effect.name, effect.column, effect.share, score)
    (points, labels, values) = (effect.points, effect.labels, effect.values)
    (low, high) = (effect.low, effect.high)
  }
}

extension ExplainedInput {
  /// Every input of a network, for one output alone.
  ///
  /// - Parameters:
  ///   - effects: those of the output on the rows.
  ///   - rows: [rows × in], in the data's units.
  package static func all<Element: Scalar>(
    of network: Network<Element>, _ effects: Effects, output: Int, on rows: Matrix<Element>, pool: ThreadPool
  ) -> [ExplainedInput] {
    var start = [Double](repeating: 0, count: network.outputs)
    start[output] = 1
    let scores = network.attribution(on: rows, outputScores: start, pool: pool).inputs
    return zip(effects.inputs, scores).map { ExplainedInput($0, score: $1) }
  }
}
