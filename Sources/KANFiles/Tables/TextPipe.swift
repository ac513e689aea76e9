import Glibc

/// A table that comes through a pipe: rows as they arrive, none of which is kept.
///
/// What its columns are is known beforehand, as no row may wait for those behind it.
final class TextPipe {
  let path: String
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var hasEnded = false
  /// The header, once it is there.
  private var file: DelimitedFile?
  private var rows = 0
  private var lines = 0

  /// Bytes that are asked for at a time.
  private static var portion: Int { 1 << 20 }

  /// - Throws: `FileError` if the path is no open descriptor.
  init(path: String) throws(FileError) {
    self.path = path
    descriptor = openDescriptor(named: path).map { fcntl($0, F_DUPFD_CLOEXEC, 0) } ?? -1
    guard descriptor >= 0 else { throw readError(path, errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The names of the columns.
  func header() throws(FileError) -> DelimitedFile {
    if let file { return file }
    while true {
      try readMore()
      guard hasEnded || pending.contains(0x0A) else { continue }
      let found: DelimitedFile
      do throws(FileError) {
        found = try DelimitedFile(bytes: pending, path: path, separator: 0x2C)
      } catch {
        // A header in quotation marks may go on.
        if hasEnded || pending.count > 16 * Self.portion { throw error }
        continue
      }
      if found.bodyOffset == pending.count && !hasEnded && pending.last != 0x0A { continue }
      pending.removeFirst(found.bodyOffset)
      lines = found.headerLines
      file = found
      return found
    }
  }

  /// The rows that come next, with the header of all; nil at the end.
  func next() throws(FileError) -> DelimitedFile? {
    let file = try header()
    while true {
      let end = hasEnded ? pending.count : endOfRows(file.header.count)
      if end > 0, let counts = passed(pending[..<end], file) {
        let part = file.rest(Array(pending[..<end]), after: rows, lines: lines)
        pending.removeFirst(end)
        (rows, lines) = (rows + counts.rows, lines + counts.lines)
        return part
      }
      if hasEnded { return nil }
      try readMore()
    }
  }

  /// After the last line feed. In a table of one column blank lines may be rows, unless none but blank ones follow.
  private func endOfRows(_ columns: Int) -> Int {
    guard var end = pending.lastIndex(of: 0x0A).map({ $0 + 1 }) else { return 0 }
    if columns == 1 {
      while end > 0, [0x0A, 0x0D, 0x20, 0x09].contains(pending[end - 1]) { end -= 1 }
      while end > 0, end < pending.count, pending[end] != 0x0A { end += 1 }
      end = end > 0 ? min(end + 1, pending.count) : 0
    }
    return end
  }

  /// Rows and lines of a stretch; nil if it ends within a quotation that may go on.
  private func passed(_ bytes: ArraySlice<UInt8>, _ file: DelimitedFile) -> (rows: Int, lines: Int)? {
    var walk = RowWalk(file.scanner, columns: file.header.count)
    var visitor = NoVisitor()
    do throws(ScanFailure) { try walk.run(bytes.span, &visitor) } catch {
      if error.isOpenQuotation && !hasEnded { return nil }
      // Whoever reads it says what is wrong.
    }
    return (walk.rows, walk.lines)
  }

  private func readMore() throws(FileError) {
    var failure: Int32 = 0
    var ended = false
    pending += [UInt8](unsafeUninitializedCapacity: Self.portion) { buffer, filled in
      let count = readSome(descriptor, into: UnsafeMutableRawBufferPointer(buffer))
      if count < 0 { failure = errno }
      if count <= 0 { ended = true }
      filled = max(0, count)
    }
    hasEnded = ended
    guard failure == 0 else { throw readError(path, failure) }
    // A row that does not end is no row.
    guard pending.count < memoryLimit() else { throw tooLarge(path) }
  }
}

private struct NoVisitor: CellVisitor {
  func mark(_ column: Int) -> UInt8? { nil }
  func isWanted(_ column: Int) -> Bool { false }
  mutating func visit(
    number: Double, _ text: borrowing Span<UInt8>, _ contents: Range<Int>, column: Int, row: Int, line: Int
  ) {}
  mutating func visit(_ cell: Cell, _ text: borrowing Span<UInt8>, column: Int, row: Int, line: Int) {}
}
