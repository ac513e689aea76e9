import Foundation
import KAN
import Testing

/// Tables on which trainings have failed: large offsets, times as numbers, few rows, products, columns that are no inputs.
@Suite struct CaseTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func uniform(_ count: Int, _ range: ClosedRange<Double>, seed: UInt64) -> [Double] {
    var generator = RandomGenerator(seed: seed)
    return (0..<count).map { _ in range.lowerBound + generator.uniform() * (range.upperBound - range.lowerBound) }
  }

  /// r² on the test of a training.
  private func r2(_ file: String, _ options: [String]) throws -> Double {
    let found = try folder.kan(["train", file, "--json"] + options).succeeded().json()
    return try #require((found["test"] as? [String: Any])?["r2"] as? Double)
  }

  /// A small signal on a large constant, which single precision does not hold.
  @Test(arguments: [[], ["--optimizer", "lbfgs", "--epochs", "200"]], ["0", "1e4", "1e8"])
  func signalsOnAnOffset(options: [String], offset: String) throws {
    let shift = try #require(Double(offset))
    try folder.write(
      table(["x", "y"], uniform(2000, -3...3, seed: 99).map { ["\($0)", "\(shift + sin($0))"] }), to: "r.csv")
    #expect(try r2("r.csv", options) > 0.9999)
  }

  /// Dates as whole numbers, and seconds since 1970, whose steps in single precision are 2 and 128.
  @Test(arguments: [("dates", "14"), ("seconds", "60")])
  func timesAsNumbers(kind: String, grid: String) throws {
    let days = (0..<400).map { ["\(20_180_128 + $0 % 8)", "\($0 % 2)"] }
    let seconds = uniform(4000, 1.7e9...1.7e9 + 3600, seed: 3960).map { ["\($0)", "\(sin(2 * .pi * $0 / 600))"] }
    try folder.write(table(["t", "y"], kind == "dates" ? days : seconds), to: "r.csv")
    #expect(try r2("r.csv", ["--grid", grid, "--init", "least-squares", "--epochs", "0"]) > 0.999)
  }

  /// 48 rows of five columns, one of which has four values.
  @Test func fewRowsOfAdditiveData() throws {
    func rows(_ count: Int, seed: UInt64) -> [[String]] {
      let ranges = [150...500, 0...200, 140...220, 600...900, 0...3.999]
      let columns = ranges.enumerated().map { uniform(count, $1, seed: seed &+ UInt64($0)) }
      return (0..<count).map { row in
        let age = [3.0, 7, 28, 90][Int(columns[4][row])]
        let (cement, slag, water) = (columns[0][row], columns[1][row], columns[2][row])
        let strength = 10 + 0.09 * (cement - 150) - 0.12 * (water - 140) + 0.03 * slag + 7 * log(age)
        return [cement, slag, water, columns[3][row], age, strength].map { "\($0)" }
      }
    }
    let header = ["cement", "slag", "water", "gravel", "age", "strength"]
    try folder.write(table(header, rows(48, seed: 393)), to: "r.csv")
    try folder.write(table(header, rows(400, seed: 4393)), to: "test.csv")
    #expect(try r2("r.csv", ["--test", "test.csv", "--grid", "3"]) > 0.999)
  }

  /// x·y on grids in turn, from several seeds, of which nine in ten find it to a billionth.
  @Test func productsOnGridsInTurn() throws {
    let (x, y) = (uniform(1000, -1...1, seed: 154), uniform(1000, -1...1, seed: 155))
    try folder.write(table(["x", "y", "z"], zip(x, y).map { ["\($0)", "\($1)", "\($0 * $1)"] }), to: "r.csv")
    let errors = try (0..<5).map { seed -> Double in
      let options = "--hidden 2 --optimizer lm --precision double --extend 2,4,8 --epochs 100 --seed \(seed)"
      let outcome = try folder.kan(["train", "r.csv"] + options.split(separator: " ").map(String.init) + ["--json"])
      let found = try outcome.succeeded().json()
      return try #require((found["test"] as? [String: Any])?["rmse"] as? Double)
    }
    #expect(errors.count { $0 < 1e-8 } >= 4, "\(errors)")
    let text = try folder.kan(
      "train", "r.csv", "--hidden", "2", "--optimizer", "lm", "--precision", "double", "--extend", "2,4", "--epochs",
      "5")
    let errors2 = try text.succeeded().errors
    #expect(errors2.contains("grid 2: loss ") && errors2.contains(" before, "))
  }

  /// Names of rows and time stamps.
  @Test(arguments: [["--ignore", "id"], ["--ignore", "id,when"], []])
  func columnsThatAreNoInputs(options: [String]) throws {
    let (a, b) = (uniform(500, -1...1, seed: 20), uniform(500, -1...1, seed: 21))
    let rows = (0..<500).map { row in
      let stamp = String(format: "2015-01-%02dT05:%02d:00UTC", 1 + row % 28, row % 60)
      return ["row \(row)", stamp, "\(a[row])", "\(b[row])", "\(a[row] + b[row])"]
    }
    try folder.write(table(["id", "when", "a", "b", "y"], rows), to: "r.csv")
    let outcome = try folder.kan(["train", "r.csv", "--target", "y", "--json"] + options).succeeded()
    #expect(((try outcome.json()["test"] as? [String: Any])?["r2"] as? Double ?? 0) > 0.999)
    #expect(outcome.errors.contains("column \"id\" is left out") == options.isEmpty)
  }

  @Test(arguments: ["distance, km", "😀", "[team].[physio]", "y°"])
  func namesOfAnyKind(name: String) throws {
    let header = ["distance, km", "[team].[physio]", "Сумки", "😀", "y°"]
    let columns = (0..<5).map { uniform(200, -1...1, seed: 6202 &+ UInt64($0)) }
    let place = try #require(header.firstIndex(of: name))
    let rows = (0..<200).map { row in
      (0..<5).map { column in
        let others = (0..<5).filter { $0 != place }.map { columns[$0][row] }
        return column == place ? "\(others.reduce(0, +))" : "\(columns[column][row])"
      }
    }
    try folder.write(table(header.map { "\"\($0)\"" }, rows), to: "r.csv")
    #expect(try r2("r.csv", ["--target", name]) > 0.999)
  }
}
