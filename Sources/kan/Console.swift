import Foundation
import KANFiles
import KANReport
import Synchronization

/// Standard output and standard error.
enum Console {
  /// Whether a person watches the messages.
  static let isTerminal = isatty(STDERR_FILENO) == 1
  static let hasColor = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  /// Data, to standard output.
  static func print(_ text: String) throws(FileError) {
    try writeFile(Array((text + "\n").utf8), to: "/dev/stdout")
  }

  /// A message, to standard error.
  static func note(_ text: String) {
    endProgress()
    write(text + "\n")
  }

  static func fail(_ text: String, code: Int32) -> Never {
    endProgress()
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    write((hasColor ? "\u{1B}[31merror:\u{1B}[0m " : "error: ") + line + "\n")
    exit(code)
  }

  private static let hasProgress = Mutex(false)

  /// A line that the next one replaces; nothing where no terminal shows it.
  static func progress(_ text: String) {
    guard isTerminal else { return }
    hasProgress.withLock { $0 = true }
    write("\r\u{1B}[K" + text)
  }

  private static func endProgress() {
    let shown = hasProgress.withLock { value in
      defer { value = false }
      return value
    }
    if shown { write("\r\u{1B}[K") }
  }

  private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Ctrl-C: the first asks the program to finish in order, the second ends it.
enum Interruption {
  private static let flag = Atomic(false)
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}

/// 12345678 as 12,345,678.
func grouped(_ number: Int) -> String {
  let digits = String(abs(number))
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
    result.append(digit)
  }
  return number < 0 ? "-" + result : result
}

/// Four significant digits, in whichever form is shorter to read.
func short(_ value: Double) -> String {
  let magnitude = abs(value)
  guard magnitude >= 0.001 && magnitude < 100_000 else { return magnitude == 0 ? "0" : String(format: "%.3e", value) }
  let decimals = 3 - Int(log10(magnitude).rounded(.down))
  return fixed(value, decimals: max(0, decimals))
}

/// Rows of cells with columns lined up, the first to the left and the others to the right.
func table(_ rows: [[String]]) -> String {
  let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let space = String(repeating: " ", count: widths[column] - cell.count)
      return column == 0 ? cell + space : space + cell
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}
