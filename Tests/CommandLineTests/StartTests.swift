import Foundation
import KANFiles
import Testing

/// `--init`, `--range`, `--start` and `--keep-learned` of `kan train`.
@Suite struct StartTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  /// Rows x, sin 5x for x in a range.
  private func write(_ name: String, from low: Double, to high: Double, rows: Int = 60) throws {
    let x = (0..<rows).map { low + (high - low) * Double($0) / Double(rows - 1) }
    try folder.write(table(["x", "y"], x.map { ["\($0)", "\(sin(5 * $0))"] }), to: name)
  }

  @Test func leastSquaresSolvesOneLayer() throws {
    try folder.write(regressionTable(), to: "r.csv")
    func loss(_ arguments: String...) throws -> Double {
      let result = try folder.kan(["train", "r.csv", "--epochs", "0", "--json"] + arguments).succeeded().json()
      return try #require((result["train"] as? [String: Any])?["loss"] as? Double)
    }
    #expect(try loss() > 0.1)
    #expect(try loss("--init", "least-squares") < 1e-6)
    let deep = try loss("--init", "least-squares", "--hidden", "4", "--edge", "linear")
    #expect(deep < 0.1)
  }

  @Test func leastSquaresNeedsNumbers() throws {
    try folder.write(classificationTable(), to: "c.csv")
    try folder.kan("train", "c.csv", "--init", "least-squares").failed(
      64, "--init least-squares: classes have no squared error")
  }

  @Test(arguments: ["adam", "sgd", "lbfgs"])
  func keepsWhatItLearned(optimizer: String) throws {
    try write("first.csv", from: -1, to: 0)
    try write("second.csv", from: 0.5, to: 1)
    try write("far.csv", from: -1, to: 0.09)
    let options = ["--epochs", "30", "--grid", "20", "--batch", "16", "--optimizer", optimizer]
    try folder.kan(["train", "first.csv", "--range", "-1,1", "--save", "a.safetensors"] + options).succeeded()
    let going = ["train", "second.csv", "--start", "a.safetensors"] + options
    try folder.kan(going + ["--keep-learned", "--save", "b.safetensors"]).succeeded()
    try folder.kan(going + ["--save", "c.safetensors"]).succeeded()
    func predictions(_ model: String, _ rows: String) throws -> String {
      try folder.kan("predict", model, rows).succeeded().output
    }
    #expect(try predictions("a.safetensors", "far.csv") == predictions("b.safetensors", "far.csv"))
    #expect(try predictions("a.safetensors", "second.csv") != predictions("b.safetensors", "second.csv"))
    #expect(try predictions("a.safetensors", "far.csv") != predictions("c.safetensors", "far.csv"))
  }

  @Test func refusals() throws {
    try write("r.csv", from: 0, to: 1)
    try folder.write(regressionTable(), to: "other.csv")
    try folder.kan("train", "r.csv", "--epochs", "1", "--save", "m.safetensors").succeeded()
    let cases: [([String], Int32, String)] = [
      (["r.csv", "--start", "m.safetensors", "--precision", "double"], 64, "has --precision float"),
      (["r.csv", "--start", "m.safetensors", "--range", "0,1"], 64, "--start takes its coefficients and ranges"),
      (["r.csv", "--start", "m.safetensors", "--resume", "--save", "m.safetensors"], 64, "either --start or --resume"),
      (["other.csv", "--start", "m.safetensors"], 65, "not the input columns that m.safetensors was trained on"),
      (["r.csv", "--start", "none.safetensors"], 66, "none.safetensors"),
      (["r.csv", "--range", "1,0"], 64, "pairs of rising numbers"),
      (["r.csv", "--range", "0,1,2"], 64, "pairs of rising numbers"),
      (["r.csv", "--range", "0,1,2,3"], 64, "2 pairs for 1 input"),
      (["r.csv", "--edge", "linear", "--keep-learned"], 65, "no spline has the data in its support"),
    ]
    for (arguments, code, message) in cases {
      let outcome = try folder.kan(["train"] + arguments)
      #expect(outcome.status == code && outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
    }
  }
}
