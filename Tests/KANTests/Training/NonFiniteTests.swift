import Testing

@testable import KAN

/// What is infinite or NaN stops training, and the network keeps its last good parameters.
@Suite struct NonFiniteTests {
  private let pool = ThreadPool(threads: 1)

  private func train(
    _ network: inout Network<Float>, _ data: Dataset<Float>, _ optimizer: some Optimizer,
    _ options: TrainingOptions = TrainingOptions(epochs: 50, batch: 10)
  ) -> TrainingError? {
    do throws(TrainingError) {
      try network.train(on: data, with: optimizer, options: options, pool: pool)
      return nil
    } catch { return error }
  }

  @Test func divergingTrainingKeepsTheLastGoodEpoch() throws {
    let data = smoothData(Float.self, rows: 40)
    let start = Network<Float>(.spline(2, 4, base: .identity), .linear(4, 1), seed: 2)
    var network = start
    // Gradients grow by orders of magnitude from epoch to epoch, until they overflow.
    let optimizer = SGD(learningRate: 0.35, momentum: 0.9)
    let error = train(&network, data, optimizer)
    guard case .nonFinite(_, let epoch, let step, let place) = error else {
      Issue.record("training ended with \(String(describing: error))")
      return
    }
    #expect(epoch > 1 && (1...4).contains(step) && (1...2).contains(place.layer))
    #expect(error!.description.hasPrefix("training stopped in epoch \(epoch), step \(step): "))
    #expect(error!.description.contains("of layer \(place.layer) is not finite"))
    #expect(network.parameters.allSatisfy { $0.isFinite })
    #expect(network.record?.history.count == epoch - 1)
    // Just what training for the good epochs alone gives.
    var good = start
    let none = train(&good, data, optimizer, TrainingOptions(epochs: epoch - 1, batch: 10))
    #expect(none == nil && good.parameters == network.parameters)
  }

  private func divergingOptions(epochs: Int = 12, resuming: Bool = false) -> TrainingOptions {
    var options = TrainingOptions(epochs: epochs, batch: 10, resuming: resuming)
    options.divergence = .recover()
    return options
  }

  @Test func recoveringTrainingGoesOnAtASmallerRate() throws {
    let data = smoothData(Float.self, rows: 40)
    let start = Network<Float>(.spline(2, 4, base: .identity), .linear(4, 1), seed: 2)
    let optimizer = SGD(learningRate: 5, momentum: 0.9)
    var stopping = start
    guard
      case .nonFinite(_, let epoch, _, _) = train(&stopping, data, optimizer, TrainingOptions(epochs: 12, batch: 10))
    else {
      Issue.record("a rate of 5 does not diverge")
      return
    }
    var network = start
    #expect(train(&network, data, optimizer, divergingOptions(epochs: 100)) == nil)
    let recoveries = try #require(network.record?.recoveries)
    #expect(recoveries[0].epoch <= epoch && recoveries[0].rateFactor == 0.5)
    #expect(recoveries.map(\.rateFactor) == (1...recoveries.count).map { 1 / Double(1 << $0) })
    #expect(network.record?.history.map(\.epoch) == Array(1...100))
    #expect(network.record?.history.last?.learningRate == 5 * recoveries.last!.rateFactor)
    #expect(network.parameters.allSatisfy { $0.isFinite })
    let loss = network.evaluate(on: data, pool: pool).loss
    #expect(loss.isFinite && loss < start.evaluate(on: data, pool: pool).loss)
  }

  @Test func recoveryIsLimited() {
    let data = smoothData(Float.self, rows: 40)
    var network = Network<Float>(.spline(2, 4, base: .identity), .linear(4, 1), seed: 2)
    var options = divergingOptions()
    options.divergence = .recover(times: 2)
    guard case .nonFinite = train(&network, data, SGD(learningRate: 1e30), options) else {
      Issue.record("a quarter of 1e30 does not diverge")
      return
    }
    #expect(network.parameters.allSatisfy { $0.isFinite })
  }

  /// Stopped before and after divergences.
  @Test(arguments: [1, 3, 9]) func recoveryResumesToTheSameBits(stop: Int) throws {
    let data = smoothData(Float.self, rows: 40)
    let start = Network<Float>(.spline(2, 4, base: .identity), .linear(4, 1), seed: 2)
    let optimizer = SGD(learningRate: 5, momentum: 0.9)
    var whole = start
    try whole.train(on: data, with: optimizer, options: divergingOptions(), pool: pool)
    var network = start
    var reports = 0
    try network.train(on: data, with: optimizer, options: divergingOptions(), pool: pool) { _, _ in
      reports += 1
      return reports >= stop ? .stop : .continue
    }
    try network.train(on: data, with: optimizer, options: divergingOptions(resuming: true), pool: pool)
    #expect(network.parameters == whole.parameters)
    #expect(network.record?.recoveries == whole.record?.recoveries)
    #expect(network.record?.history.map(\.loss) == whole.record?.history.map(\.loss))
  }

