import KAN

// Tables: which columns are read, and as what.

extension DataSource {
  func trainingTable<Element: Scalar>(
    _ task: LearningTask?, codes: Bool, _ own: TableEncoding?, _ pool: ThreadPool
  ) throws(FileError) -> Training<Element> {
    let file = try DelimitedFile(path: path)
    var (columns, reading) = try trainingColumns(of: file, task)
    reading.missingWords += own?.missingWords ?? []
    var notes: [String] = []
    let table = try file.table(reading, notes: &notes)
    if refusesGaps { try requireNoGaps(table) }
    do throws(TableError) {
      var encoding = try TableEncoding(table, columns: columns)
      if !codes { encoding = encoding.withIndicators }
      if var own, encoding.continues(own), own.inputs.allSatisfy({ table[$0.column] != nil }) {
        own.weights = columns.weights
        encoding = own
      }
      encoding.keep(missingWords, and: own?.missingWords)
      let encoded: EncodedTable<Element> = try encoding.encode(table, pool: pool)
      notes += encoding.notes
      for target in encoding.targets where target.isTime == true {
        notes.append(
          "the target \(quoted(target.column)) holds times: errors are in seconds, and predictions are times")
      }
      let imprecise = Element.self == Float.self ? encoding.columnsBeyondSinglePrecision(table) : []
      let left = table.rows - encoded.data.rows
      if left > 0 { notes.append("\(amount(left, "row")) without a target \(left == 1 ? "is" : "are") left out") }
      return Training(data: encoded.data, encoding: encoding, notes: collapsed(notes), imprecise: imprecise)
    } catch {
      throw FileError(.malformed, path: path, printable(error.description, limit: 300))
    }
  }

  /// What the columns of a table to learn from are, and how they are read.
  func trainingColumns(
    of file: DelimitedFile, _ task: LearningTask?
  ) throws(FileError) -> (columns: TableColumns, reading: TableReading) {
    var columns = resolved(columns, in: file.header)
    columns.task = task
    // A first column without a name is one of row names.
    let header = file.namedColumns.map { file.header[$0] }
    if columns.targets.isEmpty { columns.targets = header.last { $0 != columns.weights }.map { [$0] } ?? [] }
    var reading = TableReading(missingWords: TableReading.standardMissingWords + missingWords)
    // Words among the numbers of a target are errors, unless they are its classes.
    if task == .classification { reading.categories = columns.targets } else { reading.targets = columns.targets }
    reading.targets += [columns.weights].compactMap { $0 }
    reading.categories += columns.categorical
    let used = Set(columns.targets + (columns.inputs ?? header) + [columns.weights].compactMap { $0 })
    reading.columns = file.header.filter { used.contains($0) && !columns.ignored.contains($0) }
    let needs = [
      ("the target", columns.targets), ("--inputs", columns.inputs ?? []), ("--ignore", columns.ignored),
      ("--categorical", columns.categorical), ("--weights", [columns.weights].compactMap { $0 }),
    ]
    for (purpose, names) in needs {
      for name in names where !file.header.contains(name) {
        throw FileError(.malformed, path: path, "there is no column \(quoted(name)), which \(purpose) needs")
      }
    }
    if let twice = columns.targets.indices.first(where: { columns.targets[..<$0].contains(columns.targets[$0]) }) {
      throw FileError(.malformed, path: path, "column \(quoted(columns.targets[twice])) is asked for twice")
    }
    if let weights = columns.weights, columns.targets.contains(weights) {
      throw FileError(.malformed, path: path, "column \(quoted(weights)) is asked for as target and as weights")
    }
    columns.ignored = []
    return (columns, reading)
  }

  func table<Element: Scalar>(
    for network: Network<Element>, _ encoding: TableEncoding, _ pool: ThreadPool
  ) throws(FileError) -> Rows<Element> {
    let file = try DelimitedFile(path: path)
    let columns = resolved(columns, in: file.header)
    var encoding = encoding
    encoding.weights = columns.weights
    if !columns.targets.isEmpty {
      guard columns.targets.count == encoding.targets.count else {
        let found = amount(columns.targets.count, "target column")
        throw FileError(
          .malformed, path: path, "\(found), but the model has \(amount(encoding.targets.count, "output"))")
      }
      for (place, name) in columns.targets.enumerated() { encoding.targets[place].column = name }
    }
    var notes: [String] = []
    let table = try read(
      encoding, targets: encoding.targets.map(\.column), weights: columns.weights, notes: &notes)
    if refusesGaps { try requireNoGaps(table) }
    do throws(TableError) {
      let encoded: EncodedTable<Element> = try encoding.encode(table, pool: pool)
      try requireNoGaps(encoded.data.inputs, encoding)
      let left = table.rows - encoded.data.rows
      if left > 0 { notes.append("\(amount(left, "row")) without a target \(left == 1 ? "is" : "are") left out") }
      note(encoded.unknown, gaps: encoding.unlearnedGaps(of: table), to: &notes)
      return Rows(data: encoded.data, notes: collapsed(notes))
    } catch {
      throw FileError(.malformed, path: path, printable(error.description, limit: 300))
    }
  }

  func encode<Element: Scalar>(
    _ table: Table, _ encoding: TableEncoding, notes: inout [String], _ pool: ThreadPool
  ) throws(FileError) -> Matrix<Element> {
    do throws(TableError) {
      var unknown: [String: Int] = [:]
      let inputs: Matrix<Element> = try encoding.inputs(of: table, unknown: &unknown, pool: pool)
      try requireNoGaps(inputs, encoding)
      note(unknown, gaps: encoding.unlearnedGaps(of: table), to: &notes)
      return inputs
    } catch {
      throw FileError(.malformed, path: path, printable(error.description, limit: 300))
    }
  }

