import Glibc

/// Reads a whole file into memory.
///
/// Regular files, pipes and sockets are read to their end; `/dev/stdin` and `/dev/fd/N` read the open descriptor.
/// Throws `.notFound` for a missing file, `.malformed` for a folder or a device, and `.inputOutput` for everything
/// that the operating system refuses, including contents that do not fit into half of the memory.
package func readFile(_ path: String) throws(FileError) -> [UInt8] {
  guard !path.utf8.contains(0) else { throw FileError(.notFound, path: path, "the path contains a NUL character") }
  let descriptor: Int32
  if let number = openDescriptor(named: path) {
    descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
  } else {
    // The type is checked before opening, because opening a device can have effects of its own.
    guard let status = status(of: path) else { throw readError(path, errno) }
    try checkReadable(NodeType(status), path)
    descriptor = openFile(path, O_RDONLY)
  }
  guard descriptor >= 0 else { throw readError(path, errno) }
  defer { close(descriptor) }
  guard let status = status(of: descriptor) else { throw readError(path, errno) }
  try checkReadable(NodeType(status), path)
  let limit = memoryLimit()
  let size = NodeType(status) == .regular ? Int(status.st_size) : 0
  guard size < limit else { throw tooLarge(path) }
  return try readToEnd(descriptor, expecting: size, limit: limit, path: path)
}

private func readToEnd(_ descriptor: Int32, expecting size: Int, limit: Int, path: String) throws(FileError) -> [UInt8]
{
  var failure: Int32 = 0
  var ended = false
  var bytes = readChunk(descriptor, capacity: size + 1, failure: &failure, ended: &ended)
  while !ended {
    guard bytes.count < limit else { throw tooLarge(path) }
    bytes += readChunk(descriptor, capacity: 1 << 20, failure: &failure, ended: &ended)
  }
  guard failure == 0 else { throw readError(path, failure) }
  return bytes
}

/// Reads until `capacity` bytes are there, or until the end or a failure, both of which set `ended`.
private func readChunk(_ descriptor: Int32, capacity: Int, failure: inout Int32, ended: inout Bool) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
    let raw = UnsafeMutableRawBufferPointer(buffer)
    while filled < capacity {
      let count = readSome(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: raw[filled...]))
      if count <= 0 {
        failure = count < 0 ? errno : 0
        ended = true
        return
      }
      filled += count
    }
  }
}

private func checkReadable(_ type: NodeType, _ path: String) throws(FileError) {
  switch type {
  case .regular, .pipe, .socket: return
  case .folder: throw FileError(.malformed, path: path, "a folder, but a file is expected")
  case .characterDevice, .blockDevice: throw FileError(.malformed, path: path, "a device, but a file is expected")
  case .other: throw FileError(.malformed, path: path, "not a file")
  }
}

func readError(_ path: String, _ code: Int32) -> FileError {
  switch code {
  case ENOENT, ENOTDIR: FileError(.notFound, path: path, "no such file")
  case EACCES, EPERM: FileError(.inputOutput, path: path, "no permission to read the file")
  default: FileError(.inputOutput, path: path, "cannot read the file: \(systemMessage(code))")
  }
}

func tooLarge(_ path: String) -> FileError {
  FileError(.inputOutput, path: path, "the contents are too large for the memory of this machine")
}

/// Half of the memory in bytes.
func memoryLimit() -> Int { availableMemory() / 2 }
