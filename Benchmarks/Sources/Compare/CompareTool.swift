import ArgumentParser
import Comparison
import Foundation

/// The programs of two revisions, in turns.
@main
struct CompareTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Time steps, epochs and fits by the programs of two revisions, in turns.",
    discussion: """
      In each round both programs are started by turns, every second round in the other order. The fastest start of a \
      round counts. The ratio is the median over the rounds, and its band the 95 % confidence interval of that median. \
      A shape counts as slower or faster only if the band leaves 1. Fails if the band of any shape lies above the limit.

      scripts/bench --against REVISION builds the programs of both and runs this.
      """)

  @Option(help: "Folder with the programs to compare with.")
  var old: String
  @Option(help: "Folder with the programs that are judged.")
  var new: String
  @Option(
    help: """
      What is timed, with commas between: a step as widths:batch:grid or widths:batch:grid:degree; epoch, of \
      Fashion-MNIST; fit:TASK, of the tasks of accuracy.
      """)
  var shapes =
    "64-64-64:1024:5,784-64-10:4096:5,1000-1000-1:100:5,32-32-1:16384:5,64-64-64:1024:50,64-64-64:1024:5:2,"
    + "64-64-64:1024:5:5"
  @Option(help: "Rounds.")
  var rounds = 11
  @Option(help: "Starts of each program in a round, of which the fastest counts.")
  var starts = 2
  @Option(help: "Seconds that a start measures steps; at least three of them.")
  var seconds = 0.05
  @Option(help: "Threads (default: all cores).")
  var threads: Int?
  @Option(help: "Contraction of a step: auto, local or gemm.")
  var contraction = "auto"
  @Option(help: "Folder of Fashion-MNIST.", completion: .directory)
  var images = "/usr/share/datasets/fashion-mnist"
  @Option(help: "The ratio that no shape may exceed with its band.")
  var limit = 1.1

  private var subjects: [Subject?] {
    shapes.split(separator: ",", omittingEmptySubsequences: false).map { Subject($0) }
  }

  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    try require(!subjects.contains(nil), "--shapes are like 64-64-64:1024:5, 64-64-64:1024:5:2, epoch or fit:deep")
    try require((1...10_000).contains(rounds), "--rounds has to be at least 1")
    try require((1...100).contains(starts), "--starts has to be at least 1")
    try require(seconds >= 0 && seconds.isFinite, "--seconds must not be negative")
    try require((1...1024).contains(threads ?? 1), "--threads has to be 1 to 1024")
    try require(limit > 0 && limit.isFinite, "--limit has to be above 0")
  }

  func run() throws {
    let subjects = subjects.compactMap(\.self)
    var machine = ""
    let rounds = try Turns(rounds: rounds, starts: starts).measure(subjects) { side, subject in
      let (output, notes) = try start(subject, in: side == .old ? old : new)
      if case .step = subject { machine = notes.trimmingCharacters(in: .whitespacesAndNewlines) + ". " }
      guard let time = subject.milliseconds(in: output) else {
        throw ValidationError("\(subject.program) prints no time of \(subject)")
      }
      return time
    }
    print(comparisonTable(subjects, rounds, limit: limit))
    print("\n\(machine)Medians of \(self.rounds) rounds, each the fastest of \(starts) starts.")
    if rounds.contains(where: { Ratio($0).exceeds(limit) }) { throw ExitCode.failure }
  }

  private func start(_ subject: Subject, in folder: String) throws -> (output: String, notes: String) {
    var arguments = subject.arguments(seconds: seconds, contraction: contraction, images: images)
    if let threads { arguments += ["--threads", "\(threads)"] }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: folder).appending(path: subject.program)
    process.arguments = arguments
    let (output, notes) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = notes
    try process.run()
    // A few lines of notes at most, which fit the pipe.
    let texts = [output, notes].map { String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ValidationError("\(subject.program) \(arguments.joined(separator: " ")): \(texts[1])")
    }
    return (texts[0], texts[1])
  }
}
