import Foundation
import Testing

/// Commands that write, and places for their files that are not plain new files.
@Suite struct OutputPlaceTests {
  /// A command on m.safetensors, a model of r.csv, without the option that names its output.
  struct Command: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let option: String
    /// A name for the output, with the ending that it has to have.
    let output: String
    /// Files that the output may not be.
    let inputs: [String]

    init(_ arguments: String, _ option: String, _ output: String, inputs: [String]) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      (self.option, self.output, self.inputs) = (option, output, inputs)
    }
    var testDescription: String { "\(arguments[0]) \(option)" }
  }

  static let commands = [
    Command("train r.csv --epochs 1", "--save", "o.safetensors", inputs: ["r.csv"]),
    Command("train r.csv --epochs 1", "--log", "o.jsonl", inputs: ["r.csv"]),
    Command("train r.csv --epochs 1", "--report", "o.html", inputs: ["r.csv"]),
    Command("predict m.safetensors r.csv", "--out", "o.csv", inputs: ["m.safetensors", "r.csv"]),
    Command("refine m.safetensors r.csv --grid 7", "--save", "o.safetensors", inputs: ["r.csv"]),
    Command("prune m.safetensors r.csv --epochs 1", "--save", "o.safetensors", inputs: ["m.safetensors", "r.csv"]),
    Command("symbolic m.safetensors r.csv", "--save", "o.safetensors", inputs: ["r.csv"]),
    Command("plot m.safetensors r.csv", "--out", "o.svg", inputs: ["m.safetensors", "r.csv"]),
    Command("report m.safetensors r.csv", "--out", "o.html", inputs: ["m.safetensors", "r.csv"]),
    Command("export m.safetensors", "--to", "o.c", inputs: ["m.safetensors"]),
    Command("export m.safetensors", "--to", "o.onnx", inputs: ["m.safetensors"]),
  ]

  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.writeModel()
  }

  private func run(_ command: Command, _ output: String? = nil) throws -> Outcome {
    try folder.kan(command.arguments + [command.option, output ?? command.output])
  }

  /// Runs a command that has to leave the inputs, and all names in the folder, as they are.
  private func refused(_ command: Command, at output: String? = nil, _ code: Int32, _ message: String) throws {
    let (names, contents) = (folder.names, try ["r.csv", "m.safetensors"].map(folder.bytes))
    try run(command, output).failed(code, message)
    #expect(folder.names == names)
    #expect(try ["r.csv", "m.safetensors"].map(folder.bytes) == contents)
  }

  /// A pipe that nobody reads is an error, not a wait.
  @Test(arguments: commands) func pipeWithoutReader(command: Command) throws {
    #expect(mkfifo(folder.file(command.output), 0o600) == 0)
    try refused(command, 73, "\(command.output): a pipe that nobody reads")
  }

  /// A pipe that somebody reads gets what a file would.
  @Test func pipeWithReader() throws {
    let command = Self.commands.last!
    try run(command).succeeded()
    let outcome = try folder.shell(
      """
      mv o.onnx expected; mkfifo o.onnx; cat o.onnx > read &
      "$KAN" export m.safetensors --to o.onnx; code=$?; wait; exit $code
      """)
    #expect(outcome.status == 0)
    #expect(try folder.bytes("read") == folder.bytes("expected"))
  }

  /// Another name of an input, of either kind of link.
  @Test(arguments: commands) func linksToInputs(command: Command) throws {
    for input in command.inputs {
      for isHard in [false, true] {
        let path = folder.file(command.output)
        #expect((isHard ? link(folder.file(input), path) : symlink(input, path)) == 0)
        try refused(command, 64, "\(command.option) \(command.output) is \(input), which is an input")
        unlink(path)
      }
      // And the input itself.
      if input.hasSuffix(".csv"), command.output.hasSuffix(".csv") {
        try refused(command, at: input, 64, "\(command.option) would overwrite \(input), which is an input")
      }
    }
  }

  /// A symbolic link to another file, there or not, keeps its place, and the file is written.
  @Test(arguments: commands) func linksToOthers(command: Command) throws {
    #expect(symlink("real", folder.file(command.output)) == 0)
    for _ in 0..<2 {
      try run(command).succeeded()
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file(command.output)) == "real")
      #expect(try !folder.bytes("real").isEmpty)
    }
  }

  /// A folder that must not be searched. Root may search every folder, so as root there is nothing to test.
  @Test(.enabled(if: geteuid() != 0, "permissions do not bind root"), arguments: commands)
  func folderWithoutSearch(command: Command) throws {
    try FileManager.default.createDirectory(atPath: folder.file("d"), withIntermediateDirectories: false)
    try folder.write("kept", to: "d/\(command.output)")
    chmod(folder.file("d"), 0o600)
    let path = "d/\(command.output)"
    let reason =
      command.option == "--log" ? "cannot create the file: Permission denied" : "no permission to search its folder"
    try refused(command, at: path, 73, "\(path): \(reason)")
    chmod(folder.file("d"), 0o700)
    #expect(try folder.text(path) == "kept")
  }
}
