/// How the cells of a target column are read.
package enum ColumnRequest: Sendable {
  /// Every cell must be a finite number.
  case number
  /// Numbers if all cells are numbers, otherwise categories.
  case detect
  /// Every cell is the name of a category.
  case category
}

/// The contents of a target column.
package enum TargetColumn: Sendable, Equatable {
  case numbers([Double])
  /// `codes` index into `names`, which are sorted by value if all are numbers, otherwise by text.
  case categories(codes: [Int32], names: [String])
}

extension DelimitedFile {
  /// Reads the data rows: the feature columns as a row-major matrix, and each target column by its request.
  ///
  /// Cells of other columns are only counted. A column may be listed once as a feature and once as a target; the
  /// indices must exist in the header. Throws `.malformed` for ragged rows, missing values, cells that are no finite
  /// number and values whose magnitude exceeds `magnitudeLimit`; rows count from 1 after the header, lines from 1 in
  /// the file.
  package func read(
    features: [Int], targets: [(column: Int, request: ColumnRequest)],
    magnitudeLimit: Double = .greatestFiniteMagnitude
  ) throws(FileError) -> (rows: Int, features: [Double], targets: [TargetColumn]) {
    var reader = RowReader(self, features: features, targets: targets, magnitudeLimit: magnitudeLimit)
    try reader.readRows(bytes.span, from: bodyOffset, line: bodyLine)
    guard reader.rows > 0 else { throw FileError(.malformed, path: path, "no data rows after the header") }
    var columns: [TargetColumn] = []
    for target in reader.targets { columns.append(try target.finished(bytes, path: path)) }
    return (reader.rows, reader.values, columns)
  }
}

/// What to do with the cells of one column; −1 for nothing.
private struct ColumnPlan {
  var feature = -1
  var target = -1
  var needsNumber = false
  var isNumberOnly = false
}

/// Reads data rows in one pass.
private struct RowReader {
  let path: String
  let header: [String]
  let scanner: CellScanner
  let limit: Double
  var plans: [ColumnPlan]
  var rows = 0
  var row: [Double]
  var values: [Double] = []
  var targets: [TargetReader]

  init(
    _ file: DelimitedFile, features: [Int], targets: [(column: Int, request: ColumnRequest)], magnitudeLimit: Double
  ) {
    path = file.path
    header = file.header
    scanner = CellScanner(path: file.path, separator: file.separator)
    limit = min(magnitudeLimit, .greatestFiniteMagnitude)
    plans = Array(repeating: ColumnPlan(), count: file.header.count)
    row = Array(repeating: 0, count: features.count)
    self.targets = targets.map { TargetReader(request: $0.request) }
    for (index, column) in features.enumerated() {
      precondition(plans[column].feature < 0, "feature column listed twice")
      plans[column].feature = index
      plans[column].needsNumber = true
      plans[column].isNumberOnly = true
    }
    for (index, target) in targets.enumerated() {
      precondition(plans[target.column].target < 0, "target column listed twice")
      plans[target.column].target = index
      plans[target.column].needsNumber = plans[target.column].needsNumber || target.request == .number
      plans[target.column].isNumberOnly = target.request == .number
    }
  }

  mutating func readRows(_ text: borrowing Span<UInt8>, from start: Int, line firstLine: Int) throws(FileError) {
    var position = start
    var line = firstLine
    while position < text.count {
      if let next = scanner.endOfBlankLine(text, from: position) {
        if header.count == 1, !isBlank(text, from: next) {
          rows += 1
          throw cellError(column: 0, line: line, "missing value")
        }
        position = next
        line += 1
      } else {
        rows += 1
        try readRow(text, &position, &line)
        if rows == 1 {
          // The length of the first row gives an estimate of the number of rows; the space is bounded by the size of
          // the file.
          values.reserveCapacity(((text.count - start) / (position - start) + 1) * row.count)
        }
        values.append(contentsOf: row)
      }
    }
  }

