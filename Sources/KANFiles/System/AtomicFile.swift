import Glibc

/// Writes a file atomically. See `writeFile(chunks:to:)`.
package func writeFile(_ bytes: [UInt8], to path: String) throws(FileError) {
  try writeFile(chunks: [bytes], to: path)
}

/// Writes a file atomically: it holds either all bytes or its old contents.
///
/// A temporary file in the same folder is written, synchronised and renamed; an existing file keeps its permission
/// bits, and a symbolic link its place. The temporary file has no name until it is complete, if the file system allows
/// that, so that a process killed while writing leaves nothing behind. Pipes, devices and paths such as `/dev/stdout`
/// are written directly; a pipe without a reader is an error, not a wait. Throws `.cannotCreate` if the file cannot be
/// opened or replaced, and `.inputOutput` if writing fails.
package func writeFile(chunks: [[UInt8]], to path: String) throws(FileError) {
  try writeFile(to: path) { append throws(FileError) in
    for chunk in chunks { try append(chunk) }
  }
}

/// What gives a file its contents, chunk by chunk, by calling the closure that it is given.
package typealias FileContents = (_ append: ([UInt8]) throws(FileError) -> Void) throws(FileError) -> Void

/// The same with contents that are made while they are written; an error of theirs leaves the old file.
package func writeFile(to path: String, _ contents: FileContents) throws(FileError) {
  guard !path.isEmpty, !path.utf8.contains(0) else { throw FileError(.cannotCreate, path: path, "not a file name") }
  let target = try resolveLinks(path)
  if let number = openDescriptor(named: target) {
    let descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard descriptor >= 0 else { throw cannotCreate(path, errno) }
    return try writeDirectly(contents, to: descriptor, path: path)
  }
  guard let status = status(of: target) else {
    guard errno == ENOENT else { throw cannotCreate(path, errno) }
    return try replace(target, with: contents, old: nil, path: path)
  }
  switch NodeType(status) {
  case .regular:
    guard access(target, W_OK) == 0 else { throw cannotCreate(path, errno) }
    try replace(target, with: contents, old: status, path: path)
  case .folder: throw FileError(.cannotCreate, path: path, "is a folder")
  case .pipe: try writeDirectly(contents, to: openPipe(target, path: path), path: path)
  default:
    let descriptor = openFile(target, O_WRONLY)
    guard descriptor >= 0 else { throw cannotCreate(path, errno) }
    try writeDirectly(contents, to: descriptor, path: path)
  }
}

/// Opens a named pipe for writing without waiting for a reader, which may never come.
func openPipe(_ target: String, path: String) throws(FileError) -> Int32 {
  let descriptor = openFile(target, O_WRONLY | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw errno == ENXIO ? FileError(.cannotCreate, path: path, "a pipe that nobody reads") : cannotCreate(path, errno)
  }
  // Writing waits for the reader again.
  _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
  return descriptor
}

/// Follows symbolic links in the last component, also to files that do not exist yet, up to an open descriptor.
private func resolveLinks(_ path: String) throws(FileError) -> String {
  var target = path
  for _ in 0..<40 {
    if openDescriptor(named: target) != nil { return target }
    let capacity = Int(PATH_MAX)
    var buffer = [CChar](repeating: 0, count: capacity)
    let count = readlink(target, &buffer, capacity)
    guard count >= 0 else { return target }
    let bytes = buffer.prefix(count).map(UInt8.init(bitPattern:))
    guard let link = String(validating: bytes, as: UTF8.self), count < capacity else {
      throw FileError(.cannotCreate, path: path, "the target of the symbolic link is not a usable path")
    }
    target = link.hasPrefix("/") ? link : folder(of: target) + "/" + link
  }
  throw cannotCreate(path, ELOOP)
}

