import Foundation
import KAN
import KANFiles
import Testing

/// README.md's example is the program in Tests/ReadmeExample, which is built with the package and run here.
@Suite struct ReadmeTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test func exampleIsTheOneThatIsBuilt() throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let program = try String(contentsOf: Self.root.appending(path: "Tests/ReadmeExample/main.swift"), encoding: .utf8)
    #expect(readme.contains("```swift\n" + program + "```\n"))
  }

  @Test func exampleRuns() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "readme-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    var generator = RandomGenerator(seed: 1)
    var lines = [(1...13).map { "room\($0)" }.joined(separator: ",") + ",price"]
    for _ in 0..<500 {
      let inputs = (0..<13).map { _ in generator.uniform() }
      let price = 100_000 + 50_000 * inputs[0] + 20_000 * inputs[1] * inputs[2]
      lines.append((inputs + [price]).map { "\($0)" }.joined(separator: ","))
    }
    try lines.joined(separator: "\n").write(to: folder.appending(path: "houses.csv"), atomically: true, encoding: .utf8)

    let process = Process()
    process.executableURL = Self.builtProducts.appending(path: "ReadmeExample")
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)

    let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0.isNewline })
    let price = try #require(words.last.flatMap { Double($0) })
    #expect(price > 90_000 && price < 180_000)
    #expect(text.hasPrefix("chosen by 5 folds left out: "))
    let chosen = try Network<Float>(contentsOf: folder.appending(path: "chosen.safetensors").path)
    #expect(chosen.encoding?.inputs.count == 13)
    let network = try Network<Float>(contentsOf: folder.appending(path: "described.safetensors").path)
    #expect(network.parameterCount == 13 * 9 * 8 + 8 + 8 * 9 + 1)
    #expect(network.names.targets == ["price"])
  }

  /// Where the test bundle stands, and the executables beside it.
  private static var builtProducts: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  }
}
