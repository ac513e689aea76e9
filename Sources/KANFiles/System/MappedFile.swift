import Glibc

/// A file mapped for reading: its pages are read when they are touched, and given back when memory is short.
final class MappedFile: Sendable {
  let path: String
  /// In bytes.
  let size: Int
  private let descriptor: Int32
  /// The pages, which nobody writes to and which stay until deinit.
  nonisolated(unsafe) private let base: UnsafeRawPointer?
  private let changed: (Int, Int)

  /// - Throws: `FileError` for anything but a regular file that can be read.
  init(_ path: String) throws(FileError) {
    self.path = path
    guard !path.utf8.contains(0) else { throw FileError(.notFound, path: path, "the path contains a NUL character") }
    // The type is checked before opening, because opening a device can have effects of its own.
    guard let before = status(of: path) else { throw readError(path, errno) }
    guard NodeType(before) == .regular else { throw FileError(.malformed, path: path, "not a file that can be mapped") }
    let descriptor = openFile(path, O_RDONLY)
    guard descriptor >= 0 else { throw readError(path, errno) }
    guard let opened = status(of: descriptor) else {
      let code = errno
      close(descriptor)
      throw readError(path, code)
    }
    size = Int(opened.st_size)
    changed = (opened.st_mtim.tv_sec, opened.st_mtim.tv_nsec)
    if size > 0 {
      let pages = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
      guard let pages, pages != MAP_FAILED else {
        let code = errno
        close(descriptor)
        throw readError(path, code)
      }
      base = UnsafeRawPointer(pages)
    } else {
      base = nil
    }
    self.descriptor = descriptor
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), size) }
    close(descriptor)
  }

  /// Before pages are touched: that the file still is what was opened. A page beyond the end of a file that has been cut
  /// short ends the process, so no reader goes without this.
  ///
  /// - Throws: `FileError` if the file has been written to or cut since.
  func requireUnchanged() throws(FileError) {
    guard let now = status(of: descriptor) else { throw readError(path, errno) }
    if Int(now.st_size) < size {
      throw FileError(
        .inputOutput, path: path, "the file has been cut to \(amount(Int(now.st_size), "byte")) since it was opened")
    }
    if Int(now.st_size) != size || now.st_mtim.tv_sec != changed.0 || now.st_mtim.tv_nsec != changed.1 {
      throw FileError(.inputOutput, path: path, "the file has been changed since it was opened")
    }
  }

  /// Its bytes from an offset on; traps beyond the end.
  func bytes(from offset: Int) -> UnsafeRawPointer {
    guard let base, offset >= 0, offset <= size else { fatalError("\(path): offset \(offset) of \(size) bytes") }
    return base + offset
  }

  /// The first bytes, or all of a short file.
  func prefix(_ count: Int) throws(FileError) -> [UInt8] {
    try requireUnchanged()
    return [UInt8](UnsafeRawBufferPointer(start: base, count: min(count, size)))
  }
}
