import Foundation
import KAN
import KANFiles
import Testing

/// `kan doctor`.
@Suite struct DoctorTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func rows(_ count: Int, seed: UInt64, shift: Double = 0, gaps: Bool = false) -> String {
    var generator = RandomGenerator(seed: seed)
    return table(
      ["a", "kind", "y"],
      (0..<count).map { row in
        let a = generator.uniform() + shift
        let kind = gaps && row % 5 == 0 ? "new" : row % 2 == 0 ? "p" : "q"
        return [gaps && row % 10 == 1 ? "" : "\(a)", kind, "\(2 * a + (kind == "p" ? 1 : 0))"]
      })
  }

  @Test func healthyAndNot() throws {
    try folder.write(rows(300, seed: 1), to: "t.csv")
    try folder.write(rows(200, seed: 2), to: "f.csv")
    try folder.write(rows(200, seed: 3, shift: 0.7, gaps: true), to: "d.csv")
    try folder.kan("train", "t.csv", "--save", "m.safetensors").succeeded()
    let text = try folder.kan("doctor", "m.safetensors", "f.csv").succeeded().output
    #expect(text.hasPrefix("healthy: 200 rows of f.csv\n"))
    let result = try folder.kan("doctor", "m.safetensors", "d.csv", "--json").succeeded().json()
    #expect(result["verdict"] as? String == "needs attention")
    let findings = try #require(result["findings"] as? [[String: String]])
    for kind in ["outside", "empty", "unknown", "drift"] {
      #expect(findings.contains { $0["kind"] == kind && $0["severity"] == "attention" }, "\(kind)")
    }
    let columns = try #require(result["columns"] as? [[String: Any]])
    #expect(columns.map { $0["name"] as? String } == ["a", "kind"])
    #expect(columns[0]["empty"] as? Int == 20 && columns[1]["unknown"] as? Int == 40)
    #expect(result["loss"] != nil && result["hasTrainingData"] as? Bool == true)
    // Without the target there is all but the loss.
    let lines = try folder.text("d.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    try folder.write(lines.map { $0[..<2].joined(separator: ",") + "\n" }.joined(), to: "x.csv")
    let without = try folder.kan("doctor", "m.safetensors", "x.csv", "--json").succeeded().json()
    #expect(without["loss"] == nil && (without["columns"] as? [[String: Any]])?[0]["empty"] as? Int == 20)
  }

  @Test(arguments: ["float", "double"])
  func described(precision: String) throws {
    try folder.writeModel("--hidden", "3", "--precision", precision)
    let result = try folder.kan("doctor", "m.safetensors", "r.csv", "--json").succeeded().json()
    let layers = try #require(result["layers"] as? [[String: Any]])
    #expect(layers.map { $0["edges"] as? Int } == [6, 3])
    #expect(result["hasTrainingData"] as? Bool == true)
    let loss = try #require(result["loss"] as? [String: Any])
    #expect(loss["training"] is Double && loss["here"] is Double)
  }

  @Test func arraysAndImages() throws {
    try folder.writeArrays()
    try folder.kan("train", "x.npy", "--target", "y.npy", "--save", "a.safetensors").succeeded()
    #expect(try folder.kan("doctor", "a.safetensors", "x.npy").succeeded().output.contains("120 rows of x.npy"))
    let judged = try folder.kan("doctor", "a.safetensors", "x.npy", "--target", "y.npy", "--json").succeeded().json()
    #expect(judged["loss"] != nil)
    try folder.writeImages()
    try folder.kan("train", "images", "--save", "i.safetensors", "--epochs", "2", "--hidden", "4").succeeded()
    let images = try folder.kan("doctor", "i.safetensors", "images", "--json").succeeded().json()
    #expect((images["columns"] as? [[String: Any]])?.count == 16 && images["loss"] != nil)
  }

  @Test func wrongUsage() throws {
    try folder.kan("doctor").failed(64, "a model and data are expected, or --self-test")
    try folder.kan("doctor", "m.safetensors").failed(64, "a model and data are expected, or --self-test")
    try folder.kan("doctor", "m.safetensors", "x.csv", "--self-test").failed(
      64, "--self-test takes no model and no data")
    try folder.writeModel()
    try folder.kan("doctor", "m.safetensors", "none.csv").failed(66, "none.csv: no such file")
    try folder.kan("doctor", "none.safetensors", "r.csv").failed(66, "none.safetensors: no such file")
    try folder.write("b,y\n1,2\n", to: "b.csv")
    try folder.kan("doctor", "m.safetensors", "b.csv").failed(
      65, "b.csv: there is no column \"a\", which the model needs")
  }

  @Test func selfTest() throws {
    let result = try folder.kan("doctor", "--self-test", "--json").succeeded().json()
    #expect(result["passed"] as? Bool == true)
    let tests = try #require(result["tests"] as? [[String: Any]])
    #expect(tests.count >= 2 * 21 + 6)
    let machine = try #require(result["machine"] as? [String: Any])
    #expect(machine["openBLAS"] is String && machine["cores"] is Int)
    let text = try folder.kan("doctor", "--self-test").succeeded().output
    #expect(text.hasSuffix("all \(tests.count) tests passed\n"))
    #expect(text.contains("baseline float") && text.contains("LAPACK least squares"))
  }
}
