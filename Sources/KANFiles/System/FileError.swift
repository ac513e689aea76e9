/// What went wrong with a file, in one printable line.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The class of the failure.
  public enum Kind: Sendable {
    /// The file or folder does not exist.
    case notFound
    /// The contents break the rules of the format.
    case malformed
    /// The output file cannot be created.
    case cannotCreate
    /// The operating system refused or failed to read or write.
    case inputOutput
  }

  /// The class of the failure, by which a caller can decide.
  public let kind: Kind
  /// The path as given, made printable.
  public let path: String
  /// The reason, one printable line.
  public let message: String

  public var description: String { "\(path): \(message)" }

  /// Control characters in `path` and `message` are escaped.
  package init(_ kind: Kind, path: String, _ message: String) {
    self.kind = kind
    self.path = path.isEmpty ? "\"\"" : printable(path, limit: 4096)
    self.message = printable(message, limit: 4096)
  }
}
