// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN
import KANFiles
import KANFormulas
import KANReport

/// What each column contributes to an output.
struct Explanation: Encodable {
  struct Pair: Encodable {
    var names: [String]
    var share: Double
  }
  var output: String
  var mean: Double
  var inputs: [ExplainedInput]
  var additive: Double
  var interactions: [Pair]
  var rest: Double
}

/// The formulas of a network's outputs.
struct FormulaResult: Encodable {
  struct Member: Encodable {
    var formula, latex: String
    var complexity: Int
    var rmse, modelRmse, r2: Double
    var isChosen: Bool
  }
  struct Target: Encodable {
    var target: String
    var front: [Member]
  }
  var targets: [Target]

  init(_ found: NetworkFormulas) {
    targets = found.targets.map { target in
      Target(
        target: target.name,
        front: target.front.indices.map { index in
          let formula = target.front[index]
          return Member(
            formula: formula.expression.text(names: found.names),
            latex: formula.expression.text(names: found.names, syntax: .latex), complexity: formula.complexity,
            rmse: formula.rmse, modelRmse: target.modelErrors[index], r2: formula.r2, isChosen: index == target.chosen)
        })
    }
  }
}

extension Model {
  func explain(_ table: Table, output: Int, _ pool: ThreadPool) throws -> Explanation {
    let output = output < 0 ? (network.task == .classification ? network.outputs - 1 : 0) : output
    guard (0..<network.outputs).contains(output) else {
      throw Failure.usage("output \(output) of \(network.outputs)")
    }
    let rows = try inputs(of: table, pool)
    if rows.rows == 0 { throw Failure.data("there are no rows") }
    let effects = try network.effects(on: rows, output: output, pool: pool)
    return Explanation(
      output: effects.output, mean: effects.mean,
      inputs: ExplainedInput.all(of: network, effects, output: output, on: rows, pool: pool),
      additive: effects.additive,
      interactions: effects.interactions.map { .init(names: $0.names, share: $0.share) }, rest: effects.rest)
  }

  /// The share of each column in what passes through the network on some rows.
  func importances(_ table: Table, _ pool: ThreadPool) throws -> [String: Double] {
    let rows = try inputs(of: table, pool)
    if rows.rows == 0 { throw Failure.data("there are no rows") }
    let scores = network.attribution(on: rows, pool: pool).inputs
    let total = scores.reduce(0, +)
    var result: [String: Double] = [:]
    for (input, score) in zip(network.tableEncoding.inputs, scores) {
      result[input.column, default: 0] += total > 0 ? score / total : 0
    }
    return result
  }

  func formula(_ table: Table, _ pool: ThreadPool) throws -> FormulaResult {
    // Constants need the data's digits, whatever the model's precision.
    let exact = try network.converted(to: Double.self)
    let rows: EncodedTable<Double> = try exact.tableEncoding.encode(table, pool: pool)
    return FormulaResult(try exact.formulas(on: rows.data, options: NetworkFormulaOptions(), pool: pool))
  }

  func plot(_ table: Table?, title: String, _ pool: ThreadPool) throws -> String {
    let rows = try table.map { table in
      let all = try inputs(of: table, pool)
      return all.selecting(rows: evenlySpaced(KANReport.Report.portraitRows, of: all.rows))
    }
    return Diagram(Portrait(network, rows: rows, pool: pool), title: title).svg()
  }

  func report(_ table: Table, title: String, _ pool: ThreadPool) throws -> String {
    let rows: EncodedTable<Element> = try network.tableEncoding.encode(table, pool: pool)
    let origin = KANReport.Report.Origin(
      command: "swiftkan", version: "\(SWIFTKAN_INTERFACE)", commit: nil, model: title, data: title)
    return KANReport.Report(
      network, on: rows.data, evaluation: network.evaluate(on: rows.data, pool: pool), title: title, warnings: [],
      origin: origin, pool: pool
    ).html()
  }
}

/// Gives `result` what `find` has to say of a model on a table, as JSON.
private func answer(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ threads: Int64,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: Message?,
  _ find: (any AnyModel, Table, ThreadPool) throws -> any Encodable
) -> Int32 {
  attempt(message) {
    let found = try find(ModelHandle.at(model), TableBox.at(table).table, Pools.pool(threads))
    result?.pointee = copied(try json(found))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_explain(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ output: Int64, _ threads: Int64,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  answer(model, table, threads, result, message) { try $0.explain($1, output: Int(output), $2) }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_importances(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ threads: Int64,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  answer(model, table, threads, result, message) { try $0.importances($1, $2) }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_formula(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ threads: Int64,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  answer(model, table, threads, result, message) { try $0.formula($1, $2) }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_plot(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ title: UnsafePointer<CChar>?, _ threads: Int64,
  _ svg: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let table = try table.map { try TableBox.at($0).table }
    let title = title.map { String(cString: $0) } ?? ""
    svg?.pointee = copied(try ModelHandle.at(model).plot(table, title: title, Pools.pool(threads)))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_report_page(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ title: UnsafePointer<CChar>?, _ threads: Int64,
  _ html: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let title = title.map { String(cString: $0) } ?? ""
    html?.pointee = copied(
      try ModelHandle.at(model).report(TableBox.at(table).table, title: title, Pools.pool(threads)))
  }
}
