import Foundation
import Testing

/// `kan train --optimizer lm`.
@Suite struct LevenbergMarquardtTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(regressionTable(), to: "r.csv")
  }

  private static let options = [
    "--optimizer", "lm", "--precision", "double", "--hidden", "1", "--extend", "3,6", "--epochs", "15",
  ]

  @Test func keepsAGridAndSaysWhy() throws {
    let result = try folder.kan(["train", "r.csv", "--json", "--save", "m.safetensors"] + Self.options).succeeded()
      .json()
    let grid = try #require(result["grid"] as? Int)
    #expect([3, 6].contains(grid))
    #expect((result["gridReason"] as? String)?.hasPrefix("kept grid \(grid)") == true)
    let test = try #require(result["test"] as? [String: Any])
    #expect(try #require(test["rmse"] as? Double) < 1e-4)
    let inspected = try folder.kan("inspect", "m.safetensors", "--json").succeeded().output
    #expect(inspected.contains("\"lm\""))
    // The model is what was judged.
    let evaluated = try folder.kan("evaluate", "m.safetensors", "r.csv", "--json").succeeded().json()
    #expect(try #require(evaluated["rmse"] as? Double) < 1e-4)

    let text = try folder.kan(["train", "r.csv"] + Self.options).succeeded()
    #expect(text.errors.contains(try #require(result["gridReason"] as? String)))
  }

  @Test func resuming() throws {
    try folder.kan(["train", "r.csv", "--save", "m.safetensors"] + Self.options).succeeded()
    let result = try folder.kan(["train", "r.csv", "--save", "m.safetensors", "--resume", "--json"] + Self.options)
      .succeeded().json()
    #expect(try #require((result["test"] as? [String: Any])?["rmse"] as? Double) < 1e-4)
    let grid = try #require(result["grid"] as? Int)
    try folder.kan(
      "train", "r.csv", "--save", "m.safetensors", "--resume", "--precision", "double", "--hidden", "1", "--grid",
      "\(grid)", "--optimizer", "adam"
    )
    .failed(64, "m.safetensors has --optimizer lm, so --resume cannot go on with --optimizer adam")
  }

  @Test func refusesClassesThatTheDataHas() throws {
    try folder.write(classificationTable(), to: "c.csv")
    let outcome = try folder.kan("train", "c.csv", "--optimizer", "lm", "--save", "m.safetensors", "--json")
    #expect(outcome.status == 64 && outcome.output == "")
    let reason =
      "lm needs an objective that is a sum over single outputs, which cross-entropy is not: use lbfgs or adam"
    #expect(outcome.errors.hasSuffix("error: \(reason)\n"))
    #expect(!folder.names.contains("m.safetensors"))
  }

  @Test func refusesWhatTakesTooMuchMemory() throws {
    let outcome = try folder.kan(
      "train", "r.csv", "--optimizer", "lm", "--hidden", "200,200", "--save", "m.safetensors", "--json")
    #expect(outcome.status == 64 && outcome.output == "")
    #expect(outcome.errors.contains("error: Levenberg-Marquardt for "))
    #expect(outcome.errors.hasSuffix(" MiB: use L-BFGS, or Adam\n"))
    #expect(!folder.names.contains("m.safetensors"))
  }
}
