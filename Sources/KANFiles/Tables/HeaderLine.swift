/// The first line of a table that is not blank.
struct HeaderLine {
  let scanner: CellScanner
  /// The names; none in a text of blank lines.
  private(set) var names: [String] = []
  /// Where the next line starts.
  private(set) var end: Int
  /// The lines up to there.
  private(set) var lines = 0
  /// What may not be expected of the names.
  private(set) var note: String?

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
    let (start, linesBefore) = (position, lines)
    var kinds: [FirstCell] = []
    while true {
      let cell = try scanner.scan(text, from: position, line: lines)
      names.append(String(decoding: cell.contents(in: text), as: UTF8.self))
      kinds.append(FirstCell(cell, text, mark: scanner.separator == 0x3B ? 0x2C : 0x2E))
      lines += cell.lineFeeds
      position = cell.next + 1
      if cell.next == text.count || text[cell.next] != scanner.separator {
        end = cell.next + (scanner.lineEndLength(text, at: cell.next) ?? 0)
        break
      }
    }
    lines += 1
    if FirstCell.areData(kinds) {
      names = names.indices.map { "column\($0 + 1)" }
      (end, lines) = (start, linesBefore)
      note =
        "the first line holds values, so the table is read as one without a header, with columns column1 to "
        + "column\(names.count)"
      return
    }
    // A line that ends with separators, as spreadsheets write it, has no columns there.
    while names.count > 1, names[names.count - 1].isEmpty, kinds[names.count - 1] == .empty { names.removeLast() }
    let numbers = kinds.count { $0.isNumber }
    if numbers > 1, 2 * numbers > kinds.count {
      note =
        "the first line is taken for the header, though \(numbers) of its \(kinds.count) cells are numbers; if it is a "
        + "row of data, the file needs a line of names before it"
    }
  }

  /// A semicolon or tab if the line at `start` has one outside quotation marks and no comma there; the semicolon too if
  /// the line is numbers with decimal commas.
  private static func separator(_ text: borrowing Span<UInt8>, from start: Int) -> UInt8 {
    if isNumbersWithCommas(text, from: start) { return 0x3B }
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

  /// Whether the line has but numbers, each with one comma at most, between semicolons.
  private static func isNumbersWithCommas(_ text: borrowing Span<UInt8>, from start: Int) -> Bool {
    let blanks = CellScanner(separator: 0x3B)
    var index = start
    var (numbers, commas) = (0, 0)
    while true {
      while index < text.count, blanks.isBlank(text[index]) { index += 1 }
      guard let number = scanDecimal(text, from: index, mark: 0x2C) else { return false }
      for place in index..<number.end where text[place] == 0x2C { commas += 1 }
      numbers += 1
      index = number.end
      while index < text.count, blanks.isBlank(text[index]) { index += 1 }
      if index == text.count || blanks.lineEndLength(text, at: index) != nil { return numbers > 1 && commas > 0 }
      guard text[index] == 0x3B else { return false }
      index += 1
    }
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

/// What a cell of the first line looks like.
private enum FirstCell: Equatable {
  case empty
  /// A whole number in digits alone.
  case whole(Double)
  /// Any other number without quotation marks.
  case number
  case word

  var isNumber: Bool { if case .whole = self { true } else { self == .number } }

  init(_ cell: Cell, _ text: borrowing Span<UInt8>, mark: UInt8) {
    if cell.start == cell.end && !cell.isQuoted {
      self = .empty
    } else if !cell.isQuoted, let number = scanDecimal(text, from: cell.start, mark: mark), number.end == cell.end {
      let isWhole = (cell.start..<cell.end).allSatisfy { text[$0] &- 0x30 < 10 }
      self = isWhole ? .whole(number.value) : .number
    } else {
      let isGap = MissingWords(TableReading.standardMissingWords).match(text, cell.start, cell.end) != .no
      self = !cell.isQuoted && isGap ? .empty : .word
    }
  }

  /// Whether the cells are a row of data: numbers alone; or words among which numbers are that no one names a column by.
  ///
  /// Whole numbers that count on by one are names of columns: of years, or of the columns of an array.
  static func areData(_ cells: [FirstCell]) -> Bool {
    let wholes = cells.compactMap { if case .whole(let value) = $0 { value } else { nil } }
    let counts = wholes.count > 1 && zip(wholes, wholes.dropFirst()).allSatisfy { $0 + 1 == $1 }
    if cells.contains(.number) { return true }
    return !wholes.isEmpty && !cells.contains(.word) && !counts
  }
}
