import Foundation
import Testing

/// `kan train` on every kind of data and with every option.
@Suite struct TrainTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func result(_ arguments: String...) throws -> [String: Any] {
    try folder.kan(["train"] + arguments + ["--json"]).succeeded().json()
  }

  private func test(_ result: [String: Any]) throws -> [String: Double] {
    // Of one row r2 and pearson are null.
    try #require(result["test"] as? [String: Any]).compactMapValues { $0 as? Double }
  }

  @Test(arguments: ["r.csv", "r.tsv", "r.TSV"])
  func regression(name: String) throws {
    try folder.write(regressionTable(separator: name == "r.csv" ? "," : "\t"), to: name)
    let result = try result(name, "--epochs", "60", "--batch", "16")
    #expect(result["parameters"] as? Int == 2 * 9 + 1)
    #expect(result["epochs"] as? Int == 60)
    let test = try test(result)
    #expect(try #require(test["r2"]) > 0.98)
    #expect(test["samples"] == 24)
  }

  @Test func classification() throws {
    try folder.write(classificationTable(), to: "c.csv")
    let result = try result("c.csv", "--epochs", "60", "--batch", "16")
    #expect(try #require(test(result)["accuracy"]) > 0.85)
  }

  @Test func targetsByName() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let result = try result("r.csv", "--target", "y,a", "--epochs", "2")
    // One input, two outputs.
    #expect(result["parameters"] as? Int == 9 * 2 + 2)
  }

  @Test func numbersAsClasses() throws {
    try folder.write("a,digit\n0.1,3\n0.9,7\n0.2,3\n0.8,7\n0.3,3\n0.7,7\n", to: "d.csv")
    let result = try result("d.csv", "--task", "classification", "--holdout", "0.34", "--save", "d.safetensors")
    #expect(try test(result)["samples"] == 2)
    let names = try folder.kan("inspect", "d.safetensors", "--json").succeeded().json()["names"] as? [String: [String]]
    #expect(names == ["inputs": ["a"], "targets": ["digit"], "classes": ["3", "7"]])
  }

  @Test(arguments: [false, true])
  func arrays(labels: Bool) throws {
    try folder.writeArrays(labels: labels)
    let task = labels ? "classification" : "regression"
    let test = try test(result("x.npy", "--target", "y.npy", "--task", task, "--epochs", "60", "--batch", "16"))
    #expect(try #require(test[labels ? "accuracy" : "r2"]) > 0.85)
  }

  @Test(arguments: [false, true])
  func images(compressed: Bool) throws {
    try folder.writeImages()
    if compressed { try folder.shell("gzip images/*").succeeded() }
    let test = try test(result("images", "--hidden", "4", "--epochs", "20"))
    #expect(test["samples"] == 20)
    #expect(try #require(test["accuracy"]) > 0.9)
  }

  @Test func testData() throws {
    try folder.write(regressionTable(), to: "r.csv")
    // Columns in another order, and one more.
    let rows = regressionRows(17).map { [$0[2], 5, $0[1], $0[0]].map { "\($0)" } }
    try folder.write(table(["y", "other", "b", "a"], rows), to: "t.csv")
    let test = try test(result("r.csv", "--test", "t.csv", "--epochs", "60", "--batch", "16"))
    #expect(test["samples"] == 17)
    #expect(try #require(test["r2"]) > 0.98)
  }

  @Test(arguments: [("0.5", 60), ("0.1", 12), ("0.0001", 1), ("0.9999", 119)])
  func holdout(fraction: String, rows: Double) throws {
    try folder.write(regressionTable(), to: "r.csv")
    #expect(try test(result("r.csv", "--holdout", fraction, "--epochs", "1"))["samples"] == rows)
  }

  @Test(arguments: [
    ("spline", 2 * 9 * 4 + 4 + 4 * 9 + 1), ("linear", 2 * 4 + 4 + 4 + 1), ("chebyshev", 2 * 3 * 4 + 4 + 4 * 3 + 1),
    ("gaussian", 2 * 7 * 4 + 4 + 4 * 7 + 1),
  ])
  func edges(edge: String, parameters: Int) throws {
    try folder.write(regressionTable(), to: "r.csv")
    let result = try result(
      "r.csv", "--hidden", "4", "--edge", edge, "--epochs", "100", "--batch", "16", "--save", "m.safetensors")
    #expect(result["parameters"] as? Int == parameters)
    #expect(try #require(test(result)["r2"]) > 0.9)
    let model = try folder.kan("inspect", "m.safetensors").succeeded()
    #expect(model.output.contains(edge == "spline" ? "bSpline" : edge))
  }

  @Test(arguments: ["identity", "relu", "silu", "tanh", "sigmoid"])
  func activations(activation: String) throws {
    try folder.writeModel("--hidden", "3", "--activation", activation)
    let layers = try folder.kan("inspect", "m.safetensors", "--json").json()["layers"] as? [[String: Any]]
    #expect(layers?.map { $0["activation"] as? String } == [activation, "identity"])
  }

  @Test(arguments: [("adam", "constant"), ("adam", "one-cycle"), ("sgd", "cosine")])
  func rules(optimizer: String, schedule: String) throws {
    try folder.writeModel(
      "--optimizer", optimizer, "--schedule", schedule, "--learning-rate", "0.02", "--weight-decay", "0.001",
      "--batch", "32", "--seed", "5")
    let model = try folder.kan("inspect", "m.safetensors", "--json").succeeded().json()
    let training = try #require(model["training"] as? [String: Any])
    #expect(training["optimizer"] as? String == optimizer)
    #expect(training["schedule"] as? String == schedule)
    #expect(training["learningRate"] as? Double == 0.02)
    #expect(training["weightDecay"] as? Double == 0.001)
    #expect(training["batch"] as? Int == 32)
    #expect(training["seed"] as? Int == 5)
    #expect((training["history"] as? [Any])?.count == 3)
  }

  @Test func lbfgs() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let result = try result("r.csv", "--optimizer", "lbfgs", "--precision", "double", "--epochs", "200")
    // Once through the rows is an epoch; y is smooth, and nearly within reach of the splines.
    #expect(try #require(test(result)["r2"]) > 0.999)
    #expect(try #require(result["epochs"] as? Int) <= 200)
    let refused = try folder.kan("train", "r.csv", "--optimizer", "lbfgs", "--learning-rate", "0.1")
    #expect(refused.status == 64 && refused.errors.contains("--learning-rate is not used by lbfgs"))
  }

  @Test(arguments: ["float", "double"])
  func precision(name: String) throws {
    try folder.writeModel("--precision", name)
    #expect(try folder.kan("inspect", "m.safetensors", "--json").json()["precision"] as? String == name)
    #expect(try folder.kan("evaluate", "m.safetensors", "r.csv").status == 0)
  }

  @Test func patience() throws {
    // A target of noise alone gets worse on rows that were not trained on, long before the last epoch.
    let rows = regressionRows(60).enumerated().map { ["\($1[0])", "\($1[1])", "\(($0 * 7919) % 101)"] }
    try folder.write(table(["a", "b", "y"], rows), to: "n.csv")
    let outcome = try folder.kan(
      "train", "n.csv", "--patience", "5", "--epochs", "5000", "--json", "--grid", "40", "--schedule", "constant",
      "--save", "m.safetensors"
    ).succeeded()
    let result = try outcome.json()
    #expect(result["end"] as? String == "earlyStopping")
    let (epochs, best) = (try #require(result["epochs"] as? Int), try #require(result["bestEpoch"] as? Int))
    #expect(epochs == best + 5)
    #expect(epochs < 5000)
  }

  @Test func namesTheInputsMostOftenOutside() throws {
    // One row has a above the range, four have b below it, two c above, and d is three times beyond either end.
    let rows = (0..<20).map { row -> [String] in
      [
        row < 1 ? "2" : "0.1", row < 4 ? "-3" : "0.2", row < 2 ? "1.5" : "-0.3",
        row < 6 ? (row % 2 == 0 ? "2" : "-2") : "0.4", "\(row)",
      ]
    }
    try folder.write(table(["a", "b", "c", "d", "y"], rows), to: "o.csv")
    let outcome = try folder.kan("train", "o.csv", "--test", "o.csv", "--range=-1,1", "--epochs", "1").succeeded()
    #expect(
      outcome.errors.contains(
        "outside the grid of layer 1, of 20 rows: input 4: 3 below, 3 above; input 2: 4 below, 0 above; "
          + "input 3: 0 below, 2 above; and 1 input more\n"))
  }

  @Test func noEpochs() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let result = try result("r.csv", "--epochs", "0", "--save", "m.safetensors")
    #expect(result["epochs"] as? Int == 0)
    #expect(try folder.kan("predict", "m.safetensors", "r.csv").lines.count == 121)
  }
}
