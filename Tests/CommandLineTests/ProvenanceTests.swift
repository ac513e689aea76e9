import Foundation
import KAN
import KANFiles
import Testing

/// Models know the commands that made them, and say when their intervals end.
@Suite struct ProvenanceTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(regressionTable(rows: 200), to: "r file.csv")
  }

  private func commands(_ model: String) throws -> [String] {
    let json = try folder.kan("inspect", model, "--json").succeeded().json()
    let found = try #require(json["commands"] as? [[String: String]])
    #expect(found.allSatisfy { $0["version"]?.isEmpty == false })
    return found.map { $0["command"] ?? "" }
  }

  @Test func commandsAreKept() throws {
    let training = ["train", "r file.csv", "--save", "m.safetensors", "--hidden", "2", "--optimizer", "lbfgs"]
    try folder.kan(training + ["--epochs", "5"]).succeeded()
    let trained = "kan train 'r file.csv' --save m.safetensors --hidden 2 --optimizer lbfgs --epochs 5"
    #expect(try commands("m.safetensors") == [trained])
    #expect(try folder.kan("inspect", "m.safetensors").succeeded().output.contains("made by: \(trained) (version "))

    // Resuming adds its own, once.
    for _ in 0..<2 { try folder.kan(training + ["--epochs", "7", "--resume"]).succeeded() }
    let resumed = trained.replacing("--epochs 5", with: "--epochs 7 --resume")
    #expect(try commands("m.safetensors") == [trained, resumed])

    // What is done on top of a model goes on from there, and the model stays as it is.
    let before = try folder.bytes("m.safetensors")
    try folder.kan("prune", "m.safetensors", "r file.csv", "--save", "p.safetensors", "--edges", "5").succeeded()
    try folder.kan("refine", "p.safetensors", "r file.csv", "--grid", "10", "--save", "f.safetensors").succeeded()
    try folder.kan("symbolic", "p.safetensors", "r file.csv", "--save", "s.safetensors").succeeded()
    let pruned = "kan prune m.safetensors 'r file.csv' --save p.safetensors --edges 5"
    #expect(try commands("p.safetensors") == [trained, resumed, pruned])
    #expect(
      try commands("f.safetensors")
        == [trained, resumed, pruned, "kan refine p.safetensors 'r file.csv' --grid 10 --save f.safetensors"])
    #expect(
      try commands("s.safetensors")
        == [trained, resumed, pruned, "kan symbolic p.safetensors 'r file.csv' --save s.safetensors"])
    #expect(try folder.bytes("m.safetensors") == before)
    let page = try folder.kan("report", "f.safetensors", "r file.csv", "--out", "f.html").succeeded()
    #expect(page.output == "")
    let html = try folder.text("f.html")
    #expect(html.contains("<dt>the model was made by</dt><dd>kan train &#39;r file.csv&#39;"))
    #expect(html.contains("<dt>then by</dt><dd>kan refine"))
    // Another start is a training of its own, of which the first one's are a part.
    try folder.kan("train", "r file.csv", "--start", "p.safetensors", "--epochs", "1", "--save", "n.safetensors")
      .succeeded()
    #expect(try commands("n.safetensors").count == 4)
  }

  @Test func automaticTrainingKeepsItsPartsAndItsCommand() throws {
    try folder.kan("train", "r file.csv", "--save", "a.safetensors", "--report", "a.html").succeeded()
    #expect(try commands("a.safetensors") == ["kan train 'r file.csv' --save a.safetensors --report a.html"])
    let json = try folder.kan("inspect", "a.safetensors", "--json").succeeded().json()
    let choice = try #require((json["training"] as? [String: Any])?["choice"] as? [String: Any])
    let members = try #require(choice["members"] as? [[String: Any]])
    let weights = members.compactMap { $0["weight"] as? Double }
    #expect(members.count > 1 && weights.count == members.count)
    #expect(abs(weights.reduce(0, +) - 1) < 1e-6)
    #expect(try #require(choice["loss"] as? Double) > 0)
    let text = try folder.kan("inspect", "a.safetensors").succeeded().output
    #expect(text.contains("\nparts: ") && text.contains(", weight ") && text.contains(", loss "))
    let html = try folder.text("a.html")
    #expect(html.contains("Weights of the parts") && !html.contains("No epochs are recorded"))
    // The page's own command stands there once.
    #expect(!html.contains("the model was made by"))
  }

  /// A changed model has the old intervals no more: new ones are made of rows held out, or a note says that they went.
  @Test(arguments: ["prune", "refine", "symbolic"]) func intervalsAreMadeAnewOrMissed(command: String) throws {
    try folder.write(regressionTable(rows: 60), to: "h.csv")
    try folder.kan(
      "train", "r file.csv", "--save", "m.safetensors", "--optimizer", "lbfgs", "--epochs", "20", "--precision",
      "double"
    ).succeeded()
    try folder.kan("predict", "m.safetensors", "h.csv", "--interval", "0.9").succeeded()
    let options = ["prune": ["--edges", "1"], "refine": ["--grid", "10"]][command] ?? []
    let arguments = [command, "m.safetensors", "r file.csv", "--save", "c.safetensors"] + options
    let without = try folder.kan(arguments).succeeded()
    #expect(without.errors.contains("has no intervals around its predictions"))
    #expect(try folder.kan("predict", "c.safetensors", "h.csv", "--interval", "0.9").status != 0)
    let with = try folder.kan(arguments + ["--test", "h.csv"]).succeeded()
    #expect(!with.errors.contains("no intervals"), "\(with.errors)")
    let lines = try folder.kan("predict", "c.safetensors", "h.csv", "--interval", "0.9").succeeded().lines
    #expect(lines[0] == "y,y:lower,y:upper")
    // Of a model without intervals nothing is missed.
    try folder.kan(arguments).succeeded()
    var again = arguments
    (again[1], again[4]) = ("c.safetensors", "d.safetensors")
    #expect(!(try folder.kan(again).succeeded().errors.contains("no intervals")))
    if command != "prune" {
      try folder.kan([command, "m.safetensors", "r file.csv", "--test", "h.csv"] + options).failed(
        64, "--test needs --save")
    }
  }

  /// Variables that are not their column's numbers say what they mean.
  @Test func datesOfFormulasSayWhatTheyMean() throws {
    let rows = (0..<60).map { day -> [String] in
      let date = String(format: "2024-%02d-%02d", 1 + day / 28, 1 + day % 28)
      return [
        date, "\(Double(day * 7 % 60) / 60)", "\(Double(day / 28 * 31 + day % 28) * 0.5 + Double(day * 7 % 60) / 60)",
      ]
    }
    try folder.write(table(["when", "b", "y"], rows), to: "d.csv")
    try folder.kan(
      "train", "d.csv", "--hidden", "1", "--optimizer", "lm", "--precision", "double", "--save", "m.safetensors"
    ).succeeded()
    let json = try folder.kan("symbolic", "m.safetensors", "d.csv", "--json").succeeded().json()
    let formula = try #require((json["formulas"] as? [[String: Any]])?.first)
    let meaning = try #require(formula["meaning"] as? [String: String])
    let variables = try #require(formula["variables"] as? [String: String])
    #expect(variables["when"] != nil && meaning["when"]?.hasPrefix("days since 2024-01-01") == true, "\(meaning)")
    #expect(meaning["b"] == nil)
    let text = try folder.kan("symbolic", "m.safetensors", "d.csv").succeeded().output
    #expect(text.contains("\nwhen: days since 2024-01-01"))
  }
}
