/// A command line that made a network or changed it, and the version of the program that ran it.
package struct CommandRecord: Sendable, Equatable, Codable {
  /// As it was typed, so that files are named as the user named them.
  package var command: String
  package var version: String

  package init(command: String, version: String) {
    self.command = command
    self.version = version
  }
}

extension Network {
  /// The commands that made the network, in order: its training first, then what was done on top of it. They are kept
  /// among ``terms``, so that model files have them.
  package var commands: [CommandRecord] {
    get { CommandRecord.all(in: terms) }
    set { terms = CommandRecord.replacing(newValue, in: terms) }
  }
}

extension CommandRecord {
  /// Names of terms: `command` and `version`, then `command 2` and `version 2`, and so on.
  private static func names(_ place: Int) -> (command: String, version: String) {
    place == 0 ? ("command", "version") : ("command \(place + 1)", "version \(place + 1)")
  }

  static func all(in terms: [String: String]) -> [CommandRecord] {
    var result: [CommandRecord] = []
    while let command = terms[names(result.count).command] {
      result.append(CommandRecord(command: command, version: terms[names(result.count).version] ?? ""))
    }
    return result
  }

  /// Terms with these commands in the place of those that they have.
  package static func replacing(_ commands: [CommandRecord], in terms: [String: String]) -> [String: String] {
    var result = terms
    for place in all(in: terms).indices {
      result[names(place).command] = nil
      result[names(place).version] = nil
    }
    for (place, record) in commands.enumerated() {
      result[names(place).command] = record.command
      result[names(place).version] = record.version
    }
    return result
  }
}

extension [CommandRecord] {
  /// With one more; a command that is repeated, such as one that resumes a training, stands there once.
  package func adding(_ record: CommandRecord) -> [CommandRecord] { last == record ? self : self + [record] }
}
