import Foundation
import Testing

/// How a process ended and what it wrote.
struct Outcome: Equatable {
  /// The exit code, or the negated number of the signal that ended the process.
  var status: Int32
  var bytes: [UInt8]
  var errors: String

  var output: String { String(decoding: bytes, as: UTF8.self) }
  var lines: [String] { output.split(separator: "\n").map(String.init) }

  func json() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  /// The numbers of an evaluation, without the coverage of intervals and warnings.
  func metrics() throws -> [String: Double] {
    try #require(json().filter { !["intervals", "warnings"].contains($0.key) } as? [String: Double])
  }

  /// Stops the test, with what the process wrote, unless it did what it was asked for.
  @discardableResult
  func succeeded(sourceLocation: SourceLocation = #_sourceLocation) throws -> Outcome {
    try #require(status == 0, "\(errors)", sourceLocation: sourceLocation)
    return self
  }

  /// Checks that there is a code and one line on standard error, and nothing else.
  func failed(_ code: Int32, _ message: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(status == code, sourceLocation: sourceLocation)
    #expect(errors == "error: \(message)\n", sourceLocation: sourceLocation)
    #expect(output == "", sourceLocation: sourceLocation)
  }
}

/// A folder of its own for a test, in which processes run; removed with the last reference.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "kan-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let url = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return name
  }

  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: file(name)))) }
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// Names of all files, hidden ones too.
  var names: Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []) }

  /// Runs the tool that was built with these tests.
  func kan(_ arguments: String...) throws -> Outcome { try kan(arguments) }
  func kan(_ arguments: [String]) throws -> Outcome { try shell("exec \"$KAN\" \"$@\"", arguments) }

  /// Runs a script in this folder, in which `$KAN` is the tool; standard input is empty.
  func shell(_ script: String, _ arguments: [String] = []) throws -> Outcome {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "kan-\(UUID().uuidString)").path
    let (output, errors) = (scratch + ".out", scratch + ".err")
    defer { for path in [output, errors] { try? FileManager.default.removeItem(atPath: path) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_EXCL, 0o600)

    // Threads of the tests' runtime block signals, and a process inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let variables = ProcessInfo.processInfo.environment.merging(["KAN": Self.tool, "FOLDER": path]) { $1 }
    var argv = (["bash", "-c", "cd \"$FOLDER\"; " + script, "bash"] + arguments).map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var process = pid_t()
    try #require(posix_spawn(&process, "/bin/bash", &actions, &attributes, &argv, &envp) == 0)
    let status = wait(for: process)
    return Outcome(
      status: status, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: output))),
      errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: errors)), as: UTF8.self))
  }

  /// The executable beside the test bundle.
  static let tool = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kan")
    .path

  private func wait(for process: pid_t) -> Int32 {
    let deadline = ContinuousClock.now + .seconds(40)
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      if ContinuousClock.now > deadline {
        Issue.record("the process does not end")
        kill(process, SIGKILL)
        waitpid(process, &status, 0)
        break
      }
      usleep(1000)
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : -signal
  }
}
