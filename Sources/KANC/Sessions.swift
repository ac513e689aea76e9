// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN

/// A session of either precision.
protocol AnySession: AnyObject {
  func forward(_ p: swiftkan_array?, _ x: swiftkan_array, _ y: swiftkan_array) throws
  func backward(_ dy: swiftkan_array, _ dx: swiftkan_array?, _ dp: swiftkan_array?) throws
}

final class SessionHandle {
  let session: any AnySession
  init(_ session: any AnySession) { self.session = session }

  static func at(_ pointer: OpaquePointer?) throws -> any AnySession {
    guard let pointer else { throw Failure.usage("a session is missing") }
    return Unmanaged<SessionHandle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue().session
  }
}

final class SessionBox<Element: Scalar>: AnySession {
  private let session: Session<Element>
  private let outputs, parameters: Int
  private var rows = 0

  init(_ session: Session<Element>) {
    self.session = session
    outputs = session.network.outputs
    parameters = session.network.parameterCount
  }

  func forward(_ p: swiftkan_array?, _ x: swiftkan_array, _ y: swiftkan_array) throws {
    let inputs = session.inputColumns
    try x.check("x", columns: inputs)
    try y.check("y", rows: Int(x.rows), columns: outputs)
    guard (1...session.capacity).contains(Int(x.rows)) else {
      throw Failure.usage("\(x.rows) rows for a session of \(session.capacity)")
    }
    if let p {
      try p.check("p", rows: parameters, columns: 1)
      guard let from = p.memory(Element.self) else {
        throw Failure.usage("p has to be an array without gaps in the model's precision")
      }
      session.network.parameters.withUnsafeMutableBufferPointer {
        $0.baseAddress!.update(from: from.baseAddress!, count: parameters)
      }
    }
    rows = Int(x.rows)
    let result: MatrixView<Element>
    if let from = x.memory(Element.self) {
      result = session.forward(
        MatrixView(base: UnsafePointer(from.baseAddress!), rows: rows, columns: inputs, stride: inputs))
    } else {
      result = session.forward(x.matrix(Element.self))
    }
    try y.write(result.base)
  }

  func backward(_ dy: swiftkan_array, _ dx: swiftkan_array?, _ dp: swiftkan_array?) throws {
    guard rows > 0 else { throw Failure.usage("backward before forward") }
    try dy.check("dy", rows: rows, columns: outputs)
    try dx?.check("dx", rows: rows, columns: session.inputColumns)
    try dp?.check("dp", rows: parameters, columns: 1)
    if let from = dy.memory(Element.self) {
      session.backward(
        MatrixView(base: UnsafePointer(from.baseAddress!), rows: rows, columns: outputs, stride: outputs),
        includingParameters: dp != nil, includingInputs: dx != nil)
    } else {
      session.backward(dy.matrix(Element.self), includingParameters: dp != nil, includingInputs: dx != nil)
    }
    if let dx { try dx.write(session.inputGradient.base) }
    if let dp { try session.gradient.withUnsafeBufferPointer { try dp.write($0.baseAddress!) } }
  }
}

extension Session {
  fileprivate var inputColumns: Int { network.inputs }
}

extension Model {
  func session(rows: Int, _ pool: ThreadPool) -> any AnySession {
    let isUnscaled =
      network.inputScaling == Scaling(identity: network.inputs)
      && network.outputScaling == Scaling(identity: network.outputs)
    return SessionBox(Session(network, rows: rows, units: isUnscaled ? .layers : .data, pool: pool))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_session_make(
  _ model: OpaquePointer?, _ rows: Int64, _ threads: Int64, _ session: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    guard (1...Int64(1 << 40)).contains(rows), let session else { throw Failure.usage("\(rows) rows of a session") }
    let made = try ModelHandle.at(model).session(rows: Int(rows), Pools.pool(threads))
    session.pointee = OpaquePointer(Unmanaged.passRetained(SessionHandle(made)).toOpaque())
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_session_free(_ session: OpaquePointer?) {
  if let session { Unmanaged<SessionHandle>.fromOpaque(UnsafeRawPointer(session)).release() }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_session_forward(
  _ session: OpaquePointer?, _ p: UnsafePointer<swiftkan_array>?, _ x: UnsafePointer<swiftkan_array>?,
  _ y: UnsafePointer<swiftkan_array>?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) { try SessionHandle.at(session).forward(p?.pointee, required(x, "x"), required(y, "y")) }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_session_backward(
  _ session: OpaquePointer?, _ dy: UnsafePointer<swiftkan_array>?, _ dx: UnsafePointer<swiftkan_array>?,
  _ dp: UnsafePointer<swiftkan_array>?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) { try SessionHandle.at(session).backward(required(dy, "dy"), dx?.pointee, dp?.pointee) }
}
