import Foundation
import KANFiles
import Testing

/// `kan refine`, and `kan train` on grids in turn.
@Suite struct RefineTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test(arguments: [("spline", "10", 1e-12), ("spline", "8", 0.5), ("hat", "10", 1e-12), ("hat", "8", 1)])
  func refinedModelsPredictTheSame(edge: String, grid: String, bound: Double) throws {
    try folder.writeModel("--hidden", "3", "--precision", "double", "--epochs", "20", "--edge", edge)
    let refined = try folder.kan(
      "refine", "m.safetensors", "r.csv", "--grid", grid, "--save", "fine.safetensors", "--json"
    ).succeeded().json()
    #expect(refined["grid"] as? Int == Int(grid))
    let deviation = try #require(refined["largestDeviation"] as? Double)
    #expect(deviation <= bound)
    let (before, after) = (refined["rmseBefore"] as? Double, refined["rmseAfter"] as? Double)
    #expect(try #require(before) == rmse("m.safetensors") && #require(after) == rmse("fine.safetensors"))
    func rmse(_ model: String) throws -> Double {
      try #require(try folder.kan("evaluate", model, "r.csv", "--json").succeeded().json()["rmse"] as? Double)
    }
    #expect(abs(try rmse("fine.safetensors") - rmse("m.safetensors")) <= 10 * bound)
    let layers =
      try folder.kan("inspect", "fine.safetensors", "--json").succeeded().json()["layers"] as? [[String: Any]]
    let grids = try #require(layers).compactMap { ($0["grid"] as? [String: Any])?["intervals"] as? Int }
    #expect(grids == [Int(grid), Int(grid)])
  }

  /// One line of error that says so, and nothing printed.
  private func expect(_ outcome: Outcome, _ code: Int32, _ part: String) {
    #expect(outcome.status == code && outcome.output == "")
    #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(part))
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
  }

  @Test func withoutSaveNothingIsWritten() throws {
    try folder.writeModel()
    let before = try folder.bytes("m.safetensors")
    try folder.kan("refine", "m.safetensors", "r.csv", "--grid", "10").succeeded()
    #expect(try folder.bytes("m.safetensors") == before)
  }

  /// The metrics need targets, the refit does not.
  @Test func withoutTargets() throws {
    try folder.writeModel()
    let table = try String(decoding: folder.bytes("r.csv"), as: UTF8.self)
    let lines = table.split(separator: "\n").map { $0.split(separator: ",").dropLast().joined(separator: ",") }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "inputs.csv")
    let json = try folder.kan("refine", "m.safetensors", "inputs.csv", "--grid", "8", "--json").succeeded().json()
    #expect(json["grid"] as? Int == 8 && json["rmseBefore"] == nil)
    let text = try folder.kan("refine", "m.safetensors", "r.csv", "--grid", "8").succeeded().output
    #expect(text.contains("before") && text.contains("after") && text.contains("rmse"))
  }

  @Test func refusals() throws {
    try folder.writeModel("--edge", "linear")
    expect(try folder.kan("refine", "m.safetensors", "r.csv", "--grid", "10"), 65, "no layer has a grid")
    expect(try folder.kan("refine", "m.safetensors", "r.csv", "--grid", "0"), 64, "--grid")
    expect(try folder.kan("refine", "m.safetensors", "r.csv"), 64, "--grid")
    expect(try folder.kan("refine", "m.safetensors", "none.csv", "--grid", "10"), 66, "none.csv")
    expect(try folder.kan("refine", "none.safetensors", "r.csv", "--grid", "10"), 66, "none.safetensors")
    expect(try folder.kan("refine", "m.safetensors", "r.csv", "--grid", "10", "--save", "r.csv"), 64, "overwrite")
  }

  @Test(arguments: [["--optimizer", "adam"], ["--optimizer", "lbfgs"], ["--optimizer", "lm"]])
  func gridsInTurn(options: [String]) throws {
    try folder.write(regressionTable(), to: "r.csv")
    let result = try folder.kan(
      ["train", "r.csv", "--hidden", "2", "--extend", "3,6,12", "--epochs", "5", "--json", "--save", "m.safetensors"]
        + options
    ).succeeded().json()
    let grid = try #require(result["grid"] as? Int)
    #expect([3, 6, 12].contains(grid))
    #expect((result["gridReason"] as? String)?.hasPrefix("kept grid \(grid)") == true)
    let layers = try folder.kan("inspect", "m.safetensors", "--json").succeeded().json()["layers"] as? [[String: Any]]
    #expect(try #require(layers).allSatisfy { ($0["grid"] as? [String: Any])?["intervals"] as? Int == grid })
  }

  @Test func refusalsOfTraining() throws {
    try folder.write(regressionTable(), to: "r.csv")
    expect(try folder.kan("train", "r.csv", "--extend", "10,5"), 64, "rising order")
    expect(try folder.kan("train", "r.csv", "--extend", "5,10", "--grid", "4"), 64, "--grid 4")
    expect(try folder.kan("train", "r.csv", "--extend", "5,10", "--edge", "linear"), 64, "--extend")
    expect(try folder.kan("train", "r.csv", "--optimizer", "lm", "--task", "classification"), 64, "lm")
    expect(try folder.kan("train", "r.csv", "--optimizer", "lm", "--learning-rate", "0.1"), 64, "--learning-rate")
  }
}
