import Foundation
import KAN

/// The command line of this process as a shell takes it.
func commandLineText() -> String {
  (["kan"] + CommandLine.arguments.dropFirst()).map(shellQuoted).joined(separator: " ")
}

extension CommandRecord {
  /// This process.
  static var own: CommandRecord {
    CommandRecord(command: commandLineText(), version: KANTool.configuration.version)
  }
}

extension Network {
  /// Notes that this command has made the network out of what it was.
  mutating func noteCommand() { commands = commands.adding(.own) }
}

/// A word of a command line as a shell takes it.
func shellQuoted(_ word: String) -> String {
  let plain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,:=+@%".contains($0)) }
  return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