private func folder(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: 0x2F) else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Writes a temporary file and renames it to `target`; `path` is only for messages.
private func replace(
  _ target: String, with contents: FileContents, old: stat?, path: String
) throws(FileError) {
  guard !target.hasSuffix("/") else { throw FileError(.cannotCreate, path: path, "not a file name") }
  let folder = folder(of: target)
  var draft = try Draft(in: folder, path: path)
  do throws(FileError) {
    do throws(FileError) {
      try contents { chunk throws(FileError) in try writeAll(chunk, to: draft.descriptor, path: path) }
      if let old { try keepAttributes(of: old, on: draft.descriptor, path: path) }
      guard fsync(draft.descriptor) == 0 else { throw cannotWrite(path, errno) }
      try draft.giveName(path: path)
    } catch {
      close(draft.descriptor)
      throw error
    }
    guard close(draft.descriptor) == 0 else { throw cannotWrite(path, errno) }
    guard let name = draft.name, rename(name, target) == 0 else { throw cannotCreate(path, errno) }
  } catch {
    if let name = draft.name { unlink(name) }
    throw error
  }
  try synchronise(folder: folder, path: path)
}

/// A new file in a folder that is being written, without a name at first if the file system has such files.
private struct Draft {
  let descriptor: Int32
  /// Its path, one that no other process uses; nil without a name.
  private(set) var name: String?
  private let folder: String

  init(in folder: String, path: String) throws(FileError) {
    self.folder = folder
    // O_TMPFILE, a macro that Swift does not see.
    let withoutName = 0o20000000 | O_DIRECTORY
    // The file gets its name by way of this folder, which a container may lack.
    if access("/proc/self/fd", X_OK) == 0 {
      let descriptor = openFile(folder, O_WRONLY | withoutName, mode: 0o666)
      if descriptor >= 0 {
        self.descriptor = descriptor
        return
      }
    }
    for _ in 0..<100 {
      let name = Self.freshName(in: folder)
      let descriptor = openFile(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
      if descriptor >= 0 {
        (self.descriptor, self.name) = (descriptor, name)
        return
      }
      guard errno == EEXIST else { break }
    }
    throw cannotCreate(path, errno)
  }

  /// Called when the file is complete.
  mutating func giveName(path: String) throws(FileError) {
    if name != nil { return }
    for _ in 0..<100 {
      let name = Self.freshName(in: folder)
      if linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 {
        self.name = name
        return
      }
      guard errno == EEXIST else { break }
    }
    throw cannotCreate(path, errno)
  }

  private static func freshName(in folder: String) -> String {
    folder + "/.\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).tmp"
  }
}

private func keepAttributes(of old: stat, on descriptor: Int32, path: String) throws(FileError) {
  // The owner can only be kept by a privileged process; without one, the file belongs to the writer.
  if let new = status(of: descriptor), new.st_uid != old.st_uid || new.st_gid != old.st_gid {
    _ = fchown(descriptor, old.st_uid, old.st_gid)
  }
  guard fchmod(descriptor, old.st_mode & 0o7777) == 0 else { throw cannotCreate(path, errno) }
}

/// Makes the renaming durable, if the file system can sync folders.
private func synchronise(folder: String, path: String) throws(FileError) {
  let descriptor = openFile(folder, O_RDONLY | O_DIRECTORY)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  if fsync(descriptor) != 0, errno == EIO { throw cannotWrite(path, errno) }
}

/// Writes to an open pipe or device and closes it.
private func writeDirectly(_ contents: FileContents, to descriptor: Int32, path: String) throws(FileError) {
  do throws(FileError) {
    try contents { chunk throws(FileError) in try writeAll(chunk, to: descriptor, path: path) }
  } catch {
    close(descriptor)
    throw error
  }
  guard close(descriptor) == 0 else { throw cannotWrite(path, errno) }
}

/// Writes all bytes, also after interruptions and partial writes.
private func writeAll(_ chunk: [UInt8], to descriptor: Int32, path: String) throws(FileError) {
  var offset = 0
  while offset < chunk.count {
    let count = chunk.withUnsafeBytes { raw in
      write(descriptor, raw.baseAddress.map { $0 + offset }, min(raw.count - offset, 1 << 30))
    }
    if count > 0 {
      offset += count
    } else if count == 0 || errno != EINTR {
      throw cannotWrite(path, count == 0 ? EIO : errno)
    }
  }
}

private func cannotCreate(_ path: String, _ code: Int32) -> FileError {
  FileError(.cannotCreate, path: path, "cannot create the file: \(systemMessage(code))")
}

private func cannotWrite(_ path: String, _ code: Int32) -> FileError {
  FileError(.inputOutput, path: path, "cannot write the file: \(systemMessage(code))")
}