  private mutating func readRow(
    _ text: borrowing Span<UInt8>, _ position: inout Int, _ line: inout Int
  ) throws(FileError) {
    let rowStart = position
    let rowLine = line
    let last = plans.count - 1
    var column = 0
    while true {
      let plan = plans[column]
      let next: Int
      if plan.isNumberOnly, let number = plainNumber(text, from: position), number.value.magnitude <= limit {
        store(number.value, plan)
        next = number.next
      } else {
        let cell = try scanner.scan(text, from: position, line: line)
        if plan.feature >= 0 || plan.target >= 0, let problem = take(cell, plan, text, column, rowLine) {
          // A row of the wrong length is the likelier mistake when a cell is wrong, too.
          try checkLength(text, from: rowStart, line: rowLine)
          throw cellError(column: column, line: rowLine, problem)
        }
        line += cell.lineFeeds
        next = cell.next
      }
      if next < text.count, text[next] == scanner.separator {
        guard column < last else { break }
        column += 1
        position = next + 1
      } else {
        guard column == last, let length = scanner.lineEndLength(text, at: next) else { break }
        position = next + length
        line += 1
        return
      }
    }
    try checkLength(text, from: rowStart, line: rowLine)
  }

  /// An unquoted number and the position of the separator or line end after it; nil for all other cells.
  @inline(__always)
  private func plainNumber(_ text: borrowing Span<UInt8>, from start: Int) -> (value: Double, next: Int)? {
    var index = start
    while index < text.count, scanner.isBlank(text[index]) { index += 1 }
    guard let number = scanDecimal(text, from: index) else { return nil }
    index = number.end
    while index < text.count, scanner.isBlank(text[index]) { index += 1 }
    guard index == text.count || text[index] == scanner.separator || scanner.lineEndLength(text, at: index) != nil
    else { return nil }
    return (number.value, index)
  }

  @inline(__always)
  private mutating func store(_ value: Double, _ plan: ColumnPlan) {
    if plan.feature >= 0 { row[plan.feature] = value }
    if plan.target >= 0, targets[plan.target].request == .number { targets[plan.target].numbers.append(value) }
  }

  /// Takes over one cell; returns what is wrong with it.
  private mutating func take(
    _ cell: Cell, _ plan: ColumnPlan, _ text: borrowing Span<UInt8>, _ column: Int, _ line: Int
  ) -> String? {
    let number = CellNumber(cell, text, limit: limit)
    if number == .missing { return "missing value" }
    if plan.needsNumber {
      guard case .value(let value) = number else { return number.problem(cell, text) }
      store(value, plan)
    }
    if plan.target >= 0, targets[plan.target].request != .number {
      let isFirst = targets[plan.target].append(cell, number)
      if isFirst, let problem = number.problem(cell, text) {
        targets[plan.target].problem = cellError(column: column, line: line, problem).message
      }
    }
    return nil
  }

  /// Throws if the row that starts at `start` has not as many cells as the header.
  private func checkLength(_ text: borrowing Span<UInt8>, from start: Int, line: Int) throws(FileError) {
    var count = 0
    var position = start
    var cellLine = line
    while true {
      let cell = try scanner.scan(text, from: position, line: cellLine)
      count += 1
      cellLine += cell.lineFeeds
      guard cell.next < text.count, text[cell.next] == scanner.separator else { break }
      position = cell.next + 1
    }
    guard count != header.count else { return }
    let reason = "\(amount(count, "cell")), but the header has \(header.count)"
    throw FileError(.malformed, path: path, "row \(rows) (line \(line)): \(reason)")
  }

  private func isBlank(_ text: borrowing Span<UInt8>, from start: Int) -> Bool {
    var index = start
    while index < text.count, let next = scanner.endOfBlankLine(text, from: index) { index = next }
    return index == text.count
  }

  private func cellError(column: Int, line: Int, _ problem: String) -> FileError {
    FileError(.malformed, path: path, "row \(rows) (line \(line)), column \(quoted(header[column])): \(problem)")
  }
}
