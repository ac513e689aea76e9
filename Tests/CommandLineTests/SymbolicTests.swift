import Foundation
import KANFiles
import Testing

/// `kan symbolic` on a network of y = 2a + b².
@Suite struct SymbolicTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(regressionTable(), to: "r.csv")
    try folder.kan(
      "train", "r.csv", "--grid", "5", "--optimizer", "lm", "--precision", "double", "--save", "m.safetensors"
    ).succeeded()
  }

  @Test func formulaOfTheTable() throws {
    let json = try folder.kan(
      "symbolic", "m.safetensors", "r.csv", "--json", "--save", "f.safetensors"
    ).succeeded().json()
    let formulas = try #require(json["formulas"] as? [[String: Any]])
    #expect(formulas.count == 1)
    let formula = formulas[0]
    #expect(formula["target"] as? String == "y")
    #expect(formula["formula"] as? String == "2*a + b**2")
    #expect(formula["latex"] as? String == "2 \\, a + b^{2}")
    #expect(try #require(formula["rmse"] as? Double) < 1e-12)
    #expect(try #require(formula["modelRmse"] as? Double) < 1e-3)
    #expect(try #require(formula["r2"] as? Double) > 0.999999)
    #expect(try #require(formula["front"] as? [Any]).count >= 1)
    #expect(json["openEdges"] as? [String] == [])
    let text = try folder.kan("symbolic", "m.safetensors", "r.csv").succeeded().output
    #expect(text.contains("*") && text.contains("2*a + b**2"))
    let swift = try folder.kan("symbolic", "m.safetensors", "r.csv", "--syntax", "swift").succeeded().output
    #expect(swift.contains("2.0*a + pow(b, 2.0)"))
    // What was saved is a model like any other.
    let evaluated = try folder.kan("evaluate", "f.safetensors", "r.csv", "--json").succeeded().json()
    #expect(try #require(evaluated["rmse"] as? Double) < 1e-9)
    try folder.kan("inspect", "f.safetensors").succeeded()
    try folder.kan("predict", "f.safetensors", "r.csv").succeeded()
    try folder.kan("symbolic", "f.safetensors", "r.csv").succeeded()
    try folder.kan(
      "train", "r.csv", "--start", "f.safetensors", "--precision", "double", "--optimizer", "lbfgs", "--epochs", "3"
    ).succeeded()
  }

  @Test func handsOn() throws {
    let json = try folder.kan("symbolic", "m.safetensors", "r.csv", "--candidates", "0,1,0", "--json").succeeded()
      .json()
    let candidates = try #require(json["candidates"] as? [[String: Any]])
    #expect(candidates.count > 10)
    #expect(try #require(candidates[0]["networkError"] as? Double) < 1e-6)
    let text = try folder.kan("symbolic", "m.safetensors", "r.csv", "--candidates", "0,0,0").succeeded().output
    #expect(text.contains("error of the network") && text.contains("gaussian"))
    let fixed = try folder.kan("symbolic", "m.safetensors", "r.csv", "--fix", "0,1,0=cosh").succeeded().output
    #expect(fixed.contains("cosh("))
    let free = try folder.kan("symbolic", "m.safetensors", "r.csv", "--free", "0,1,0").succeeded().output
    #expect(free.contains("spline1(") && free.contains("no function serves for edge 0,1,0"))
  }

  @Test func refusals() throws {
    let base = ["symbolic", "m.safetensors", "r.csv"]
    for (option, value) in [("--fix", "0,1,0=nonsense"), ("--candidates", "0,1"), ("--free", "0,1,x")] {
      let outcome = try folder.kan(base + [option, value])
      #expect(outcome.status == 64 && outcome.output == "")
      #expect(outcome.errors.hasPrefix("error: The value '\(value)' is invalid for '\(option)"))
    }
    try folder.kan(base + ["--fix", "0,1,0=sin", "--free", "0,1,0"]).failed(64, "edge 0,1,0 is given twice")
    try folder.kan(base + ["--candidates", "0,1,0", "--free", "0,1,0"]).failed(
      64, "--candidates only lists, and takes no --save, --fix or --free")
    try folder.kan(base + ["--candidates", "3,0,0"]).failed(65, "m.safetensors: there is no edge 3,0,0")
    try folder.write(classificationTable(), to: "c.csv")
    try folder.kan("train", "c.csv", "--save", "c.safetensors", "--epochs", "1", "--auto", "off").succeeded()
    try folder.kan("symbolic", "c.safetensors", "c.csv").failed(
      65, "c.safetensors: formulas are for numbers, and this model is one of classes")
  }
}
