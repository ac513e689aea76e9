import Glibc
import Synchronization

/// A file mapped for reading: its pages are read when they are touched, and given back when memory is short, or after as
/// many bytes as ``mostResident``, so that a large file does not count as this process's memory.
final class MappedFile: Sendable {
  let path: String
  /// In bytes.
  let size: Int
  private let descriptor: Int32
  /// The pages, which nobody writes to and which stay until deinit.
  nonisolated(unsafe) private let base: UnsafeRawPointer?
  private let changed: (Int, Int)
  /// Bytes read since pages were last given back.
  private let touched = Atomic(0)

  /// Mapping 32 MB again takes half a millisecond, a twentieth of reading them.
  private static var mostResident: Int { 32 << 20 }

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

  /// Counts bytes that have been read.
  func didRead(_ bytes: Int) {
    guard let base, touched.add(bytes, ordering: .relaxed).newValue >= Self.mostResident else { return }
    touched.store(0, ordering: .relaxed)
    // Pages stay in the system's cache, and a thread that reads them now gets them from there.
    madvise(UnsafeMutableRawPointer(mutating: base), size, MADV_DONTNEED)
  }

  /// Asks for some bytes ahead of reading them.
  func willRead(_ range: Range<Int>) {
    guard let base else { return }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let start = max(0, range.lowerBound) / page * page
    let end = min(range.upperBound, size)
    if start < end { madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_WILLNEED) }
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
