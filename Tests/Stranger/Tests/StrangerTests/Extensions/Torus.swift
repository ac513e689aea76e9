import Foundation
import KAN
import KANFiles
import Testing

/// Points on a torus and their height, computed from the row: a row source from outside, in one file.
struct Torus: RowSource {
  let rows: Int
  let inputColumns = 2
  let targetShape = TargetShape.values(columns: 1)
  var names: Names { Names(inputs: ["u", "v"], targets: ["height"]) }

  func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) throws(RowSourceError) {
    for (place, row) in rows.enumerated() {
      let (u, v) = (Double(row % 97) / 97, Double(row % 89) / 89)
      batch.inputs?[place, 0] = Float(u)
      batch.inputs?[place, 1] = Float(v)
      batch.values?[place, 0] = Float(sin(2 * .pi * u) * (2 + cos(2 * .pi * v)))
    }
  }
}

@Suite struct TorusTests {
  @Test func trainsAsTheSameRowsInMemory() throws {
    let source = Torus(rows: 3000)
    func train(_ rows: some RowSource<Float>) throws -> Network<Float> {
      var network = Network<Float>(.spline(2, 4), .spline(4, 1), seed: 1)
      try network.train(on: rows, with: AdamW(learningRate: 0.02), epochs: 3)
      return network
    }
    let network = try train(source)
    #expect(try train(Dataset(reading: source)).parameters == network.parameters)
    #expect(network.names == source.names)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try source.pack(to: path)
    #expect(try train(PackedRows<Float>(path)).parameters == network.parameters)
    #expect(try network.evaluate(on: source) == network.evaluate(on: Dataset(reading: source)))
  }
}
