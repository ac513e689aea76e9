/// What a model has that an export cannot say.
public struct ExportError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Lower case, without a full stop.
  public let description: String
  /// - Parameter description: what cannot be exported, and why.
  public init(_ description: String) { self.description = description }
}
