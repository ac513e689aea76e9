/// The number that a cell holds, if it holds one.
enum CellNumber: Equatable {
  case missing
  case value(Double)
  case tooLarge
  case notFinite
  case text

  init(_ cell: Cell, _ text: borrowing Span<UInt8>, limit: Double) {
    var start = cell.start
    var end = cell.end
    while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
    while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
    if start == end {
      self = .missing
    } else if let number = scanDecimal(text, from: start), number.end == end {
      self = number.value.magnitude <= limit ? .value(number.value) : .tooLarge
    } else {
      self = Self.isNonFinite(text, start, end) ? .notFinite : .text
    }
  }

  /// What is wrong with the cell as a number; nil if nothing is.
  func problem(_ cell: Cell, _ text: borrowing Span<UInt8>) -> String? {
    let reason: String
    switch self {
    case .value: return nil
    case .missing: return "missing value"
    case .tooLarge: reason = "is too large"
    case .notFinite: reason = "is not a finite number"
    case .text: reason = "is not a number"
    }
    let end = min(cell.end, cell.start + 164)
    let contents = (cell.start..<end).map { text[$0] }
    return "\(quoted(contents)) \(reason)"
  }

  /// Whether the text is `nan`, `inf` or `infinity` in any case, with or without a sign.
  private static func isNonFinite(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let first = text[start] == 0x2B || text[start] == 0x2D ? start + 1 : start
    guard (3...8).contains(end - first) else { return false }
    let word = String(decoding: (first..<end).map { text[$0] | 0x20 }, as: UTF8.self)
    return word == "nan" || word == "inf" || word == "infinity"
  }
}

/// Collects the cells of one target column.
struct TargetReader {
  let request: ColumnRequest
  var numbers: [Double] = []
  /// The cells, kept for the case that the column turns out to hold categories.
  var cells: [Cell] = []
  var holdsText = false
  /// The first number that is too large or not finite.
  var problem: String?

  init(request: ColumnRequest) {
    self.request = request
    holdsText = request == .category
  }

  /// Takes over a cell; returns whether it is the first one that would make a column of numbers invalid.
  mutating func append(_ cell: Cell, _ number: CellNumber) -> Bool {
    cells.append(cell)
    guard !holdsText else { return false }
    switch number {
    case .value(let value):
      numbers.append(value)
      return false
    case .text, .missing:
      holdsText = true
      return false
    case .tooLarge, .notFinite:
      return problem == nil
    }
  }

  /// The column. Throws if all cells are numbers and one of them is not usable.
  func finished(_ bytes: [UInt8], path: String) throws(FileError) -> TargetColumn {
    guard request == .category || holdsText else {
      if let problem { throw FileError(.malformed, path: path, problem) }
      return .numbers(numbers)
    }
    var codes: [Int32] = []
    codes.reserveCapacity(cells.count)
    var found: [String: Int32] = [:]
    for cell in cells {
      let name = cell.text(in: bytes)
      if let code = found[name] {
        codes.append(code)
      } else {
        guard let code = Int32(exactly: found.count) else {
          throw FileError(.malformed, path: path, "too many categories")
        }
        found[name] = code
        codes.append(code)
      }
    }
    let names = sortedNames(Array(found.keys))
    var places = [Int32](repeating: 0, count: names.count)
    for (place, name) in names.enumerated() {
      if let code = found[name] { places[Int(code)] = Int32(place) }
    }
    return .categories(codes: codes.map { places[Int($0)] }, names: names)
  }

  /// By value if all names are numbers, otherwise by text.
  private func sortedNames(_ names: [String]) -> [String] {
    var keyed: [(value: Double, name: String)] = []
    for name in names {
      let bytes = Array(name.utf8)
      guard let number = scanDecimal(bytes.span, from: 0), number.end == bytes.count else { return names.sorted() }
      keyed.append((number.value, name))
    }
    return keyed.sorted { ($0.value, $0.name) < ($1.value, $1.name) }.map(\.name)
  }
}
