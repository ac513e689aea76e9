import KAN
import Testing

@testable import KANFiles

/// Pruned networks in model files.
struct PrunedModelTests {
  private static let data: Dataset<Float> = {
    var generator = SeededGenerator(4)
    func matrix(_ columns: Int) -> Matrix<Float> {
      Matrix(
        rows: 60, columns: columns,
        elements: (0..<60 * columns).map { _ in Float.random(in: -1...1, using: &generator) })
    }
    return Dataset(inputs: matrix(3), targets: .values(matrix(1)))
  }()

  private func pruned() throws -> Network<Float> {
    let network = Network<Float>(.spline(3, 4, products: 1), .spline(4, 1), seed: 5)
    return try network.pruned(to: .edges(9), on: Self.data.inputs).network
  }

  @Test func prunedNetworksComeBack() throws {
    let network = try pruned()
    let bytes = try network.encoded()
    let loaded = try Network<Float>(data: bytes)
    #expect(loaded.layers.map(\.edges) == network.layers.map(\.edges))
    #expect(loaded.edgeCount <= 9 && loaded.predict(Self.data.inputs) == network.predict(Self.data.inputs))
    let file = try SafeTensors(bytes: [UInt8](bytes), path: "")
    #expect(file.metadata["version"] == "4" && file.tensors["layers.0.edges"] != nil)
    let complete = try SafeTensors(
      bytes: [UInt8](Network<Float>(.spline(3, 2), .spline(2, 1)).encoded()), path: "")
    #expect(complete.metadata["version"] == "1" && complete.tensors["layers.0.edges"] == nil)
  }

  /// To the bit as if it had not stopped.
  @Test(arguments: [true, false])
  func interruptedTrainingsGoOn(_ isSecondOrder: Bool) throws {
    func train(_ network: inout Network<Float>, epochs: Int, resuming: Bool) throws {
      let options = TrainingOptions(epochs: epochs, batch: 16, resuming: resuming)
      if isSecondOrder {
        try network.train(on: Self.data, with: LBFGS(), options: options)
      } else {
        try network.train(on: Self.data, with: AdamW(weightDecay: 0.01), options: options)
      }
    }
    var whole = try pruned()
    var parts = whole
    try train(&whole, epochs: 6, resuming: false)
    try train(&parts, epochs: 3, resuming: false)
    parts = try Network<Float>(data: parts.encoded())
    try train(&parts, epochs: 6, resuming: true)
    #expect(parts.parameters == whole.parameters && parts.edgeCount == whole.edgeCount)
  }

  @Test func damagedEdges() throws {
    let bytes = [UInt8](try pruned().encoded())
    func load(_ change: (inout SafeTensors) -> Void) throws {
      var file = try SafeTensors(bytes: bytes, path: "m")
      change(&file)
      _ = try Network<Float>(ModelFile(bytes: file.encoded(), path: "m"))
    }
    expectFailure(.malformed, "a removed edge has a weight") {
      try load { $0.tensors["layers.0.weight"] = SafeTensors.Tensor(shape: [3, 9, $0.sums], ones: 27 * $0.sums) }
    }
    expectFailure(.malformed, "tensor \"layers.0.edges\" is not of 0 and 1") {
      try load {
        $0.tensors["layers.0.edges"] = SafeTensors.Tensor(
          shape: [3, $0.sums], [Float](repeating: 2, count: 3 * $0.sums))
      }
    }
    let sums = try SafeTensors(bytes: bytes, path: "m").sums
    expectFailure(.malformed, "tensor \"layers.0.edges\" has shape [1, 1], not [3, \(sums)]") {
      try load { $0.tensors["layers.0.edges"] = SafeTensors.Tensor(shape: [1, 1], ones: 1) }
    }
    expectFailure(.malformed, "format version 5 is newer than this program, which reads up to version 4") {
      try load { $0.metadata["version"] = "5" }
    }
    var written = try pruned()
    for index in 0..<written.parameterCount { written.parameters[index] += 1 }
    expectFailure(.cannotCreate, "a removed edge has a weight") { _ = try written.encoded() }
  }
}

extension SafeTensors {
  fileprivate var sums: Int { tensors["layers.0.bias"]?.shape[0] ?? 0 }
}

extension SafeTensors.Tensor {
  fileprivate init(shape: [Int], ones count: Int) {
    self.init(shape: shape, [Float](repeating: 1, count: count))
  }
}
