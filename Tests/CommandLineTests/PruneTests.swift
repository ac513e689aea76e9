import Foundation
import KAN
import KANFiles
import Testing

/// `kan prune`.
@Suite struct PruneTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    // y = a + b², and two columns that do nothing.
    var lines = ["a,idle,b,none,y"]
    for row in 0..<150 {
      func value(_ step: Int) -> Double { Double(row * step % 149) / 149 }
      let (a, b) = (value(1), value(7))
      lines.append("\(a),\(value(31)),\(b),\(value(83)),\(a + b * b)")
    }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "t.csv")
    try folder.kan(
      "train", "t.csv", "--save", "m.safetensors", "--hidden", "3+1", "--optimizer", "lbfgs", "--epochs", "60"
    ).succeeded()
  }

  private func prune(_ options: String...) throws -> Outcome {
    try folder.kan(["prune", "m.safetensors", "t.csv", "--save", "p.safetensors"] + options)
  }

  @Test func inputsThatDoNothingGo() throws {
    let before = try folder.bytes("m.safetensors")
    let json = try prune("--inputs", "2", "--json").succeeded().json()
    #expect(json["inputsRemoved"] as? [String] == ["idle", "none"])
    let (all, left) = (json["edgesBefore"] as? Int, json["edgesAfter"] as? Int)
    #expect(all == 24 && (left ?? 99) <= 14)
    #expect(json["nodesRemoved"] as? [[Int]] != nil)
    let (old, pruned, new) = (
      json["rmseBefore"] as? Double, json["rmsePruned"] as? Double, json["rmseAfter"] as? Double
    )
    #expect(try #require(new) <= #require(pruned) && #require(new) < 0.01 && #require(old) < 0.01)
    #expect(try folder.bytes("m.safetensors") == before)
    let metrics = try folder.kan("evaluate", "p.safetensors", "t.csv", "--json").succeeded().json()
    #expect(metrics["rmse"] as? Double == new)
    // Like any other.
    #expect(try folder.kan("inspect", "p.safetensors").succeeded().output.contains("edges left by pruning"))
    try folder.kan("predict", "p.safetensors", "t.csv").succeeded()
    try folder.kan("refine", "p.safetensors", "t.csv", "--grid", "10", "--save", "f.safetensors").succeeded()
    try folder.kan("train", "t.csv", "--start", "f.safetensors", "--epochs", "2", "--save", "g.safetensors").succeeded()
    let again = try folder.kan(
      "prune", "g.safetensors", "t.csv", "--save", "h.safetensors", "--threshold", "0", "--json"
    )
    .succeeded().json()
    #expect(again["edgesBefore"] as? Int == left && again["edgesAfter"] as? Int == left)
  }

  @Test func thresholdsOfInputsAndNodes() throws {
    // Of one layer, in which curves of columns that do nothing cannot cancel.
    try folder.kan("train", "t.csv", "--save", "one.safetensors", "--optimizer", "lbfgs", "--epochs", "60").succeeded()
    let inputs = try folder.kan(
      "prune", "one.safetensors", "t.csv", "--save", "p.safetensors", "--input-threshold", "0.05", "--json"
    ).succeeded().json()
    #expect(inputs["inputsRemoved"] as? [String] == ["idle", "none"])
    let nodes = try prune("--node-threshold", "0", "--epochs", "0", "--json").succeeded().json()
    #expect(nodes["edgesAfter"] as? Int == nodes["edgesBefore"] as? Int)
    try prune("--node-threshold", "1e9").failed(
      65, "m.safetensors: no hidden node has a score of 1000000000.0 or more")
    try prune("--node-threshold", "-1").failed(64, "--node-threshold must not be negative")
    try prune("--input-threshold", "1", "--edges", "3").failed(
      64,
      "one of --threshold, --node-threshold, --input-threshold, --edges, --inputs and --nodes says how much to "
        + "leave")
  }

  /// A penalty on roughness makes the curve through noise smoother.
  @Test func roughnessIsPenalised() throws {
    var lines = ["a,y"]
    for row in 0..<100 { lines.append("\(Double(row) / 100),\(Double(row * 37 % 100) / 100)") }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "n.csv")
    func roughness(_ options: String...) throws -> Double {
      let arguments = [
        "train", "n.csv", "--save", "n.safetensors", "--grid", "20", "--optimizer", "lbfgs", "--epochs", "60",
        "--precision", "double",
      ]
      try folder.kan(arguments + options).succeeded()
      let network = try Network<Double>(contentsOf: folder.file("n.safetensors"))
      let w = (0..<23).map { network.weights(ofLayer: 0)[$0, 0] }
      return (2..<23).reduce(0) { sum, k in
        let difference = w[k] - 2 * w[k - 1] + w[k - 2]
        return sum + difference * difference
      }
    }
    #expect(try roughness("--roughness", "10") < 0.1 * roughness())
    try folder.kan("train", "n.csv", "--roughness", "-1").failed(64, "--roughness must not be negative")
    try folder.kan("train", "n.csv", "--roughness", "1", "--optimizer", "lm").failed(
      64, "--roughness is not used by lm; lbfgs and adam take it")
  }

  @Test func theTextNamesWhatWent() throws {
    let text = try prune("--inputs", "2", "--epochs", "0").succeeded().output
    for part in ["inputs 4, left 2; gone: idle, none", "hidden nodes 4, left", "before", "pruned", "trained"] {
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test func sparseTraining() throws {
    func share(_ options: String...) throws -> Int {
      let arguments = [
        "train", "t.csv", "--save", "s.safetensors", "--hidden", "3", "--optimizer", "lbfgs", "--epochs", "40",
      ]
      try folder.kan(arguments + options).succeeded()
      let json = try folder.kan(
        "prune", "s.safetensors", "t.csv", "--save", "p.safetensors", "--threshold", "0.05", "--epochs", "0", "--json"
      ).succeeded().json()
      return try #require(json["edgesAfter"] as? Int)
    }
    #expect(try share("--sparsity", "0.1", "--entropy", "0.1") < share())
  }

  @Test func refusals() throws {
    func expect(_ outcome: Outcome, _ code: Int32, _ part: String) {
      #expect(outcome.status == code && outcome.output == "")
      #expect(outcome.errors.contains("error: ") && outcome.errors.contains(part), "\(outcome.errors)")
    }
    expect(try prune("--threshold", "1e9"), 65, "no edge has a score")
    expect(try prune("--edges", "0"), 64, "--edges has to be at least 1")
    expect(try prune("--edges", "1"), 65, "the outputs need")
    expect(try prune("--edges", "5", "--nodes", "2"), 64, "one of --threshold")
    expect(try prune("--threshold", "-1"), 64, "--threshold")
    expect(try folder.kan("prune", "m.safetensors", "t.csv"), 64, "--save")
    expect(try folder.kan("prune", "m.safetensors", "t.csv", "--save", "m.safetensors"), 64, "overwrite")
    expect(try folder.kan("prune", "none.safetensors", "t.csv", "--save", "p.safetensors"), 66, "none.safetensors")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/p.safetensors"))
  }
}
