import Glibc
import KAN

/// Rows for a training that are not in memory.
package struct PackedTraining<Element: Scalar> {
  package var rows: any RowSource<Element>
  /// What became of a table's columns.
  package var encoding: TableEncoding?
  package var notes: [String] = []
  /// Of a row where it is read from.
  package var rowBytes: Int
}

/// How far the conversion of a table to a packed file has come.
public struct PackingProgress: Sendable {
  /// What is being done.
  public enum Step: String, Sendable {
    /// Each pass that finds out what columns hold.
    case reading = "reading columns"
    /// Rows are encoded and written.
    case writing = "packing rows"
  }
  /// The present step.
  public let step: Step
  /// The share of it that is done, from 0 to 1.
  public let share: Double
}

extension DataSource {
  /// Whether the path is a file or a folder, which can be read again.
  package var isFile: Bool {
    guard openDescriptor(named: path) == nil, let status = status(of: path) else { return false }
    return [.regular, .folder].contains(NodeType(status))
  }

  /// The memory that ``training(_:task:codes:keeping:pool:)`` takes for the rows and for the parts that a training cuts
  /// them into, in bytes, estimated from the size of the file and its first rows.
  package func memoryInAll<Element: Scalar>(_: Element.Type) throws(FileError) -> Int {
    let size = MemoryLayout<Element>.size
    switch kind {
    case .table:
      let file = try DelimitedFile(path: path)
      let read = min(file.source.size, file.bodyOffset + 1 << 20)
      let lines = try file.source.bytes(file.bodyOffset..<read).count { $0 == 0x0A }
      // Of a header alone there are none.
      let rows = Double(file.source.size) * Double(max(1, lines)) / Double(max(1, read - file.bodyOffset))
      // A cell in double precision, as an input, and as one of a part; and twice its line's place in lists of rows.
      return Int(min(0x1p60, rows * Double(file.header.count * (8 + 2 * size) + 32)))
    case .array:
      var bytes = 0
      for path in [path, try targetArray()] {
        guard let status = status(of: path) else { throw readError(path, errno) }
        // The bytes, numbers in double precision, in the network's, and in that of a part.
        bytes += Int(status.st_size) / 4 * (4 + 8 + 2 * size)
      }
      return bytes
    case .images: return 0
    }
  }

  /// Training rows in a file that is mapped: the arrays themselves, or a table packed, once, to a file beside it or in a
  /// folder; nil for images, which fit in memory.
  ///
  /// A table is read in three passes, of which the first two find out what its columns are: numbers and times by their
  /// extremes, gaps and some 16,000 evenly spaced values, texts by how often each is there. So the columns become what
  /// they become of a table in memory. Memory does not grow with the rows.
  ///
  /// - Parameters:
  ///   - own: the encoding of a network that goes on to learn, which is kept if the table has its columns.
  ///   - folder: for the packed file; nil for the table's own.
  ///   - partBytes: about as much of a table as a thread reads at once.
  ///   - progress: called now and then; returns whether to go on.
  /// - Throws: `FileError` if the rows cannot be used or the packed file cannot be written.
  package func packedTraining<Element: Scalar>(
    _: Element.Type, task: LearningTask?, codes: Bool, keeping own: TableEncoding? = nil, in folder: String?,
    partBytes: Int = 1 << 20, pool: ThreadPool, progress: (PackingProgress) -> Bool
  ) throws(FileError) -> PackedTraining<Element>? {
    switch kind {
    case .images: return nil
    case .array:
      let target = try targetArray()
      var classes: Int?
      if task == .classification { classes = try MappedNPY<Element>.classes(of: target) }
      let rows = try MappedNPY<Element>(path, targets: target, classes: classes)
      return PackedTraining(rows: rows, rowBytes: rows.inputColumns * MemoryLayout<Element>.size)
    case .table:
      let packed = try packedPath(in: folder)
      let origin = try PackedOrigin(
        of: path,
        reading: "\(columns), \(missingWords), \(task.map { "\($0)" } ?? "any"), codes \(codes), gaps \(!refusesGaps), "
          + "\(Element.self), model \(own.map { "\($0)" } ?? "none"), version 1")
      // A file that is not there, or damaged, or of another table, is packed anew.
      if let rows = try? PackedRows<Element>(packed, isChecked: false), rows.header.origin == origin,
        (try? rows.requireIntact()) != nil
      {
        return training(rows)
      }
      try pack(Element.self, task, codes, own, origin, to: packed, partBytes, pool, progress)
      return training(try PackedRows<Element>(packed, isChecked: false))
    }
  }

