import Foundation
import Testing

/// `--weights` of `kan train` and `kan evaluate`.
@Suite struct WeightTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  /// The rows of a table with a column "n" of weights, and each row n times without it.
  private func write(_ name: String) throws {
    let rows = regressionRows(90).enumerated().map { (count: $0 % 3, cells: $1.map { "\($0)" }) }
    try folder.write(
      table(["a", "b", "y", "n"], rows.map { $0.cells + ["\($0.count)"] }), to: "\(name).csv")
    try folder.write(
      table(["a", "b", "y"], rows.flatMap { Array(repeating: $0.cells, count: $0.count) }), to: "\(name)-repeated.csv")
  }

  @Test func weightsCountRows() throws {
    try write("r")
    let options = ["--epochs", "30", "--batch", "1000", "--precision", "double", "--json"]
    func loss(_ arguments: String...) throws -> (train: Double, test: Double) {
      let result = try folder.kan(["train"] + arguments + options).succeeded().json()
      let (train, test) = (result["train"] as? [String: Any], result["test"] as? [String: Any])
      return (try #require(train?["loss"] as? Double), try #require(test?["loss"] as? Double))
    }
    let here = try loss("r.csv", "--weights", "n", "--test", "r.csv", "--save", "m.safetensors")
    let there = try loss("r-repeated.csv", "--test", "r-repeated.csv")
    #expect(abs(here.train - there.train) <= 1e-9 * there.train && abs(here.test - there.test) <= 1e-9 * there.test)

    func evaluation(_ arguments: String...) throws -> [String: Double] {
      try folder.kan(["evaluate", "m.safetensors"] + arguments + ["--json"]).succeeded().metrics()
    }
    let (weighted, repeated) = (
      try evaluation("r.csv", "--weights", "n"), try evaluation("r-repeated.csv")
    )
    for metric in ["loss", "rmse", "r2", "pearson"] {
      let (here, there) = (try #require(weighted[metric]), try #require(repeated[metric]))
      #expect(abs(here - there) <= 1e-9 * there)
    }
    #expect(weighted["samples"] == 90 && repeated["samples"] == 90)
    #expect(try evaluation("r.csv")["loss"] != weighted["loss"])
  }

  /// A class of few rows is found once it counts as much as the other.
  @Test func classWeight() throws {
    let rows = regressionRows(400).map { $0.prefix(2).map { "\($0)" } + [$0[0] + 0.6 * $0[1] > 1.1 ? "yes" : "no"] }
    try folder.write(table(["a", "b", "c"], rows), to: "c.csv")
    func recall(_ arguments: String...) throws -> Double {
      let options = ["--test", "c.csv", "--epochs", "5", "--batch", "100", "--json"]
      let result = try folder.kan(["train", "c.csv"] + options + arguments).succeeded().json()
      let test = try #require(result["test"] as? [String: Any])
      let classes = try #require(test["classes"] as? [[String: Any]])
      #expect(classes.map { $0["name"] as? String } == ["no", "yes"])
      return try #require(classes[1]["recall"] as? Double)
    }
    #expect(try recall("--class-weight", "balanced") > recall("--class-weight", "none") + 0.1)
    try folder.write(regressionTable(), to: "r.csv")
    let outcome = try folder.kan("train", "r.csv", "--class-weight", "balanced")
    #expect(outcome.status == 64 && outcome.errors.contains("--class-weight is for classes"))
  }

  @Test func badWeights() throws {
    try folder.write("a,y,n,z\n1,2,1,0\n2,3,-1,0\n3,4,1,0\n", to: "w.csv")
    try folder.write("a,y,m\n1,2,1\n2,3,x\n3,4,1\n", to: "text.csv")
    func error(_ arguments: String..., in file: String = "w.csv") throws -> String {
      let outcome = try folder.kan(["train", file, "--target", "y"] + arguments)
      #expect(outcome.status == 65)
      return outcome.errors
    }
    #expect(try error("--weights", "n").contains("row 2, column \"n\": a weight must not be negative"))
    #expect(try error("--weights", "m", in: "text.csv").contains("a weight has to be a number"))
    #expect(try error("--weights", "z").contains("column \"z\": all weights are 0"))
    #expect(try error("--weights", "q").contains("no column \"q\", which --weights needs"))
    #expect(try error("--weights", "y").contains("asked for as target and as weights"))
    try folder.writeArrays()
    let outcome = try folder.kan("train", "x.npy", "--target", "y.npy", "--weights", "n")
    #expect(outcome.status == 64 && outcome.errors.contains("--weights names a column"))
  }
}
