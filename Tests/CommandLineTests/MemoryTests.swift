import Foundation
import KANFiles
import Testing

/// Data within a bound on memory, and predictions through pipes.
@Suite struct MemoryTests {
  /// A table of 200,000 rows whose double precision alone exceeds what a bound leaves.
  private func folder() throws -> Folder {
    let folder = try Folder()
    let cells = (0..<1009).map { "\(Double($0 * 7919 % 1013) / 500 - 1)" }
    var text = (0..<20).map { "x\($0)" }.joined(separator: ",") + ",y\n"
    for row in 0..<150_000 {
      let first = row * 31 % 900
      text += cells[first..<first + 20].joined(separator: ",") + ",\(Double(first % 37) / 10)\n"
    }
    try folder.write(text, to: "t.csv")
    return folder
  }

  @Test func aTableIsPackedOnce() throws {
    let folder = try folder()
    let options = ["--hidden", "4", "--epochs", "1", "--batch", "2048", "--memory", "224M", "--json"]
    let first = try folder.kan(["train", "t.csv"] + options).succeeded()
    #expect(first.errors.contains("are read from t.csv.kanrows"))
    #expect(first.errors.contains("packing rows"))
    let again = try folder.kan(["train", "t.csv"] + options).succeeded()
    #expect(!again.errors.contains("packing rows"))
    let (a, b) = (try first.json(), try again.json())
    #expect(a["test"] as? NSDictionary == b["test"] as? NSDictionary)
    #expect((a["test"] as? [String: Any])?["samples"] as? Int == 30_000)

    let refused = try folder.kan(["train", "t.csv", "--memory", "100M"])
    #expect(refused.status == 64 && refused.errors.split(separator: "\n").count == 1)
    #expect(refused.errors.hasSuffix("or 192 MB if they are read from a file, and there are 100 MB by --memory\n"))
    let fits = try folder.kan(["train", "t.csv", "--memory", "2G", "--hidden", "4", "--epochs", "1"]).succeeded()
    #expect(fits.errors.contains("of the 2 GB that --memory allows"))
  }

  /// The packed rows may be none of the files that are read or written, by whichever name.
  @Test func packedRowsAreAFileOfTheirOwn() throws {
    let folder = try folder()
    let table = try folder.bytes("t.csv")
    let options = ["train", "t.csv", "--epochs", "1", "--memory", "224M"]
    try FileManager.default.createDirectory(atPath: folder.file("c"), withIntermediateDirectories: false)
    #expect(symlink("../t.csv", folder.file("c/t.csv.kanrows")) == 0)
    try folder.kan(options + ["--cache", "c"])
      .failed(64, "--cache c/t.csv.kanrows is t.csv, which is an input")
    try folder.kan(options + ["--save", "t.csv.kanrows"]).failed(64, "--save and --cache name the same file")
    try folder.kan(options + ["--log", "./t.csv.kanrows"]).failed(64, "--log and --cache name the same file")
    #expect(try folder.bytes("t.csv") == table && folder.names == ["t.csv", "c"])
  }

  /// Classes that count the same, of rows in memory and of rows that are read from a file.
  @Test func classWeight() throws {
    let folder = try Folder()
    let cells = (0..<1009).map { "\(Double($0 * 7919 % 1013) / 500 - 1)" }
    var text = (0..<20).map { "x\($0)" }.joined(separator: ",") + ",y\n"
    for row in 0..<150_000 {
      let first = row * 31 % 900
      text += cells[first..<first + 20].joined(separator: ",") + (row * 17 % 23 == 0 ? ",rare\n" : ",often\n")
    }
    try folder.write(text, to: "t.csv")
    try folder.write(
      String(text.prefix(200_000)).split(separator: "\n").dropLast().joined(separator: "\n"), to: "s.csv")
    func recall(_ arguments: String...) throws -> [Double?] {
      let options = ["--test", "s.csv", "--hidden", "2", "--epochs", "1", "--batch", "2048", "--json"]
      let outcome = try folder.kan(["train", "t.csv"] + options + arguments).succeeded()
      #expect(outcome.errors.contains("are read from t.csv.kanrows") == arguments.contains("224M"))
      let test = try #require(try outcome.json()["test"] as? [String: Any])
      return try #require(test["classes"] as? [[String: Any]]).map { $0["recall"] as? Double }
    }
    // One row in 23 of which nothing is known: without weights it is never predicted, with them it is now and then.
    let plain = try recall("--memory", "224M")
    let streamed = try recall("--memory", "224M", "--class-weight", "balanced")
    let memory = try recall("--memory", "2G", "--class-weight", "balanced")
    #expect(plain[1] == 0 && plain[0] == 1)
    for recall in [streamed, memory] { #expect(try #require(recall[1]) > 0.1) }
  }

  @Test(arguments: ["", "0", "-1G", "12Q", "G", "1e30G", "nan"])
  func badSizes(size: String) throws {
    let folder = try Folder()
    try folder.write(regressionTable(), to: "t.csv")
    #expect(try folder.kan(["train", "t.csv", "--memory=\(size)"]).status == 64)
  }

  @Test func predictionsThroughAPipe() throws {
    let folder = try Folder()
    try folder.write(regressionTable(rows: 5000), to: "t.csv")
    try folder.kan(["train", "t.csv", "--hidden", "3", "--epochs", "1", "--save", "m.safetensors"]).succeeded()
    let file = try folder.kan(["predict", "m.safetensors", "t.csv"]).succeeded()
    let pipe = try folder.shell("cat t.csv | \"$KAN\" predict m.safetensors -").succeeded()
    #expect(file.lines.count == 5001 && pipe.output == file.output)
    try folder.shell("printf 'a\\n1\\n' | \"$KAN\" predict m.safetensors -").failed(
      65, "/dev/stdin: there is no column \"b\", which the model needs")
    let ragged = try folder.shell("printf 'a,b\\n1,2\\n3,4\\n5\\n' | \"$KAN\" predict m.safetensors -")
    #expect(ragged.status == 65 && ragged.errors == "error: /dev/stdin: row 3 (line 4): 1 cell, but the header has 2\n")
  }
}
