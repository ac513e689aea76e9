import KAN

/// A column that was read as texts, about which it is still to decide what the texts are.
struct TextColumn {
  let request: ColumnRequest
  let survey: ColumnSurvey
  let rules: CellRules
  /// [rows]; -1 for a gap.
  let codes: [Int32]
  let levels: LevelTable

  /// Numbers or times with gaps, or texts with sorted levels; adds notes.
  func cells(notes: inout [String]) throws(CellProblem) -> Table.Cells {
    let kinds = (0..<levels.count).map { kind($0) }
    if request == .category, let numbers = numbersAsTexts(kinds) { return numbers }
    if request != .category, survey.wholes.reasonForNames == nil {
      if let values = try valuesWithGaps(kinds, notes: &notes) { return values }
    }
    return truthValues() ?? sortedTexts(kinds)
  }

  private func kind(_ level: Int) -> CellKind {
    let kind = levels.kind(level, rules)
    if kind == .pointNumber { return survey.commas == 0 ? .number : .text }
    return kind
  }

  func number(_ level: Int) -> Double {
    levels.number(level, rules, mark: survey.commas == 0 ? 0x2E : 0x2C)
  }

  // MARK: Numbers and times among which there are some texts

  /// Numbers or times, if nearly all cells are; nil if the column is one of texts.
  ///
  /// A text among numbers is a slip, not a category, if it is rare twice: less than a tenth of the cells are texts, and
  /// of what is counted by different values, texts are less than a tenth too, or each comes back less than a tenth as
  /// often as a number does. So `unknown` is a gap among a hundred different ages, and `x` once among thousands of
  /// grades from 1 to 5, but `4+`, as frequent as 1, 2 and 3, is a category like them.
  private func valuesWithGaps(_ kinds: [CellKind], notes: inout [String]) throws(CellProblem) -> Table.Cells? {
    var counts = Array(repeating: 0, count: levels.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    func total(_ selected: (CellKind) -> Bool) -> (cells: Int, levels: Int) {
      var result = (cells: 0, levels: 0)
      for (kind, count) in zip(kinds, counts) where selected(kind) {
        result.cells += count
        result.levels += 1
      }
      return result
    }
    let main: CellKind = total { $0 == .time }.cells > total { $0 == .number }.cells ? .time : .number
    let values = total { $0 == main }
    let others = total { $0 != main && $0 != .missingAmongNumbers }
    guard values.cells >= 9 * others.cells, values.cells > 0 else { return nil }
    let isRareByValues = values.levels >= 9 * others.levels
    let isRareByReturns = 10 * others.cells * values.levels < values.cells * others.levels
    guard others.cells == 0 || isRareByValues || isRareByReturns else { return nil }

    let strays = CellKind.allCases.filter { ![main, .missing, .missingAmongNumbers].contains($0) }
      .filter { $0 != .pointNumber || survey.commas > 0 }
    if others.cells > 0, let first = survey.first(strays) {
      let noun = main == .time ? "a date or time" : "a number"
      if request == .target {
        throw CellProblem(
          place: first, message: "\(quoted(first.text)) is not \(noun), as nearly all cells of the column are")
      }
      notes.append(
        "\(amount(others.cells, "cell")) of \(codes.count) not \(noun), the first \(quoted(first.text)) in "
          + "\(first.description): they count as missing")
    }
    let numbers = (0..<levels.count).map { level in
      switch kinds[level] {
      case main where main == .time: levels.time(level, rules)
      case main: number(level)
      default: Double.nan
      }
    }
    let cells = codes.map { $0 < 0 ? .nan : numbers[Int($0)] }
    return main == .time ? .times(cells) : .numbers(cells)
  }
}
