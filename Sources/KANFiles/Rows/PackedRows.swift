import FoundationEssentials
import KAN

/// Rows in a packed file, mapped into memory: inputs, targets and weight of a row stand together, so that a row in any
/// order is one read. The file may be larger than memory; ``KAN/RowSource/pack(to:)`` writes it from any source.
///
/// While it exists the file must not change: a read after a change throws, and a file that is cut during a read ends the
/// process.
public struct PackedRows<Element: Scalar>: RowSource {
  private let file: MappedFile
  let header: PackedHeader
  /// Where the first row begins.
  private let start: Int

  public var rows: Int { header.rows }
  public var inputColumns: Int { header.inputs }
  public var targetShape: TargetShape { header.targetShape }
  public var hasWeights: Bool { header.hasWeights }
  public var names: Names { header.names }

  /// Maps a packed file, after reading it once for its checksum. Numbers of the other precision are rounded to the
  /// element type when they are read.
  ///
  /// - Throws: `FileError` if the file cannot be mapped, is no packed file, is shorter or longer than its header says, or
  ///   does not fit its checksum.
  public init(_ path: String) throws(FileError) { try self.init(path, isChecked: true) }

  /// - Parameter isChecked: whether the checksum is compared; not for a file that this process has just written.
  package init(_ path: String, isChecked: Bool) throws(FileError) {
    file = try MappedFile(path)
    (header, start) = try PackedHeader.read(file)
    guard let bytes = checkedProduct([header.rows, header.rowBytes]) else {
      throw FileError(.malformed, path: path, "\(header.rows) rows are too many")
    }
    let available = file.size - start - PackedHeader.checksumSize
    guard available == bytes else {
      throw FileError(
        .malformed, path: path, "\(amount(bytes, "byte")) of rows expected, \(max(0, available)) found")
    }
    if isChecked { try requireIntact() }
  }

  /// Reads the whole file and compares its checksum.
  func requireIntact() throws(FileError) { try PackedHeader.requireIntact(file) }

  /// What became of the columns of a table; nil for rows of another source.
  public var encoding: TableEncoding? { header.encoding }

  /// The rows of a table, packed once to a file beside it whose name ends in `.kanrows`, or in a folder.
  ///
  /// Columns become what they become of a ``KAN/Table`` in memory, with an input for each level of a text; memory does not
  /// grow with the rows. The packed file is used again as long as the table and `columns` are the same.
  ///
  /// - Parameters:
  ///   - path: delimited text with a header.
  ///   - folder: for the packed file; nil for the table's own.
  ///   - progress: called now and then; returns whether to go on.
  /// - Throws: `FileError` if the table cannot be learned or the packed file cannot be written.
  public init(
    csv path: String, columns: TableColumns = TableColumns(), cache folder: String? = nil, pool: ThreadPool = .shared,
    progress: (PackingProgress) -> Bool = { _ in true }
  ) throws(FileError) {
    let packed = try DataSource(path: path, columns: columns).packedTraining(
      Element.self, task: columns.task, codes: false, in: folder, pool: pool, progress: progress)
    guard let rows = packed?.rows as? PackedRows<Element> else {
      throw FileError(.malformed, path: path, "not a table")
    }
    self = rows
  }

  public func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>) throws(RowSourceError) {
    do throws(FileError) { try file.requireUnchanged() } catch { throw RowSourceError(error.description) }
    let (type, inputBytes) = (header.type, header.inputs * header.type.size)
    for (place, row) in rows.enumerated() {
      let at = file.bytes(from: start + row * header.rowBytes)
      if let to = batch.inputs { type.copy(at, header.inputs, to: to.base + place * to.stride) }
      if let to = batch.values { type.copy(at + inputBytes, to.columns, to: to.base + place * to.stride) }
      if let to = batch.classes { to[place] = (at + inputBytes).loadUnaligned(as: Int32.self) }
      if let to = batch.weights { type.copy(at + inputBytes + header.targetBytes, 1, to: to + place) }
    }
    file.didRead(rows.count * header.rowBytes)
  }

  public func willRead(_ rows: Range<Int>) {
    file.willRead(start + rows.lowerBound * header.rowBytes..<start + rows.upperBound * header.rowBytes)
  }
}

extension RowSource {
  /// Writes all rows to a packed file, for ``PackedRows``, in the source's precision.
  ///
  /// Either the whole file is there afterwards or what was there before. Memory does not grow with the rows.
  ///
  /// - Throws: `FileError` if a row cannot be read or the file cannot be written.
  public func pack(to path: String) throws(FileError) {
    let header = PackedHeader(of: self)
    let start = try header.bytes(path)
    try writeFile(to: path) { append throws(FileError) in
      var checksum = CRC32()
      func add(_ chunk: [UInt8]) throws(FileError) {
        checksum.add(chunk)
        try append(chunk)
      }
      try add(start)
      try header.append(rowsOf: self, path, add)
      try append(checksum.bytes)
    }
  }
}

extension PackedHeader {
  /// Appends all rows of a source of the header's shape.
  func append<Source: RowSource>(
    rowsOf source: Source, _ path: String, _ append: ([UInt8]) throws(FileError) -> Void
  ) throws(FileError) {
    if source.rows == 0 { return }
    let rowsAtATime = min(source.rows, max(1, (1 << 20) / rowBytes))
    var rows = [UInt8](repeating: 0, count: rowsAtATime * rowBytes)
    let buffer = RowBuffer<Source.Element>(source, capacity: rowsAtATime)
    for first in stride(from: 0, to: source.rows, by: rowsAtATime) {
      let count = min(rowsAtATime, source.rows - first)
      do throws(RowSourceError) {
        write(try buffer.read(first..<first + count, of: source), to: &rows)
      } catch {
        throw FileError(.inputOutput, path: path, "a row cannot be read: \(error.description)")
      }
      try append(count == rowsAtATime ? rows : Array(rows[..<(count * rowBytes)]))
    }
  }
}
