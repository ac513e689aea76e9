// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN
import KANFiles

/// The options of `swiftkan_prune`; one of the first four says how much is left.
struct PruneSettings: Decodable {
  var threshold: Double?
  var edges, inputs, nodes: Int?
  var epochs: Int?
  var threads: Int64?

  func target() throws -> PruningTarget {
    let counts = [edges, inputs, nodes].compactMap(\.self)
    guard counts.count + (threshold == nil ? 0 : 1) <= 1, counts.allSatisfy({ $0 > 0 }),
      threshold.map({ $0 >= 0 && $0.isFinite }) ?? true, (0...1_000_000).contains(epochs ?? 0)
    else {
      throw Failure.usage("one of threshold, edges, inputs and nodes says how much is left, as a positive number")
    }
    if let edges { return .edges(edges) }
    if let inputs { return .inputs(inputs) }
    if let nodes { return .nodes(nodes) }
    return .threshold(threshold ?? 0.01)
  }
}

/// What pruning has removed.
struct PruneResult: Encodable {
  var edgesBefore, edgesAfter: Int
  /// Numbers of inputs, from 0.
  var inputsRemoved: [Int]
  /// Of the model, of what pruning left of it, and after the training.
  var lossBefore, lossPruned, lossAfter: Double
}

extension Model {
  func refine(_ table: Table, grid: Int, _ pool: ThreadPool) throws -> Double {
    guard (1...100_000).contains(grid) else { throw Failure.usage("grid has to be 1 to 100000") }
    let rows = try inputs(of: table, pool)
    return try change { Double(try $0.extendGrid(to: grid, on: rows, pool: pool)) }
  }

  func prune(_ table: Table, _ settings: PruneSettings, _ report: Report) throws -> (any AnyModel, PruneResult) {
    let pool = try Pools.pool(settings.threads ?? 0)
    let rows: EncodedTable<Element> = try network.tableEncoding.encode(table, pool: pool)
    let pruned = try network.pruned(to: settings.target(), on: rows.data.inputs, pool: pool)
    var trained = pruned.network
    let options = TrainingOptions(epochs: settings.epochs ?? 20)
    if !pruned.map.edgesRemoved.isEmpty && options.epochs > 0 {
      let method: any TrainingMethod = network.monotone.isEmpty ? LBFGS() : AdamW(learningRate: 0.002)
      try trained.train(on: rows.data, with: method, options: options, pool: pool) { progress, _ in
        report.epoch(progress)
      }
    }
    let losses = [network, pruned.network, trained].map { $0.evaluate(on: rows.data, pool: pool).loss }
    let result = PruneResult(
      edgesBefore: pruned.map.edgesBefore, edgesAfter: pruned.map.edgesAfter,
      inputsRemoved: pruned.map.inputsRemoved.map { $0 }, lossBefore: losses[0], lossPruned: losses[1],
      lossAfter: losses[2])
    return (Model(trained), result)
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_refine(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ grid: Int64, _ threads: Int64,
  _ deviation: UnsafeMutablePointer<Double>?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let largest = try ModelHandle.at(model).refine(TableBox.at(table).table, grid: Int(grid), Pools.pool(threads))
    deviation?.pointee = largest
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_prune(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ options: UnsafePointer<CChar>?, _ report: swiftkan_report?,
  _ context: UnsafeMutableRawPointer?, _ pruned: UnsafeMutablePointer<OpaquePointer?>?,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let (made, removed) = try ModelHandle.at(model).prune(
      TableBox.at(table).table, decoded(options, PruneSettings.self), Report(report, context))
    try give(made, pruned)
    result?.pointee = copied(try json(removed))
  }
}
