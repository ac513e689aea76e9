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
    let plans = try plan(requests, survey, allowsGaps: allowsGaps, notes: &notes)
    var filled = try fill(survey, plans, rules, pool: pool)
    let texts = header.indices.filter { if case .texts = filled[$0] { true } else { false } }
    let columns = texts.map { column in
      guard case .texts(let codes, let levels)? = filled[column] else { fatalError("no texts") }
      filled[column] = nil
      return TextColumn(
        request: requests[column], survey: survey.columns[column], rules: rules, codes: codes, levels: levels)
    }
    let finished = parallelMap(columns, pool: pool) { $0.finished() }
    var cells: [Table.Cells?] = filled.indices.map { column in
      guard case .values(let values) = filled[column] else { return nil }
      return if case .times = plans[column] { .times(values) } else { .numbers(values) }
    }
    for (column, result) in zip(texts, finished) {
      switch result {
      case .success(let found):
        cells[column] = found.cells
        notes[column] += found.notes
      case .failure(let problem): throw error(problem, column: column)
      }
    }
    let table = Table(
      zip(header, cells).compactMap { name, cells in cells.map { Table.Column(name: name, cells: $0) } })
    let sentences = zip(header, notes).flatMap { name, notes in notes.map { "column \(quoted(name)): \($0)" } }
    return TableContents(table: table, rows: survey.rows, notes: sentences)
  }

  /// The plans for all columns. Throws the problem that comes first in the file.
  private func plan(
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

  private func error(_ problem: CellProblem, column: Int) -> FileError {
    FileError(
      .malformed, path: path, "\(problem.place.description), column \(quoted(header[column])): \(problem.message)")
  }
}

extension TextColumn {
  fileprivate func finished() -> Result<(cells: Table.Cells, notes: [String]), CellProblem> {
    var notes: [String] = []
    do throws(CellProblem) { return .success((try cells(notes: &notes), notes)) } catch { return .failure(error) }
  }
}
