import Foundation
import KAN
import KANFiles
import Testing

/// The objective goes with the model, and files that know of none are as before.
@Suite struct ObjectiveRoundTripTests {
  private func trained<Element: Scalar>(_ objective: any Objective, _: Element.Type) throws -> Network<Element> {
    let inputs = Matrix<Element>(rows: 40, columns: 1, elements: (0..<40).map { Element($0) })
    let targets = Matrix<Element>(rows: 40, columns: 1, elements: (0..<40).map { Element($0 / 20) })
    var network = Network<Element>(.spline(1, 1), seed: 1)
    try network.train(
      on: Dataset(inputs: inputs, targets: .values(targets)), with: LBFGS(),
      options: TrainingOptions(epochs: 3, objective: objective))
    return network
  }

  @Test(
    arguments: [
      MeanSquaredError(), HuberLoss(delta: 0.3), AbsoluteError(), QuantileLoss(0.9), PoissonDeviance(), LogisticLoss(),
    ] as [any Objective])
  func sameObjective(objective: any Objective) throws {
    try check(objective, Float.self)
    try check(objective, Double.self)
  }

  private func check<Element: Scalar>(_ objective: any Objective, _: Element.Type) throws {
    let network = try trained(objective, Element.self)
    let rows = Matrix<Element>(rows: 3, columns: 1, elements: [1, 20, 37])
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      try network.save(to: path)
      let loaded = try Network<Element>(contentsOf: path)
      #expect(ObjectiveDescription(loaded.objective) == ObjectiveDescription(objective))
      #expect(loaded.record?.objective == ObjectiveDescription(objective))
      #expect(loaded.predict(rows) == network.predict(rows))
      // A program that knows of no objectives would take rates for their logarithms, so it is not to read them.
      let text = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
      #expect(text.contains("\"version\":\"\(objective is MeanSquaredError ? 1 : 2)\""))
    }
  }

  /// What an objective of a file can be wrong in.
  @Test(arguments: [
    ("\\\"quantile\\\":0.9", "\\\"quantile\\\":1.9", "quantile: setting \"quantile\" has to be between 0 and 1"),
    ("\\\"quantile\\\":0.9", "\\\"quantilf\\\":0.9", "quantile: setting \"quantile\" has to be between 0 and 1"),
    (
      "{\\\"name\\\":\\\"quantile\\\"", "{\\\"name\\\":\\\"quantime\\\"",
      "there is no objective of the name \"quantime\""
    ),
    (
      "\\\"task\\\":\\\"regression\\\"}", "\\\"task\\\":\\\"classification\\\"}",
      "the objective quantile does not fit a classification"
    ),
  ])
  func damaged(from: String, to: String, message: String) throws {
    let network = try trained(QuantileLoss(0.9), Float.self)
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      try network.save(to: path)
      try rewriteHeader(of: path, from, to)
      let error = #expect(throws: FileError.self) { try Network<Float>(contentsOf: path) }
      #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
    }
  }

  /// A file from before there were objectives, whose record has none.
  @Test func olderFile() throws {
    let network = try trained(MeanSquaredError(), Float.self)
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      try network.save(to: path)
      try rewriteHeader(of: path, "\\\"objective\\\":{\\\"name\\\":\\\"mse\\\",\\\"settings\\\":{}},", "")
      let loaded = try Network<Float>(contentsOf: path)
      #expect(loaded.record?.objective == nil && loaded.objective is MeanSquaredError)
      #expect(loaded.parameters == network.parameters && loaded.outputScaling == network.outputScaling)
    }
  }

  /// Replaces text of the header, which begins with its length, and leaves out the checksum, as a program has to that
  /// rewrites a model.
  private func rewriteHeader(of path: String, _ from: String, _ to: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: path))
    let length = Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    try #require(header.contains(from))
    let checksum = try Regex(#""checksum":"[^"]*",?"#)
    var changed = Array(header.replacing(from, with: to).replacing(checksum, with: "").utf8)
    while changed.count % 8 != 0 { changed.append(0x20) }
    let size = changed.count
    let start: [UInt8] = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    bytes.replaceSubrange(0..<8 + length, with: start + changed)
    try bytes.write(to: URL(filePath: path))
  }
}