  private func training<Element: Scalar>(_ rows: PackedRows<Element>) -> PackedTraining<Element> {
    PackedTraining(
      rows: rows, encoding: rows.header.encoding, notes: rows.header.notes ?? [], rowBytes: rows.header.rowBytes)
  }

  /// Where a table is packed.
  package func packedPath(in folder: String?) throws(FileError) -> String {
    guard let folder else { return path + ".kanrows" }
    guard let status = status(of: folder), NodeType(status) == .folder else {
      throw FileError(.cannotCreate, path: folder, "there is no such folder")
    }
    return folder + "/" + (path.split(separator: "/").last.map(String.init) ?? "table") + ".kanrows"
  }

  private func pack<Element: Scalar>(
    _: Element.Type, _ task: LearningTask?, _ codes: Bool, _ own: TableEncoding?, _ origin: PackedOrigin,
    to packed: String,
    _ partBytes: Int, _ pool: ThreadPool, _ progress: (PackingProgress) -> Bool
  ) throws(FileError) {
    try checkWritable(packed)
    let file = try DelimitedFile(path: path)
    var (columns, reading) = try trainingColumns(of: file, task)
    reading.missingWords += own?.missingWords ?? []
    let stream = try TableStream(
      file, reading, all: true, targets: columns.targets, partBytes: partBytes, pool: pool
    ) { progress(PackingProgress(step: .reading, share: $0)) }
    var notes = stream.notes
    if let target = stream.overfull.first(where: columns.targets.contains) {
      throw FileError(
        .malformed, path: path, "column \(quoted(target)) has more than \(TableStream.mostLevels) different values")
    }
    for name in stream.overfull {
      notes.append("column \(quoted(name)): of its texts the first \(TableStream.mostLevels) are told apart")
    }
    var encoding = try encoding(of: stream, columns, codes: codes)
    if var own, encoding.continues(own), own.inputs.allSatisfy({ file.header.contains($0.column) }) {
      own.weights = columns.weights
      encoding = own
    }
    encoding.keep(missingWords, and: own?.missingWords)
    notes += encoding.notes
    for target in encoding.targets where target.isTime == true {
      notes.append(
        "the target \(quoted(target.column)) holds times: errors are in seconds, and predictions are times")
    }
    let rows = stream.rowsWithTargets
    if rows == 0 { throw FileError(.malformed, path: path, "no row has a target") }
    if rows < stream.rows {
      let left = stream.rows - rows
      notes.append("\(amount(left, "row")) without a target \(left == 1 ? "is" : "are") left out")
    }
    let header = PackedHeader(rows: rows, Element.self, encoding, origin: origin, notes: collapsed(notes))
    let largestWeight = encoding.weights.flatMap { stream.largest($0) }
    func encoded(_ table: Table, _ firstRow: Int) throws(FileError) -> Dataset<Element> {
      if refusesGaps { try requireNoGaps(table, firstRow: firstRow) }
      do throws(TableError) {
        let part = TablePart(firstRow: firstRow, largestWeight: largestWeight)
        return try encoding.encode(table, as: Element.self, part: part, pool: pool).data
      } catch {
        throw FileError(.malformed, path: path, printable(error.description, limit: 300))
      }
    }
    func writing(_ share: Double) -> Bool { progress(PackingProgress(step: .writing, share: share)) }
    let start = try header.bytes(packed)
    try writeFile(to: packed) { append throws(FileError) in
      var checksum = CRC32()
      func add(_ chunk: [UInt8]) throws(FileError) {
        checksum.add(chunk)
        try append(chunk)
      }
      try add(start)
      try stream.forEachTable(writing) { table, firstRow throws(FileError) in
        try header.append(rowsOf: try encoded(table, firstRow), packed, add)
      }
      try append(checksum.bytes)
    }
    if try PackedOrigin(of: path, reading: origin.reading) != origin {
      unlink(packed)
      throw file.source.changedError()
    }
  }

  private func encoding(
    of stream: TableStream, _ columns: TableColumns, codes: Bool
  ) throws(FileError) -> TableEncoding {
    do throws(TableError) {
      let encoding = try TableEncoding(stream.digest, columns: columns)
      return codes ? encoding : encoding.withIndicators
    } catch {
      throw FileError(.malformed, path: path, printable(error.description, limit: 300))
    }
  }
}
