import KAN

extension Table {
  /// Reads a table with a header line from delimited text in UTF-8 (RFC 4180).
  ///
  /// Without a header, that is with numbers in the first line as no column is named, the columns are called `column1`,
  /// `column2` and so on. Separators at the end of a line are passed over.
  ///
  /// Cells are separated by tabs if the name ends in `.tsv` or `.tab`, else by commas; or by semicolons or tabs if the
  /// header has no comma. What a column is depends on all of its cells that are not missing:
  ///
  /// - numbers, if all are. In files with semicolons the decimal mark may be the comma, which then is it in all of the
  ///   column. Whole numbers with leading zeros (`00123`), or mostly of more digits than a double holds, are texts.
  /// - times, if all are dates or times of ISO 8601 (`2015-01-03`, `2015-01-03T05:07:00.5+01:00`), in UTC unless they
  ///   say otherwise.
  /// - the texts `false` and `true` or `no` and `yes`, if all are one of a pair in any case.
  /// - numbers or times with gaps, if nine in ten are and the others are slips: there are twenty different numbers for each
  ///   different word, or a word comes back less than a tenth as often as a number. So `unknown` is a gap among a hundred
  ///   ages, but `4+` is a category like 1, 2 and 3.
  /// - texts in all other cases, with sorted levels: by value if all are numbers.
  ///
  /// Numbers that are infinite or too large for a double are gaps. A first column without a name, which R and pandas write
  /// for the names of rows, is left out.
  ///
  /// - Parameters:
  ///   - path: the file; it is not kept in memory.
  ///   - reading: which columns are read and what stands for a gap.
  /// - Throws: `FileError` if the text breaks the rules or a column is not there, or for a slip, an infinity or a too
  ///   large number in a target; it names row, line, column and text.
  public init(csv path: String, reading: TableReading = TableReading()) throws(FileError) {
    var notes: [String] = []
    try self.init(csv: path, reading: reading, notes: &notes)
  }

  /// The same; adds a sentence to `notes` for each thing that may not be expected, such as gaps in place of slips.
  public init(csv path: String, reading: TableReading, notes: inout [String]) throws(FileError) {
    self = try DelimitedFile(path: path).table(reading, notes: &notes)
  }
}

extension DelimitedFile {
  /// The table of a file whose header is known.
  package func table(_ reading: TableReading, notes: inout [String]) throws(FileError) -> Table {
    let requests = try requests(reading, notes: &notes)
    let contents = try read(requests, missingWords: reading.missingWords)
    notes += contents.notes
    return contents.table
  }

  /// What is asked of each column.
  func requests(_ reading: TableReading, notes: inout [String]) throws(FileError) -> [ColumnRequest] {
    var requests = [ColumnRequest](repeating: reading.columns == nil ? .input : .passOver, count: header.count)
    for name in reading.columns ?? [] { requests[try column(named: name)] = .input }
    for name in reading.targets { requests[try column(named: name)] = .target }
    for name in reading.categories { requests[try column(named: name)] = .category }
    if let headerNote { notes.append(headerNote) }
    if header[0].isEmpty {
      requests[0] = .passOver
      notes.append("column 1 has no name, as row names that R and pandas write; left out")
    }
    return requests
  }

  private func column(named name: String) throws(FileError) -> Int {
    guard !name.isEmpty, let column = header.firstIndex(of: name) else {
      throw FileError(.malformed, path: path, "there is no column \(quoted(name))")
    }
    return column
  }
}
