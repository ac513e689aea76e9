import Foundation
import KANFiles
import KANReport
import Synchronization

/// Standard output and standard error.
enum Console {
  /// Whether a person watches the messages.
  static let isTerminal = isatty(STDERR_FILENO) == 1
  static let hasColor = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  /// To be called first. Reserves descriptors 0 to 2, so that a file opened later does not receive the output of a
  /// closed standard stream, and makes writing to a pipe without a reader, and beyond a limit on the size of files, fail
  /// instead of ending the program.
  static func prepare() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)
    }
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// To be called last. Skips exit handlers: OpenBLAS's waits for its threads, forever if they wait for memory.
  static func end(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
  }

  /// Whether standard output is a pipe whose reader has gone.
  static var readerHasGone: Bool {
    var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&output, 1, 0) == 1 && output.revents & Int16(POLLERR) != 0
  }

  /// Data, to standard output; of several ranks that of the first.
  static func print(_ text: String) throws(FileError) {
    guard Ranks.isFirst else { return }
    try writeFile(Array((text + "\n").utf8), to: "/dev/stdout")
  }

  /// A message, to standard error; of several ranks that of the first.
  static func note(_ text: String) {
    guard Ranks.isFirst else { return }
    endProgress()
    write(text + "\n")
  }

  static func fail(_ text: String, code: Int32) -> Never {
    endProgress()
    let line = printable(text.split(whereSeparator: \.isNewline).joined(separator: " "), limit: 8192)
    Ranks.fail({ write((hasColor ? "\u{1B}[31merror:\u{1B}[0m " : "error: ") + $0 + line + "\n") }, code: code)
    end(code)
  }

  private static let hasProgress = Mutex(false)

  /// A status line, replaced by the next one; printed only on a terminal.
  static func progress(_ text: String) {
    guard isTerminal, Ranks.isFirst else { return }
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

  /// If standard error cannot be written to, there is nowhere to report it.
  private static func write(_ text: String) { try? writeFile(Array(text.utf8), to: "/dev/stderr") }
}

/// Ctrl-C, SIGTERM, or a terminal that closes: the first asks the program to stop cleanly, the second ends it at once.
enum Interruption {
  private static let flag = Atomic(false)
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  static func watch() {
    // Initialises it outside a signal handler.
    flag.store(false, ordering: .relaxed)
    let handler: @convention(c) (Int32) -> Void = { _ in
      Interruption.flag.store(true, ordering: .relaxed)
      for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
    for number in [SIGINT, SIGTERM] { signal(number, handler) }
    // nohup ignores it, which is to stay so.
    var hangUp = sigaction()
    if sigaction(SIGHUP, nil, &hangUp) == 0, hangUp.__sigaction_handler.sa_handler == nil { signal(SIGHUP, handler) }
  }
}

/// 1 as "1 row", 2000 as "2,000 rows".
func counted(_ number: Int, _ noun: String) -> String { "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")" }

/// 12345678 as 12,345,678.
func grouped(_ number: Int) -> String { KANReport.grouped(number) }

/// Rows per second, which are no number where no time has passed.
func rate(_ samplesPerSecond: Double) -> String { Int(exactly: samplesPerSecond.rounded()).map(grouped) ?? "?" }

/// Four significant digits, in decimal or scientific notation, whichever is shorter.
func short(_ value: Double) -> String {
  let magnitude = abs(value)
  guard magnitude >= 0.001 && magnitude < 100_000 else { return magnitude == 0 ? "0" : String(format: "%.3e", value) }
  let decimals = 3 - Int(log10(magnitude).rounded(.down))
  return fixed(value, decimals: max(0, decimals))
}

/// Rows of cells as aligned columns, the first flush left and the others flush right.
func table(_ rows: [[String]]) -> String {
  let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let space = String(repeating: " ", count: widths[column] - cell.count)
      return column == 0 ? cell + space : space + cell
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}
