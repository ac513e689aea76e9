import Foundation
import KAN
import Testing

@testable import KANFiles

/// Intervals in model files.
@Suite struct IntervalFileTests {
  private func calibrated(hidden: Int? = nil) throws -> (network: Network<Float>, data: Dataset<Float>) {
    var generator = SeededGenerator(4)
    let x = Matrix<Float>(rows: 300, columns: 2) { buffer in
      for index in buffer.indices {
        buffer.initializeElement(at: index, to: Float.random(in: -1...1, using: &generator))
      }
    }
    let y = (0..<300).map { x[$0, 0] * x[$0, 0] + Float.random(in: -0.1...0.1, using: &generator) }
    let data = Dataset(inputs: x, targets: .values(Matrix(rows: 300, columns: 1, elements: y)))
    var network =
      hidden.map { Network<Float>(.spline(2, $0), .spline($0, 1)) } ?? Network<Float>(.spline(2, 1))
    try network.train(on: data, with: AdamW(), epochs: 1)
    try network.calibrateIntervals(
      training: data.selecting(rows: 0..<200), heldOut: data.selecting(rows: 200..<300))
    return (network, data)
  }

  @Test(arguments: [nil, 80])
  func roundTrip(hidden: Int?) throws {
    let (network, data) = try calibrated(hidden: hidden)
    let bytes = try network.encoded()
    let loaded = try Network<Float>(data: bytes)
    let found = try loaded.predictionIntervals(at: data.inputs)
    #expect(try found == network.predictionIntervals(at: data.inputs))
    // In another precision too, up to its rounding of what the last layer sees.
    let double = try Network<Double>(data: bytes)
    #expect(double.hasIntervals)
    var changed = loaded
    changed.parameters[0] += 1
    #expect(try !Network<Float>(data: changed.encoded()).hasIntervals)
    // No more than a megabyte of doubles beside the parameters.
    #expect(bytes.count < 4 * network.parameterCount * 2 + 8 * (513 * 256 + 2000) + 20_000)
  }

  @Test(arguments: 0..<7)
  func damage(kind: Int) throws {
    let (network, _) = try calibrated()
    var file = try SafeTensors(bytes: [UInt8](network.encoded()), path: "")
    var topology = try #require(file.metadata["network"])
    func replace(_ pattern: String, _ text: String) throws {
      let range = try #require(topology.range(of: pattern, options: .regularExpression))
      topology = topology.replacingCharacters(in: range, with: text)
    }
    switch kind {
    case 0: try replace(#""functions":\[0,"#, #""functions":[-1,"#)
    case 1: try replace(#""functions":\[0,"#, #""functions":[99999,"#)
    case 2: try replace(#""heldOut":100"#, #""heldOut":3"#)
    case 3: try replace(#""variances":\[[^\]]*\]"#, #""variances":[1,2]"#)
    case 4:
      let scores = try #require(file.tensors["intervals.scores"]?.doubles)
      file.tensors["intervals.scores"] = .init(shape: [1, 100], Array(scores.reversed()))
    case 5: file.tensors["intervals.triangle"] = .init(shape: [3], [1.0, 2, 3])
    default: file.tensors["intervals.scores"] = nil
    }
    file.metadata["network"] = topology
    let error = #expect(throws: FileError.self) { try Network<Float>(data: Data(file.encoded())) }
    #expect(error?.kind == .malformed)
  }
}
