import Foundation
import KAN
import KANFiles
import Testing

/// Models go to files and come back.
@Suite struct ModelFileTests {
  @Test func aModelPredictsAndTrainsOnAsBefore() throws {
    let data = surface(Float.self)
    var network = Network<Float>(.spline(2, 3), .linear(3, 1), seed: 1)
    try network.train(on: data, with: AdamW(), options: TrainingOptions(epochs: 3))
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      try network.save(to: path)
      var loaded = try Network<Float>(contentsOf: path)
      #expect(loaded.predict(data.inputs) == network.predict(data.inputs))
      let options = TrainingOptions(epochs: 5, resuming: true)
      try loaded.train(on: data, with: AdamW(), options: options)
      try network.train(on: data, with: AdamW(), options: options)
      #expect(loaded.parameters == network.parameters)
      #expect(loaded.record?.history.count == 5)
    }
  }

  @Test func aModelIsReadInTheOtherPrecision() throws {
    let network = Network<Float>(.spline(2, 1), seed: 1)
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      try network.save(to: path)
      let double = try Network<Double>(contentsOf: path)
      #expect(double.parameters.map { Float($0) } == Array(network.parameters))
    }
  }

  @Test func whatIsNoModelIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      try Data("no model".utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: FileError.self) { try Network<Float>(contentsOf: path) }
      #expect("\(try #require(error))".contains(path))
      #expect(throws: FileError.self) { try Network<Float>(contentsOf: folder + "/other.safetensors") }
      #expect(throws: FileError.self) {
        try Network<Float>(.spline(2, 1), seed: 1).save(to: folder + "/none/model.safetensors")
      }
    }
  }
}