  /// The columns of an encoding, and of them those that are texts as texts.
  func read(
    _ encoding: TableEncoding, targets: [String], weights: String?, notes: inout [String]
  ) throws(FileError) -> Table {
    let (file, reading) = try reading(of: encoding, targets: targets, weights: weights)
    return try file.table(reading, notes: &notes)
  }

  /// How the columns of an encoding are read.
  func reading(
    of encoding: TableEncoding, targets: [String], weights: String?
  ) throws(FileError) -> (file: DelimitedFile, reading: TableReading) {
    let file = try DelimitedFile(path: path)
    var reading = TableReading(missingWords: missingWords(of: encoding))
    let wanted = encoding.inputs.map(\.column) + targets + [weights].compactMap { $0 }
    for name in wanted where !file.header.contains(name) {
      let purpose = name == weights ? "--weights" : targets.contains(name) ? "the target" : "the model"
      throw FileError(.malformed, path: path, "there is no column \(quoted(name)), which \(purpose) needs")
    }
    let used = Set(wanted)
    reading.columns = file.header.filter(used.contains)
    reading.categories = encoding.inputs.filter(\.isText).map(\.column) + (encoding.classes.isEmpty ? [] : targets)
    reading.targets = (encoding.classes.isEmpty ? targets : []) + [weights].compactMap { $0 }
    return (file, reading)
  }

  /// Words that stand for a gap in rows for a model: its own ones too.
  func missingWords(of encoding: TableEncoding) -> [String] {
    TableReading.standardMissingWords + missingWords + (encoding.missingWords ?? [])
  }

  /// - Parameter gaps: cells without a value, by column, of which the training had none.
  func note(_ unknown: [String: Int], gaps: [String: Int], to notes: inout [String]) {
    for (column, count) in gaps.sorted(by: { $0.key < $1.key }) {
      notes.append("column \(quoted(column)): \(amount(count, "cell")) without a value, of which the training had none")
    }
    for (column, count) in unknown.sorted(by: { $0.key < $1.key }) {
      notes.append(
        "column \(quoted(column)): \(amount(count, "cell")) with a text that the training hardly has or not at all")
    }
  }

  /// The first gap of a table as an error.
  func requireNoGaps(_ table: Table, firstRow: Int = 0) throws(FileError) {
    var first: (row: Int, column: String)?
    for column in table.columns {
      let row: Int? =
        switch column.cells {
        case .numbers(let values), .times(let values): values.firstIndex(where: \.isNaN)
        case .texts(let codes, _): codes.firstIndex { $0 < 0 }
        }
      if let row, row < first?.row ?? .max { first = (row, column.name) }
    }
    guard let first else { return }
    throw FileError(
      .malformed, path: path, "row \(firstRow + first.row + 1), column \(quoted(first.column)): missing value")
  }

  /// Gaps in columns of a model that has not learned what to make of them.
  func requireNoGaps<Element: Scalar>(
    _ inputs: Matrix<Element>, _ encoding: TableEncoding, firstRow: Int = 0
  ) throws(TableError) {
    guard encoding.inputs.contains(where: \.needsValues) else { return }
    let view = inputs.view
    for row in 0..<view.rows {
      for column in 0..<view.columns where view[row, column] != view[row, column] {
        throw TableError("row \(firstRow + row + 1), column \"\(encoding.inputs[column].column)\": missing value")
      }
    }
  }

  /// Names as the header has them: a comma may belong to a name.
  private func resolved(_ columns: TableColumns, in header: [String]) -> TableColumns {
    var result = columns
    result.targets = joined(columns.targets, header)
    result.inputs = columns.inputs.map { joined($0, header) }
    result.ignored = joined(columns.ignored, header)
    result.categorical = joined(columns.categorical, header)
    return result
  }

  /// Takes together parts of a list that was cut at commas, where only the whole is a column's name.
  private func joined(_ parts: [String], _ header: [String]) -> [String] {
    var result: [String] = []
    var start = 0
    while start < parts.count {
      // The longest run that names a column, else the part as it is.
      let end = (start..<parts.count).last { header.contains(parts[start...$0].joined(separator: ",")) } ?? start
      result.append(parts[start...end].joined(separator: ","))
      start = end + 1
    }
    return result
  }
}

extension TableEncoding {
  /// Keeps the words that were gaps in the training, for all tables to come.
  mutating func keep(_ words: [String], and earlier: [String]?) {
    var all = earlier ?? []
    for word in words where !all.contains(word) { all.append(word) }
    missingWords = all.isEmpty ? nil : all
  }

  /// Whether a table with this encoding can be learned further by a network with another: by its columns and classes.
  func continues(_ own: TableEncoding) -> Bool {
    Set(inputs.map(\.column)).isSubset(of: own.inputs.map(\.column)) && Set(classes).isSubset(of: own.classes)
      && classes.isEmpty == own.classes.isEmpty && targets.map(\.column) == own.targets.map(\.column)
  }
}

extension Network {
  /// The network's own encoding, or for one that was trained on numbers as they are, its columns by name.
  package var tableEncoding: TableEncoding {
    if let encoding { return encoding }
    var result = TableEncoding(numbersNamed: names, inputs: inputs)
    // Models of older versions name classes as their table wrote them, such as 1.0 or Yes.
    result.classes = result.classes.map(plainLevel)
    return result
  }
}
