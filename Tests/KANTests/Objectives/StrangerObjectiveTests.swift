import Foundation
import KAN
import KANFiles
import Testing

// What somebody else's package may do, by public names alone.

/// ℓ = 2·log cosh(y - t): smooth, and linear for large errors.
struct LogCosh: PointwiseObjective {
  static let name = "log-cosh"
  var scalesTargets: Bool { true }

  func point(output: Double, target: Double) -> PointLoss {
    let error = output - target
    let slope = tanh(error)
    return PointLoss(
      value: 2 * (abs(error) + log1p(exp(-2 * abs(error))) - log(2)), slope: 2 * slope,
      curvature: 2 * (error == 0 ? 1 : slope / error))
  }
}

extension LogCosh {
  init(_ description: ObjectiveDescription) {}
}

/// Times until an event, some of which were cut short: two columns of targets, a time and 1 if the event was seen, for
/// one output, the logarithm of the event's rate λ. With an exponential distribution -log likelihood is λ·t - seen·log λ.
struct CensoredTimes: Objective, Equatable {
  static let name = "censored-times"
  /// Times are divided by this.
  var unit: Double
  var settings: [String: Double] { ["unit": unit] }
  var targetDomain: TargetDomain { .numbers("times above 0, and 0 or 1") { $0 >= 0 } }
  var link: OutputLink { .exp }
  var scalesTargets: Bool { false }

  func outputs(forTargets count: Int) -> Int { count / 2 }

  func loss<Element: Scalar>(of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?) -> Double {
    guard case .values(let targets) = tile.targets else { return .nan }
    var sum = 0.0
    for row in 0..<tile.rows {
      let weight = tile.weights.map { Double($0[row]) } ?? 1
      let y = Double(tile.outputs[row, 0])
      let (time, seen) = (Double(targets[row, 0]) / unit, Double(targets[row, 1]))
      sum += weight * (exp(y) * time - seen * y)
      if let gradient { gradient[row, 0] = Element(weight * (exp(y) * time - seen) / Double(tile.total)) }
    }
    return sum / Double(tile.total)
  }
}

extension CensoredTimes {
  init(_ description: ObjectiveDescription) throws(ObjectiveError) {
    unit = try description.setting("unit", "above 0") { $0 > 0 }
  }
}

@Suite struct StrangerObjectiveTests {
  private func withFile(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + UUID().uuidString + ".safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// Trains by every method, with the second-order one through its curvature, and goes to a file and back.
  @Test func pointwise() throws {
    let data = contaminatedData(Double.self, rows: 300)
    let clean = cleanData(Double.self, rows: 300, seed: 2)
    let options = TrainingOptions(epochs: 60, batch: 50, objective: LogCosh())
    var networks = [Network<Double>(.spline(2, 1)), Network(.spline(2, 1)), Network(.spline(2, 1))]
    try networks[0].train(on: data, with: AdamW(learningRate: 0.02), options: options)
    try networks[1].train(on: data, with: LBFGS(), options: options)
    try networks[2].train(on: data, with: LevenbergMarquardt(), options: options)
    for network in networks {
      // The mean of these targets is off by 2.5, and that of errors with a squared loss with it.
      #expect(try #require(network.evaluate(on: clean).rmse) < 1.5)
      #expect(abs(network.evaluate(on: data).loss - networks[1].evaluate(on: data).loss) < 0.01)
      try withFile { path in
        try network.save(to: path)
        let error = #expect(throws: FileError.self) { try Network<Double>(contentsOf: path) }
        #expect(error?.description.contains("there is no objective of the name \"log-cosh\"") == true)
        let loaded = try Network<Double>(contentsOf: path, objectives: [LogCosh.self])
        #expect(loaded.evaluate(on: data) == network.evaluate(on: data) && loaded.objective is LogCosh)
      }
    }
  }

  /// Rates of two groups, found from times of which those above 2 were cut short.
  @Test func targetsThatAreNoOutputs() throws {
    var generator = RandomGenerator(seed: 3)
    let rows = 4000
    var (x, y) = (Matrix<Float>(rows: rows, columns: 1), Matrix<Float>(rows: rows, columns: 2))
    for row in 0..<rows {
      let group = row % 2
      let time = -log(1 - generator.uniform()) / (group == 0 ? 0.5 : 2)
      x[row, 0] = Float(group)
      (y[row, 0], y[row, 1]) = time < 2 ? (Float(time), 1) : (2, 0)
    }
    let data = Dataset(inputs: x, targets: .values(y), names: Names(inputs: ["group"], targets: ["time", "seen"]))
    var network = Network<Float>(.spline(1, 1), seed: 1)
    var options = TrainingOptions(epochs: 30, objective: CensoredTimes(unit: 1))
    try network.train(on: data, with: LBFGS(), options: options)
    let rates = network.predict(Matrix([[0], [1]]))
    #expect(abs(rates[0, 0] / 0.5 - 1) < 0.1 && abs(rates[1, 0] / 2 - 1) < 0.1)
    let judged = network.evaluate(on: data)
    #expect(judged.loss.isFinite && judged.rmse == nil && judged.targets == nil)
    #expect(throws: TrainingError.self) { try network.train(on: data, with: LevenbergMarquardt(), options: options) }
    try withFile { path in
      try network.save(to: path)
      let loaded = try Network<Float>(contentsOf: path, objectives: [CensoredTimes.self])
      #expect(loaded.objective as? CensoredTimes == CensoredTimes(unit: 1))
      #expect(loaded.predict(x) == network.predict(x) && loaded.names == data.names)
    }
    // What could not be read again is not written.
    options.objective = CensoredTimes(unit: .infinity)
    var endless = Network<Float>(.spline(1, 1), seed: 1)
    try endless.train(on: data, with: LBFGS(), options: options)
    try withFile { path in
      #expect(throws: FileError.self) { try endless.save(to: path) }
    }
  }
}
