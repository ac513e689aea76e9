import Foundation
import KANFiles
import Testing

/// What `kan train` does with tables as people have them.
@Suite struct TableOptionTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func rows(_ count: Int = 60) -> [[String]] {
    (0..<count).map { ["\($0 % 7)", "\(Double($0 % 11) / 2)", "\($0 % 7 + $0 % 11)"] }
  }

  @Test func gapsAreErrorsIfAskedFor() throws {
    var cells = rows()
    (cells[20][1], cells[41][0]) = ("NA", "")
    try folder.write(table(["a", "b", "y"], cells), to: "r.csv")
    try folder.kan("train", "r.csv", "--missing", "fit").succeeded()
    try folder.kan("train", "r.csv", "--missing", "error").failed(65, "r.csv: row 21, column \"b\": missing value")
    cells[3][2] = "?"
    try folder.write(table(["a", "b", "y"], cells), to: "t.csv")
    try folder.kan("train", "t.csv", "--missing", "error").failed(65, "t.csv: row 4, column \"y\": missing value")
    try folder.write(table(["a", "b", "y"], rows()), to: "whole.csv")
    try folder.kan("train", "whole.csv", "--test", "r.csv", "--missing", "error").failed(
      65, "r.csv: row 21, column \"b\": missing value")
  }

  @Test(arguments: [["--hidden", "3"], ["--hidden", "4,3", "--edge", "hat"], []])
  func ensemblesAreMeans(options: [String]) throws {
    try folder.write(table(["a", "b", "y"], rows()), to: "r.csv")
    let common = ["train", "r.csv", "--test", "r.csv", "--epochs", "4"] + options
    try folder.kan(common + ["--ensemble", "3", "--seed", "5", "--save", "m.safetensors"]).succeeded()
    func predictions(_ model: String) throws -> [Double] {
      try folder.kan("predict", model, "r.csv").succeeded().lines.dropFirst().map { try #require(Double($0)) }
    }
    var sums = [Double](repeating: 0, count: 60)
    for seed in 5...7 {
      try folder.kan(common + ["--seed", "\(seed)", "--save", "\(seed).safetensors"]).succeeded()
      for (row, value) in try predictions("\(seed).safetensors").enumerated() { sums[row] += value / 3 }
    }
    for (found, expected) in zip(try predictions("m.safetensors"), sums) { #expect(abs(found - expected) < 1e-4) }
  }

  @Test func ensemblesOfAChoiceHaveMoreStarts() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let found = try folder.kan("train", "r.csv", "--ensemble", "3", "--json").succeeded().json()
    let members = try #require((found["chosen"] as? [String: Any])?["members"] as? [[String: Any]])
    #expect(members.contains { $0["networks"] as? Int == 15 })
    for options in [
      ["--optimizer", "lm"], ["--extend", "3,5"], ["--resume", "--save", "x", "--edge", "spline"], ["--hidden", "2+1"],
    ] {
      #expect(try folder.kan(["train", "r.csv", "--ensemble", "2"] + options).status == 64)
    }
  }

  @Test(arguments: ["1e30", "1e300", "1e-300"])
  func onlyRatiosOfWeightsMatter(weight: String) throws {
    try folder.write(
      table(["a", "b", "y", "w"], rows().enumerated().map { $1 + [$0 % 2 == 0 ? weight : "0"] }), to: "r.csv")
    try folder.write(
      table(["a", "b", "y", "w"], rows().enumerated().map { $1 + [$0 % 2 == 0 ? "1" : "0"] }), to: "s.csv")
    func loss(_ file: String) throws -> Double {
      let found = try folder.kan("train", file, "--target", "y", "--weights", "w", "--epochs", "5", "--json")
        .succeeded()
      return try #require((try found.json()["train"] as? [String: Any])?["loss"] as? Double)
    }
    let (here, there) = (try loss("r.csv"), try loss("s.csv"))
    #expect(abs(here - there) < 1e-5 * there)
  }

  @Test func arraysMayHaveGaps() throws {
    try folder.writeArrays()
    var values = regressionRows(120).flatMap { $0[..<2] }
    for place in stride(from: 0, to: 240, by: 17) { values[place] = .nan }
    try folder.write(encodeNPY(shape: [120, 2], values), to: "gaps.npy")
    for options in [[], ["--hidden", "3", "--epochs", "20"]] {
      let trained = try folder.kan(
        ["train", "gaps.npy", "--target", "y.npy", "--save", "m.safetensors"] + options
      ).succeeded()
      #expect(trained.errors.contains("with NaN, which is read as missing"))
      try folder.kan("evaluate", "m.safetensors", "gaps.npy", "--target", "y.npy").succeeded()
      #expect(try folder.kan("predict", "m.safetensors", "gaps.npy").succeeded().lines.count == 121)
    }
    #expect(try folder.kan("train", "gaps.npy", "--target", "y.npy", "--missing", "error").status == 65)
    try folder.kan("train", "x.npy", "--target", "y.npy", "--save", "n.safetensors").succeeded()
    #expect(try folder.kan("predict", "n.safetensors", "gaps.npy").status == 65)
  }

  @Test func timesArePredictedAsTimes() throws {
    // Days from the first of 2024 on.
    let cells: [[String]] = (0..<80).map { day in
      ["\(day)", "\(day % 3)", timeText(1_704_067_200 + 86_400 * Double(day)) ?? ""]
    }
    try folder.write(table(["n", "b", "day"], cells), to: "r.csv")
    let trained = try folder.kan("train", "r.csv", "--save", "m.safetensors").succeeded()
    #expect(trained.errors.contains("errors are in seconds, and predictions are times"))
    let lines = try folder.kan("predict", "m.safetensors", "r.csv").succeeded().lines
    #expect(lines[0] == "day")
    let pattern = /202[34]-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?/
    for line in lines.dropFirst() { #expect(line.wholeMatch(of: pattern) != nil) }
    #expect(lines[41].hasPrefix("2024-02-"))
    let ends = try folder.kan("predict", "m.safetensors", "r.csv", "--interval", "0.9").succeeded().lines
    #expect(
      ends[0] == "day,day:lower,day:upper" && ends[41].split(separator: ",").allSatisfy { $0.hasPrefix("2024-0") })
  }

  @Test func everyTargetHasItsLine() throws {
    try folder.write(table(["a", "b", "y", "z"], rows().map { $0 + ["\(3 - (Double($0[0]) ?? 0))"] }), to: "r.csv")
    for options in [[], ["--epochs", "3"]] {
      let text = try folder.kan(["train", "r.csv", "--target", "y,z"] + options).succeeded().output
      #expect(text.contains("test, by target:") && text.contains("\ny ") && text.contains("\nz "))
    }
  }

  @Test(arguments: ["1e-310", "1e300"])
  func targetsOfAnySizeAreLearned(size: String) throws {
    try folder.write(table(["a", "y"], (0..<60).map { ["\($0 % 10)", "\($0 % 10)\(size.dropFirst())"] }), to: "r.csv")
    try folder.kan("train", "r.csv", "--save", "m.safetensors").succeeded()
    let found = try folder.kan("predict", "m.safetensors", "r.csv").succeeded().lines.dropFirst().map {
      Double($0) ?? 0
    }
    let unit = try #require(Double(size))
    for row in 0..<10 { #expect(abs(found[found.startIndex + row] / unit - Double(row)) < 0.1) }
  }

  @Test func aSeedIsAWholeNumber() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let outcome = try folder.kan("train", "r.csv", "--seed", "-1")
    #expect(outcome.status == 64 && outcome.errors.contains("a whole number from 0 to"))
  }

  /// A coefficient for each text, rather than a curve for each.
  @Test func describedLayersHaveFunctionsForTexts() throws {
    let cells = (0..<600).map { ["town \($0 % 100)", "\(Double($0 % 13) / 10)", "\($0 % 100 % 7)"] }
    try folder.write(table(["town", "b", "y"], cells), to: "r.csv")
    let options = ["--hidden", "4", "--epochs", "60", "--save", "m.safetensors"]
    let found = try folder.kan(["train", "r.csv", "--json"] + options).succeeded().json()
    #expect(((found["test"] as? [String: Any])?["r2"] as? Double ?? 0) > 0.8)
    #expect((found["parameters"] as? Int ?? 0) < 1500)
    try folder.kan(["train", "r.csv", "--resume", "--epochs", "70"] + options[0..<2] + options[4...]).succeeded()
    try folder.kan("evaluate", "m.safetensors", "r.csv").succeeded()
  }
}
