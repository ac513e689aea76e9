import Foundation
import KAN
import KANFiles
import Testing

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

  private func check<Element: Scalar>(_: Element.Type, _ name: String, tolerance: Double) throws {
    let expected = try #require(try Self.predictions.get()[name])
    let network = try Network<Element>(contentsOf: Self.folder + name)
    let found = network.predict(try rows())
    try #require(found.rows == expected.count && found.columns == expected[0].count)
    let scale = expected.joined().map { abs($0) }.max() ?? 0
    for (row, values) in expected.enumerated() {
      for (column, value) in values.enumerated() {
        #expect(abs(Double(found[row, column]) - value) <= tolerance * scale, "row \(row), column \(column)")
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
