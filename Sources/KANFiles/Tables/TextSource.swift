import Glibc

/// The bytes of a file, read part by part.
///
/// Parts of a regular file are copied out of it when they are asked for, so that a large one never lies in memory, and
/// one that shrinks meanwhile is an error rather than the end of the process. Pipes are read to their end at once.
final class TextSource: Sendable {
  let path: String
  /// In bytes.
  let size: Int
  private let contents: Contents

  private enum Contents {
    case memory([UInt8])
    case descriptor(Int32)
  }

  init(bytes: [UInt8], path: String) {
    self.path = path
    size = bytes.count
    contents = .memory(bytes)
  }

  /// - Throws: everything of `readFile`.
  init(path: String) throws(FileError) {
    self.path = path
    guard openDescriptor(named: path) == nil, !path.utf8.contains(0), let found = status(of: path),
      NodeType(found) == .regular
    else {
      let bytes = try readFile(path)
      size = bytes.count
      contents = .memory(bytes)
      return
    }
    let descriptor = openFile(path, O_RDONLY)
    guard descriptor >= 0 else { throw readError(path, errno) }
    guard let opened = status(of: descriptor) else {
      let code = errno
      close(descriptor)
      throw readError(path, code)
    }
    size = max(0, Int(opened.st_size))
    contents = .descriptor(descriptor)
  }

  deinit {
    if case .descriptor(let descriptor) = contents { close(descriptor) }
  }

  /// A copy of some bytes.
  func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    switch contents {
    case .memory(let bytes): return Array(bytes[range])
    case .descriptor(let descriptor):
      guard range.count < memoryLimit() else { throw tooLarge(path) }
      var failure: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
        while filled < range.count {
          let count = pread(
            descriptor, buffer.baseAddress! + filled, min(range.count - filled, 1 << 30),
            off_t(range.lowerBound + filled))
          if count < 0, errno == EINTR { continue }
          if count < 0 { failure = errno }
          if count <= 0 { return }
          filled += count
        }
      }
      guard failure == 0 else { throw readError(path, failure) }
      guard bytes.count == range.count else { throw changedError() }
      return bytes
    }
  }

  /// The position after the first line feed at or after `offset`, or the end.
  func lineEnd(from offset: Int) throws(FileError) -> Int {
    var start = offset
    var length = 4096
    while start < size {
      let end = min(start + length, size)
      let found = try bytes(start..<end)
      if let place = found.firstIndex(of: 0x0A) { return start + place + 1 }
      start = end
      length = min(2 * length, 1 << 20)
    }
    return size
  }

  func changedError() -> FileError {
    FileError(.inputOutput, path: path, "the file was changed while it was read")
  }
}
