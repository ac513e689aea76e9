/// Counts what the cells of a part are.
struct SurveyVisitor: CellVisitor {
  let rules: CellRules
  let wanted: [Bool]
  var columns: [ColumnSurvey]

  init(_ rules: CellRules, wanted: [Bool]) {
    self.rules = rules
    self.wanted = wanted
    columns = Array(repeating: ColumnSurvey(), count: wanted.count)
  }

  @inline(__always)
  func isWanted(_ column: Int) -> Bool { wanted[column] }

  @inline(__always)
  func mark(_ column: Int) -> UInt8? { wanted[column] ? rules.mark : nil }

  @inline(__always)
  mutating func visit(
    number: Double, _ text: borrowing Span<UInt8>, _ contents: Range<Int>, column: Int, row: Int, line: Int
  ) {
    let kind = rules.kind(number)
    if kind == .number {
      columns[column].addNumber(text, contents.lowerBound, contents.upperBound)
      if rules.allowsComma { countComma(text, contents, column) }
    } else {
      let cell = Cell(start: contents.lowerBound, end: contents.upperBound, next: contents.upperBound)
      add(kind, cell, text, column: column, row: row, line: line)
    }
  }

  mutating func visit(_ cell: Cell, _ text: borrowing Span<UInt8>, column: Int, row: Int, line: Int) {
    let contents = cell.start..<cell.end
    let kind = rules.kind(text, contents)
    if kind == .number {
      let (start, end) = CellRules.trimmed(text, contents)
      columns[column].addNumber(text, start, end)
      if rules.allowsComma { countComma(text, contents, column) }
    } else {
      add(kind, cell, text, column: column, row: row, line: line)
    }
  }

  private mutating func countComma(_ text: borrowing Span<UInt8>, _ contents: Range<Int>, _ column: Int) {
    for index in contents where text[index] == 0x2C { columns[column].addComma() }
  }

  private mutating func add(
    _ kind: CellKind, _ cell: Cell, _ text: borrowing Span<UInt8>, column: Int, row: Int, line: Int
  ) {
    let isFirst = columns[column][kind].count == 0
    columns[column].add(kind, isFirst ? place(cell, text, row, line) : nil)
  }

  private func place(_ cell: Cell, _ text: borrowing Span<UInt8>, _ row: Int, _ line: Int) -> ColumnSurvey.Place {
    let (start, end) = CellRules.trimmed(text, cell.start..<cell.end)
    var shown = cell
    // No more than a message shows.
    shown.end = min(cell.end, cell.start + 164)
    let contents = start == end ? [] : shown.contents(in: text)
    return ColumnSurvey.Place(
      row: row, line: line, isEmpty: start == end, text: String(decoding: contents, as: UTF8.self))
  }
}
