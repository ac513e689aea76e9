import ArgumentParser
import Foundation
import KANFiles

/// Kolmogorov-Arnold networks and multilayer perceptrons on the command line.
@main
struct KANTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kan",
    abstract: "Train and run Kolmogorov-Arnold networks and multilayer perceptrons.",
    discussion: """
      DATA is a table x.csv or x.tsv with a header row (--target NAME, by default the last column), an array x.npy \
      (--target y.npy), or a folder with the four files of MNIST or Fashion-MNIST, plain or .gz.

      Data goes to standard output, messages go to standard error.

      EXIT CODES
        0 done   64 wrong usage   65 bad data or model   66 input not there   73 cannot create output
        74 reading or writing failed   70 a fault of the program   130 interrupted

      EXAMPLES
        kan train houses.csv --target price --hidden 8 --save houses.safetensors
        kan predict houses.safetensors new.csv > prices.csv
        kan demo
      """,
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, InspectCommand.self, DemoCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      fail(with: error)
    }
  }

  /// One line on standard error and the documented code; help and version go to standard output.
  private static func fail(with error: any Error) -> Never {
    switch error {
    case let error as FileError: Console.fail(error.description, code: error.exitCode)
    case let error as ToolError: Console.fail(error.message, code: error.code)
    case let code as ExitCode: Foundation.exit(code.rawValue)
    default:
      let code = exitCode(for: error)
      if code.isSuccess { exit(withError: error) }
      if code == .validationFailure { Console.fail(message(for: error), code: 64) }
      Console.fail(message(for: error), code: 70)
    }
  }
}

extension FileError {
  /// As `sysexits.h` has them.
  var exitCode: Int32 {
    switch kind {
    case .notFound: 66
    case .malformed: 65
    case .cannotCreate: 73
    case .inputOutput: 74
    }
  }
}

/// Why a command ends, and with which code.
struct ToolError: Error {
  let message: String
  let code: Int32

  /// Options that do not go together.
  static func usage(_ message: String) -> ToolError { ToolError(message: message, code: 64) }
  static func data(_ message: String) -> ToolError { ToolError(message: message, code: 65) }
  static let interrupted = ToolError(message: "interrupted", code: 130)
}
