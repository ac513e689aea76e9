import Foundation
import Testing

/// `kan train --monotone`: predictions follow columns, and the model file keeps to it.
@Suite struct MonotoneTests {
  @Test(arguments: [[], ["--hidden", "4"], ["--hidden", "3", "--edge", "linear", "--activation", "tanh"]])
  func predictionsFollowAndTheModelKeepsIt(options: [String]) throws {
    let folder = try Folder()
    try folder.write(regressionTable(), to: "r.csv")
    // y = 2a + b² falls with neither.
    try folder.kan(["train", "r.csv", "--monotone", "a=+,b=-", "--save", "m.safetensors"] + options).succeeded()
    // A later training without the option.
    try folder.kan("train", "r.csv", "--start", "m.safetensors", "--epochs", "5", "--save", "n.safetensors").succeeded()
    for (name, column, sign) in [("a", 0, 1.0), ("b", 1, -1.0)] {
      let rows = (0...200).map { step in (0..<2).map { $0 == column ? "\(Double(step) / 50 - 2)" : "0.3" } }
      try folder.write(table(["a", "b"], rows), to: "p.csv")
      for model in ["m.safetensors", "n.safetensors"] {
        let output = try folder.kan("predict", model, "p.csv").succeeded().output
        let y = output.split(separator: "\n").dropFirst().compactMap { Double($0.split(separator: ",").last ?? "") }
        #expect(y.count == 201 && zip(y, y.dropFirst()).allSatisfy { sign * ($1 - $0) >= -1e-5 }, "\(name) of \(model)")
      }
    }
    let inspected = try folder.kan("inspect", "n.safetensors", "--json").succeeded().json()["monotone"]
    #expect(inspected as? [String: String] == ["a": "+", "b": "-"])
    #expect(try folder.kan("inspect", "n.safetensors").succeeded().output.contains("monotone: a=+, b=-"))
    for (options, message) in [
      (["--start", "m.safetensors", "--optimizer", "lbfgs"], "lbfgs takes steps without bounds"),
      (["--monotone", "a=+", "--edge", "gaussian"], "no condition on the coefficients of gaussian"),
      (["--monotone", "a=+,=-"], "columns with = and + or - are expected"),
    ] {
      let outcome = try folder.kan(["train", "r.csv"] + options)
      #expect(outcome.status == 64 && outcome.errors.contains(message))
    }
  }
}
