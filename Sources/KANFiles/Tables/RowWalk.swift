/// What takes the cells of rows, one after the other.
protocol CellVisitor {
  /// The decimal mark of a column whose plain numbers are to be scanned at once; nil if its cells are only told apart.
  func mark(_ column: Int) -> UInt8?
  /// Whether the cells of a column matter.
  func isWanted(_ column: Int) -> Bool
  /// A cell of a wanted column that is an unquoted number.
  mutating func visit(
    number: Double, _ text: borrowing Span<UInt8>, _ contents: Range<Int>, column: Int, row: Int, line: Int)
  /// Any other cell of a wanted column.
  mutating func visit(_ cell: Cell, _ text: borrowing Span<UInt8>, column: Int, row: Int, line: Int)
}

/// Goes through the rows of a part of a text that begins and ends between two rows.
struct RowWalk {
  let scanner: CellScanner
  let columns: Int
  /// Rows and lines that have been passed.
  private(set) var rows = 0
  private(set) var lines = 0

  init(_ scanner: CellScanner, columns: Int) {
    self.scanner = scanner
    self.columns = columns
  }

  /// Throws for rows with another number of cells than `columns`, and what the scanner throws.
  mutating func run(
    _ text: borrowing Span<UInt8>, _ visitor: inout some CellVisitor
  ) throws(ScanFailure) {
    var position = 0
    while position < text.count {
      if let next = scanner.endOfBlankLine(text, from: position) {
        // In a table of one column a blank line is an empty cell, unless none but blank lines follow.
        if columns == 1, !isBlank(text, from: next) {
          if visitor.isWanted(0) {
            visitor.visit(Cell(start: position, end: position, next: next), text, column: 0, row: rows, line: lines)
          }
          rows += 1
        }
        position = next
        lines += 1
      } else {
        try readRow(text, &position, &visitor)
        rows += 1
      }
    }
  }

  private mutating func readRow(
    _ text: borrowing Span<UInt8>, _ position: inout Int, _ visitor: inout some CellVisitor
  ) throws(ScanFailure) {
    let rowStart = position
    let rowLine = lines
    var column = 0
    while true {
      let next: Int
      if let mark = visitor.mark(column), let number = plainNumber(text, from: position, mark: mark) {
        visitor.visit(
          number: number.value, text, number.start..<number.end, column: column, row: rows, line: rowLine)
        next = number.next
      } else {
        let cell = try scanner.scan(text, from: position, line: lines)
        if visitor.isWanted(column) { visitor.visit(cell, text, column: column, row: rows, line: rowLine) }
        lines += cell.lineFeeds
        next = cell.next
      }
      if next < text.count, text[next] == scanner.separator {
        guard column + 1 < columns else {
          // Separators behind the last cell, as spreadsheets write them.
          guard let end = lineEnd(text, afterSeparators: next), let length = scanner.lineEndLength(text, at: end) else {
            break
          }
          position = end + length
          lines += 1
          return
        }
        column += 1
        position = next + 1
      } else {
        guard column + 1 == columns, let length = scanner.lineEndLength(text, at: next) else { break }
        position = next + length
        lines += 1
        return
      }
    }
    throw try wrongLength(text, from: rowStart, line: rowLine)
  }

  /// The end of a line that has but separators and blanks from `start` on.
  private func lineEnd(_ text: borrowing Span<UInt8>, afterSeparators start: Int) -> Int? {
    var index = start
    while index < text.count, text[index] == scanner.separator || scanner.isBlank(text[index]) { index += 1 }
    return scanner.lineEndLength(text, at: index) == nil ? nil : index
  }

  /// An unquoted number and the position of the separator or line end after it; nil for all other cells.
  @inline(__always)
  private func plainNumber(
    _ text: borrowing Span<UInt8>, from start: Int, mark: UInt8
  ) -> (value: Double, start: Int, end: Int, next: Int)? {
    var index = start
    while index < text.count, scanner.isBlank(text[index]) { index += 1 }
    let first = index
    guard let number = scanDecimal(text, from: index, mark: mark) else { return nil }
    index = number.end
    while index < text.count, scanner.isBlank(text[index]) { index += 1 }
    guard index == text.count || text[index] == scanner.separator || scanner.lineEndLength(text, at: index) != nil
    else { return nil }
    return (number.value, first, number.end, index)
  }

  /// The failure of a row that starts at `start` and has not as many cells as the header.
  private func wrongLength(
    _ text: borrowing Span<UInt8>, from start: Int, line: Int
  ) throws(ScanFailure) -> ScanFailure {
    var count = 0
    var position = start
    var cellLine = line
    while true {
      let cell = try scanner.scan(text, from: position, line: cellLine)
      count += 1
      cellLine += cell.lineFeeds
      guard cell.next < text.count, text[cell.next] == scanner.separator else { break }
      position = cell.next + 1
    }
    return ScanFailure(line: line, message: "\(amount(count, "cell")), but the header has \(columns)", row: rows)
  }

  private func isBlank(_ text: borrowing Span<UInt8>, from start: Int) -> Bool {
    var index = start
    while index < text.count, let next = scanner.endOfBlankLine(text, from: index) { index = next }
    return index == text.count
  }
}
