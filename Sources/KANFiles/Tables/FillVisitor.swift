/// Writes the cells of a part to where its rows have their place in the columns of the table.
struct FillVisitor: CellVisitor {
  /// Where the cells of a column go; of the pointers there is one.
  struct Destination {
    let plan: ColumnPlan
    /// [rows of the part]
    var values: UnsafeMutablePointer<Double>?
    var codes: UnsafeMutablePointer<Int32>?
  }

  let rules: CellRules
  /// The rows that there is room for.
  let rows: Int
  let destinations: [Destination]
  /// The texts of the part, by column, also those among numbers or times; codes are the numbers that they have here.
  var levels: [LevelTable]

  @inline(__always)
  func isWanted(_ column: Int) -> Bool {
    if case .passOver = destinations[column].plan { false } else { true }
  }

  @inline(__always)
  func mark(_ column: Int) -> UInt8? {
    if case .numbers(let mark, _) = destinations[column].plan { mark } else { nil }
  }

  @inline(__always)
  mutating func visit(
    number: Double, _ text: borrowing Span<UInt8>, _ contents: Range<Int>, column: Int, row: Int, line: Int
  ) {
    guard row < rows else { return }
    let isValue = rules.kind(number) == .number
    destinations[column].values![row] = isValue ? number : .nan
    if !isValue { collectStray(text, contents, column) }
  }

  mutating func visit(_ cell: Cell, _ text: borrowing Span<UInt8>, column: Int, row: Int, line: Int) {
    guard row < rows else { return }
    let contents = cell.start..<cell.end
    let destination = destinations[column]
    switch destination.plan {
    case .passOver: break
    case .numbers(let mark, _):
      let value = rules.number(text, contents, mark: mark)
      destination.values![row] = value
      if value.isNaN { collectStray(text, contents, column) }
    case .times:
      let value = rules.time(text, contents)
      destination.values![row] = value
      if value.isNaN { collectStray(text, contents, column) }
    case .texts:
      if rules.isMissing(text, contents) {
        destination.codes![row] = -1
      } else if cell.hasEscapes {
        let unescaped = cell.contents(in: text)
        destination.codes![row] = levels[column].code(unescaped.span, 0..<unescaped.count)
      } else {
        destination.codes![row] = levels[column].code(text, contents)
      }
    }
  }

  /// Counts the different texts among numbers or times.
  private mutating func collectStray(_ text: borrowing Span<UInt8>, _ contents: Range<Int>, _ column: Int) {
    let kind = rules.kind(text, contents)
    if kind != .missing, kind != .missingAmongNumbers { _ = levels[column].code(text, contents) }
  }
}