  /// Beyond the grid the curve of one edge is steep enough to take the sum beyond all numbers.
  @Test func namesTheEdgeOfAnOutput() throws {
    var network = Network<Float>(.spline(3, 2), .spline(2, 1), seed: 1)
    var data = smoothData(Float.self, rows: 20, inputs: 3)
    data.names.inputs = ["a", "b", "c"]
    try network.train(on: data, epochs: 0)
    let first = network.layers[0]
    for function in 0..<first.functions {
      network.parameters[(1 * first.functions + function) * 2 + 1] = .greatestFiniteMagnitude
    }
    let error = train(&network, data, SGD())
    #expect(
      error
        == .nonFinite(what: "the output", epoch: 1, step: 1, at: NetworkPlace(layer: 1, input: 2, sum: 2, name: "b")))
    #expect(error?.description.contains("first at the edge from input 2 (b) to sum 2") == true)
  }

  @Test func namesTheLayerOfAnOutput() {
    var network = Network<Float>(.linear(2, 3), .linear(3, 3), .linear(3, 1), seed: 1)
    for index in 0..<network.parameterCount { network.parameters[index] = 1 }
    network.parameters[network.parameterOffset(ofLayer: 1)] = .greatestFiniteMagnitude
    network.parameters[network.parameterOffset(ofLayer: 1) + 3] = .greatestFiniteMagnitude
    let before = network.parameters
    let error = train(&network, smoothData(Float.self, rows: 40), SGD())
    #expect(error == .nonFinite(what: "the output", epoch: 1, step: 1, at: NetworkPlace(layer: 2, input: 1, sum: 1)))
    #expect(network.parameters == before)
  }

  @Test func namesTheLayerOfAGradient() {
    // The output is about 1, but the first layer's gradient has the second's weight as a factor.
    var network = Network<Float>(.linear(1, 1), .linear(1, 1))
    network.parameters = AlignedArray([1e-38, 0, 3e38, 0])
    let data = Dataset<Float>(
      inputs: Matrix([[-1], [1]]), targets: .values(Matrix([[1], [-1]])))
    let before = network.parameters
    let error = train(&network, data, SGD())
    #expect(error == .nonFinite(what: "the gradient", epoch: 1, step: 1, at: NetworkPlace(layer: 1, input: 1, sum: 1)))
    #expect(network.parameters == before)
  }

  @Test func parametersThatOverflowInTheLastStep() {
    var network = Network<Float>(.linear(1, 1))
    let data = Dataset<Float>(inputs: Matrix([[-1], [1]]), targets: .values(Matrix([[1], [-1]])))
    let before = network.parameters
    let error = train(&network, data, SGD(learningRate: 1e39), TrainingOptions(epochs: 1))
    #expect(error == .nonFinite(what: "a parameter", epoch: 1, step: 1, at: NetworkPlace(layer: 1, input: 1, sum: 1)))
    #expect(network.parameters == before)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func data(value: Float) {
    let good = smoothData(Float.self, rows: 20)
    var targets = Matrix<Float>(rows: 20, columns: 1)
    var inputs = good.inputs
    var network = Network<Float>(.spline(2, 1))
    let before = network.parameters
    inputs[7, 1] = value
    let error = train(&network, Dataset(inputs: inputs, targets: good.targets), SGD())
    #expect(error == .nonFiniteData(what: "input", row: 7, column: 1))
    #expect(error?.description == "input, row 8, column 2: not a finite number")
    targets[19, 0] = value
    #expect(
      train(&network, Dataset(inputs: good.inputs, targets: .values(targets)), SGD())
        == .nonFiniteData(what: "target", row: 19, column: 0))
    #expect(network.parameters == before && network.record == nil)
  }

  /// A NaN among the validation losses would pass for "not better" for ever.
  @Test func validationData() throws {
    let good = smoothData(Float.self, rows: 20)
    var inputs = good.inputs
    inputs[3, 0] = .nan
    let bad = Dataset(inputs: inputs, targets: good.targets)
    var network = Network<Float>(.spline(2, 1))
    #expect(throws: TrainingError.nonFiniteData(what: "validation input", row: 3, column: 0)) {
      try network.train(on: good, validation: bad, options: TrainingOptions(epochs: 3, patience: 1), pool: pool)
    }
    #expect(network.record == nil)
  }

  @Test func noRows() {
    var network = Network<Float>(.spline(2, 1))
    let empty = Dataset<Float>(
      inputs: Matrix(rows: 0, columns: 2), targets: .values(Matrix(rows: 0, columns: 1)))
    #expect(train(&network, empty, SGD()) == .noData)
  }
}
