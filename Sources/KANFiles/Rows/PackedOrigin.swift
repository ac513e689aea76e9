import Glibc

/// Which file, read how, a packed file was made from: it is used again only for the same.
struct PackedOrigin: Sendable, Codable, Equatable {
  /// Of the file, in bytes, and its time of modification.
  let size, seconds, nanoseconds: Int
  /// Of ``pieces`` evenly spaced pieces of the file, the first and last bytes among them (FNV-1a).
  let hash: UInt64
  /// Columns, task, precision and whatever else decides what the rows become.
  let reading: String

  private static var pieces: Int { 16 }
  private static var pieceBytes: Int { 1 << 16 }

  /// - Throws: `FileError` if the file cannot be read.
  init(of path: String, reading: String) throws(FileError) {
    let source = try TextSource(path: path)
    guard let status = status(of: path) else { throw readError(path, errno) }
    (size, seconds, nanoseconds) = (source.size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    self.reading = reading
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let length = min(size, Self.pieceBytes)
    for piece in 0..<Self.pieces {
      let start = (size - length) * piece / (Self.pieces - 1)
      for byte in try source.bytes(start..<start + length) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    self.hash = hash
  }
}
