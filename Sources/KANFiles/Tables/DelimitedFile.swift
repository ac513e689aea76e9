/// A table in delimited text (RFC 4180, UTF-8) with a header line. If the first line holds numbers as no column is named,
/// the columns are called `column1`, `column2` and so on.
///
/// The separator is a tab in files whose names end in `.tsv` or `.tab`, else the comma; or the semicolon or tab, if the
/// header has no comma and has one of these. With semicolons the comma may be the decimal mark.
package struct DelimitedFile: Sendable {
  package let path: String
  /// The column names. The first is empty where R or pandas have written the names of rows.
  package let header: [String]
  /// The indices of the columns that have a name.
  package var namedColumns: [Int] { header.indices.filter { !header[$0].isEmpty } }
  /// What may not be expected of the header.
  package let headerNote: String?
  let source: TextSource
  let scanner: CellScanner
  /// Where the line after the header starts, and the number of lines before it.
  let bodyOffset: Int
  let headerLines: Int
  /// Rows of the same table before these, for messages.
  let rowsBefore: Int

  /// Reads the header of a file.
  ///
  /// Throws `.malformed` if the header is unusable or text near it is not UTF-8, and everything of `readFile`.
  package init(path: String) throws(FileError) {
    let name = path.lowercased()
    let isTabbed = name.hasSuffix(".tsv") || name.hasSuffix(".tab")
    try self.init(TextSource(path: path), separator: isTabbed ? 0x09 : 0x2C)
  }

  /// Reads the header of a text in memory; `path` is only for messages.
  package init(bytes: [UInt8], path: String, separator: UInt8) throws(FileError) {
    try self.init(TextSource(bytes: bytes, path: path), separator: separator)
  }

  private init(_ source: TextSource, separator: UInt8) throws(FileError) {
    let path = source.path
    var length = min(source.size, 1 << 20)
    while true {
      // Up to a line feed, so that no character is cut.
      let end = try source.lineEnd(from: max(0, length - 1))
      let bytes = try source.bytes(0..<end)
      try checkNotUTF16(bytes, path: path)
      let found: HeaderLine
      do throws(ScanFailure) {
        try checkText(bytes)
        found = try HeaderLine(bytes, separator: separator)
      } catch {
        guard error.isOpenQuotation, end < source.size else { throw error.error(path: path, rows: 0, lines: 0) }
        length = 2 * end
        continue
      }
      if found.names.isEmpty, end < source.size {
        length = 2 * end
        continue
      }
      try found.checkNames(path: path)
      self.source = source
      self.path = path
      header = found.names
      headerNote = found.note
      scanner = found.scanner
      bodyOffset = found.end
      headerLines = found.lines
      rowsBefore = 0
      return
    }
  }

  /// Some rows that follow in the same table.
  ///
  /// - Parameters:
  ///   - bytes: the rows, without a header.
  ///   - rows: rows before them.
  ///   - lines: lines before them.
  func rest(_ bytes: [UInt8], after rows: Int, lines: Int) -> DelimitedFile {
    DelimitedFile(
      path: path, header: header, headerNote: nil, source: TextSource(bytes: bytes, path: path), scanner: scanner,
      bodyOffset: 0, headerLines: lines, rowsBefore: rows)
  }

  private init(
    path: String, header: [String], headerNote: String?, source: TextSource, scanner: CellScanner, bodyOffset: Int,
    headerLines: Int, rowsBefore: Int
  ) {
    self.path = path
    self.header = header
    self.headerNote = headerNote
    self.source = source
    self.scanner = scanner
    self.bodyOffset = bodyOffset
    self.headerLines = headerLines
    self.rowsBefore = rowsBefore
  }
}
