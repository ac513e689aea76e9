import KAN

/// A table that is read part by part, as often as need be, in memory that does not grow with its rows.
///
/// What its columns are takes a pass over all cells, as for a table in memory, and a second one where columns hold texts
/// or slips; the rows then come as tables of some thousand rows, with the same cells and levels as the whole would have.
/// Two things are bounded: of the texts of a column the first ``mostLevels`` different ones are told apart, and of the
/// numbers in a column with slips the first ``mostNumbers``.
struct TableStream: Sendable {
  let file: DelimitedFile
  let rows: Int
  /// A sentence for each thing that a reader may not expect.
  private(set) var notes: [String] = []
  private let requests: [ColumnRequest]
  private let survey: FileSurvey
  private let rules: CellRules
  private var plans: [ColumnPlan]
  /// By column, of those that have been collected.
  private var collected: [CollectedColumn?]
  /// Rows that have all of several numbers.
  private var together = 0
  private let pool: ThreadPool?
  private let targets: [Int]

  /// Levels of a column: more than an encoding keeps by far, in some ten megabytes.
  static var mostLevels: Int { 1 << 18 }
  static var mostNumbers: Int { 1 << 16 }

  /// - Parameters:
  ///   - all: whether numbers are collected too, for ``digest``.
  ///   - targets: columns whose gaps are counted, for ``rowsWithTargets``.
  ///   - continues: called with the share of a pass that is done; returns whether to go on.
  init(
    _ file: DelimitedFile, _ reading: TableReading, all: Bool, targets: [String] = [], partBytes: Int = 1 << 20,
    pool: ThreadPool, continues: (Double) -> Bool = { _ in true }
  ) throws(FileError) {
    self.file = file
    self.targets = targets.compactMap { file.header.firstIndex(of: $0) }
    requests = try file.requests(reading, notes: &notes)
    self.pool = pool
    rules = CellRules(missing: MissingWords(reading.missingWords), allowsComma: file.scanner.separator == 0x3B)
    survey = try file.survey(
      rules, wanted: requests.map { $0 != .passOver }, partBytes: partBytes, pool: pool, continues: continues)
    rows = survey.rows
    guard rows > 0 else { throw FileError(.malformed, path: file.path, "no data rows after the header") }
    var columnNotes = Array(repeating: [String](), count: file.header.count)
    plans = try file.plan(requests, survey, allowsGaps: true, notes: &columnNotes)
    collected = Array(repeating: nil, count: plans.count)
    try collect(
      plans.map { plan in
        switch plan {
        case .passOver: false
        case .texts: true
        case .numbers(_, let strays), .times(let strays): all || strays > 0
        }
      }, continues)
    // Numbers of a scale with words are levels as they are written.
    var scales = Array(repeating: false, count: plans.count)
    for column in plans.indices {
      guard let found = collected[column]?.numbers,
        let strays = StrayCells(plans[column], levels: found.strays.count, survey.columns[column])
      else { continue }
      if !strays.areSlips(different: found.different.count, of: rows - found.digest.gaps) {
        scales[column] = true
      } else if requests[column] == .target {
        throw file.error(strays.problem, column: column)
      } else {
        columnNotes[column].append(strays.note(rows: rows))
      }
    }
    for column in plans.indices where scales[column] { plans[column] = .texts }
    if scales.contains(true) { try collect(scales, continues) }
    finishLevels()
    notes += zip(file.header, columnNotes).flatMap { name, notes in notes.map { "column \(quoted(name)): \($0)" } }
  }

  // MARK: Passes

  /// Calls `body` with the filled columns of some parts of the file at a time, and the rows before them.
  private func forEachWave(
    _ plans: [ColumnPlan], _ continues: (Double) -> Bool,
    _ body: (_ columns: [FilledColumn?], _ firstRow: Int, _ rows: Int) throws(FileError) -> Void
  ) throws(FileError) {
    // However many threads there are, some 32 MB of text and as much of columns.
    let wave = min(DelimitedFile.wave(pool), 32)
    for first in stride(from: 0, to: survey.parts.count, by: wave) {
      if !continues(Double(first) / Double(survey.parts.count)) { throw interrupted(file.path) }
      let parts = survey.parts[first..<min(first + wave, survey.parts.count)]
      let start = parts[first].firstRow
      var own = FileSurvey(columns: [])
      own.parts = parts.map { part in
        FilePart(
          range: part.range, firstRow: part.firstRow - start, firstLine: part.firstLine, rows: part.rows,
          lines: part.lines)
      }
      own.rows = parts.reduce(0) { $0 + $1.rows }
      try body(try file.fill(own, plans, rules, pool: pool), start, own.rows)
    }
  }

  private mutating func collect(_ wanted: [Bool], _ continues: (Double) -> Bool) throws(FileError) {
    if !wanted.contains(true) { return }
    let own = zip(plans, wanted).map { $1 ? $0 : .passOver }
    var columns = own.map { CollectedColumn($0, rows: rows) }
    let countsTogether = targets.count > 1 && targets.allSatisfy { wanted[$0] }
    var together = 0
    try forEachWave(own, continues) { filled, _, rows in
      for column in columns.indices { if let cells = filled[column] { columns[column]?.add(cells) } }
      if !countsTogether { return }
      let numbers = targets.compactMap { if case .values(let values, _) = filled[$0] { values } else { nil } }
      for row in 0..<rows where numbers.allSatisfy({ !$0[row].isNaN }) { together += 1 }
    }
    if countsTogether { self.together = together }
    for column in columns.indices { collected[column] = columns[column] ?? collected[column] }
  }

