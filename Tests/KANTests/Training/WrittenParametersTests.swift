import Testing

@testable import KAN

/// A training that is resumed goes on from the parameters that the network has, whoever wrote them.
@Suite struct WrittenParametersTests {
  private static let pool = ThreadPool(threads: 1)
  private let data = smoothData(Float.self, rows: 200)

  private func options(_ epochs: Int, patience: Int? = nil) -> TrainingOptions {
    TrainingOptions(epochs: epochs, batch: 50, patience: patience, seed: 1, resuming: epochs > 5)
  }

  @Test(arguments: [nil, 3])
  func resumedFromWhatIsWritten(patience: Int?) throws {
    var network = Network<Float>(.spline(2, 1), seed: 1)
    try network.train(
      on: data, with: AdamW(learningRate: 0.05), options: options(5, patience: patience), pool: Self.pool)
    let trained = network.evaluate(on: data, pool: Self.pool).loss
    network.parameters = AlignedArray(zeros: network.parameterCount)
    let zeros = network.evaluate(on: data, pool: Self.pool).loss
    try network.train(
      on: data, with: AdamW(learningRate: 1e-9), options: options(6, patience: patience), pool: Self.pool)
    let resumed = network.evaluate(on: data, pool: Self.pool).loss
    #expect(abs(resumed - zeros) < 1e-6 && trained < 0.5 * zeros)
    #expect(network.record?.history.count == 6)
  }

  @Test func aSingleOneByLBFGS() throws {
    var network = Network<Float>(.spline(2, 1), seed: 1)
    try network.train(on: data, with: LBFGS(), options: options(5), pool: Self.pool)
    let before = network.evaluate(on: data, pool: Self.pool).loss
    network.parameters[network.parameterCount - 1] += 3
    try network.train(on: data, with: LBFGS(), options: options(6), pool: Self.pool)
    let first = try #require(network.record?.history.last?.loss)
    #expect(first > 0 && first != before)
    // From a bias that is off by 3, one iteration does not come as near as the old parameters were.
    #expect(first > before)
  }

  /// Parameters that nobody wrote: to the bit as without a stop.
  @Test func untouched() throws {
    var parts = Network<Float>(.spline(2, 1), seed: 1)
    var once = parts
    for epochs in [5, 8] {
      try parts.train(on: data, options: options(epochs, patience: 2), pool: Self.pool)
      parts.parameters = AlignedArray(Array(parts.parameters))
    }
    try once.train(on: data, options: options(8, patience: 2), pool: Self.pool)
    #expect(parts.parameters == once.parameters && parts.trainingState == once.trainingState)
  }
}
