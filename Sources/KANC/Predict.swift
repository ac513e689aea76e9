// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN
import KANFiles

extension Model {
  func predict(_ x: swiftkan_array, _ y: swiftkan_array, threads: Int64) throws {
    try x.check("x", columns: network.inputs)
    try y.check("y", rows: Int(x.rows), columns: network.outputs)
    let pool = try Pools.pool(threads)
    if let from = x.memory(Element.self), let to = y.memory(Element.self) {
      try predictors.use(network, pool) { try $0.predict(checking: UnsafeBufferPointer(from), into: to) }
    } else {
      try y.write(network.predict(x.matrix(Element.self), pool: pool))
    }
  }

  func predict(_ table: Table, _ y: swiftkan_array, _ pool: ThreadPool) throws {
    try y.check("y", rows: table.rows, columns: network.outputs)
    let inputs = try inputs(of: table, pool)
    try y.write(network.inUnitsOfTable(network.predict(inputs, pool: pool)))
  }

  func intervals(
    _ table: Table, level: Double, _ lower: swiftkan_array, _ upper: swiftkan_array, _ pool: ThreadPool
  ) throws {
    for array in [lower, upper] { try array.check("intervals", rows: table.rows, columns: network.outputs) }
    var result = try network.predictionIntervals(at: try inputs(of: table, pool), level: level, pool: pool)
    network.encoding?.restoreTargets(&result.lower)
    network.encoding?.restoreTargets(&result.upper)
    try lower.write(result.lower)
    try upper.write(result.upper)
  }

  func inputs(of table: Table, _ pool: ThreadPool) throws -> Matrix<Element> {
    var unknown: [String: Int] = [:]
    let encoding = network.tableEncoding
    let inputs: Matrix<Element> = try encoding.inputs(of: table, unknown: &unknown, pool: pool)
    // A model that has not met gaps does not know what they mean.
    let needsValues = encoding.inputs.contains(where: \.needsValues)
    if needsValues, inputs.elements.contains(where: { $0 != $0 }) {
      throw Failure.data("an input is missing, and the model was trained without gaps")
    }
    return inputs
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_predict(
  _ model: OpaquePointer?, _ x: UnsafePointer<swiftkan_array>?, _ y: UnsafePointer<swiftkan_array>?, _ threads: Int64,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    try ModelHandle.at(model).predict(required(x, "x"), required(y, "y"), threads: threads)
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_predict_table(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ y: UnsafePointer<swiftkan_array>?, _ threads: Int64,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let table = try TableBox.at(table).table
    try ModelHandle.at(model).predict(table, required(y, "y"), Pools.pool(threads))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_intervals(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ level: Double, _ lower: UnsafePointer<swiftkan_array>?,
  _ upper: UnsafePointer<swiftkan_array>?, _ threads: Int64,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let table = try TableBox.at(table).table
    try ModelHandle.at(model).intervals(
      table, level: level, required(lower, "lower"), required(upper, "upper"), Pools.pool(threads))
  }
}
