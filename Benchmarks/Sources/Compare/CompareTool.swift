import ArgumentParser
import Comparison
import Foundation

/// Two revisions' `throughput`, in turns.
@main
struct CompareTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Time a KAN's training step by two builds of throughput.",
    discussion: """
      In each round both programs are started by turns, every second round in the other order. The fastest start of a \
      round counts. The ratio is the median over the rounds, and its band is the middle half. A shape counts as slower \
      or faster only if the band leaves 1. Fails if the band of any shape lies above the limit.

      scripts/bench --against REVISION builds both programs and runs this.
      """)

  @Option(help: "The throughput to compare with.")
  var old: String
  @Option(help: "The throughput that is judged.")
  var new: String
  @Option(help: "Shapes with commas between them: widths:batch:grid or widths:batch:grid:degree.")
  var shapes =
    "64-64-64:1024:5,784-64-10:4096:5,1000-1000-1:100:5,32-32-1:16384:5,64-64-64:1024:50,64-64-64:1024:5:2,"
    + "64-64-64:1024:5:5"
  @Option(help: "Rounds.")
  var rounds = 11
  @Option(help: "Starts of each program in a round, of which the fastest counts.")
  var starts = 2
  @Option(help: "Seconds that a start measures; at least three steps.")
  var seconds = 0.05
  @Option(help: "Threads (default: all cores).")
  var threads: Int?
  @Option(help: "Contraction: auto, local or gemm.")
  var contraction = "auto"
  @Option(help: "The ratio that no shape may exceed with its band.")
  var limit = 1.1

  private var parsedShapes: [ComparedShape?] {
    shapes.split(separator: ",", omittingEmptySubsequences: false).map { ComparedShape($0) }
  }

  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    try require(!parsedShapes.contains(nil), "--shapes are like 64-64-64:1024:5 or 64-64-64:1024:5:2")
    try require((1...10_000).contains(rounds), "--rounds has to be at least 1")
    try require((1...100).contains(starts), "--starts has to be at least 1")
    try require(seconds >= 0 && seconds.isFinite, "--seconds must not be negative")
    try require((1...1024).contains(threads ?? 1), "--threads has to be 1 to 1024")
    try require(limit > 0 && limit.isFinite, "--limit has to be above 0")
  }

  func run() throws {
    let shapes = parsedShapes.compactMap(\.self)
    var machine = ""
    let rounds = try Turns(rounds: rounds, starts: starts).measure(shapes) { side, shape in
      try stepMilliseconds(side == .old ? old : new, shape, machine: &machine)
    }
    print(comparisonTable(shapes, rounds, limit: limit))
    print("\n\(machine). Medians of \(self.rounds) rounds, each the faster of \(starts) starts.")
    if rounds.contains(where: { Ratio($0).exceeds(limit) }) { throw ExitCode.failure }
  }

  /// Starts the program once: the median of a KAN's steps.
  ///
  /// - Parameter machine: what the program says that it runs on.
  private func stepMilliseconds(
    _ program: String, _ shape: ComparedShape, machine: inout String
  ) throws -> Double {
    var arguments = ["--kan-only", "--csv", "--rounds", "1", "--seconds", "\(seconds)", "--contraction", contraction]
    if let threads { arguments += ["--threads", "\(threads)"] }
    let (output, notes) = try run(program, arguments + shape.arguments)
    machine = notes.trimmingCharacters(in: .whitespacesAndNewlines)
    let lines = output.split(whereSeparator: \.isNewline)
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard lines.count == 2, let column = lines[0].firstIndex(of: "stepMilliseconds"), column < lines[1].count,
      let time = Double(lines[1][column]), time > 0
    else { throw ValidationError("\(program) prints no step of \(shape)") }
    return time
  }

  private func run(_ program: String, _ arguments: [String]) throws -> (output: String, notes: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let (output, notes) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = notes
    try process.run()
    // A few lines of notes at most, which fit the pipe.
    let texts = [output, notes].map { String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ValidationError("\(program) \(arguments.joined(separator: " ")): \(texts[1])")
    }
    return (texts[0], texts[1])
  }
}
