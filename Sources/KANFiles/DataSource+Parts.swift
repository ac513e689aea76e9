import KAN

// Rows for prediction, part by part.

extension DataSource {
  /// Whether the rows come from standard input or another open descriptor, and so part by part.
  private var isStream: Bool { kind == .table && openDescriptor(named: path) != nil }

  /// Files up to this size, in bytes, are read at once.
  private static var small: Int { 32 << 20 }

  /// Rows for prediction, without targets, as matrices of some thousand rows that follow each other: [rows × in]. Memory
  /// does not grow with the rows.
  ///
  /// All but the last have a multiple of ``Network/predictionRows`` rows, so that each row is predicted among the same
  /// neighbours, to the same bits, however it comes.
  ///
  /// - Parameters:
  ///   - isCounted: whether the number of rows has to be known first, for which a stream is read to its end.
  ///   - notes: gets what may not be expected.
  ///   - begin: called first, with the number of rows; nil if it is not known.
  package func forEachInputs<Element: Scalar>(
    for network: Network<Element>, isCounted: Bool = false, notes: inout [String], pool: ThreadPool,
    begin: (Int?) throws(FileError) -> Void, _ body: (Matrix<Element>) throws(FileError) -> Void
  ) throws(FileError) {
    if isStream && !isCounted {
      return try forEachInputsOfPipe(for: network, notes: &notes, pool: pool, begin: begin, body)
    }
    let size = status(of: path).map { Int($0.st_size) } ?? 0
    switch kind {
    case .table where size > Self.small:
      let (file, reading) = try reading(of: network.tableEncoding, targets: [], weights: nil)
      let stream = try TableStream(file, reading, all: false, pool: pool)
      notes += stream.notes
      try begin(stream.rows)
      var gathering = Gathering<Element>(columns: network.inputs)
      var encoder = PartEncoder(encoding: network.tableEncoding, path: path)
      try stream.forEachTable { table, firstRow throws(FileError) in
        try gathering.add(try encoder.inputs(of: table, firstRow: firstRow, self, pool), body)
      }
      try gathering.finish(body)
      note(encoder.unknown, gaps: encoder.gaps, to: &notes)
    case .array where size > Self.small && network.encoding == nil:
      // What cannot be mapped is read, which throws if that fails too.
      guard let array = try? MappedInputs<Element>(path) else { fallthrough }
      try requireInputs(array.columns, network)
      try begin(array.rows)
      let portion = 16 * Network<Element>.predictionRows
      for first in stride(from: 0, to: array.rows, by: portion) {
        try body(try array.rows(first..<min(first + portion, array.rows)))
      }
    default:
      let inputs = try inputs(for: network, notes: &notes, pool: pool)
      try begin(inputs.rows)
      try body(inputs)
    }
  }

  private func forEachInputsOfPipe<Element: Scalar>(
    for network: Network<Element>, notes: inout [String], pool: ThreadPool,
    begin: (Int?) throws(FileError) -> Void, _ body: (Matrix<Element>) throws(FileError) -> Void
  ) throws(FileError) {
    let pipe = try TextPipe(path: path)
    let encoding = network.tableEncoding
    let file = try pipe.header()
    if let note = file.headerNote { notes.append(note) }
    var requests = [ColumnRequest](repeating: .passOver, count: file.header.count)
    for input in encoding.inputs {
      guard let column = file.header.firstIndex(of: input.column) else {
        throw FileError(
          .malformed, path: path, "there is no column \(quoted(input.column)), which the model needs")
      }
      requests[column] = input.request ?? requests[column]
    }
    // Columns of which only gaps matter.
    for input in encoding.inputs {
      let column = file.header.firstIndex(of: input.column)!
      if requests[column] == .passOver { requests[column] = .category }
    }
    try begin(nil)
    var gathering = Gathering<Element>(columns: network.inputs)
    var encoder = PartEncoder(encoding: encoding, path: path)
    var firstRow = 0
    while let part = try pipe.next() {
      // Blank lines alone.
      let contents: TableContents
      do throws(FileError) {
        contents = try part.read(
          requests, missingWords: missingWords(of: encoding), pool: pool)
      } catch {
        if error.description.hasSuffix("no data rows after the header") { continue }
        throw error
      }
      if notes.count < 100 { notes += contents.notes }
      try gathering.add(try encoder.inputs(of: contents.table, firstRow: firstRow, self, pool), body)
      firstRow += contents.rows
    }
    if firstRow == 0 { throw FileError(.malformed, path: path, "no data rows after the header") }
    try gathering.finish(body)
    notes = collapsed(notes)
    note(encoder.unknown, gaps: encoder.gaps, to: &notes)
  }
}

extension TableEncoding.Input {
  /// As what the column of a table that is not known beforehand is read; nil if only its gaps matter.
  fileprivate var request: ColumnRequest? {
    switch kind {
    case .number, .magnitude: .numbersWithGaps
    case .time: .timesWithGaps
    case .flag, .levels, .level: .category
    case .gap: nil
    }
  }
}

/// Encodes tables that follow each other.
private struct PartEncoder {
  let encoding: TableEncoding
  let path: String
  /// Cells with unknown texts, by column.
  var unknown: [String: Int] = [:]
  /// Cells without a value, of which the training had none, by column.
  var gaps: [String: Int] = [:]

  mutating func inputs<Element: Scalar>(
    of table: Table, firstRow: Int, _ source: DataSource, _ pool: ThreadPool
  ) throws(FileError) -> Matrix<Element> {
    do throws(TableError) {
      var own: [String: Int] = [:]
      let inputs: Matrix<Element> = try encoding.inputs(of: table, unknown: &own, pool: pool)
      unknown.merge(own, uniquingKeysWith: +)
      gaps.merge(encoding.unlearnedGaps(of: table), uniquingKeysWith: +)
      try source.requireNoGaps(inputs, encoding, firstRow: firstRow)
      return inputs
    } catch {
      throw FileError(.malformed, path: path, printable(error.description, limit: 300))
    }
  }
}

/// Cuts rows that come in any numbers into multiples of those of a prediction's chunk.
private struct Gathering<Element: Scalar> {
  let columns: Int
  /// Rows that do not fill a chunk yet: [rows × columns]
  private var waiting: [Element] = []

  init(columns: Int) { self.columns = columns }

  mutating func add(
    _ rows: Matrix<Element>, _ body: (Matrix<Element>) throws(FileError) -> Void
  ) throws(FileError) {
    rows.elements.withUnsafeBufferPointer { waiting.append(contentsOf: $0) }
    let count = waiting.count / columns / Network<Element>.predictionRows * Network<Element>.predictionRows
    if count == 0 { return }
    try body(Matrix(rows: count, columns: columns, elements: AlignedArray(waiting[..<(count * columns)])))
    waiting.removeFirst(count * columns)
  }

  func finish(_ body: (Matrix<Element>) throws(FileError) -> Void) throws(FileError) {
    if waiting.isEmpty { return }
    try body(Matrix(rows: waiting.count / columns, columns: columns, elements: AlignedArray(waiting)))
  }
}
