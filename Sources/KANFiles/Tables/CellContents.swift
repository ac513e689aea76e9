/// What a cell can be taken for, whatever its column is.
enum CellKind: Int, CaseIterable {
  /// A number with the file's decimal mark, or a whole one.
  case number
  /// A number with a point where the file's decimal mark may be the comma.
  case pointNumber
  case time
  case missing
  /// Missing if its column holds numbers or times, else a text.
  case missingAmongNumbers
  /// Beyond the limit of magnitude.
  case tooLarge
  /// An infinity, or a NaN that no missing word stands for.
  case notFinite
  case text
}

/// By which rules cells are taken for numbers, times, gaps or texts.
struct CellRules: Sendable {
  let missing: MissingWords
  /// The largest magnitude of a number.
  var limit = Double.greatestFiniteMagnitude
  /// Whether the comma may be a decimal mark: it may where it does not separate cells and semicolons do.
  var allowsComma = false

  var mark: UInt8 { allowsComma ? 0x2C : 0x2E }

  /// The kind of a number that has been scanned.
  @inline(__always)
  func kind(_ value: Double) -> CellKind {
    if !(value.magnitude <= limit) { return .tooLarge }
    return missing.numbers.isEmpty || !missing.numbers.contains(value) ? .number : .missing
  }

  /// The kind of a cell's contents.
  func kind(_ text: borrowing Span<UInt8>, _ contents: Range<Int>) -> CellKind {
    let (start, end) = Self.trimmed(text, contents)
    if start == end { return .missing }
    switch missing.match(text, start, end) {
    case .yes: return .missing
    case .amongNumbers: return .missingAmongNumbers
    case .no: break
    }
    if let number = scanDecimal(text, from: start, mark: mark), number.end == end { return kind(number.value) }
    if allowsComma, let number = scanDecimal(text, from: start), number.end == end {
      let kind = kind(number.value)
      return kind == .number ? .pointNumber : kind
    }
    if scanTime(text, start, end) != nil { return .time }
    return Self.isNonFinite(text, start, end) ? .notFinite : .text
  }

  /// Whether a cell is a gap in every column.
  func isMissing(_ text: borrowing Span<UInt8>, _ contents: Range<Int>) -> Bool {
    let (start, end) = Self.trimmed(text, contents)
    if start == end || missing.match(text, start, end) == .yes { return true }
    guard !missing.numbers.isEmpty else { return false }
    return kind(text, contents) == .missing
  }

  /// The number in a cell's contents; NaN if they are none.
  func number(_ text: borrowing Span<UInt8>, _ contents: Range<Int>, mark: UInt8) -> Double {
    let (start, end) = Self.trimmed(text, contents)
    guard let number = scanDecimal(text, from: start, mark: mark), number.end == end, kind(number.value) == .number
    else { return .nan }
    return number.value
  }

  /// The time in a cell's contents; NaN if they are none.
  func time(_ text: borrowing Span<UInt8>, _ contents: Range<Int>) -> Double {
    let (start, end) = Self.trimmed(text, contents)
    return scanTime(text, start, end) ?? .nan
  }

  static func trimmed(_ text: borrowing Span<UInt8>, _ contents: Range<Int>) -> (start: Int, end: Int) {
    var (start, end) = (contents.lowerBound, contents.upperBound)
    while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
    while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
    return (start, end)
  }

  /// Whether the text is `nan`, `inf` or `infinity` in any case, with or without a sign.
  private static func isNonFinite(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let first = text[start] == 0x2B || text[start] == 0x2D ? start + 1 : start
    guard 3...9 ~= end - start, first < end, text[first] | 0x20 == 0x6E || text[first] | 0x20 == 0x69 else {
      return false
    }
    let word = String(decoding: (first..<end).map { text[$0] | 0x20 }, as: UTF8.self)
    return word == "nan" || word == "inf" || word == "infinity"
  }
}
