import Glibc
import KAN

/// The text of an error number.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}

/// The open descriptor that a path such as `/dev/stdin` or `/dev/fd/3` stands for.
func openDescriptor(named path: String) -> Int32? {
  switch path {
  case "/dev/stdin": return 0
  case "/dev/stdout": return 1
  case "/dev/stderr": return 2
  default:
    for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
      let digits = path.dropFirst(prefix.count)
      if !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) { return Int32(digits) }
    }
    return nil
  }
}

/// What a path or descriptor refers to.
enum NodeType {
  case regular, folder, pipe, socket, characterDevice, blockDevice, other

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    case S_IFCHR: self = .characterDevice
    case S_IFBLK: self = .blockDevice
    default: self = .other
    }
  }
}

/// The status of a path, links followed; nil with `errno` set on failure.
func status(of path: String) -> stat? {
  var result = stat()
  return stat(path, &result) == 0 ? result : nil
}

/// The status of an open descriptor; nil with `errno` set on failure.
func status(of descriptor: Int32) -> stat? {
  var result = stat()
  return fstat(descriptor, &result) == 0 ? result : nil
}

/// The memory that this process may use, in bytes.
package func availableMemory() -> Int { MachineLimits.current.memory }

/// Opens a path, repeated after interruption; negative with `errno` set on failure.
func openFile(_ path: String, _ flags: Int32, mode: mode_t = 0) -> Int32 {
  while true {
    let descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY, mode)
    if descriptor >= 0 || errno != EINTR { return descriptor }
  }
}

/// Reads at most `buffer.count` bytes, repeated after interruption.
func readSome(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
  while true {
    let count = read(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30))
    if count >= 0 || errno != EINTR { return count }
  }
}