  /// The final levels of columns of texts, and which of them each text is.
  private mutating func finishLevels() {
    for column in plans.indices {
      guard case .texts(var texts) = collected[column]?.contents else { continue }
      let contents = TextColumn(
        isCategory: requests[column] == .category, survey: survey.columns[column], rules: rules,
        codes: (0..<Int32(texts.levels.count)).map { $0 }, levels: texts.levels)
      guard case .texts(let places, let names) = contents.cells else { continue }
      (texts.places, texts.names) = (places, names)
      collected[column]?.contents = .texts(texts)
    }
  }

  // MARK: Rows

  /// Calls `body` with tables of rows that follow each other, and how many rows are before each.
  func forEachTable(
    _ continues: (Double) -> Bool = { _ in true }, _ body: (Table, _ firstRow: Int) throws(FileError) -> Void
  ) throws(FileError) {
    try forEachWave(plans, continues) { filled, firstRow, _ throws(FileError) in
      var columns: [Table.Column] = []
      for column in plans.indices {
        guard let cells = filled[column] else { continue }
        columns.append(Table.Column(name: file.header[column], cells: finished(cells, column)))
      }
      try body(Table(columns), firstRow)
    }
  }

  private func finished(_ cells: FilledColumn, _ column: Int) -> Table.Cells {
    switch cells {
    case .values(let values, _):
      if case .times = plans[column] { return .times(values) }
      return .numbers(values)
    case .texts(let codes, let levels):
      guard case .texts(let texts) = collected[column]?.contents else { return .texts(codes: [], levels: []) }
      // Texts beyond those told apart are one more level, which no encoding knows.
      let other = Int32(texts.names.count)
      let map = texts.levels.find(levels).map { code in code.map { texts.places[Int($0)] } ?? other }
      return .texts(codes: codes.map { $0 < 0 ? -1 : map[Int($0)] }, levels: texts.names + ["\u{0}"])
    }
  }

  // MARK: Digests

  /// What the encoding of the table depends on; only if all columns have been collected.
  var digest: TableDigest {
    TableDigest(
      plans.indices.compactMap { column -> (name: String, digest: ColumnDigest)? in
        guard let found = collected[column] else { return nil }
        let name = file.header[column]
        switch found.contents {
        case .numbers(let numbers):
          if case .times = plans[column] { return (name, .times(numbers.digest.summary)) }
          return (name, numbers.digest.numbers)
        case .texts(let texts):
          var counts = [Int](repeating: 0, count: texts.names.count)
          for (level, place) in texts.places.enumerated() {
            // A word that is missing among numbers has no place.
            if place >= 0 { counts[Int(place)] += texts.counts[level] }
          }
          return (name, .texts(levels: texts.names, counts: counts, gaps: rows - texts.others - counts.reduce(0, +)))
        }
      })
  }

  /// Rows that have a target, or all of several.
  var rowsWithTargets: Int {
    if targets.count > 1 { return together }
    guard let target = targets.first, let found = collected[target] else { return rows }
    switch found.contents {
    case .numbers(let numbers): return rows - numbers.digest.gaps
    case .texts(let texts):
      return texts.others + texts.places.indices.reduce(0) { $0 + (texts.places[$1] >= 0 ? texts.counts[$1] : 0) }
    }
  }

  /// Columns with more different texts than are told apart.
  var overfull: [String] {
    plans.indices.filter { column in
      if case .texts(let texts) = collected[column]?.contents { texts.others > 0 } else { false }
    }.map { file.header[$0] }
  }

  /// The largest number of a column.
  func largest(_ name: String) -> Double? {
    guard let column = file.header.firstIndex(of: name) else { return nil }
    return collected[column]?.numbers?.digest.largest
  }
}

/// What has been collected of a column.
struct CollectedColumn: Sendable {
  struct Numbers: Sendable {
    var digest: NumberDigest
    var different: Set<Double> = []
    var strays = LevelTable()
    let hasStrays: Bool
  }
  struct Texts: Sendable {
    var levels = LevelTable()
    var counts: [Int] = []
    /// Cells with texts that are not told apart.
    var others = 0
    /// Of each level in ``names``; -1 for a gap.
    var places: [Int32] = []
    var names: [String] = []
  }
  enum Contents: Sendable {
    case numbers(Numbers)
    case texts(Texts)
  }
  var contents: Contents

  init?(_ plan: ColumnPlan, rows: Int) {
    switch plan {
    case .passOver: return nil
    case .numbers(_, let strays), .times(let strays):
      contents = .numbers(Numbers(digest: NumberDigest(rows: rows), hasStrays: strays > 0))
    case .texts: contents = .texts(Texts())
    }
  }

  var numbers: Numbers? { if case .numbers(let numbers) = contents { numbers } else { nil } }

  mutating func add(_ cells: FilledColumn) {
    switch (cells, contents) {
    case (.values(let values, let strays), .numbers(var numbers)):
      contents = .texts(Texts())  // One owner, so that nothing is copied.
      numbers.digest.add(values)
      if numbers.hasStrays {
        for value in values where !value.isNaN && numbers.different.count < TableStream.mostNumbers {
          numbers.different.insert(value)
        }
        _ = numbers.strays.append(strays, most: TableStream.mostLevels)
      }
      contents = .numbers(numbers)
    case (.texts(let codes, let levels), .texts(var texts)):
      contents = .texts(Texts())
      var counts = [Int](repeating: 0, count: levels.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      let map = texts.levels.append(levels, most: TableStream.mostLevels)
      texts.counts += [Int](repeating: 0, count: texts.levels.count - texts.counts.count)
      for (level, place) in map.enumerated() {
        if let place { texts.counts[Int(place)] += counts[level] } else { texts.others += counts[level] }
      }
      contents = .texts(texts)
    default: break
    }
  }
}
