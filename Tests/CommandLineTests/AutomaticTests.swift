import Foundation
import KANFiles
import Testing

/// `kan train` without a description: what is said meanwhile, and what an interruption leaves.
@Suite struct AutomaticTests {
  @Test func interruptedItSavesThePartsThatAreDone() throws {
    let folder = try Folder()
    try folder.write(regressionTable(rows: 40_000), to: "r.csv")
    let outcome = try folder.shell(
      """
      "$KAN" train r.csv --auto best --save m.safetensors 2> messages & child=$!
      for i in {1..600}; do if grep -q networks messages; then break; fi; sleep 0.05; done
      kill -TERM $child; wait $child
      """)
    #expect(outcome.status == 130)
    let messages = try folder.text("messages")
    #expect(messages.contains("straight lines"))
    #expect(messages.contains("error: interrupted; m.safetensors has what was chosen of the parts that were done"))
    let found = try folder.kan("evaluate", "m.safetensors", "r.csv", "--json").succeeded().json()
    #expect((found["r2"] as? Double ?? 0) > 0.5)
    try folder.kan("train", "r.csv", "--auto", "best", "--save", "m.safetensors", "--resume").succeeded()
    try folder.kan("train", "r.csv", "--auto", "best", "--save", "once.safetensors").succeeded()
    let models = try ["m", "once"].map { try SafeTensors(path: folder.file("\($0).safetensors")).tensors }
    #expect(models[0] == models[1])
  }

  @Test(arguments: ["huber", "quantile", "poisson"])
  func theExplicitCommandIsOne(loss: String) throws {
    let folder = try Folder()
    let rows = (0..<60).map { ["\($0 % 7)", "\($0 % 5)", "\($0 % 7 + $0 % 3)"] }
    try folder.write(table(["a", "b", "y"], rows), to: "r.csv")
    let options = loss == "quantile" ? ["--quantile", "0.9"] : []
    let outcome = try folder.kan(["train", "r.csv", "--loss", loss, "--json"] + options).succeeded()
    let chosen = try #require(try outcome.json()["chosen"] as? [String: Any])
    let command = try #require(chosen["command"] as? String)
    #expect(command.hasPrefix("kan train r.csv --loss \(loss)"))
    try folder.shell("\"$KAN\" \(command.dropFirst(4))").succeeded()
  }
}
