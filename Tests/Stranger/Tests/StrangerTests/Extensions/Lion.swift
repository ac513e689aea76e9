import KAN
import Testing

/// p -= rate·(sign(β₁·m + (1 - β₁)·g) + λ·p);  m = β₂·m + (1 - β₂)·g: an optimiser from outside, in one file.
/// Chen et al., arXiv 2302.06675, algorithm 2.
struct Lion: Optimizer {
  var name: String { "lion-of-a-stranger" }
  var learningRate = 0.003
  var weightDecay = 0.0
  var momentCount: Int { 1 }

  func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?
  ) {
    state.step += 1
    let (rate, decay) = (Element(rate), Element(weightDecay))
    for index in parameters.indices {
      let (gradient, moment) = (gradients[index], state.moments[0][index])
      let direction = 0.9 * moment + 0.1 * gradient
      let sign: Element = direction > 0 ? 1 : direction < 0 ? -1 : 0
      parameters[index] -= rate * (sign + decay * parameters[index])
      state.moments[0][index] = 0.99 * moment + 0.01 * gradient
    }
  }
}

@Suite struct OwnOptimizerTests {
  @Test func itTrains() throws {
    let data = surface(Float.self)
    var network = Network<Float>(.spline(2, 3), .spline(3, 1), seed: 1)
    let history = try network.train(on: data, with: Lion(), options: TrainingOptions(epochs: 40, batch: 64))
    #expect(network.record?.optimizer == "lion-of-a-stranger")
    #expect(try #require(history.epochs.last).loss < 0.1)
    #expect(try #require(network.evaluate(on: data).r2) > 0.9)
  }

  @Test func itGoesOnWhereItStopped() throws {
    let data = surface(Float.self)
    var whole = Network<Float>(.spline(2, 1), seed: 1)
    var parts = whole
    try whole.train(on: data, with: Lion(), options: TrainingOptions(epochs: 4))
    try parts.train(on: data, with: Lion(), options: TrainingOptions(epochs: 2))
    try parts.train(on: data, with: Lion(), options: TrainingOptions(epochs: 4, resuming: true))
    #expect(parts.parameters == whole.parameters)
  }
}
