import KAN

/// A column that was read as texts, before it is decided in which order and spelling they become levels.
struct TextColumn {
  /// Whether it was asked for, so that it may hold numbers.
  let isCategory: Bool
  let survey: ColumnSurvey
  let rules: CellRules
  /// [rows]; -1 for a gap.
  let codes: [Int32]
  let levels: LevelTable

  /// Texts with sorted levels.
  var cells: Table.Cells {
    let kinds = (0..<levels.count).map { kind($0) }
    if isCategory, let numbers = numbersAsTexts(kinds) { return numbers }
    return truthValues() ?? sortedTexts(kinds)
  }

  private func kind(_ level: Int) -> CellKind {
    let kind = levels.kind(level, rules)
    if kind == .pointNumber { return survey.commas == 0 ? .number : .text }
    return kind
  }

  private func number(_ level: Int) -> Double { levels.number(level, rules, mark: survey.mark) }

  /// Texts with one level for each number, if all texts are numbers: 3 and 3.0 are one.
  private func numbersAsTexts(_ kinds: [CellKind]) -> Table.Cells? {
    guard survey.wholes.reasonForNames == nil, kinds.contains(.number),
      kinds.allSatisfy({ $0 == .number || $0 == .missingAmongNumbers })
    else { return nil }
    let values = (0..<levels.count).map { kinds[$0] == .number ? number($0) : nil }
    let sorted = Set(values.compactMap { $0 }).sorted()
    let places = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, Int32($0)) })
    let renumbered = values.map { $0.flatMap { places[$0] } ?? -1 }
    return .texts(codes: renumber(renumbered), levels: sorted.map(TableEncoding.shortText))
  }

  /// One level for each word, if all texts are true and false, or yes and no, in any case: spelled as in the column if
  /// it has one spelling, else in small letters.
  private func truthValues() -> Table.Cells? {
    // There are 16 ways to write "true" and 32 to write "false".
    guard 1...48 ~= levels.count else { return nil }
    let spelled = (0..<levels.count).map { levels.text($0) }
    let texts = spelled.map { $0.lowercased() }
    for pair in TableEncoding.truths where texts.allSatisfy(pair.contains) {
      let found = pair.filter(texts.contains)
      let names = found.map { word in
        let spellings = spelled.indices.filter { texts[$0] == word }
        return spellings.count == 1 ? spelled[spellings[0]] : word
      }
      return .texts(codes: renumber(texts.map { Int32(found.firstIndex(of: $0) ?? 0) }), levels: names)
    }
    return nil
  }

  /// Texts sorted by value if all are numbers, else by text.
  private func sortedTexts(_ kinds: [CellKind]) -> Table.Cells {
    let texts = (0..<levels.count).map { levels.text($0) }
    let areNumbers = kinds.allSatisfy { $0 == .number }
    let values = areNumbers ? (0..<levels.count).map { number($0) } : []
    let order = texts.indices.sorted {
      areNumbers && values[$0] != values[$1] ? values[$0] < values[$1] : texts[$0] < texts[$1]
    }
    var places = Array(repeating: Int32(0), count: levels.count)
    var names: [String] = []
    for level in order {
      // Texts of different bytes are equal if they differ only in how letters with accents are composed.
      if names.last != texts[level] { names.append(texts[level]) }
      places[level] = Int32(names.count - 1)
    }
    return .texts(codes: renumber(places), levels: names)
  }

  private func renumber(_ places: [Int32]) -> [Int32] { codes.map { $0 < 0 ? -1 : places[Int($0)] } }
}

/// A level as a table names it in which all levels are numbers, or true and false.
func plainLevel(_ text: String) -> String {
  let bytes = Array(text.utf8)
  if let number = scanDecimal(bytes.span, from: 0), number.end == bytes.count {
    return TableEncoding.shortText(number.value)
  }
  let lowered = text.lowercased()
  return TableEncoding.truths.joined().contains(lowered) ? lowered : text
}
