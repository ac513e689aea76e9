import Foundation
import KAN
import Testing

/// Warnings of the tool: each once, at most seven, in text and in JSON.
@Suite struct WarningOutputTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func warnings(_ arguments: String...) throws -> [String] {
    let found = try folder.kan(arguments + ["--json"]).succeeded().json()
    return found["warnings"] as? [String] ?? []
  }

  @Test(arguments: [[], ["--hidden", "40", "--epochs", "2"]])
  func moreParametersThanRows(options: [String]) throws {
    try folder.write(regressionTable(rows: 60), to: "r.csv")
    let found = try folder.kan(["train", "r.csv", "--json"] + options).succeeded().json()
    let texts = try #require(found["warnings"] as? [String])
    let parameters = try #require(found["parameters"] as? Int)
    #expect(texts.contains { $0.contains("\(parameters) parameters and 48 rows") } == (parameters > 48))
  }

  @Test func atMostSevenAndEachOnce() throws {
    // Constants, names of rows and texts that are there once are left out, each with a note of its own.
    let header = ["a", "c", "id", "name", "empty", "when", "u", "v", "w", "y"]
    let rows = (0..<60).map { row in
      [
        "\(row % 9)", "1", "\(row)", "name \(row)", "", "2020-01-01", row == 7 ? "x" : "\(Double(row) * 1.5)",
        row == 3 ? "oops" : "\(row * row)", row < 59 ? "\(Double(row) / 59)" : "1e30", "\(row % 9 * 2)",
      ]
    }
    try folder.write(table(header, rows), to: "r.csv")
    for options in [[], ["--hidden", "30", "--epochs", "2"]] {
      let outcome = try folder.kan(["train", "r.csv", "--json"] + options).succeeded()
      let texts = try #require(try outcome.json()["warnings"] as? [String])
      #expect(texts.count == Warnings.most && Set(texts).count == texts.count, "\(texts)")
      let lines = outcome.errors.split(separator: "\n")
      for text in texts { #expect(lines.count { $0.hasSuffix(text) } == 1, "\(text)") }
    }
  }

  @Test(arguments: [[], ["--epochs", "3"]])
  func anObjectiveIsSuggested(options: [String]) throws {
    var generator = RandomGenerator(seed: 5)
    // Poisson by inversion: multiply uniforms until they fall below exp(-rate).
    let rows: [[String]] = (0..<400).map { _ in
      let x = generator.uniform()
      var (count, product) = (0, generator.uniform())
      while product > exp(-0.5 - 2 * x) { (count, product) = (count + 1, product * generator.uniform()) }
      return ["\(x)", "\(count)"]
    }
    try folder.write(table(["x", "count"], rows), to: "r.csv")
    func texts(_ more: [String]) throws -> [String] {
      let found = try folder.kan(["train", "r.csv", "--json"] + options + more).succeeded().json()
      return try #require(found["warnings"] as? [String])
    }
    #expect(try texts([]).contains { $0.contains("\"poisson\"") && $0.contains("--loss") })
    for loss in ["mse", "poisson"] { #expect(try !texts(["--loss", loss]).contains { $0.contains("\"poisson\"") }) }
    try folder.write(regressionTable(), to: "r.csv")
    #expect(try !texts([]).contains { $0.contains("--loss") })
  }

  @Test(arguments: [[], ["--hidden", "3", "--epochs", "3"]])
  func inputsOutside(options: [String]) throws {
    try folder.write(regressionTable(), to: "r.csv")
    try folder.kan(["train", "r.csv", "--test", "r.csv", "--save", "m.safetensors"] + options).succeeded()
    #expect(try !folder.kan("predict", "m.safetensors", "r.csv").succeeded().errors.contains("outside"))
    // Three of 5000 rows, of which many are predicted part by part.
    var rows = (0..<5000).map { regressionRows(120)[$0 % 120].map { "\($0)" } }
    for place in [3, 2500, 4999] { rows[place][1] = "40" }
    let part = "warning: Column \"b\" is outside what was seen in training in 3 of 5000 rows"
    try folder.write(table(["a", "b", "y"], rows), to: "far.csv")
    #expect(try folder.kan("predict", "m.safetensors", "far.csv").succeeded().errors.contains(part))
    #expect(try folder.shell("cat far.csv | \"$KAN\" predict m.safetensors -").succeeded().errors.contains(part))
    #expect(try folder.kan("evaluate", "m.safetensors", "far.csv").succeeded().errors.contains(part))
    #expect(try warnings("evaluate", "m.safetensors", "far.csv").contains { $0.contains("3 of 5000 rows") })
    try folder.kan("report", "m.safetensors", "far.csv", "--out", "p.html").succeeded()
    #expect(try folder.text("p.html").contains("3 of 5000 rows"))
  }

  @Test(arguments: [["--contraction", "gemm"], ["--on-divergence", "recover"]])
  func theseDescribeATraining(options: [String]) throws {
    try folder.write(regressionTable(), to: "r.csv")
    #expect(try folder.kan(["train", "r.csv", "--json"] + options).succeeded().json()["chosen"] == nil)
    #expect(try folder.kan(["train", "r.csv", "--auto", "fast"] + options).status == 64)
  }

  @Test func smoothnessIsOfLeastSquares() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let outcome = try folder.kan("train", "r.csv", "--smoothness", "1")
    #expect(outcome.status == 64 && outcome.errors.contains("--smoothness is for --init least-squares"))
    try folder.kan("train", "r.csv", "--smoothness", "1", "--init", "least-squares", "--epochs", "0").succeeded()
  }

  /// Every option on the data comes back, and the command runs.
  @Test func theExplicitCommandKeepsOptions() throws {
    let rows = (0..<80).map { row in
      ["\(row % 7)", row % 13 == 0 ? "n/k" : "\(row % 11)", "\(row % 5)", "\(1 + row % 3)", "\(row % 7 + row % 11)"]
    }
    try folder.write(table(["a", "\"b, km\"", "code", "w", "y"], rows), to: "r s.csv")
    let options = [
      "--target", "y", "--weights", "w", "--ignore", "b, km", "--categorical", "code", "--missing-words", "n/k",
      "--holdout", "0.3", "--seed", "7", "--knots", "even", "--monotone", "a=+", "--precision", "double", "--json",
    ]
    let outcome = try folder.kan(["train", "r s.csv"] + options).succeeded()
    let chosen = try #require(try outcome.json()["chosen"] as? [String: Any])
    let command = try #require(chosen["command"] as? String)
    #expect(command.hasPrefix("kan train 'r s.csv' --target y --weights w"))
    for part in [
      "--ignore 'b, km'", "--categorical code", "--missing-words n/k", "--holdout 0.3", "--seed 7", "--knots even",
      "--monotone a=+", "--precision double",
    ] { #expect(command.contains(part), "\(command)") }
    try folder.shell("\"$KAN\" \(command.dropFirst(4))").succeeded()
  }
}
