// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN

extension Model {
  func parameters(_ values: swiftkan_array, isSetting: Bool) throws {
    try values.check("parameters", rows: network.parameterCount, columns: 1)
    if !isSetting { return try network.parameters.withUnsafeBufferPointer { try values.write($0.baseAddress!) } }
    let own = values.matrix(Element.self).elements
    guard own.allSatisfy(\.isFinite) else { throw Failure.data("a parameter is not finite") }
    change { $0.parameters = own }
  }

  func forward(_ x: swiftkan_array, _ y: swiftkan_array, _ pool: ThreadPool) throws {
    try x.check("x", columns: network.inputs)
    try y.check("y", rows: Int(x.rows), columns: network.outputs)
    var result = network.outputs(for: x.matrix(Element.self), pool: pool)
    network.outputScaling.invert(on: result.mutableView())
    try y.write(result)
  }

  func vjp(
    _ x: swiftkan_array, _ dy: swiftkan_array, _ dx: swiftkan_array, _ dp: swiftkan_array, _ pool: ThreadPool
  ) throws {
    try x.check("x", columns: network.inputs)
    try dy.check("dy", rows: Int(x.rows), columns: network.outputs)
    try dx.check("dx", rows: Int(x.rows), columns: network.inputs)
    try dp.check("dp", rows: network.parameterCount, columns: 1)
    let result = network.vjp(
      at: x.matrix(Element.self), outputGradient: dy.matrix(Element.self), pool: pool)
    try dx.write(result.inputs)
    try result.parameters.withUnsafeBufferPointer { try dp.write($0.baseAddress!) }
  }

  func jacobian(_ x: swiftkan_array, _ jacobian: swiftkan_array, _ pool: ThreadPool) throws {
    try x.check("x", columns: network.inputs)
    try jacobian.check("jacobian", rows: Int(x.rows) * network.outputs, columns: network.inputs)
    let result = network.jacobian(at: x.matrix(Element.self), pool: pool)
    try result.elements.withUnsafeBufferPointer { if let base = $0.baseAddress { try jacobian.write(base) } }
  }

  func curve(layer: Int, input: Int, output: Int, _ places: swiftkan_array, _ values: swiftkan_array) throws {
    try places.check("places", columns: 1)
    try values.check("values", rows: Int(places.rows), columns: 1)
    guard network.layers.indices.contains(layer), (0..<network.layers[layer].inputs).contains(input),
      (0..<network.layers[layer].sums).contains(output)
    else { throw Failure.usage("there is no edge from input \(input) to output \(output) of layer \(layer)") }
    let curve = network.curve(
      ofLayer: layer, input: input, output: output, at: Array(places.matrix(Element.self).elements))
    try values.write(Matrix(rows: curve.values.count, columns: 1, elements: curve.values))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_parameters(
  _ model: OpaquePointer?, _ values: UnsafePointer<swiftkan_array>?, _ set: Int32,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) { try ModelHandle.at(model).parameters(required(values, "parameters"), isSetting: set != 0) }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_forward(
  _ model: OpaquePointer?, _ x: UnsafePointer<swiftkan_array>?, _ y: UnsafePointer<swiftkan_array>?, _ threads: Int64,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    try ModelHandle.at(model).forward(required(x, "x"), required(y, "y"), Pools.pool(threads))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_vjp(
  _ model: OpaquePointer?, _ x: UnsafePointer<swiftkan_array>?, _ dy: UnsafePointer<swiftkan_array>?,
  _ dx: UnsafePointer<swiftkan_array>?, _ dp: UnsafePointer<swiftkan_array>?, _ threads: Int64,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    try ModelHandle.at(model).vjp(
      required(x, "x"), required(dy, "dy"), required(dx, "dx"), required(dp, "dp"), Pools.pool(threads))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_jacobian(
  _ model: OpaquePointer?, _ x: UnsafePointer<swiftkan_array>?, _ jacobian: UnsafePointer<swiftkan_array>?,
  _ threads: Int64, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    try ModelHandle.at(model).jacobian(required(x, "x"), required(jacobian, "jacobian"), Pools.pool(threads))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_curve(
  _ model: OpaquePointer?, _ layer: Int64, _ input: Int64, _ output: Int64, _ places: UnsafePointer<swiftkan_array>?,
  _ values: UnsafePointer<swiftkan_array>?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    try ModelHandle.at(model).curve(
      layer: Int(layer), input: Int(input), output: Int(output), required(places, "places"),
      required(values, "values"))
  }
}
