import Foundation
import KAN
import Testing

@testable import KANFiles

/// Model files of each form that the format has had, made by Models/make_models, predict as numpy and scipy compute from
/// the same files.
@Suite struct OlderModelTests {
  private static let folder = Bundle.module.bundlePath + "/Models/"

  static let predictions = Result {
    try JSONDecoder().decode(
      [String: [[Double]]].self, from: Data(contentsOf: URL(fileURLWithPath: folder + "predictions.json")))
  }

  private func rows<Element: Scalar>() throws -> Matrix<Element> {
    let lines = try String(contentsOfFile: Self.folder + "rows.csv", encoding: .utf8).split(separator: "\n")
    return Matrix(lines.dropFirst().map { $0.split(separator: ",").compactMap { Element(String($0)) } })
  }

  /// For the rows of rows.csv, or if the model is one of rents for those of rents.csv.
  private func outputs<Element: Scalar>(of network: Network<Element>, _ name: String) throws -> Matrix<Double> {
    if network.encoding != nil {
      return try network.predict(Table(csv: Self.folder + (name.contains("rents") ? "rents.csv" : "rows.csv")))
    }
    let found = network.predict(try rows())
    return Matrix(rows: found.rows, columns: found.columns, elements: found.elements.map { Double($0) })
  }

  private func check<Element: Scalar>(_: Element.Type, _ name: String, tolerance: Double) throws {
    let expected = try #require(try Self.predictions.get()[name])
    let found = try outputs(of: Network<Element>(contentsOf: Self.folder + name), name)
    try #require(found.rows == expected.count && found.columns == expected[0].count)
    let scale = expected.joined().map { abs($0) }.max() ?? 0
    for (row, values) in expected.enumerated() {
      for (column, value) in values.enumerated() {
        #expect(abs(found[row, column] - value) <= tolerance * scale, "row \(row), column \(column)")
      }
    }
  }

  @Test(arguments: try predictions.get().keys.sorted())
  func predictAsScipy(name: String) throws {
    try check(Double.self, name, tolerance: 1e-12)
    try check(Float.self, name, tolerance: 1e-5)
  }

  @Test func allFilesAreChecked() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".safetensors") }
    #expect(files.sorted() == (try Self.predictions.get().keys.sorted()))
  }

  /// A file of each version of the format is among them.
  @Test func allVersionsAreKept() throws {
    let versions = try Self.predictions.get().keys.map { name in
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.folder + name)))
      return try SafeTensors(bytes: bytes, path: name).metadata["version"] ?? ""
    }
    #expect(Set(versions) == Set(ModelTopology.versions))
  }

  /// Losses other than the task's default come with version 2, a table's columns with version 3, removed edges with
  /// version 4.
  @Test func objectivesColumnsAndEdges() throws {
    let quantile = try Network<Float>(contentsOf: Self.folder + "second-quantile.safetensors")
    #expect((quantile.objective as? QuantileLoss)?.quantile == 0.9)
    #expect(try Network<Float>(contentsOf: Self.folder + "second-poisson.safetensors").objective is PoissonDeviance)
    let rents = try Network<Float>(contentsOf: Self.folder + "third-rents.safetensors")
    #expect(Set(rents.encoding?.inputs.map(\.column) ?? []) == ["size", "kind", "open"])
    let pruned = try Network<Float>(contentsOf: Self.folder + "fourth-pruned.safetensors")
    #expect(pruned.edgeCount == 6 && pruned.layers.map { $0.inputs * $0.outputs }.reduce(0, +) > 6)
  }

  /// Fields that came later are empty where the file is older.
  @Test func recordsAreRead() throws {
    let first = try Network<Float>(contentsOf: Self.folder + "first-values.safetensors")
    let record = try #require(first.record)
    #expect(record.optimizer == "adam" && record.epochs == 4 && record.history.count == 4)
    #expect(record.grid == nil && record.outside == nil)
    #expect(first.names == Names(inputs: ["a", "b"], targets: ["y"]))

    let grids = try #require(try Network<Double>(contentsOf: Self.folder + "grids.safetensors").record?.grid)
    #expect(grids.kept == nil && grids.judgements.map(\.intervals) == [3, 6])
    let last = try #require(try Network<Float>(contentsOf: Self.folder + "last-spline.safetensors").record)
    #expect(last.grid?.kept != nil && last.outside?.count == 2)
  }

  /// What an optimiser remembered is still there.
  @Test func trainingsGoOn() throws {
    var network = try Network<Float>(contentsOf: Self.folder + "first-values.safetensors")
    let points: Matrix<Float> = try rows()
    let data = Dataset<Float>(
      inputs: points, targets: .values(Matrix(rows: points.rows, columns: 1, elements: points.column(0))))
    let history = try network.train(
      on: data, with: AdamW(), options: TrainingOptions(epochs: 6, batch: 32, resuming: true))
    #expect(history.epochs.count == 6)
  }
}
