import KAN
import KANLinearAlgebra

/// What a file holds: a table of the columns that were asked for, in the file's order, and what there is to say about them.
package struct TableContents: Sendable {
  package var table: Table
  package var rows: Int
  /// A sentence for each thing that a reader of the file may not expect.
  package var notes: [String]
}

extension DelimitedFile {
  /// Reads the data rows.
  ///
  /// Throws `.malformed` for ragged rows, and for cells that the request of their column does not allow. Rows count from
  /// 1 after the header, lines from 1 in the file.
  ///
  /// - Parameters:
  ///   - requests: one for each column.
  ///   - allowsGaps: whether cells may be missing.
  ///   - magnitudeLimit: the largest magnitude of a number.
  ///   - partBytes: about as much as a thread reads at once, small enough for a cache.
  ///   - pool: by default the shared one, which small files do not need.
  package func read(
    _ requests: [ColumnRequest], missingWords: [String] = TableReading.standardMissingWords, allowsGaps: Bool = true,
    magnitudeLimit: Double = .greatestFiniteMagnitude, partBytes: Int = 1 << 20, pool: ThreadPool? = nil
  ) throws(FileError) -> TableContents {
    let pool = source.size > 4 * partBytes ? pool ?? .shared : nil
    let rules = CellRules(
      missing: MissingWords(missingWords), limit: min(magnitudeLimit, .greatestFiniteMagnitude),
      allowsComma: scanner.separator == 0x3B)
    let wanted = requests.map { $0 != .passOver }
    let survey = try survey(rules, wanted: wanted, partBytes: partBytes, pool: pool)
    guard survey.rows > 0 else { throw FileError(.malformed, path: path, "no data rows after the header") }

    var notes = Array(repeating: [String](), count: header.count)
    var plans = try plan(requests, survey, allowsGaps: allowsGaps, notes: &notes)
    var filled = try fill(survey, plans, rules, pool: pool)
    var scales: [Int] = []
    for column in header.indices {
      guard case .values(let values, let levels) = filled[column],
        let strays = StrayCells(plans[column], levels: levels.count, survey.columns[column])
      else { continue }
      if requests[column] == .numbersWithGaps || requests[column] == .timesWithGaps {
        notes[column].append(strays.note(rows: survey.rows))
      } else if !strays.areSlips(among: values) {
        scales.append(column)
      } else if requests[column] == .target {
        throw error(strays.problem, column: column)
      } else {
        notes[column].append(strays.note(rows: survey.rows))
      }
    }
    if !scales.isEmpty {
      // Numbers of a scale with words are levels as they are written, which only the file knows.
      let again = header.indices.map { scales.contains($0) ? ColumnPlan.texts : .passOver }
      let texts = try fill(survey, again, rules, pool: pool)
      for column in scales { (plans[column], filled[column]) = (.texts, texts[column]) }
    }
    let cells = finished(filled, plans, requests, survey, rules, pool: pool)
    let table = Table(
      zip(header, cells).compactMap { name, cells in cells.map { Table.Column(name: name, cells: $0) } })
    let sentences = zip(header, notes).flatMap { name, notes in notes.map { "column \(quoted(name)): \($0)" } }
    return TableContents(table: table, rows: survey.rows, notes: sentences)
  }

  /// The cells of all columns, texts with their levels in order.
  private func finished(
    _ filled: consuming [FilledColumn?], _ plans: [ColumnPlan], _ requests: [ColumnRequest], _ survey: FileSurvey,
    _ rules: CellRules, pool: ThreadPool?
  ) -> [Table.Cells?] {
    var cells = [Table.Cells?](repeating: nil, count: header.count)
    var texts: [(column: Int, contents: TextColumn)] = []
    for column in header.indices {
      switch filled[column] {
      case nil: break
      case .values(let values, _):
        cells[column] = if case .times = plans[column] { .times(values) } else { .numbers(values) }
      case .texts(let codes, let levels)?:
        texts.append(
          (
            column,
            TextColumn(
              isCategory: requests[column] == .category, survey: survey.columns[column], rules: rules, codes: codes,
              levels: levels)
          ))
      }
      filled[column] = nil
    }
    for (text, found) in zip(texts, parallelMap(texts, pool: pool) { $0.contents.cells }) { cells[text.column] = found }
    return cells
  }

  /// The plans for all columns. Throws the problem that comes first in the file.
  func plan(
    _ requests: [ColumnRequest], _ survey: FileSurvey, allowsGaps: Bool, notes: inout [[String]]
  ) throws(FileError) -> [ColumnPlan] {
    var plans: [ColumnPlan] = []
    var first: (column: Int, problem: CellProblem)?
    func add(_ problem: CellProblem, _ column: Int) {
      if let found = first, found.problem.place.row <= problem.place.row { return }
      first = (column, problem)
    }
    for (column, request) in requests.enumerated() {
      let cells = survey.columns[column]
      var plan = ColumnPlan.passOver
      do throws(CellProblem) {
        plan = try ColumnPlan(request, cells, notes: &notes[column])
      } catch {
        add(error, column)
      }
      plans.append(plan)
      if allowsGaps { continue }
      var gaps: [CellKind] = [.missing]
      if case .texts = plan {} else { gaps.append(.missingAmongNumbers) }
      if let place = cells.first(gaps) { add(CellProblem(place, cells), column) }
    }
    if let first { throw error(first.problem, column: first.column) }
    return plans
  }

  func error(_ problem: CellProblem, column: Int) -> FileError {
    FileError(
      .malformed, path: path, "\(problem.place.description), column \(quoted(header[column])): \(problem.message)")
  }
}
