import Foundation
import KAN
import Testing

/// `kan fit --formula`
@Suite struct FitTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test func tableBecomesItsFormula() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let result = try folder.kan("fit", "r.csv", "--formula", "--json").succeeded().json()
    let formulas = try #require(result["formulas"] as? [[String: Any]])
    #expect(formulas.count == 1 && formulas[0]["target"] as? String == "y")
    #expect(["2*a + b**2", "b**2 + 2*a"].contains(formulas[0]["formula"] as? String))
    #expect(try #require(formulas[0]["rmse"] as? Double) < 1e-14)
    #expect(result["agreement"] as? Double == 1 && result["seconds"] as? Double != nil)
    let text = try folder.kan("fit", "r.csv", "--formula", "--inputs", "a", "--restarts", "1").succeeded()
    #expect(text.output.hasPrefix("y\n") && text.output.contains("complexity"))
    #expect(text.errors == "1 of 1 searches chose the formula with the star\n")
  }

  @Test func arraysAndSeveralTargets() throws {
    try folder.writeArrays()
    _ = try folder.kan("fit", "x.npy", "--formula", "--target", "y.npy", "--restarts", "1").succeeded()
    try folder.write(
      table(["a", "u", "v"], (1...50).map { ["\($0)", "\(2 * $0)", "\($0 * $0)"] }), to: "two.csv")
    let result = try folder.kan("fit", "two.csv", "--formula", "--target", "u,v", "--json").succeeded().json()
    let formulas = try #require(result["formulas"] as? [[String: Any]])
    #expect(formulas.map { $0["formula"] as? String } == ["2*a", "a**2"])
  }

  @Test(
    arguments: [
      (["r.csv"], 64, "--formula"), (["r.csv", "--formula", "--restarts", "0"], 64, "--restarts"),
      (["none.csv", "--formula"], 66, "no such file"), (["r.csv", "--formula", "--inputs", "c"], 65, "\"c\""),
      (["r.csv", "--formula", "--ignore", "a,b"], 65, "no column is left"),
      (["text.csv", "--formula"], 65, "text.csv"), (["one.csv", "--formula"], 65, "two rows"),
    ] as [([String], Int32, String)])
  func badInputIsOneLine(arguments: [String], code: Int32, part: String) throws {
    try folder.write(regressionTable(), to: "r.csv")
    try folder.write(classificationTable(), to: "text.csv")
    try folder.write("a,b\n1,2\n", to: "one.csv")
    let outcome = try folder.kan(["fit"] + arguments)
    #expect(outcome.status == code && outcome.output == "")
    #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(part))
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
  }
}
