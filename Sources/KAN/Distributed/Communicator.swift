/// The processes that train one network together, each with its own rows: the ranks 0 ..< ``ranks``.
///
/// The engine needs one operation, which sends to another rank and receives from it at once. Sums, gathers and
/// broadcasts are built on it in one fixed order, so that every implementation gives the same bits:
/// `MPICommunicator` of `KANMPI` for a cluster, ``OneProcess`` where there is no other rank.
///
/// All ranks call the same operations in the same order. A rank that fails calls ``abort(_:code:)``, which ends all of
/// them; an exchange with a rank that has gone does not return.
public protocol Communicator: Sendable {
  /// This process, 0 ..< ``ranks``.
  var rank: Int { get }
  /// How many processes there are, 1 or more.
  var ranks: Int { get }
  /// What this rank has sent so far.
  var traffic: Traffic { get }

  /// Sends bytes to another rank and receives bytes from it, both at once. The partner calls it with this rank and with
  /// the sizes the other way round; a size may be 0.
  func exchange(with partner: Int, sending: UnsafeRawBufferPointer, receiving: UnsafeMutableRawBufferPointer)

  /// Ends all ranks, with a message on standard error.
  func abort(_ message: String, code: Int32) -> Never
}

/// Messages and bytes that a rank has sent.
public struct Traffic: Sendable, Equatable, Codable {
  /// Those with at least one byte.
  public var messages = 0
  /// Of all messages.
  public var bytes = 0

  /// - Parameters:
  ///   - messages: those with at least one byte.
  ///   - bytes: of all messages.
  public init(messages: Int = 0, bytes: Int = 0) {
    self.messages = messages
    self.bytes = bytes
  }

  /// What was sent since an earlier count.
  public static func - (a: Traffic, b: Traffic) -> Traffic {
    Traffic(messages: a.messages - b.messages, bytes: a.bytes - b.bytes)
  }
}

/// A single process, which has all rows.
public struct OneProcess: Communicator {
  public var rank: Int { 0 }
  public var ranks: Int { 1 }
  public var traffic: Traffic { Traffic() }

  /// The one rank of a run without others.
  public init() {}

  public func exchange(
    with partner: Int, sending: UnsafeRawBufferPointer, receiving: UnsafeMutableRawBufferPointer
  ) {
    // No sum, broadcast or gather of one rank gets here: there is nobody to exchange with.
    fatalError("OneProcess: an exchange with rank \(partner)")
  }

  /// Ends the process with a trap, as for any broken promise: one rank has nobody to tell.
  public func abort(_ message: String, code: Int32) -> Never { fatalError(message) }
}
