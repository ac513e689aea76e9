import Foundation
import KAN
import Testing

@testable import KANFiles

/// What a model file keeps, what is refused when one is written, and models in memory.
@Suite struct ModelContentsTests {
  private static let pool = ThreadPool(threads: 1)

  /// y = 3 + 40·x₁·x₂ on x in [-4, 7].
  private func data(_ rows: Int, in range: ClosedRange<Double> = -4...7) -> Dataset<Double> {
    var generator = SeededGenerator(9)
    let x = Matrix<Double>(rows: rows, columns: 2) { buffer in
      for index in buffer.indices {
        buffer.initializeElement(at: index, to: Double.random(in: range, using: &generator))
      }
    }
    let y = (0..<rows).map { 3 + 40 * (x[$0, 0] + x[$0, 1] * x[$0, 1]) }
    return Dataset(inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y)))
  }

  private func rmse(_ network: Network<Double>) throws -> Double {
    try #require(network.evaluate(on: data(300), pool: Self.pool).rmse)
  }

  private func trainAtRateZero(_ network: inout Network<Double>) throws {
    try network.train(
      on: data(40, in: 0...1), with: SGD(learningRate: 0), options: TrainingOptions(epochs: 1), pool: Self.pool)
  }

  /// Ranges from a fit, or set by hand, stay when a model is loaded and trained on.
  @Test(arguments: [true, false])
  func rangesOfAModelThatIsNotTrainedYet(isFitted: Bool) throws {
    var network = Network<Double>(.spline(2, 1, grid: 8))
    if isFitted {
      try network.fitLastLayer(on: data(300), pool: Self.pool)
    } else {
      try network.setRanges(inputs: [-4...7, -4...7], targets: [-200...2500])
      let (x, y) = (network.inputScaling, network.outputScaling)
      try network.setFunctions(ofLayer: 0) { input, _, scaled in
        let value = scaled / x.factor[input] + x.shift[input]
        let part = input == 0 ? 3 + 40 * value - y.shift[0] : 40 * value * value
        return part * y.factor[0]
      }
    }
    var loaded = try Network<Double>(data: network.encoded())
    #expect(try rmse(network) < 1e-9)
    try trainAtRateZero(&network)
    try trainAtRateZero(&loaded)
    #expect(try rmse(network) < 1e-9)
    #expect(try rmse(loaded) == rmse(network))
    #expect(throws: TrainingError.rangesAlreadyFitted) { try loaded.setRanges(inputs: [-1...1, -1...1]) }
  }

  /// A file without a word on the origin of its scalings: they are set unless they are the identity.
  @Test func filesOfEarlierReleases() throws {
    var network = Network<Double>(.spline(2, 1, grid: 8))
    func earlier(_ network: Network<Double>) throws -> Network<Double> {
      var file = try SafeTensors(bytes: [UInt8](network.encoded()), path: "")
      let topology = try #require(file.metadata["network"])
      let range = try #require(topology.range(of: #"\"scalings\":\{[^}]*\},?"#, options: .regularExpression))
      file.metadata["network"] = topology.replacingCharacters(in: range, with: "")
      return try Network(data: Data(file.encoded()))
    }
    var fresh = try earlier(network)
    try fresh.train(on: data(300), with: SGD(learningRate: 0), epochs: 1)
    #expect(fresh.inputScaling == Scaling(rangeOf: data(300).inputs))
    try network.fitLastLayer(on: data(300), pool: Self.pool)
    var old = try earlier(network)
    try trainAtRateZero(&old)
    #expect(try rmse(old) < 1e-9)
  }

  @Test func inMemoryAndOnDisk() throws {
    var network = Network<Float>(.spline(2, 3), .linear(3, 1), seed: 4)
    try network.train(on: Dataset(inputs: [[0, 1], [1, 0], [2, 5]], targets: [1, 2, 3]), epochs: 2)
    let bytes = try network.encoded()
    try withTemporaryFolder { folder in
      try network.save(to: folder + "/m")
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/m")) == bytes)
    }
    let loaded = try Network<Float>(data: bytes)
    #expect(loaded.parameters == network.parameters && loaded.record == network.record)
    #expect(try loaded.encoded() == bytes)
    // A slice of data has indices of its own.
    #expect(try Network<Float>(data: (Data([1, 2]) + bytes)[2...]).parameters == network.parameters)
  }

  /// A file of another kind is called that.
  @Test(arguments: [
    ([], ", but empty"), (Array("a,b\n1,2\n".utf8), ", but a table of text"),
    (Array("{\"a\": 1}".utf8), ", but JSON text"),
    ([0x93] + Array("NUMPY".utf8) + [1, 0], ", but an NPY array"), ([0, 0, 0, 0, 0, 0, 0, 0, 0x5B], ""),
    (Array("12345678".utf8), ", but text"), (gzip([1, 2, 3]), ", but gzip-compressed data"),
    ([0x80, 2, 0x8A], ", but a Python pickle"),
    ([0x50, 0x4B, 3, 4, 0, 0], ", but a ZIP archive, such as .npz or PyTorch's .pt"),
  ])
  func notAModel(bytes: [UInt8], kind: String) throws {
    expectFailure(.malformed, "not a model file" + kind) { _ = try Network<Float>(data: Data(bytes)) }
    let error = #expect(throws: FileError.self) { try Network<Float>(data: Data(bytes), name: "upload 7") }
    #expect(error?.description == "upload 7: not a model file" + kind)
  }

  private struct Refusal {
    let message: String
    let spoil: (inout Network<Float>) throws -> Void
  }

  /// What could not be loaded again is not written, and leaves an older file as it was.
  @Test func networksThatCouldNotBeLoaded() throws {
    let data = Dataset<Float>(inputs: [[0, 1], [1, 0], [2, 5]], targets: [1, 2, 3])
    let refusals: [Refusal] = [
      Refusal(message: "tensor \"layers.0.weight\" is not finite") { $0.parameters[3] = .nan },
      Refusal(message: "a factor of the outputs' scaling is 0") {
        $0.outputScaling = Scaling(shift: AlignedArray([0]), factor: AlignedArray([0]))
      },
      Refusal(message: "3 names of inputs, not 2") { $0.names.inputs = ["a", "b", "c"] },
      Refusal(message: "two inputs have the name \"a\"") { $0.names.inputs = ["a", "a"] },
      Refusal(message: "2 names of targets, not 1") { $0.names.targets = ["y", "z"] },
      Refusal(message: "layer 1: there is no basis of kind \"another\"") {
        $0 = Network(Layer(basis: Stubborn(kept: "another"), outputs: 1))
      },
      Refusal(message: "tensor \"layers.0.weight\" has shape [2, 4, 1], not [2, 1, 1]") {
        $0 = Network(Layer(basis: Stubborn(functions: 4), outputs: 1))
      },
    ]
    for refusal in refusals {
      var network = Network<Float>(.spline(2, 1), seed: 4)
      try network.train(on: data, epochs: 1)
      try withTemporaryFolder { folder in
        try network.save(to: folder + "/m")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/m"))
        try refusal.spoil(&network)
        expectFailure(.cannotCreate, refusal.message) { try network.save(to: folder + "/m") }
        expectFailure(.cannotCreate, refusal.message) { _ = try network.encoded() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/m")) == before)
      }
    }
  }

  @Test func namesOfTheDataAreCheckedBeforeATraining() throws {
    func data(_ names: Names) -> Dataset<Float> {
      Dataset(inputs: [[0, 1], [1, 0], [2, 5]], targets: [1, 2, 3], names: names)
    }
    for (names, error) in [
      (Names(inputs: ["a", "b", "c"]), NamesError.count(.inputs, found: 3, expected: 2)),
      (Names(inputs: ["a", "a"]), .repeated(.inputs, name: "a")),
      (Names(targets: ["y", "z"]), .count(.targets, found: 2, expected: 1)),
    ] {
      var network = Network<Float>(.spline(2, 1))
      #expect(throws: TrainingError.names(error)) { try network.train(on: data(names), epochs: 1) }
      #expect(throws: TrainingError.names(error)) { try network.fitLastLayer(on: data(names)) }
      #expect(network.record == nil)
    }
    var network = Network<Float>(.spline(2, 1))
    try network.train(on: data(Names(inputs: ["a", "b"], targets: ["y"])), epochs: 1)
    #expect(try Network<Float>(data: network.encoded()).names == network.names)
  }

  /// Written parameters count when a training is resumed from a file, too.
  @Test func writtenParametersAreSaved() throws {
    var network = Network<Double>(.spline(2, 1), seed: 1)
    let options = TrainingOptions(epochs: 3, batch: 50, seed: 1)
    try network.train(on: data(300), with: AdamW(learningRate: 0.05), options: options, pool: Self.pool)
    network.parameters = AlignedArray(zeros: network.parameterCount)
    let zeros = try rmse(network)
    var loaded = try Network<Double>(data: network.encoded())
    try loaded.train(
      on: data(300), with: AdamW(learningRate: 1e-9),
      options: TrainingOptions(epochs: 4, batch: 50, seed: 1, resuming: true), pool: Self.pool)
    #expect(abs(try rmse(loaded) - zeros) < 1e-3)
  }

  /// Squares of gradients overflow before the parameters do: the model is saved, and its optimiser starts afresh.
  @Test func momentsThatOverflow() throws {
    let data = Dataset<Float>(inputs: [[0, 1], [1, 0], [2, 5]], targets: [1, 2, 3])
    var network = Network<Float>(.spline(2, 1), seed: 4)
    try network.train(on: data, with: AdamW(), options: TrainingOptions(epochs: 2), pool: Self.pool)
    network.trainingState?.optimizer.moments[1][0] = .infinity
    var loaded = try Network<Float>(data: network.encoded())
    #expect(loaded.parameters == network.parameters && loaded.trainingState?.epochsDone == 2)
    #expect(loaded.trainingState?.optimizer.step == 0)
    let options = TrainingOptions(epochs: 3, resuming: true)
    try loaded.train(on: data, with: AdamW(), options: options, pool: Self.pool)
    try network.train(on: data, with: AdamW(), options: options, pool: Self.pool)
    #expect(loaded.parameters == network.parameters && loaded.record?.history.count == 3)
  }

  /// A network whose parameters were set by hand says what its outputs mean, and what they are called.
  @Test func aClassifierByHand() throws {
    var network = Network<Float>(.linear(2, 3))
    let names = Names(inputs: ["width", "height"], classes: ["a", "b", "c"])
    #expect(throws: TrainingError.names(.count(.classes, found: 2, expected: 3))) {
      try network.describe(as: .classification, names: Names(classes: ["a", "b"]))
    }
    #expect(network.task == .regression && network.names == Names())
    try network.describe(as: .classification, names: names)
    #expect(abs(network.predict([[1, 2]])[0].reduce(0, +) - 1) < 1e-6)
    let loaded = try Network<Float>(data: network.encoded())
    #expect(loaded.task == .classification && loaded.names == names)
    // Data without names leaves them, and a training settles the task.
    try network.train(on: Dataset(inputs: [[0, 1], [1, 0]], labels: [0, 2], classes: 3), epochs: 1)
    #expect(network.names == names)
    #expect(throws: TrainingError.otherTask(trained: .classification, asked: .regression)) {
      try network.describe(as: .regression)
    }
  }
}

/// A basis that its description does not make again.
private struct Stubborn: Basis {
  static var kind: String { "stubborn" }
  var kept = "stubborn"
  var inputs: Int { 2 }
  var functions = 1

  init(kept: String = "stubborn", functions: Int = 1) {
    self.kept = kept
    self.functions = functions
  }
  init(_ description: BasisDescription<Float>) { self.init() }
  var description: BasisDescription<Float> { BasisDescription(kind: kept, inputs: 2) }
  func writeValues(of x: MatrixView<Float>, first: Int, to values: MutableMatrixView<Float>) {}
  func writeDerivatives(of x: MatrixView<Float>, first: Int, to derivatives: MutableMatrixView<Float>) {}
  func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 1, count: functions)
  }
}
