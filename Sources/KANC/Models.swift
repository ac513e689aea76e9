// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import Glibc
import KAN
import KANFiles

// Model files, copies and descriptions.

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_load(
  _ path: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    guard let path else { throw Failure.usage("a path is missing") }
    try give(try opened(ModelFile(path: String(cString: path))), model)
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_decode(
  _ bytes: UnsafeRawPointer?, _ count: Int64, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    guard let bytes, count >= 0 else { throw Failure.usage("bytes are missing") }
    let own = [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    try give(try opened(ModelFile(bytes: own, path: "model data")), model)
  }
}

private func opened(_ file: ModelFile) throws -> any AnyModel {
  file.isDouble ? Model(try Network<Double>(file)) : Model(try Network<Float>(file))
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_save(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    guard let path else { throw Failure.usage("a path is missing") }
    try ModelHandle.at(model).save(to: String(cString: path))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_encode(
  _ model: OpaquePointer?, _ bytes: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ count: UnsafeMutablePointer<Int64>?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    guard let bytes, let count else { throw Failure.usage("there is no place for the bytes") }
    let own = try ModelHandle.at(model).encoded()
    let memory = malloc(max(1, own.count))!
    own.withUnsafeBytes { if let base = $0.baseAddress { memory.copyMemory(from: base, byteCount: own.count) } }
    bytes.pointee = memory
    count.pointee = Int64(own.count)
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_copy(
  _ model: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) { try give(try ModelHandle.at(model).copy(), copy) }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_model_free(_ model: OpaquePointer?) {
  if let model { Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(model)).release() }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_describe(
  _ model: OpaquePointer?, _ description: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) { description?.pointee = copied(try json(ModelHandle.at(model).describe())) }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_sizes(_ model: OpaquePointer?, _ sizes: UnsafeMutablePointer<Int64>?) -> Int32 {
  attempt(nil) {
    guard let sizes else { throw Failure.usage("there is no place for the sizes") }
    let own = try ModelHandle.at(model).sizes
    for (place, size) in [own.inputs, own.outputs, own.parameters, own.type].enumerated() { sizes[place] = Int64(size) }
  }
}
