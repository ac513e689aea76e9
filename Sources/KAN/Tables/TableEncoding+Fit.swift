// The encoding that a table's own columns suggest.

extension TableEncoding {
  /// Chooses an encoding from the rows of a training.
  ///
  /// ``notes`` has a sentence for every column that is left out.
  ///
  /// - Throws: ``TableError`` for columns that are not there or asked for twice, a target without values, several
  ///   targets of which one is a text, and a table without any input.
  public init(_ table: Table, columns: TableColumns = TableColumns()) throws(TableError) {
    try self.init(TableDigest(table, columns), columns: columns)
  }

  /// The same from digests of the columns.
  package init(_ table: TableDigest, columns: TableColumns) throws(TableError) {
    weights = columns.weights
    let wanted = try Self.targetNames(table, columns)
    if table.columns.count(where: { $0.name != columns.weights }) == wanted.count {
      throw TableError("there is no column besides the target")
    }
    targets = []
    classes = []
    notes = []
    for name in wanted {
      let digest = try table.digest(name)
      targets.append(Target(column: name, number: nil))
      if let names = try Self.classes(of: digest, name, columns.task) {
        guard wanted.count == 1 else {
          throw TableError("column \"\(name)\" holds classes, which are learned alone, without other targets")
        }
        classes = names
      } else {
        targets[targets.count - 1].number = digest.summary?.shift
        if case .times = digest { targets[targets.count - 1].isTime = true }
      }
    }
    let others = Set(wanted + [columns.weights].compactMap { $0 } + columns.ignored)
    for name in columns.ignored { _ = try table.digest(name) }
    let names = columns.inputs ?? table.columns.map(\.name).filter { !others.contains($0) }
    inputs = []
    for name in names {
      if wanted.contains(name) || name == columns.weights {
        throw TableError("column \"\(name)\" is no input and target at once")
      }
      let isNamed = columns.inputs != nil
      let isCategorical = columns.categorical.contains(name)
      switch Self.encode(name, try table.digest(name), isCategorical: isCategorical, isNamed: isNamed) {
      case .success(let made): inputs += made
      case .failure(let reason): notes.append("column \"\(name)\" is left out: \(reason)")
      }
    }
    if names.isEmpty { throw TableError("there is no column besides the target") }
    for name in columns.categorical { _ = try table.digest(name) }
    if inputs.isEmpty {
      let reasons = notes.prefix(3).joined(separator: "; ") + (notes.count > 3 ? "; …" : "")
      throw TableError("there is no column from which the target could be learned: \(reasons)")
    }
  }

  static func column(_ name: String, of table: Table) throws(TableError) -> Table.Column {
    guard let column = table[name] else { throw TableError("there is no column \"\(name)\"") }
    return column
  }

  private static func targetNames(_ table: TableDigest, _ columns: TableColumns) throws(TableError) -> [String] {
    if let weights = columns.weights {
      _ = try table.digest(weights)
      if columns.targets.contains(weights) {
        throw TableError("column \"\(weights)\" is asked for as target and as weights")
      }
    }
    if let twice = columns.targets.indices.first(where: { columns.targets[..<$0].contains(columns.targets[$0]) }) {
      throw TableError("column \"\(columns.targets[twice])\" is asked for twice")
    }
    if !columns.targets.isEmpty { return columns.targets }
    guard let last = table.columns.last(where: { $0.name != columns.weights }) else {
      throw TableError("there is no column besides the weights")
    }
    return [last.name]
  }

  /// The names of a target's classes, nil for numbers.
  private static func classes(
    of digest: ColumnDigest, _ name: String, _ task: LearningTask?
  ) throws(TableError) -> [String]? {
    switch digest {
    case .texts(let levels, let counts, _):
      if task == .regression {
        throw TableError("column \"\(name)\" holds texts such as \"\(levels.first ?? "")\", which are no numbers")
      }
      let names = levels.indices.filter { counts[$0] > 0 }.map { levels[$0] }
      if names.isEmpty { throw TableError("column \"\(name)\" has no values") }
      let rows = counts.reduce(0, +)
      if names.count > 2, 2 * names.count > rows { throw notClasses(name, names.count, rows) }
      return names
    case .numbers(let summary, _), .times(let summary):
      if !(summary.lowest <= summary.highest) { throw TableError("column \"\(name)\" has no values") }
      return nil
    }
  }

  private static func notClasses(_ name: String, _ classes: Int, _ rows: Int) -> TableError {
    TableError(
      "column \"\(name)\" has \(classes) different values in \(rows) rows: they are names or measurements, not classes")
  }

  /// The shortest text of a number that gives it back: whole ones without a fraction.
  package static func shortText(_ value: Double) -> String {
    // -0 is 0.
    value == value.rounded() && abs(value) <= 0x1p53 ? "\(Int64(value))" : "\(value)"
  }

  /// The numbers of a column; a text has none.
  static func numbers(_ cells: Table.Cells) -> [Double] {
    switch cells {
    case .numbers(let values), .times(let values): values
    case .texts(let codes, _): [Double](repeating: .nan, count: codes.count)
    }
  }

  private enum Encoded {
    case success([Input])
    case failure(String)
  }

