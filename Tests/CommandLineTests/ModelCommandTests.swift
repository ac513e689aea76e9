import Foundation
import KANFiles
import Testing

/// `kan evaluate`, `predict` and `inspect` on saved models.
@Suite struct ModelCommandTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  /// Header and numbers of a table that the tool wrote.
  private func numbers(_ outcome: Outcome) throws -> (header: String, rows: [[Double]]) {
    let lines = try outcome.succeeded().lines
    let rows = try lines.dropFirst().map { line in
      try line.split(separator: ",").map { try #require(Double($0)) }
    }
    return (try #require(lines.first), rows)
  }

  @Test func evaluateEqualsTraining() throws {
    try folder.write(regressionTable(rows: 40), to: "t.csv")
    try folder.write(regressionTable(), to: "r.csv")
    let trained = try folder.kan("train", "r.csv", "--test", "t.csv", "--json", "--save", "m.safetensors")
    let test = try #require(try trained.succeeded().json()["test"] as? [String: Double])
    #expect(Set(test.keys) == ["samples", "loss", "rmse", "r2", "pearson"])
    let judged = try folder.kan("evaluate", "m.safetensors", "t.csv", "--json").succeeded()
    #expect(try judged.metrics() == test)
    #expect((try judged.json()["intervals"] as? [Any])?.count == 1)
  }

  @Test func metricsAreThoseOfThePredictions() throws {
    try folder.writeModel("--epochs", "30")
    let (header, rows) = try numbers(try folder.kan("predict", "m.safetensors", "r.csv"))
    #expect(header == "y")
    let targets = regressionRows(120).map { $0[2] }
    let errors = zip(rows, targets).map { ($0[0] - $1) * ($0[0] - $1) }
    let rmse = (errors.reduce(0, +) / 120).squareRoot()
    let judged = try folder.kan("evaluate", "m.safetensors", "r.csv", "--json").succeeded().json()
    #expect(abs(try #require(judged["rmse"] as? Double) - rmse) < 1e-6)
    #expect(judged["samples"] as? Int == 120)
  }

  @Test(arguments: ["float", "double"])
  func predictions(precision: String) throws {
    try folder.writeModel("--target", "y,a", "--precision", precision)
    let printed = try folder.kan("predict", "m.safetensors", "r.csv")
    let (header, rows) = try numbers(printed)
    #expect(header == "y,a")
    try folder.kan("predict", "m.safetensors", "r.csv", "--out", "p.csv").succeeded()
    #expect(try folder.bytes("p.csv") == printed.bytes)
    #expect(try folder.kan("predict", "m.safetensors", "r.csv", "--out", "p.npy").succeeded().bytes == [])
    let array = try readNPY(folder.file("p.npy"))
    #expect(array.shape == [120, 2])
    // The shortest decimal that reads back as the same number.
    #expect(
      array.values.map { precision == "float" ? Double(Float($0)) : $0 }
        == rows.flatMap { $0 }.map {
          precision == "float" ? Double(Float($0)) : $0
        })
  }

  @Test func predictionsByName() throws {
    try folder.writeModel()
    let rows = regressionRows(120).map { ["x", "\($0[1])", "\($0[0])"] }
    try folder.write(table(["other", "b", "a"], rows), to: "s.csv")
    let printed = try folder.kan("predict", "m.safetensors", "r.csv").succeeded()
    #expect(try folder.kan("predict", "m.safetensors", "s.csv") == printed)
    let threads = try folder.kan("predict", "m.safetensors", "s.csv", "--threads", "3")
    #expect(threads == printed)
    let piped = try folder.shell("$KAN predict m.safetensors /dev/stdin < s.csv")
    #expect(piped == printed)
  }

  @Test func classes() throws {
    try folder.write(classificationTable().replacingOccurrences(of: "above", with: "\"a,b\""), to: "c.csv")
    try folder.kan("train", "c.csv", "--save", "m.safetensors", "--epochs", "40", "--batch", "16").succeeded()
    let lines = try folder.kan("predict", "m.safetensors", "c.csv").succeeded().lines
    #expect(lines[0] == "side,\"side:a,b\",side:below")
    let labels = try lines.dropFirst().map { line in
      let isFirst = line.hasPrefix("\"a,b\",")
      let cells = try line.dropFirst(isFirst ? 6 : "below,".count).split(separator: ",").map {
        try #require(Double($0))
      }
      #expect(cells.count == 2)
      #expect(abs(cells[0] + cells[1] - 1) < 1e-5)
      #expect((cells[0] >= cells[1]) == isFirst)
      return isFirst ? 0.0 : 1.0
    }
    try folder.kan("predict", "m.safetensors", "c.csv", "--out", "p.npy").succeeded()
    let array = try readNPY(folder.file("p.npy"))
    #expect(array.shape == [120] && array.isInteger && array.values == labels)
    let right = zip(labels, regressionRows(120)).count { ($0 == 0) == ($1[0] < $1[1]) }
    let judged = try folder.kan("evaluate", "m.safetensors", "c.csv", "--json").succeeded().json()
    #expect(
      Set(judged.keys) == [
        "samples", "loss", "accuracy", "logLoss", "auc", "f1", "balancedAccuracy", "confusion", "classes",
        "reliability",
      ])
    let classes = try #require(judged["classes"] as? [[String: Any]])
    #expect(classes.map { $0["name"] as? String } == ["a,b", "below"])
    let confusion = try #require(judged["confusion"] as? [[Double]])
    #expect(confusion.map { $0.reduce(0, +) } == classes.map { $0["support"] as? Double ?? -1 })
    let text = try folder.kan("evaluate", "m.safetensors", "c.csv").succeeded().output
    for part in ["balanced", "auc", "precision", "actual \\ predicted", "expected calibration error"] {
      #expect(text.contains(part))
    }
    #expect(abs(try #require(judged["accuracy"] as? Double) - Double(right) / 120) < 1e-12)
  }

  @Test func classesThatAreNumbers() throws {
    try folder.writeArrays(labels: true)
    let options = ["--task", "classification", "--save", "m.safetensors", "--epochs", "60", "--batch", "16"]
    try folder.kan(["train", "x.npy", "--target", "y.npy"] + options).succeeded()
    try folder.kan("predict", "m.safetensors", "x.npy", "--out", "p.npy").succeeded()
    let (found, labels) = (try readNPY(folder.file("p.npy")), try readNPY(folder.file("y.npy")))
    #expect(Set(found.values) == [3, 7])
    #expect(zip(found.values, labels.values).count { $0 == $1 } > 100)
  }

  @Test func tabs() throws {
    try folder.write("a\ty,y\n1\t2\n2\t3\n", to: "t.tsv")
    try folder.kan("train", "t.tsv", "--save", "m.safetensors", "--target", "a").succeeded()
    try folder.kan("predict", "m.safetensors", "t.tsv", "--out", "p.tsv").succeeded()
    #expect(try folder.text("p.tsv").hasPrefix("a\n"))
    try folder.kan("train", "t.tsv", "--save", "m.safetensors").succeeded()
    try folder.kan("predict", "m.safetensors", "t.tsv", "--out", "p.tsv").succeeded()
    try folder.kan("predict", "m.safetensors", "t.tsv", "--out", "p.csv").succeeded()
    #expect(try folder.text("p.tsv").hasPrefix("y,y\n"))
    #expect(try folder.text("p.csv").hasPrefix("\"y,y\"\n"))
  }

  @Test func imagesAndArrays() throws {
    try folder.writeImages()
    try folder.kan("train", "images", "--save", "i.safetensors", "--epochs", "2").succeeded()
    #expect(try folder.kan("predict", "i.safetensors", "images").succeeded().lines.count == 21)
    #expect(try folder.kan("evaluate", "i.safetensors", "images", "--json").json()["samples"] as? Int == 20)
    try folder.writeArrays()
    try folder.kan("train", "x.npy", "--target", "y.npy", "--save", "a.safetensors").succeeded()
    #expect(try folder.kan("predict", "a.safetensors", "x.npy").succeeded().lines.count == 121)
  }

  @Test func inspectText() throws {
    try folder.writeModel("--hidden", "4", "--epochs", "2")
    let text = try folder.kan("inspect", "m.safetensors").succeeded().output
    #expect(text.hasPrefix("regression, 113 parameters in single precision\n"))
    for part in [
      "bSpline of degree 3, G = 5 on [-1.000, 1.000]", "targets: y\n", "trained 2 of 2 epochs on 96 rows in ",
      ": adam, rate 0.05 one-cycle, batch 256, seed 0\n",
    ] {
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test func inspectJSON() throws {
    try folder.writeModel("--hidden", "4")
    let model = try folder.kan("inspect", "m.safetensors", "--json").succeeded().json()
    #expect(model["parameters"] as? Int == 113)
    let layers = try #require(model["layers"] as? [[String: Any]])
    #expect(layers.map { $0["inputs"] as? Int } == [2, 4])
    #expect(layers.map { ($0["grid"] as? [String: Any])?["intervals"] as? Int } == [5, 5])
    let training = try #require(model["training"] as? [String: Any])
    #expect((training["history"] as? [[String: Any]])?.map { $0["epoch"] as? Int } == [1, 2, 3])
  }

  @Test func controlCharactersInNames() throws {
    try folder.write("\u{1B}[31ma,y\n1,\u{7}p\n2,q\n3,\u{7}p\n4,q\n5,q\n", to: "c.csv")
    try folder.kan("train", "c.csv", "--save", "m.safetensors").succeeded()
    let text = try folder.kan("inspect", "m.safetensors").succeeded().output
    #expect(text.contains("\\u{1B}[31ma") && text.contains("classes: \\u{7}p, q"))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
  }

  /// Numbers of a record that only a changed file can have.
  @Test func oddRecords() throws {
    try folder.writeModel()
    var model = try SafeTensors(path: folder.file("m.safetensors"))
    let topology = try #require(model.metadata["network"])
    for (pattern, other) in [
      (#/"samples":\d+/#, "\"samples\":\(Int.min)"), (#/"epochs":\d+/#, "\"epochs\":\(Int.max)"),
      (#/"seconds":[^,}]+/#, "\"seconds\":1e308"), (#/"loss":[^,}]+/#, "\"loss\":\"inf\""),
      (#/"learningRate":[^,}]+/#, "\"learningRate\":-1e-300"), (#/"history":\[.*?\]/#, "\"history\":[]"),
    ] as [(Regex<Substring>, String)] {
      try #require(topology.firstMatch(of: pattern) != nil)
      model.metadata["network"] = topology.replacing(pattern, with: other)
      try folder.write(model.encoded(), to: "m.safetensors")
      try folder.kan("inspect", "m.safetensors").succeeded()
      _ = try folder.kan("inspect", "m.safetensors", "--json").succeeded().json()
      try folder.kan("train", "r.csv", "--save", "m.safetensors", "--resume", "--epochs", "4").succeeded()
    }
  }

  /// A model whose outputs overflow single precision.
  @Test func metricsThatAreNotFinite() throws {
    try folder.writeModel()
    var model = try SafeTensors(path: folder.file("m.safetensors"))
    model.tensors["layers.0.bias"] = .init(shape: [1], [3e38] as [Float])
    model.tensors["scaling.outputs"] = .init(shape: [2, 1], [0, 1e-30] as [Float])
    try folder.write(model.encoded(), to: "m.safetensors")
    let outcome = try folder.kan("evaluate", "m.safetensors", "r.csv", "--json").succeeded()
    #expect(try outcome.json()["rmse"] is NSNull)
    #expect(outcome.output.contains("\"rmse\":null"))
    try folder.kan("evaluate", "m.safetensors", "r.csv").succeeded()
  }
}
