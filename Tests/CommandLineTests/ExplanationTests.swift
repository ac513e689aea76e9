import Foundation
import KAN
import KANFiles
import Testing

/// `kan explain`, `predict --interval` and `inspect --edge`.
@Suite struct ExplanationTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test func intervalsHoldTheirTargets() throws {
    try folder.write(noisyTable(rows: 600, seed: 1), to: "n.csv")
    try folder.write(noisyTable(rows: 500, seed: 2), to: "f.csv")
    try folder.kan("train", "n.csv", "--save", "m.safetensors").succeeded()
    let lines = try folder.kan("predict", "m.safetensors", "f.csv", "--interval", "0.9").succeeded().lines
    #expect(lines[0] == "y,y:lower,y:upper")
    let rows = try lines.dropFirst().map { try $0.split(separator: ",").map { try #require(Double($0)) } }
    let targets = try folder.text("f.csv").split(separator: "\n").dropFirst().map {
      try #require(Double($0.split(separator: ",")[2]))
    }
    let within = zip(rows, targets).count { $0[1] <= $1 && $1 <= $0[2] }
    #expect(rows.allSatisfy { $0[1] <= $0[0] && $0[0] <= $0[2] })
    // 120 rows held out and 500 fresh ones: a spread of √(0.09/120 + 0.09/500) = 0.03.
    #expect(abs(Double(within) / 500 - 0.9) < 0.09)
    let judged = try folder.kan("evaluate", "m.safetensors", "f.csv", "--json").succeeded().json()
    let found = try #require((judged["intervals"] as? [[String: Any]])?.first)
    #expect(abs((found["coverage"] as? Double ?? 0) * 500 - Double(within)) < 1.5)
    #expect((found["tenths"] as? [[String: Any]])?.count == 10)
    let text = try folder.kan("evaluate", "m.safetensors", "f.csv", "--interval", "0.8").succeeded().output
    #expect(text.contains("intervals of y that are to hold 0.800 of the targets"))
    try folder.kan("predict", "m.safetensors", "f.csv", "--interval", "0.9", "--out", "p.npy").succeeded()
    #expect(try readNPY(folder.file("p.npy")).shape == [500, 3])
  }

  @Test func noIntervals() throws {
    try folder.writeModel()
    try folder.kan("predict", "m.safetensors", "r.csv", "--interval", "0.999").failed(
      64, "--interval: a level of 0.999 needs more rows held out: 24 allow 0.96")
    try folder.kan("predict", "m.safetensors", "r.csv", "--interval", "1.5").failed(
      64, "--interval has to be a share between 0 and 1, such as 0.9")
    try folder.write(classificationTable(), to: "c.csv")
    try folder.kan("train", "c.csv", "--save", "c.safetensors", "--epochs", "2").succeeded()
    try folder.kan("predict", "c.safetensors", "c.csv", "--interval", "0.9").failed(
      64, "--interval: c.safetensors tells classes, and only numbers have intervals")
    try folder.kan("train", "r.csv", "--save", "p.safetensors", "--epochs", "2", "--loss", "poisson").succeeded()
    let outcome = try folder.kan("predict", "p.safetensors", "r.csv", "--interval", "0.9")
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("error: p.safetensors: it has no intervals; `kan train` makes them"))
  }