  private static func encode(_ name: String, _ digest: ColumnDigest, isCategorical: Bool, isNamed: Bool) -> Encoded {
    switch digest {
    case .numbers(let summary, let countsRows): return encode(name, summary, countsRows: countsRows, isNamed: isNamed)
    case .times(let summary): return encode(name, times: summary)
    case .texts(let levels, let counts, let gaps):
      if let word = flagNames(levels), !isCategorical {
        let rows = levels.indices.reduce(into: [0, 0]) { $0[levels[$1].lowercased() == word ? 1 : 0] += counts[$1] }
        if !rows.contains(0) || gaps > 0 {
          if rows == [0, 0] { return .success(gap(name, gaps)) }
          // The median of zeros and ones, the lower one of two.
          let median = rows[0] >= rows[1] ? 0.0 : 1
          let flag = Input(column: name, kind: .flag(gap: median))
          return .success((rows.contains(0) ? [] : [flag]) + gap(name, gaps))
        }
        return .failure("it is the same in every row")
      }
      return encode(name, levels: levels, counts: counts, gaps: gaps, isNamed: isNamed || isCategorical)
    }
  }

  /// Words of a truth in any case, false ones first.
  package static let truths = [["false", "true"], ["no", "yes"]]

  /// The level that means 1, in small letters, if these are the words of a truth.
  private static func flagNames(_ levels: [String]) -> String? {
    for words in truths where levels.allSatisfy({ words.contains($0.lowercased()) }) { return words[1] }
    return nil
  }

  private static func gap(_ name: String, _ gaps: Int) -> [Input] {
    gaps > 0 ? [Input(column: name, kind: .gap)] : []
  }

  private static func encode(
    _ name: String, _ summary: ColumnSummary, countsRows: Bool, isNamed: Bool
  ) -> Encoded {
    if summary.sorted.isEmpty { return .failure("it has no values") }
    if summary.isConstant {
      return summary.gaps == 0 ? .failure("it is the same in every row") : .success(gap(name, summary.gaps))
    }
    // From 0 or 1 on in the order of the file, by a name that spreadsheets and data frames give: no row to come repeats
    // it. Under another name it may be a time.
    if !isNamed, countsRows, rowNames.contains(name.lowercased()) { return .failure("it counts the rows") }
    if let (center, unit) = summary.magnitude {
      return .success(
        [Input(column: name, kind: .magnitude(center: center, unit: unit, gap: summary.median))]
          + gap(name, summary.gaps))
    }
    let shift = summary.shift
    return .success(
      [Input(column: name, kind: .number(shift: shift.shift, scale: shift.scale, gap: summary.median))]
        + gap(name, summary.gaps))
  }

  private static let rowNames: Set = [
    "id", "index", "idx", "row", "rows", "rowname", "rownames", "rownumber", "row_number", "no", "nr", "number",
    "unnamed: 0", "obs", "observation", "case",
  ]

  private static func encode(_ name: String, times summary: ColumnSummary) -> Encoded {
    if summary.sorted.isEmpty { return .failure("it has no values") }
    if summary.isConstant {
      return summary.gaps == 0 ? .failure("it is the same in every row") : .success(gap(name, summary.gaps))
    }
    var inputs: [Input] = []
    for part in TimePart.allCases {
      let parts = ColumnSummary(summary.sorted.map { part.value(of: $0, start: summary.lowest) })
      // A part that hardly differs from row to row, or repeats the days, says nothing more: a weekday within two weeks,
      // a day of the year within two years.
      let days = (summary.highest - summary.lowest) / 86400
      let isNew =
        switch part {
        case .days: true
        case .hour: days >= 2
        case .weekday: days >= 14
        case .yearday: days >= 730
        }
      if parts.isConstant || !isNew { continue }
      inputs.append(Input(column: name, kind: .time(part, start: summary.lowest, gap: parts.median)))
    }
    return .success(inputs + gap(name, summary.gaps))
  }

  /// A level of fewer rows shares a coefficient with those that the training does not have: it says little more about
  /// itself than the noise of a row, and all of them together say what a new level is likely to mean.
  private static var fewestRows: Int { 3 }
  /// More levels than that share one: each is a coefficient for every unit of the first layer.
  private static var mostLevels: Int { 1000 }

  private static func encode(
    _ name: String, levels: [String], counts: [Int], gaps: Int, isNamed: Bool
  ) -> Encoded {
    let rows = counts.reduce(0, +)
    let used = counts.count { $0 > 0 }
    if used == 0 { return .failure("it has no values") }
    if used == 1 && gaps == 0 { return .failure("it is the same in every row") }
    if used == rows && rows > 1 && !isNamed { return .failure("it names the rows: no text is there twice") }
    var kept = levels.indices.filter { counts[$0] >= fewestRows }
    if kept.count > mostLevels {
      kept = Array(kept.sorted { (-counts[$0], $0) < (-counts[$1], $1) }[..<mostLevels]).sorted()
    }
    let gap = gaps > 0 ? kept.count + 1 : 0
    if kept.isEmpty { return .failure("hardly any of its \(used) texts is there more than twice") }
    return .success([Input(column: name, kind: .levels(kept.map { levels[$0] }, gap: gap))])
  }
}
