import KAN
import Testing

/// Coefficients start from normal distributions with the deviations of each basis's rule.
@Suite struct InitializationTests {
  private func check(
    _ layer: Layer<Float>, functions: ClosedRange<Int>, deviation: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let network = Network(layer, seed: 3)
    let weights = network.weights(ofLayer: 0)
    let values = (0..<weights.rows).filter { functions.contains($0 % layer.functions) }.flatMap {
      weights.row($0).map { Double($0) }
    }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let found = (values.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    // Five standard errors.
    #expect(abs(mean) < 5 * deviation / count.squareRoot(), sourceLocation: sourceLocation)
    #expect(abs(found / deviation - 1) < 5 / (2 * count).squareRoot(), sourceLocation: sourceLocation)
    #expect(network.bias(ofLayer: 0).allSatisfy { $0 == 0 }, sourceLocation: sourceLocation)
  }

  @Test func splines() {
    // n = in·(G + k + 1)
    let n = 40.0 * 9
    check(.spline(40, 50), functions: 8...8, deviation: Elementary.pow(n, -0.25))
    check(.spline(40, 50), functions: 0...7, deviation: Elementary.pow(n, -1.75))
    check(.spline(40, 50, base: .none), functions: 0...7, deviation: Elementary.pow(n, -1.75))
    check(
      .spline(40, 50, grid: 10, degree: 2, base: .identity), functions: 12...12, deviation: Elementary.pow(520, -0.25))
  }

  @Test(arguments: Activation.allCases)
  func linear(activation: Activation) {
    let before: [Activation] = [.relu, .silu]
    let deviation = before.contains(activation) ? (2 / 60.0).squareRoot() : (2 / 140.0).squareRoot()
    check(.linear(60, 80, activation: activation), functions: 0...0, deviation: deviation)
  }

  @Test func polynomialsAndRadialFunctions() {
    check(.chebyshev(30, 50, degree: 4), functions: 0...3, deviation: 1 / 120.0.squareRoot())
    check(.gaussian(30, 50, grid: 5), functions: 0...6, deviation: 1 / 210.0.squareRoot())
  }

  @Test func seeds() {
    let layers = [Layer<Double>.spline(3, 4), .linear(4, 2)]
    let network = Network(layers, seed: 8)
    #expect(Network(layers, seed: 8).parameters == network.parameters)
    #expect(Network(layers, seed: 9).parameters != network.parameters)
  }

  /// The variance of a layer's output neither vanishes nor explodes where its rule promises that.
  @Test func variancesOfOutputs() {
    var generator = RandomGenerator(seed: 1)
    let x: Matrix<Double> = generator.matrix(300, 50)
    for layer in [Layer<Double>.linear(50, 60), .chebyshev(50, 60), .gaussian(50, 60), .spline(50, 60)] {
      let y = Network(layer, seed: 1).predict(x).elements
      let variance = y.reduce(0) { $0 + $1 * $1 } / Double(y.count)
      #expect(variance > 0.02 && variance < 2, "\(layer.basis)")
    }
  }
}
