/// What the cells of a column are, counted over all rows or a part of them.
struct ColumnSurvey: Sendable {
  /// The cells of one kind.
  struct Tally {
    var count = 0
    /// The first one: row and line from 0, and its text. Not known for plain numbers, which are too many to look.
    var first: Place?
  }

  /// Where a cell is, rows and lines from 0, and what it holds.
  struct Place: CustomStringConvertible {
    var row: Int
    var line: Int
    let isEmpty: Bool
    let text: String

    var description: String { "row \(row + 1) (line \(line + 1))" }
  }

  private var tallies = Array(repeating: Tally(), count: CellKind.allCases.count)
  /// Numbers with a decimal comma.
  private(set) var commas = 0
  /// What whole numbers look like, as long as all numbers are whole.
  private(set) var wholes = WholeNumbers()

  subscript(kind: CellKind) -> Tally { tallies[kind.rawValue] }

  /// The decimal mark: a column that uses decimal commas has no decimal points.
  var mark: UInt8 { commas == 0 ? 0x2E : 0x2C }

  /// The kinds that are numbers in this column, and those that are neither numbers, times nor gaps.
  var numberKinds: [CellKind] { commas == 0 ? [.number, .pointNumber] : [.number] }
  var textKinds: [CellKind] { commas == 0 ? [.text] : [.text, .pointNumber] }

  /// The cells of several kinds together.
  func count(_ kinds: [CellKind]) -> Int { kinds.reduce(0) { $0 + self[$1].count } }

  /// The first cell of several kinds.
  func first(_ kinds: [CellKind]) -> Place? {
    kinds.compactMap { self[$0].first }.min { $0.row < $1.row }
  }

  /// Counts a number.
  @inline(__always)
  mutating func addNumber(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int) {
    tallies[0].count += 1
    if wholes.isWhole { wholes.add(text, start, end) }
  }

  mutating func addComma() { commas += 1 }

  /// Counts any other cell; the first one of a kind with its place.
  mutating func add(_ kind: CellKind, _ place: Place?) {
    if kind == .pointNumber { wholes.isWhole = false }
    tallies[kind.rawValue].count += 1
    if let place { tallies[kind.rawValue].first = place }
  }

  /// Adds a part that follows after `rows` rows and `lines` lines.
  mutating func append(_ part: ColumnSurvey, rows: Int, lines: Int) {
    for kind in tallies.indices {
      tallies[kind].count += part.tallies[kind].count
      if tallies[kind].first == nil, var first = part.tallies[kind].first {
        first.row += rows
        first.line += lines
        tallies[kind].first = first
      }
    }
    commas += part.commas
    wholes.append(part.wholes)
  }
}

/// How the whole numbers of a column are written, which tells names made of digits from quantities.
struct WholeNumbers {
  fileprivate(set) var isWhole = true
  private var count = 0
  private var zeroLed = 0
  private var long = 0
  private var narrowest = Int.max
  private var widest = 0

  /// Looks at a number; the first one that is not whole ends the count.
  mutating func add(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int) {
    let first = text[start] == 0x2D || text[start] == 0x2B ? start + 1 : start
    var last = end
    for index in first..<end where text[index] &- 0x30 >= 10 {
      isWhole = false
      return
    }
    let width = end - first
    count += 1
    narrowest = min(narrowest, width)
    widest = max(widest, width)
    if width > 2, text[first] == 0x30 { zeroLed += 1 }
    guard width > 15 else { return }
    while last > first + 1, text[last - 1] == 0x30 { last -= 1 }
    var value: UInt64 = 0
    for index in first..<min(last, first + 19) { value = 10 &* value &+ UInt64(text[index] &- 0x30) }
    if last - first > 19 || value > 1 << 53 { long += 1 }
  }

  mutating func append(_ part: WholeNumbers) {
    isWhole = isWhole && part.isWhole
    count += part.count
    zeroLed += part.zeroLed
    long += part.long
    narrowest = min(narrowest, part.narrowest)
    widest = max(widest, part.widest)
  }

  /// Why the numbers are names made of digits; nil if they are quantities.
  ///
  /// Zeros lead only names, such as `00123`: if all numbers are whole, and of one width or mostly led by zeros. A single
  /// `0123` among numbers of any width is a slip, and two digits, as in hours and months, are numbers. Where most have
  /// more digits than a double holds, they are names, of which rounding would make several one; a few of them are
  /// quantities, which rounding does not hurt.
  var reasonForNames: String? {
    guard isWhole else { return nil }
    if zeroLed > 0, narrowest == widest || 2 * zeroLed > count { return "whole numbers with leading zeros" }
    return 2 * long > count ? "whole numbers of more digits than a number holds" : nil
  }
}
