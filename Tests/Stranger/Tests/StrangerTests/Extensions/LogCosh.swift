import Foundation
import KAN
import KANFiles
import Testing

/// ℓ = log cosh (y - t), quadratic for small errors and linear for large ones: an objective from outside, in one file.
struct LogCosh: PointwiseObjective {
  static var name: String { "log-cosh-of-a-stranger" }
  var scalesTargets: Bool { true }
  var settings: [String: Double] { [:] }

  init() {}
  init(_ description: ObjectiveDescription) throws(ObjectiveError) {}

  func point(output: Double, target: Double) -> PointLoss {
    let error = output - target
    let size = abs(error)
    let slope = tanh(error)
    return PointLoss(
      value: size + log1p(exp(-2 * size)) - log(2), slope: slope, curvature: size < 1e-6 ? 1 : slope / error)
  }
}

@Suite struct OwnObjectiveTests {
  @Test(arguments: ["adam", "lbfgs", "lm"])
  func itTrains(method: String) throws {
    let data = surface(Double.self)
    let methods: [String: any TrainingMethod] = [
      "adam": AdamW(learningRate: 0.02), "lbfgs": LBFGS(), "lm": LevenbergMarquardt(starts: 4),
    ]
    let chosen = try #require(methods[method])
    var network = Network<Double>(.spline(2, 2), .spline(2, 1), seed: 1)
    try network.train(
      on: data, with: chosen, options: TrainingOptions(epochs: 60, batch: 64, objective: LogCosh()))
    let evaluation = network.evaluate(on: data)
    #expect(try #require(evaluation.r2) > 0.97)
    let loaded = try Network<Double>(data: network.encoded(), objectives: [LogCosh.self])
    #expect(loaded.evaluate(on: data) == evaluation)
  }
}
