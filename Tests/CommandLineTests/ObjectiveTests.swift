import Foundation
import KAN
import Testing

/// `--loss` through training, evaluation, prediction and inspection.
@Suite struct ObjectiveTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  /// a, b and a target made from 2a + b² and a number in 0 ..< 1.
  private func write(_ name: String, rows: Int = 400, _ target: (Double, Double) -> Double) throws {
    var generator = RandomGenerator(seed: 5)
    let cells = regressionRows(rows).map { ["\($0[0])", "\($0[1])", "\(target($0[2], generator.uniform()))"] }
    try folder.write(table(["a", "b", "y"], cells), to: name)
  }

  private func metrics(_ object: Any?) throws -> [String: Double] { try #require(object as? [String: Double]) }

  @Test func quantile() throws {
    try write("d.csv") { $0 + $1 }
    let options = ["--loss", "quantile", "--quantile", "0.9", "--epochs", "60", "--optimizer", "lbfgs"]
    let result = try folder.kan(["train", "d.csv", "--save", "m.safetensors", "--json"] + options).succeeded().json()
    let test = try metrics(result["test"])
    #expect(abs(try #require(test["coverage"]) - 0.9) < 0.12 && test["rmse"] != nil && test["accuracy"] == nil)
    let objective = try #require(result["objective"] as? [String: Any])
    #expect(
      objective["name"] as? String == "quantile" && objective["settings"] as? [String: Double] == ["quantile": 0.9])
    let judged = try folder.kan("evaluate", "m.safetensors", "d.csv", "--json").succeeded().metrics()
    #expect(abs(try #require(judged["coverage"]) - 0.9) < 0.03)
    let inspected = try folder.kan("inspect", "m.safetensors").succeeded()
    #expect(inspected.output.contains("loss quantile (quantile 0.9)"))
    #expect(try folder.kan("evaluate", "m.safetensors", "d.csv").succeeded().output.contains("coverage"))
    let predictions = try folder.kan("predict", "m.safetensors", "d.csv").succeeded().output
    #expect(predictions.hasPrefix("y\n"))
  }

  @Test func poissonAndLogistic() throws {
    try write("c.csv") { ($0 * 2 + $1).rounded(.down) }
    try folder.kan(
      "train", "c.csv", "--loss", "poisson", "--optimizer", "lm", "--epochs", "10", "--save", "c.safetensors"
    ).succeeded()
    let rates = try folder.kan("predict", "c.safetensors", "c.csv").succeeded().output.split(separator: "\n")
      .dropFirst()
    #expect(rates.count == 400 && rates.allSatisfy { (Double($0) ?? -1) > 0 })
    try write("l.csv") { $0 + $1 > 1.8 ? 1 : 0 }
    let result = try folder.kan(
      "train", "l.csv", "--loss", "logistic", "--epochs", "60", "--batch", "32", "--save", "l.safetensors", "--json"
    ).succeeded().json()
    let test = try metrics(result["test"])
    #expect(try #require(test["accuracy"]) > 0.7 && test["rmse"] == nil && test["r2"] == nil)
    let shares = try folder.kan("predict", "l.safetensors", "l.csv").succeeded().output.split(separator: "\n")
      .dropFirst()
    #expect(shares.allSatisfy { (0...1).contains(Double($0) ?? -1) })
    // A count of the other kind of model is none for this one.
    try folder.kan("evaluate", "l.safetensors", "c.csv").failed(
      65, "c.csv: row 1, column \"y\": --loss logistic takes targets of 0 and 1")
  }

  @Test func severalTargets() throws {
    let rows = regressionRows(60).map { ["\($0[0])", "\($0[2])", "\(-$0[0])", "7"] }
    try folder.write(table(["a", "y", "z", "same"], rows), to: "t.csv")
    let result = try folder.kan("train", "t.csv", "--target", "y,z,same", "--save", "m.safetensors", "--json")
      .succeeded()
      .json()
    let test = try #require(result["test"] as? [String: Any])
    let targets = try #require(test["targets"] as? [String: [String: Any]])
    #expect(targets.keys.sorted() == ["same", "y", "z"] && targets["y"]?["r2"] is Double)
    // A constant has no coefficient of determination, and neither has the mean over it.
    #expect(targets["same"]?["r2"] is NSNull && test["r2"] is NSNull && test["rmse"] is Double)
    let text = try folder.kan("evaluate", "m.safetensors", "t.csv").succeeded().output
    #expect(text.contains("target") && text.contains("same"))
  }

  @Test(arguments: [
    (["--loss", "hinge"], "--loss has to be one of mse, cross-entropy, huber, absolute, quantile, poisson, logistic"),
    (["--loss", "quantile"], "--loss quantile needs --quantile, 0.9 for example"),
    (["--loss", "quantile", "--quantile", "1"], "--quantile has to be between 0 and 1"),
    (["--loss", "quantile", "--quantile", "-0.5"], "--quantile has to be between 0 and 1"),
    (["--quantile", "0.5"], "--quantile is for --loss quantile"),
    (["--loss", "mse", "--huber-delta", "1"], "--huber-delta is for --loss huber"),
    (["--loss", "huber", "--huber-delta", "0"], "--huber-delta has to be above 0"),
    (
      ["--loss", "huber", "--task", "classification"], "--loss huber is for a regression, not for --task classification"
    ),
    (
      ["--loss", "cross-entropy", "--task", "regression"],
      "--loss cross-entropy is for a classification, not for --task regression"
    ),
    (
      ["--loss", "cross-entropy", "--optimizer", "lm"],
      "--optimizer lm takes any --loss but cross-entropy; lbfgs and adam take that too"
    ),
    (
      ["--loss", "poisson", "--init", "least-squares"],
      "--init least-squares solves for the targets themselves, which --loss poisson does not predict"
    ),
    (["--loss", "cross-entropy", "--target", "a,y"], "a classification has one --target, its classes"),
  ])
  func usage(options: [String], message: String) throws {
    try folder.write(regressionTable(), to: "r.csv")
    try folder.kan(["train", "r.csv"] + options).failed(64, message)
  }

  @Test func targetsThatDoNotFit() throws {
    try write("n.csv", rows: 30) { value, share in share < 0.1 ? -1 : value.rounded() }
    let rows = try folder.text("n.csv").split(separator: "\n").dropFirst()
    let first = try #require(rows.firstIndex { $0.hasSuffix(",-1.0") })
    let message = "row \(first), column \"y\": --loss poisson takes counts, which are not negative"
    try folder.kan("train", "n.csv", "--loss", "poisson").failed(65, "n.csv: \(message)")
    try write("c.csv", rows: 30) { value, _ in value.rounded() }
    try folder.kan("train", "c.csv", "--loss", "poisson", "--test", "n.csv").failed(65, "n.csv: \(message)")
    try folder.write(classificationTable(), to: "k.csv")
    #expect(try folder.kan("train", "k.csv", "--loss", "logistic").status == 65)
  }

  @Test func resumed() throws {
    try write("d.csv", rows: 60) { $0 + $1 }
    let base = ["train", "d.csv", "--save", "m.safetensors", "--batch", "16"]
    try folder.kan(base + ["--loss", "huber", "--epochs", "2"]).succeeded()
    let refusal = "m.safetensors has --loss huber (delta 0.1), so --resume cannot go on with --loss"
    try folder.kan(base + ["--resume", "--loss", "absolute", "--epochs", "4"]).failed(64, "\(refusal) absolute")
    try folder.kan(base + ["--resume", "--loss", "huber", "--huber-delta", "1.0", "--epochs", "4"])
      .failed(64, "\(refusal) huber (delta 1.0)")
    try folder.kan(base + ["--resume", "--epochs", "4"]).succeeded()
    #expect(try folder.kan("inspect", "m.safetensors").succeeded().output.contains("loss huber (delta 0.1)"))
    try folder.kan("train", "d.csv", "--start", "m.safetensors", "--loss", "logistic")
      .failed(65, "d.csv: row 1, column \"y\": --loss logistic takes targets of 0 and 1")
    let outcome = try folder.kan("train", "d.csv", "--start", "m.safetensors", "--loss", "poisson")
    let reason = "trained with the objective huber (delta 0.1), which cannot go on with poisson"
    #expect(outcome.status == 64 && outcome.errors.hasSuffix("\nerror: --loss: \(reason)\n"))
  }
}
