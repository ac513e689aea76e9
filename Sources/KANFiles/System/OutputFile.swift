import Glibc

/// Checks early what `writeFile` would find at the end: throws `.cannotCreate` if no file can be created at the path.
package func checkWritable(_ path: String) throws(FileError) {
  if let status = status(of: path) {
    if NodeType(status) == .folder { throw FileError(.cannotCreate, path: path, "a folder of that name exists") }
    if NodeType(status) != .regular { return }
  }
  let slash = path.lastIndex(of: "/")
  let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  guard !path.isEmpty, !path.hasSuffix("/"), let status = status(of: folder), NodeType(status) == .folder else {
    throw FileError(.cannotCreate, path: path, "there is no folder \(printable(folder, limit: 200))")
  }
  if access(folder, W_OK) != 0 { throw FileError(.cannotCreate, path: path, "the folder cannot be written to") }
}

/// The descriptor of a file opened for incremental writing, emptied or for appending; the caller closes it.
package func openOutput(_ path: String, appending: Bool = false) throws(FileError) -> Int32 {
  let descriptor = openFile(path, O_WRONLY | O_CREAT | (appending ? O_APPEND : O_TRUNC), mode: 0o666)
  guard descriptor >= 0 else {
    throw FileError(.cannotCreate, path: path, "cannot create the file: \(systemMessage(errno))")
  }
  return descriptor
}
