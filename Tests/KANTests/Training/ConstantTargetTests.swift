import Testing

@testable import KAN

@Suite struct ConstantTargetTests {
  /// No method gets nearer to a constant than the constant.
  @Test(arguments: [0.1, 7, -3e5], [false, true])
  func areTheirConstantAfterNoEpoch(constant: Double, isDeep: Bool) throws {
    func check<Element: Scalar>(_ method: some TrainingMethod, _: Element.Type) throws {
      let x = (0..<50).map { [Element($0), Element($0 * $0 % 7)] }
      let data = Dataset(inputs: x, targets: x.map { _ in Element(constant) })
      var network =
        isDeep ? Network<Element>(.spline(2, 3), .spline(3, 1), seed: 1) : Network<Element>(.spline(2, 1), seed: 1)
      let history = try network.train(on: data, with: method, options: TrainingOptions(epochs: 5))
      #expect(history.end == .converged && history.epochs.isEmpty)
      #expect(network.predict([[3, 4], [100, -7]]) == [[Element(constant)], [Element(constant)]])
      // Targets that vary are learned from there.
      let others = Dataset(inputs: x, targets: x.map { Element(constant) + $0[0] / 10 })
      try network.train(on: others, with: AdamW(learningRate: 0.05), options: TrainingOptions(epochs: 200, batch: 10))
      #expect(try #require(network.evaluate(on: others).r2) > 0.9)
    }
    try check(AdamW(), Float.self)
    try check(SGD(), Double.self)
    try check(LBFGS(), Float.self)
    try check(LevenbergMarquardt(), Double.self)
  }
}
