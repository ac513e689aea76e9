/// A table in comma- or tab-separated text (RFC 4180, UTF-8) with a header line.
package struct DelimitedFile: Sendable {
  package let path: String
  /// The column names.
  package let header: [String]
  let bytes: [UInt8]
  let separator: UInt8
  /// Where the line after the header starts, and its number in the file from 1.
  let bodyOffset: Int
  let bodyLine: Int

  /// Reads a file and its header; names that end in `.tsv` or `.tab` are tab-separated, all others comma-separated.
  ///
  /// Throws `.malformed` if the text is not UTF-8 or the header is unusable, and everything of `readFile`.
  package init(path: String) throws(FileError) {
    let name = path.lowercased()
    let isTabbed = name.hasSuffix(".tsv") || name.hasSuffix(".tab")
    try self.init(bytes: readFile(path), path: path, separator: isTabbed ? 0x09 : 0x2C)
  }

  /// Reads the header of a text in memory; `path` is only for messages.
  package init(bytes: [UInt8], path: String, separator: UInt8) throws(FileError) {
    try checkText(bytes, path: path)
    self.path = path
    self.bytes = bytes
    self.separator = separator
    let scanner = CellScanner(path: path, separator: separator)
    let text = bytes.span
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 1
    while position < text.count, let next = scanner.endOfBlankLine(text, from: position) {
      position = next
      line += 1
    }
    guard position < text.count else { throw FileError(.malformed, path: path, "the file is empty") }
    var cells: [Cell] = []
    while true {
      let cell = try scanner.scan(text, from: position, line: line)
      cells.append(cell)
      line += cell.lineFeeds
      position = cell.next + 1
      if cell.next == text.count || text[cell.next] != separator {
        bodyOffset = cell.next + (scanner.lineEndLength(text, at: cell.next) ?? 0)
        break
      }
    }
    bodyLine = line + 1
    header = try columnNames(cells, bytes: bytes, path: path, separator: separator)
  }
}

/// The names in the header cells. Throws for missing and repeated names and for a wrong separator.
private func columnNames(
  _ cells: [Cell], bytes: [UInt8], path: String, separator: UInt8
) throws(FileError) -> [String] {
  if separator == 0x2C, cells.count == 1, let cell = cells.first, !cell.isQuoted {
    let contents = bytes[cell.start..<cell.end]
    if contents.contains(0x3B) {
      throw FileError(.malformed, path: path, "separated by semicolons; comma expected")
    }
    if contents.contains(0x09) {
      throw FileError(.malformed, path: path, "separated by tabs; comma expected (tab-separated files end in .tsv)")
    }
  }
  var names: [String] = []
  var columns: [String: Int] = [:]
  for (index, cell) in cells.enumerated() {
    let name = cell.text(in: bytes)
    guard !name.isEmpty else { throw FileError(.malformed, path: path, "header: column \(index + 1) has no name") }
    if let other = columns.updateValue(index, forKey: name) {
      let pair = "\(other + 1) and \(index + 1)"
      throw FileError(.malformed, path: path, "header: columns \(pair) have the same name \(quoted(name))")
    }
    names.append(name)
  }
  return names
}
