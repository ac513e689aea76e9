import Foundation
import KANFiles
import Testing

/// `--missing-words`, which a model keeps.
@Suite struct MissingWordTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func rows(gap: String, _ other: String) -> String {
    table(
      ["a", "b", "y"],
      (0..<90).map { row in
        [row % 8 == 0 ? gap : "\(row % 7)", row % 9 == 0 ? other : "\(row % 11)", "\(row % 7 + row % 11)"]
      })
  }

  @Test(arguments: [[], ["--hidden", "3", "--epochs", "5"]])
  func aModelKeepsThem(options: [String]) throws {
    try folder.write(rows(gap: "-999", "unknown"), to: "words.csv")
    try folder.write(rows(gap: "", ""), to: "empty.csv")
    try folder.kan(
      ["train", "words.csv", "--missing-words", "-999,unknown", "--save", "m.safetensors"] + options
    ).succeeded()
    for command in ["predict", "evaluate", "explain"] {
      let found = try ["words", "empty"].map { name -> String in
        let text = try folder.kan(command, "m.safetensors", "\(name).csv").succeeded().output
        return text.replacing("\(name).csv", with: "")
      }
      #expect(found[0] == found[1], "\(command)")
    }
    let piped = try ["words", "empty"].map {
      try folder.shell("cat \($0).csv | \"$KAN\" predict m.safetensors -").succeeded().output
    }
    #expect(piped[0] == piped[1])
    try folder.kan("doctor", "m.safetensors", "words.csv").succeeded()
  }

  /// Gaps of a column that had none.
  @Test func gapsThatAreNewAreCounted() throws {
    try folder.write(rows(gap: "3", "4"), to: "whole.csv")
    try folder.write(rows(gap: "", "4"), to: "gaps.csv")
    try folder.kan("train", "whole.csv", "--save", "m.safetensors").succeeded()
    let note = "column \"a\": 12 cells without a value, of which the training had none"
    for command in ["predict", "evaluate"] {
      #expect(try folder.kan(command, "m.safetensors", "gaps.csv").succeeded().errors.contains(note))
      #expect(try !folder.kan(command, "m.safetensors", "whole.csv").succeeded().errors.contains("without a value"))
    }
  }

  @Test func formulasLeaveOutRowsWithGaps() throws {
    var lines = regressionTable().split(separator: "\n").map(String.init)
    lines[0] = "\"a, km\",b,y"
    lines.insert("n/k,0.5,3", at: 4)
    lines.insert(",0.25,3", at: 9)
    try folder.write(lines.joined(separator: "\n") + "\n", to: "r.csv")
    let outcome = try folder.kan(
      "fit", "r.csv", "--formula", "--inputs", "a, km,b", "--missing-words", "n/k", "--restarts", "1", "--json"
    ).succeeded()
    #expect(outcome.errors.contains("2 rows with a gap are left out"))
    let formulas = try #require(try outcome.json()["formulas"] as? [[String: Any]])
    #expect(try #require(formulas[0]["rmse"] as? Double) < 1e-10)
  }
}
