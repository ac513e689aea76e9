import Glibc

/// The file that a path names, whichever links lead to it: an existing one by device and number, one that does not exist
/// yet by its folder and name.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64
  private let name: String

  /// Nil for what is neither a regular file nor a place for one.
  package init?(_ path: String) {
    if let status = status(of: path) {
      guard NodeType(status) == .regular else { return nil }
      (device, number, name) = (UInt64(status.st_dev), UInt64(status.st_ino), "")
      return
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "."
    guard let status = status(of: folder) else { return nil }
    (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    name = slash.map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Those of a file, or of all files directly in a folder.
  package static func all(in path: String) -> Set<FileIdentity> {
    guard let status = status(of: path), NodeType(status) == .folder, let folder = opendir(path) else {
      return Set([FileIdentity(path)].compactMap(\.self))
    }
    defer { closedir(folder) }
    var result: Set<FileIdentity> = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let file = FileIdentity(path + "/" + name) { result.insert(file) }
    }
    return result
  }
}
