import FoundationEssentials
import KAN

/// What stands before the rows of a packed file.
///
///     KANROWS2            8 bytes
///     length of the text  8 bytes, little-endian
///     text                JSON, filled up with blanks so that the rows begin at a multiple of 64 bytes
///     rows                inputs, then targets (numbers, or the index of a class in 4 bytes), then the weight if there
///                         is one; without gaps, little-endian
///     checksum            CRC-32 of all bytes before it, 4 bytes, little-endian
///
/// Files of KANROWS1 had no checksum.
struct PackedHeader: Sendable, Codable {
  /// Of inputs, targets and weights: `float32` or `float64`.
  let type: StoredNumbers
  let rows, inputs: Int
  /// Columns of targets, or how many classes there are: one of them.
  let targets, classes: Int?
  let hasWeights: Bool
  let names: Names
  /// Of rows that were packed from a table: which file it was, what became of its columns, and what there was to say.
  var origin: PackedOrigin?
  var encoding: TableEncoding?
  var notes: [String]?

  private static let magic = Array("KANROWS2".utf8)
  /// Of the checksum, in bytes.
  static let checksumSize = 4
  /// Of the text, at most.
  private static let longest = 64 << 20

  /// Rows of a table.
  init<Element: Scalar>(
    rows: Int, _: Element.Type, _ encoding: TableEncoding, origin: PackedOrigin, notes: [String]
  ) {
    type = Element.self == Float.self ? .float32 : .float64
    self.rows = rows
    inputs = encoding.inputs.count
    (targets, classes) = encoding.classes.isEmpty ? (encoding.targets.count, nil) : (nil, encoding.classes.count)
    hasWeights = encoding.weights != nil
    names = encoding.names
    (self.origin, self.encoding, self.notes) = (origin, encoding, notes)
  }

  init<Source: RowSource>(of source: Source) {
    type = Source.Element.self == Float.self ? .float32 : .float64
    rows = source.rows
    inputs = source.inputColumns
    (targets, classes) =
      switch source.targetShape {
      case .values(let columns): (columns, nil)
      case .classes(let count): (nil, count)
      }
    hasWeights = source.hasWeights
    names = source.names
  }

  var targetShape: TargetShape { classes.map { .classes(count: $0) } ?? .values(columns: targets ?? 0) }
  var targetBytes: Int { classes == nil ? (targets ?? 0) * type.size : MemoryLayout<Int32>.size }
  var rowBytes: Int { inputs * type.size + targetBytes + (hasWeights ? type.size : 0) }

  /// All bytes before the rows.
  func bytes(_ path: String) throws(FileError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var text: [UInt8]
    do { text = Array(try encoder.encode(self)) } catch {
      throw FileError(.cannotCreate, path: path, "the header cannot be written: \(error)")
    }
    text += Array(repeating: 0x20, count: (64 - (16 + text.count) % 64) % 64)
    var bytes = Self.magic
    appendLittleEndian([text.count], to: &bytes) { UInt64($0) }
    return bytes + text
  }

  /// The header of a file, and where its rows begin.
  static func read(_ file: MappedFile) throws(FileError) -> (PackedHeader, Int) {
    func malformed(_ reason: String) -> FileError { FileError(.malformed, path: file.path, reason) }
    let begin = try file.prefix(16)
    if begin.starts(with: Array("KANROWS1".utf8)) {
      throw malformed("rows packed by an earlier version, without a checksum; pack them again")
    }
    guard begin.starts(with: magic) else { throw malformed("not a packed file of rows (wrong magic bytes)") }
    guard begin.count == 16 else { throw malformed("truncated header") }
    let length = begin[8...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= longest, Int(length) <= file.size - 16 else {
      throw malformed("the header of \(length) bytes goes beyond the end of the file")
    }
    let text = try file.prefix(16 + Int(length))[16...]
    let header: PackedHeader
    do { header = try JSONDecoder().decode(PackedHeader.self, from: Data(text)) } catch {
      throw malformed("the header does not parse")
    }
    guard !header.type.isInteger, header.rows >= 0, (1...1 << 32).contains(header.inputs),
      (header.targets == nil) != (header.classes == nil),
      (1...1 << 32).contains(header.targets ?? 1), (1...Int(Int32.max)).contains(header.classes ?? 1)
    else { throw malformed("the header has an impossible shape") }
    do throws(NamesError) {
      try header.names.check(
        inputs: header.inputs, outputs: header.targets ?? header.classes ?? 0,
        task: header.classes == nil ? .regression : .classification)
    } catch {
      throw malformed(error.description)
    }
    return (header, 16 + Int(length))
  }

  /// Compares a file's checksum with its bytes, which are all read.
  static func requireIntact(_ file: MappedFile) throws(FileError) {
    var checksum = CRC32()
    let end = file.size - checksumSize
    let most = 4 << 20
    for start in stride(from: 0, to: end, by: most) {
      let count = min(most, end - start)
      try file.requireUnchanged()
      file.willRead(start + count..<start + count + most)
      checksum.add(UnsafeRawBufferPointer(start: file.bytes(from: start), count: count))
      file.didRead(count)
    }
    let stored = UInt32(littleEndian: file.bytes(from: end).loadUnaligned(as: UInt32.self))
    guard stored == checksum.value else {
      throw FileError(.malformed, path: file.path, "the file is damaged: its checksum does not fit its contents")
    }
  }

  /// Writes some rows one after another from the beginning of `bytes` on.
  func write<Element: Scalar>(_ batch: RowBatch<Element>, to bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { to in
      var at = to.baseAddress!
      func put<Value>(_ from: UnsafePointer<Value>, _ count: Int) {
        at.copyMemory(from: from, byteCount: count * MemoryLayout<Value>.size)
        at += count * MemoryLayout<Value>.size
      }
      for row in 0..<batch.rows {
        if let x = batch.inputs { put(x.base + row * x.stride, x.columns) }
        if let y = batch.values { put(y.base + row * y.stride, y.columns) }
        if let classes = batch.classes { put(classes + row, 1) }
        if let weights = batch.weights { put(weights + row, 1) }
      }
    }
  }
}
