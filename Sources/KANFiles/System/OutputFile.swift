import Glibc

/// Checks early what `writeFile` would find at the end: throws `.cannotCreate` if no file can be created at the path.
package func checkWritable(_ path: String) throws(FileError) {
  if openDescriptor(named: path) != nil { return }
  if let status = status(of: path) {
    switch NodeType(status) {
    case .folder: throw FileError(.cannotCreate, path: path, "a folder of that name exists")
    case .regular: break
    // Stays open as long as the process: a reader would take a pipe that is closed again for the end of its data.
    case .pipe:
      _ = try openPipe(path, path: path)
      return
    default: return
    }
  } else if errno == EACCES {
    throw FileError(.cannotCreate, path: path, "no permission to search its folder")
  }
  let slash = path.lastIndex(of: "/")
  let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  guard !path.isEmpty, !path.hasSuffix("/"), let status = status(of: folder), NodeType(status) == .folder else {
    throw FileError(.cannotCreate, path: path, "there is no folder \(printable(folder, limit: 200))")
  }
  if access(folder, W_OK | X_OK) != 0 { throw FileError(.cannotCreate, path: path, "the folder cannot be written to") }
}

/// The descriptor of a file opened for incremental writing, emptied or for appending; the caller closes it.
package func openOutput(_ path: String, appending: Bool = false) throws(FileError) -> Int32 {
  if openDescriptor(named: path) == nil, status(of: path).map(NodeType.init) == .pipe {
    return try openPipe(path, path: path)
  }
  let descriptor = openFile(path, O_WRONLY | O_CREAT | (appending ? O_APPEND : O_TRUNC), mode: 0o666)
  guard descriptor >= 0 else {
    throw FileError(.cannotCreate, path: path, "cannot create the file: \(systemMessage(errno))")
  }
  return descriptor
}

/// Whether a file written again and again replaces itself: not in a pipe or a device, where one follows the other.
package func isReplaceable(_ path: String) -> Bool {
  if openDescriptor(named: path) != nil { return false }
  return status(of: path).map { NodeType($0) == .regular } ?? true
}
