import KANLinearAlgebra

/// A stretch of a file between two rows.
struct FilePart: Sendable {
  /// In bytes from the beginning of the file.
  let range: Range<Int>
  /// The rows of data and the lines before it.
  let firstRow, firstLine: Int
  let rows, lines: Int
}

/// The whole of a file: what its columns hold, and where its parts are.
struct FileSurvey: Sendable {
  var columns: [ColumnSurvey]
  var parts: [FilePart] = []
  var rows = 0
}

extension DelimitedFile {
  /// Goes through all rows once and counts what the wanted columns hold.
  ///
  /// Where rows begin is known only after all text before, because a quotation may hold line feeds. So the parts that
  /// threads work on end at some line feed, and a part that turns out to end within a quotation is read again, longer.
  /// All that is found is independent of the number of threads.
  ///
  /// - Parameter continues: called now and then with the share that is done; returns whether to go on.
  func survey(
    _ rules: CellRules, wanted: [Bool], partBytes: Int, pool: ThreadPool?, continues: (Double) -> Bool = { _ in true }
  ) throws(FileError) -> FileSurvey {
    var survey = FileSurvey(columns: Array(repeating: ColumnSurvey(), count: header.count))
    // Blank lines at the end of a file of one column are no rows, which a part cannot know.
    let step = header.count == 1 ? source.size : partBytes
    var position = bodyOffset
    var lines = headerLines
    while position < source.size {
      if !continues(Double(position) / Double(source.size)) { throw interrupted(path) }
      var ranges: [Range<Int>] = []
      var start = position
      while ranges.count < Self.wave(pool), start < source.size {
        let end = try source.lineEnd(from: min(start + step, source.size))
        ranges.append(start..<end)
        start = end
      }
      let results = parallelMap(ranges, pool: pool) { surveyPart($0, rules, wanted) }
      for (range, result) in zip(ranges, results) {
        let (end, part) = try closed(range, result, rules, wanted, rows: rowsBefore + survey.rows, lines: lines)
        for column in survey.columns.indices where wanted[column] {
          survey.columns[column].append(part.columns[column], rows: rowsBefore + survey.rows, lines: lines)
        }
        survey.parts.append(
          FilePart(
            range: position..<end, firstRow: survey.rows, firstLine: lines, rows: part.rows, lines: part.lines))
        survey.rows += part.rows
        lines += part.lines
        position = end
        // The rest began in the middle of a row.
        if end != range.upperBound { break }
      }
    }
    return survey
  }

  /// Parts that are read before their results are put together: enough to keep all threads busy, few enough to forget
  /// the memory they take.
  static func wave(_ pool: ThreadPool?) -> Int { 8 * (pool?.threads ?? 1) }

  /// A result that ends between two rows, where a part may have to grow for.
  private func closed(
    _ range: Range<Int>, _ result: Result<PartSurvey, PartError>, _ rules: CellRules, _ wanted: [Bool], rows: Int,
    lines: Int
  ) throws(FileError) -> (end: Int, part: PartSurvey) {
    var range = range
    var result = result
    while true {
      switch result {
      case .success(let part): return (range.upperBound, part)
      case .failure(.file(let error)): throw error
      case .failure(.scan(let failure)):
        guard failure.isOpenQuotation, range.upperBound < source.size else {
          throw failure.error(path: path, rows: rows, lines: lines)
        }
        range = range.lowerBound..<(try source.lineEnd(from: min(range.upperBound + range.count, source.size)))
        result = surveyPart(range, rules, wanted)
      }
    }
  }

  private func surveyPart(
    _ range: Range<Int>, _ rules: CellRules, _ wanted: [Bool]
  ) -> Result<PartSurvey, PartError> {
    do throws(FileError) {
      let bytes = try source.bytes(range)
      do throws(ScanFailure) {
        try checkText(bytes)
        var visitor = SurveyVisitor(rules, wanted: wanted)
        var walk = RowWalk(scanner, columns: header.count)
        try walk.run(bytes.span, &visitor)
        return .success(PartSurvey(columns: visitor.columns, rows: walk.rows, lines: walk.lines))
      } catch {
        return .failure(.scan(error))
      }
    } catch {
      return .failure(.file(error))
    }
  }
}

/// What ends reading that was asked to stop.
func interrupted(_ path: String) -> FileError { FileError(.inputOutput, path: path, "interrupted") }

private struct PartSurvey: Sendable {
  let columns: [ColumnSurvey]
  let rows, lines: Int
}

private enum PartError: Error {
  case scan(ScanFailure)
  case file(FileError)
}
