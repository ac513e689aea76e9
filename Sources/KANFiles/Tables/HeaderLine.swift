/// The first line of a table that is not blank.
struct HeaderLine {
  let scanner: CellScanner
  /// The names; none in a text of blank lines.
  private(set) var names: [String] = []
  /// Where the next line starts.
  private(set) var end: Int
  /// The lines up to there.
  private(set) var lines = 0

  /// Reads the line, and finds out what separates its cells if commas were to do so and there are none.
  init(_ bytes: [UInt8], separator: UInt8) throws(ScanFailure) {
    let text = bytes.span
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let blanks = CellScanner(separator: separator)
    while position < text.count, let next = blanks.endOfBlankLine(text, from: position) {
      position = next
      lines += 1
    }
    scanner = CellScanner(separator: separator == 0x2C ? Self.separator(text, from: position) : separator)
    end = position
    guard position < text.count else { return }
    while true {
      let cell = try scanner.scan(text, from: position, line: lines)
      names.append(String(decoding: cell.contents(in: text), as: UTF8.self))
      lines += cell.lineFeeds
      position = cell.next + 1
      if cell.next == text.count || text[cell.next] != scanner.separator {
        end = cell.next + (scanner.lineEndLength(text, at: cell.next) ?? 0)
        break
      }
    }
    lines += 1
  }

  /// A semicolon or tab if the line at `start` has one outside quotation marks and no comma there.
  private static func separator(_ text: borrowing Span<UInt8>, from start: Int) -> UInt8 {
    var isQuoted = false
    var found: UInt8 = 0x2C
    for index in start..<text.count {
      let byte = text[index]
      if byte == 0x22 { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 0x2C || byte == 0x0A { return byte == 0x2C ? 0x2C : found }
      if byte == 0x3B || (byte == 0x09 && found == 0x2C) { found = byte }
    }
    return found
  }

  /// Throws for missing and repeated names. The first of several may be missing: so R and pandas write the names of rows.
  func checkNames(path: String) throws(FileError) {
    guard !names.isEmpty else { throw FileError(.malformed, path: path, "the file is empty") }
    var columns: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      if name.isEmpty, index == 0, names.count > 1 { continue }
      guard !name.isEmpty else { throw FileError(.malformed, path: path, "header: column \(index + 1) has no name") }
      if let other = columns.updateValue(index, forKey: name) {
        let pair = "\(other + 1) and \(index + 1)"
        throw FileError(.malformed, path: path, "header: columns \(pair) have the same name \(quoted(name))")
      }
    }
  }
}
