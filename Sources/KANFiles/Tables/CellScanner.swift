/// One cell of a delimited text: where its contents lie and where it ends.
struct Cell {
  /// The contents, without the quotation marks or the blanks around unquoted text.
  var start: Int
  var end: Int
  /// The separator or line end after the cell.
  var next: Int
  var isQuoted = false
  /// Whether the contents hold doubled quotation marks.
  var hasEscapes = false
  /// Line feeds inside the quotation marks.
  var lineFeeds = 0

  /// The contents with doubled quotation marks resolved.
  func contents(in text: borrowing Span<UInt8>) -> [UInt8] {
    var contents: [UInt8] = []
    contents.reserveCapacity(end - start)
    var index = start
    while index < end {
      contents.append(text[index])
      index += hasEscapes && text[index] == 0x22 ? 2 : 1
    }
    return contents
  }
}

/// Why a part of a text cannot be read. Lines and rows count from 0 at its beginning.
struct ScanFailure: Error {
  let line: Int
  let message: String
  /// The row, if the cells are right and their number is not.
  var row: Int?
  /// Whether a quotation mark is still open where the part ends, which it may not be where the text goes on.
  var isOpenQuotation = false

  /// The error of a part that has `rows` rows of data and `lines` lines before it.
  func error(path: String, rows: Int, lines: Int) -> FileError {
    let place = row.map { "row \(rows + $0 + 1) (line \(lines + line + 1))" } ?? "line \(lines + line + 1)"
    return FileError(.malformed, path: path, "\(place): \(message)")
  }
}

/// Finds the cells of a text by the rules of RFC 4180.
struct CellScanner: Sendable {
  let separator: UInt8

  /// Whether the byte is a space, or a tab that does not separate cells.
  @inline(__always)
  func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte == 0x09 && separator != 0x09)
  }

  /// The length of the line end at `index`; nil if there is none. The end of the text is one of length 0.
  @inline(__always)
  func lineEndLength(_ text: borrowing Span<UInt8>, at index: Int) -> Int? {
    guard index < text.count else { return 0 }
    if text[index] == 0x0A { return 1 }
    guard text[index] == 0x0D else { return nil }
    if index + 1 == text.count { return 1 }
    return text[index + 1] == 0x0A ? 2 : nil
  }

  /// The start of the next line, if the line at `index` holds only blanks.
  @inline(__always)
  func endOfBlankLine(_ text: borrowing Span<UInt8>, from index: Int) -> Int? {
    var index = index
    while index < text.count, isBlank(text[index]) { index += 1 }
    guard let length = lineEndLength(text, at: index) else { return nil }
    return index + length
  }

  /// The cell that starts at `start`, on line `line` from 0.
  ///
  /// Throws for an unclosed quotation mark, text after a closing one, and a carriage return without line feed.
  func scan(_ text: borrowing Span<UInt8>, from start: Int, line: Int) throws(ScanFailure) -> Cell {
    var index = start
    while index < text.count, isBlank(text[index]) { index += 1 }
    if index < text.count, text[index] == 0x22 { return try scanQuoted(text, from: index + 1, line: line) }
    let contents = index
    while index < text.count, text[index] != separator, text[index] != 0x0A, text[index] != 0x0D { index += 1 }
    try checkTerminator(text, at: index, line: line)
    var end = index
    while end > contents, isBlank(text[end - 1]) { end -= 1 }
    return Cell(start: contents, end: end, next: index)
  }

  private func scanQuoted(_ text: borrowing Span<UInt8>, from start: Int, line: Int) throws(ScanFailure) -> Cell {
    var cell = Cell(start: start, end: start, next: start, isQuoted: true)
    var index = start
    while true {
      guard index < text.count else {
        throw ScanFailure(
          line: line, message: "the quotation mark opened here is never closed", isOpenQuotation: true)
      }
      if text[index] == 0x22 {
        guard index + 1 < text.count, text[index + 1] == 0x22 else { break }
        cell.hasEscapes = true
        index += 1
      } else if text[index] == 0x0A {
        cell.lineFeeds += 1
      }
      index += 1
    }
    cell.end = index
    index += 1
    while index < text.count, isBlank(text[index]) { index += 1 }
    try checkTerminator(text, at: index, line: line + cell.lineFeeds)
    cell.next = index
    guard index == text.count || text[index] == separator || lineEndLength(text, at: index) != nil else {
      throw ScanFailure(line: line + cell.lineFeeds, message: "text after a closing quotation mark")
    }
    return cell
  }

  private func checkTerminator(_ text: borrowing Span<UInt8>, at index: Int, line: Int) throws(ScanFailure) {
    guard index < text.count, text[index] == 0x0D, lineEndLength(text, at: index) == nil else { return }
    throw ScanFailure(line: line, message: "carriage return without line feed")
  }
}
