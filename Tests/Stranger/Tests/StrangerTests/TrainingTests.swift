import Foundation
import KAN
import Testing

/// Training, predictions and what they throw.
@Suite struct TrainingTests {
  @Test func aNetworkLearnsAndPredictsInTheTargetsUnits() throws {
    let data = surface(Float.self)
    var network = Network<Float>(.spline(2, 4), .spline(4, 1), seed: 1)
    let history = try network.train(on: data, with: AdamW(learningRate: 0.02), epochs: 40)
    #expect(history.epochs.count == 40)
    let evaluation = network.evaluate(on: surface(seed: 2))
    #expect(try #require(evaluation.r2) > 0.97)

    let prediction = network.predict(Matrix([[0.5, 0]]))
    #expect(prediction.rows == 1 && prediction.columns == 1)
    #expect(abs(prediction[0, 0] - 1) < 0.3)
  }

  @Test func classesAreLearnedAsProbabilities() throws {
    let rows = 200
    var generator = RandomGenerator(seed: 3)
    let x = (0..<rows).map { _ in Float(2 * generator.uniform() - 1) }
    let data = Dataset<Float>(
      inputs: Matrix(rows: rows, columns: 1, elements: x),
      targets: .classes(x.map { abs($0) < 0.5 ? 1 : 0 }, count: 2))
    var network = Network<Float>(.spline(1, 2), seed: 1)
    try network.train(on: data, with: AdamW(learningRate: 0.05), options: TrainingOptions(epochs: 60, batch: 32))
    #expect(try #require(network.evaluate(on: data).accuracy) > 0.9)
    let probabilities = network.predict(Matrix([[0], [0.9]]))
    #expect(probabilities[0, 1] > 0.5 && probabilities[1, 1] < 0.5)
    #expect(abs(probabilities[0, 0] + probabilities[0, 1] - 1) < 1e-5)
  }

  @Test func trainingIsWatchedAndStopped() throws {
    var network = Network<Float>(.spline(2, 1), seed: 1)
    var shown = 0
    let history = try network.train(
      on: surface(), with: AdamW(), options: TrainingOptions(epochs: 1000, batch: 64)
    ) { progress, network in
      if progress.isEndOfEpoch { shown += 1 }
      return shown == 3 ? .stop : .continue
    }
    #expect(history.end == .stopped && history.epochs.count == 3)
  }

  @Test func theBestEpochIsKept() throws {
    var network = Network<Float>(.spline(2, 3), .spline(3, 1), seed: 1)
    let validation = surface(Float.self, seed: 2)
    let history = try network.train(
      on: surface(), validation: validation, with: SGD(learningRate: 0.05),
      options: TrainingOptions(epochs: 30, schedule: .cosine, patience: 5))
    let best = history.epochs[history.bestEpoch - 1]
    #expect(network.evaluate(on: validation).loss == best.validationLoss)
  }

  @Test func secondOrderMethodsFitSmoothFunctions() throws {
    let data = surface(Double.self)
    var first = Network<Double>(.spline(2, 1), seed: 1)
    try first.train(on: data, with: LBFGS(), options: TrainingOptions(epochs: 30))
    #expect(try #require(first.evaluate(on: data).rmse) < 0.03)

    var second = Network<Double>(.spline(2, 1), seed: 1)
    try second.train(on: data, with: LevenbergMarquardt(), options: TrainingOptions(epochs: 10))
    #expect(try #require(second.evaluate(on: data).rmse) < 0.01)
  }

  @Test func badNumbersAreThrownWithTheirPlace() throws {
    var inputs = surface(Float.self).inputs
    inputs[2, 1] = .nan
    let data = Dataset(inputs: inputs, targets: surface(Float.self).targets)
    var network = Network<Float>(.spline(2, 1), seed: 1)
    let before = network.parameters
    let error = #expect(throws: TrainingError.self) { try network.train(on: data, epochs: 1) }
    #expect("\(try #require(error))".contains("row 3, column 2"))
    #expect(network.parameters == before)
    let empty = surface(Float.self).selecting(rows: [])
    #expect(throws: TrainingError.noData) { try network.train(on: empty, epochs: 1) }
  }

  @Test func aPredictorGivesWhatTheNetworkGives() throws {
    let network = Network<Float>(.spline(2, 4), .spline(4, 3), seed: 1)
    let rows = surface(Float.self, rows: 7).inputs
    let predictor = Predictor(network, rows: 7)
    var result = Matrix<Float>(rows: 7, columns: 3)
    predictor.predict(rows, into: &result)
    #expect(result == network.predict(rows))
  }

  @Test func coefficientsAreSolvedFor() throws {
    let data = surface(Double.self)
    var network = Network<Double>(.spline(2, 1, grid: 20), seed: 1)
    try network.fitLastLayer(on: data)
    #expect(try #require(network.evaluate(on: data).rmse) < 1e-4)
    let coarse = network.predict(data.inputs)
    try network.extendGrid(to: 40, on: data)
    let fine = network.predict(data.inputs)
    for row in 0..<data.rows { #expect(abs(fine[row, 0] - coarse[row, 0]) < 1e-8) }
  }
}
