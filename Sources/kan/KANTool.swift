import ArgumentParser
import KAN
import KANFiles

/// Kolmogorov-Arnold networks and multilayer perceptrons on the command line.
@main
struct KANTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kan",
    abstract: "Train and run Kolmogorov-Arnold networks and multilayer perceptrons.",
    discussion: """
      DATA is a table x.csv or x.tsv with a header row, or else columns column1, column2 … (--target NAME, by default \
      the last column), an array x.npy (--target y.npy), or a folder with the four files of MNIST or Fashion-MNIST, plain or .gz.

      Data goes to standard output, messages go to standard error.

      EXIT CODES
        0    done
        64   wrong usage, or a network too large for this machine
        65   bad data or model, or a training that diverged
        66   input not there
        70   a fault of the program, or too little address space for it
        73   cannot create output
        74   reading or writing failed (no message if a pipe's reader has gone)
        130  interrupted

      EXAMPLES
        kan train houses.csv --target price --hidden 8 --save houses.safetensors
        kan predict houses.safetensors new.csv > prices.csv
        kan demo
      """,
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, RefineCommand.self, PruneCommand.self,
      InspectCommand.self, PlotCommand.self, ReportCommand.self, ExplainCommand.self, SymbolicCommand.self,
      FitCommand.self, ExportCommand.self, DoctorCommand.self, DemoCommand.self,
    ])

  static func main() {
    Console.prepare()
    do {
      var command = try parseAsRoot()
      try requireSharing(command)
      try command.run()
    } catch {
      do { try end(with: error) } catch { fail(with: error) }
    }
    Ranks.finish()
    Console.end(0)
  }

  /// Refuses a command that ranks do not share: each would do all of it.
  private static func requireSharing(_ command: any ParsableCommand) throws {
    if Ranks.communicator.ranks == 1 { return }
    if command is TrainCommand || command is EvaluateCommand || command is PredictCommand { return }
    throw ToolError.usage("of several ranks only kan train, evaluate and predict share the work")
  }

  /// Help, the version and completions also arrive as errors; they go to standard output.
  private static func end(with error: any Error) throws {
    guard exitCode(for: error).isSuccess else { throw error }
    try Console.print(message(for: error))
  }

  /// One line on standard error and the documented code.
  private static func fail(with error: any Error) -> Never {
    switch error {
    case let error as FileError where error.kind == .inputOutput && Console.readerHasGone: Console.end(74)
    case let error as FileError: Console.fail(error.description, code: error.exitCode)
    case let error as ToolError: Console.fail(error.message, code: error.code)
    case let error as RowSourceError: Console.fail(error.description, code: 74)
    default: Console.fail(message(for: error), code: exitCode(for: error) == .validationFailure ? 64 : 70)
    }
  }
}

extension FileError {
  /// Exit codes of `sysexits.h`.
  var exitCode: Int32 {
    switch kind {
    case .notFound: 66
    case .malformed: 65
    case .cannotCreate: 73
    case .inputOutput: 74
    }
  }
}

/// The reason for which a command ends, and its exit code.
struct ToolError: Error {
  let message: String
  let code: Int32

  /// Options that do not go together.
  static func usage(_ message: String) -> ToolError { ToolError(message: message, code: 64) }
  static func data(_ message: String) -> ToolError { ToolError(message: message, code: 65) }
  static let interrupted = ToolError(message: "interrupted", code: 130)
}