  @Test(arguments: [["--epochs", "30"], ["--hidden", "4", "--epochs", "30"]])
  func explain(options: [String]) throws {
    try folder.write(regressionTable(), to: "r.csv")
    try folder.kan(["train", "r.csv", "--save", "m.safetensors", "--precision", "double"] + options).succeeded()
    let result = try folder.kan("explain", "m.safetensors", "r.csv", "--rows", "3,1", "--json").succeeded().json()
    #expect(result["target"] as? String == "y")
    let inputs = try #require(result["inputs"] as? [[String: Any]])
    #expect(inputs.map { $0["name"] as? String } == ["a", "b"])
    let shares = inputs.compactMap { $0["share"] as? Double }
    #expect(shares[0] > shares[1])
    let additive = try #require(result["additive"] as? Double)
    #expect(abs(shares.reduce(0, +) - additive) < 1e-9)
    let pairs = (result["interactions"] as? [[String: Any]] ?? []).compactMap { $0["share"] as? Double }
    #expect(abs(additive + pairs.reduce(0, +) + (result["rest"] as? Double ?? 0) - 1) < 1e-9)
    let rows = try #require(result["rows"] as? [[String: Any]])
    #expect(rows.map { $0["row"] as? Int } == [3, 1])
    let lines = try folder.kan("predict", "m.safetensors", "r.csv").succeeded().lines
    for row in rows {
      let parts = try #require(row["contributions"] as? [String: Double])
      let sum = parts.values.reduce(0, +) + (row["constant"] as? Double ?? 0) + (row["together"] as? Double ?? 0)
      let prediction = try #require(Double(lines[row["row"] as! Int]))
      #expect(abs(sum - prediction) < 1e-12 * max(1, abs(prediction)))
      if options.count == 2 { #expect(row["together"] as? Double == 0) }
    }
    let text = try folder.kan("explain", "m.safetensors", "r.csv", "--rows", "2").succeeded().output
    #expect(text.contains("single inputs explain") && text.contains("row 2: "))
    try folder.kan("explain", "m.safetensors", "r.csv", "--rows", "500").failed(
      65, "r.csv: there is no row 500, only 120 rows")
    try folder.kan("explain", "m.safetensors", "r.csv", "--target", "z").failed(64, "--target z: the model has y")
  }

  @Test func curves() throws {
    try folder.writeModel("--hidden", "3", "--precision", "double")
    let one = try folder.kan("inspect", "m.safetensors", "--edge", "0,1,2", "--points", "5", "--json").succeeded()
      .json()
    let edge = try #require((one["edges"] as? [[String: Any]])?.first)
    #expect(edge["from"] as? String == "b")
    let network = try Network<Double>(contentsOf: folder.file("m.safetensors"))
    let points = try #require(edge["points"] as? [Double])
    #expect(points.count == 5)
    let curve = network.curve(ofLayer: 0, input: 1, output: 2, at: points)
    let values = try #require(edge["values"] as? [Double])
    #expect(zip(values, curve.values).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect((edge["coefficients"] as? [Double])?.count == curve.coefficients.count)
    #expect((edge["knots"] as? [Double])?.count == curve.knots.count)
    try folder.kan("inspect", "m.safetensors", "--edge", "all", "--out", "c.csv").succeeded()
    let lines = try folder.text("c.csv").split(separator: "\n")
    #expect(lines[0] == "layer,input,sum,from,to,kind,x,value,slope")
    #expect(lines.count { $0.contains(",point,") } == 101 * (2 * 3 + 3))
    try folder.kan("inspect", "m.safetensors", "--edge", "0,9,0").failed(
      64, "--edge 0,9,0: layer 0 has 2 inputs and 3 sums; layer 1 has 3 inputs and 1 sums, all from 0")
  }

  @Test(arguments: [
    ["--hidden", "4", "--knots", "even"], ["--hidden", "6,5", "--edge", "linear", "--activation", "tanh"],
  ])
  func modelsInPython(options: [String]) throws {
    guard let script = try pythonScript() else { return }
    try folder.write(regressionTable(rows: 300), to: "r.csv")
    try folder.kan(["train", "r.csv", "--save", "m.safetensors", "--epochs", "20", "--precision", "double"] + options)
      .succeeded()
    // Beyond the rows of the training too.
    let rows = regressionRows(50).flatMap { [$0[0] * 3 - 1, $0[1] * 2] }
    try folder.write(encodeNPY(shape: [50, 2], rows), to: "x.npy")
    try expectSame(script, "x.npy")
  }

  /// What `kan train` makes by itself: splines, hats and categories on columns of numbers, some of which span magnitudes,
  /// of few values, and of texts, with gaps; and straight lines of few rows.
  @Test(arguments: [(300, ["--auto", "fast"]), (300, ["--hidden", "3"]), (30, [])])
  func modelsOfTablesInPython(rows: Int, options: [String]) throws {
    guard let script = try pythonScript() else { return }
    func table(_ rows: Int, seed: UInt64, beyond: Double) -> String {
      var generator = RandomGenerator(seed: seed)
      let lines = (0..<rows).map { row in
        let (a, b) = (beyond * (2 * generator.uniform() - 1), generator.uniform())
        let (few, text) = (Double(row % 3) * beyond, ["u", "v", "w"][row % 7 % 3])
        let (wide, time) = (exp(20 * b), 2000 + 0.001 * generator.uniform())
        let y = sin(3 * a) + few + (text == "u" ? 1 : 0) + b * a
        let isNew = beyond > 1 && row % 9 == 0
        return "\(row % 11 == 4 ? "" : "\(a)"),\(wide),\(few),\(isNew ? "new" : row % 13 == 5 ? "" : text),\(time),\(y)"
      }
      return "a,wide,few,text,narrow,y\n" + lines.joined(separator: "\n") + "\n"
    }
    try folder.write(table(rows, seed: 1, beyond: 1), to: "t.csv")
    try folder.write(table(60, seed: 2, beyond: 1.7), to: "x.csv")
    try folder.kan(["train", "t.csv", "--save", "m.safetensors", "--precision", "double"] + options).succeeded()
    try expectSame(script, "x.csv")
  }

  /// The script of the documentation; nil without numpy and scipy, which are no requirement of the tests.
  private func pythonScript() throws -> String? {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let script = here.appending(path: "evaluate_model.py")
    let text = try String(contentsOf: script, encoding: .utf8)
    let page = try String(
      contentsOf: here.appending(path: "../../Sources/KAN/KAN.docc/ModelsInPython.md"), encoding: .utf8)
    #expect(page.contains("```python\n" + text + "```\n"))
    return try folder.shell("\(python) -c 'import numpy, scipy'").status == 0 ? script.path : nil
  }

  private var python: String { ProcessInfo.processInfo.environment["KAN_PYTHON"] ?? "python3" }

  private func expectSame(_ script: String, _ inputs: String) throws {
    try folder.kan("predict", "m.safetensors", inputs, "--out", "ours.npy").succeeded()
    try folder.shell("\(python) \(script) m.safetensors \(inputs) theirs.npy").succeeded()
    let (ours, theirs) = (try readNPY(folder.file("ours.npy")), try readNPY(folder.file("theirs.npy")))
    #expect(ours.shape == theirs.shape)
    #expect(zip(ours.values, theirs.values).allSatisfy { abs($0 - $1) <= 1e-10 * max(1, abs($0)) })
  }
}

/// y = 2a + b² and even noise from -0.5 to 0.5.
private func noisyTable(rows: Int, seed: UInt64) -> String {
  var generator = RandomGenerator(seed: seed)
  let values = (0..<rows).map { _ in
    let (a, b) = (generator.uniform(), generator.uniform())
    return [a, b, 2 * a + b * b + generator.uniform() - 0.5]
  }
  return table(["a", "b", "y"], values.map { $0.map { "\($0)" } })
}
