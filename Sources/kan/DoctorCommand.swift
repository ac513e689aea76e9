import ArgumentParser
import Foundation
import KAN
import KANFiles

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "What is wrong with a model on some data, or with this machine.",
    usage: """
      kan doctor <model> <data> [<options>]
      kan doctor --self-test
      """,
    discussion: """
      The data is compared with what the model was trained on: values outside what its functions cover, empty cells, \
      unknown categories, and columns that are distributed otherwise (the population stability index, beyond chance). Of \
      each layer it counts edges and nodes that do nothing and functions without rows, and takes the condition numbers of \
      refits. With targets, which it finds by their names, the loss is compared with that of the training. The verdict is \
      "healthy", "needs attention" or "broken"; the exit code is 0 whatever it is.

      --self-test runs the kernels of every instruction set that this processor has against plain loops, and a product and \
      a solution by OpenBLAS; the exit code is 70 if one of them is wrong.

      EXAMPLES
        kan doctor houses.safetensors new.csv
        kan doctor --self-test
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String?
  @Argument(help: "x.csv or x.tsv, x.npy, or a folder of images.", completion: .file())
  var data: String?
  @Option(
    help: "Target columns of a table, NAME[,NAME…] (default: the model's), or y.npy for an array.",
    transform: parseNames)
  var target: [String]?
  @OptionGroup var missing: MissingWordArguments
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Compare kernels, OpenBLAS and LAPACK with plain loops on this machine.")
  var selfTest = false
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if selfTest {
      if model != nil || target != nil { throw ValidationError("--self-test takes no model and no data") }
    } else if model == nil || data == nil {
      throw ValidationError("a model and data are expected, or --self-test")
    }
  }

  func run() throws {
    guard let model, let data else { return try testMachine(json: json) }
    let file = try ModelFile(path: model)
    if file.isDouble { try examine(file, data, Double.self) } else { try examine(file, data, Float.self) }
  }

  private func examine<Element: Scalar>(_ file: ModelFile, _ data: String, _: Element.Type) throws {
    let network = try Network<Element>(file)
    let pool = try threads.pool()
    let source = DataSource(path: data, columns: TableColumns(targets: target ?? []), missingWords: missing.words)
    try source.requireExists()
    if source.kind != .array || target != nil { try source.checkTargets(option: "--target") }
    let rows = try source.examined(for: network, pool: pool)
    for note in rows.notes { Console.note(note) }
    if let targets = rows.targets { try network.objective.requireTargets(of: targets, in: data) }
    let checkup = network.checkup(on: rows.inputs, targets: rows.targets, cells: rows.cells, pool: pool)
    try Console.print(json ? encodeJSON(CheckupResult(checkup)) : checkup.text(of: data))
  }

}

/// The output of `kan doctor --json`.
private struct CheckupResult: Encodable {
  var verdict: Checkup.Verdict
  var checkup: Checkup

  init(_ checkup: Checkup) { (verdict, self.checkup) = (checkup.verdict, checkup) }

  private enum Key: String, CodingKey { case verdict }

  func encode(to encoder: any Encoder) throws {
    try checkup.encode(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(verdict, forKey: .verdict)
  }
}

extension Checkup {
  /// Columns shown as a table: more would scroll away.
  private static var shown: Int { 20 }

  fileprivate func text(of data: String) -> String {
    var parts = ["\(verdict.rawValue): \(counted(rows, "row")) of \(printable(data, limit: 4096))"]
    if !findings.isEmpty {
      parts.append(
        findings.map { "\($0.severity.rawValue): \(printable($0.text, limit: 1000))" }.joined(separator: "\n"))
    }
    parts.append(columnTable)
    if !layers.isEmpty { parts.append(layerTable) }
    if let loss {
      let training = loss.training.map { ", \(short($0)) at the end of training" } ?? ""
      parts.append("loss \(short(loss.here)) ± \(short(loss.standardError))\(training)")
    }
    return parts.joined(separator: "\n\n")
  }

  /// The columns of which there is most to tell.
  private var columnTable: String {
    func weight(_ column: ColumnHealth) -> Double {
      let counts = column.below + column.above + column.empty + column.unknown
      return Double(counts) / Double(max(1, rows)) + (column.drift?.index ?? 0)
    }
    let order = columns.indices.sorted { (weight(columns[$1]), $0) < (weight(columns[$0]), $1) }
    let lines = order.prefix(Self.shown).sorted().map { place in
      let column = columns[place]
      return [
        printable(column.name), grouped(column.below), grouped(column.above), grouped(column.empty),
        grouped(column.unknown), column.drift.map { String(format: "%.3f", $0.index) } ?? "-",
      ]
    }
    let rest = columns.count - lines.count
    return table([["column", "below", "above", "empty", "unknown", "drift"]] + lines)
      + (rest > 0 ? "\nand \(counted(rest, "column")) more" : "")
  }

  private var layerTable: String {
    table(
      [["layer", "edges", "dead", "nodes", "dead", "functions", "unused", "outside", "condition"]]
        + layers.map { layer in
          [
            "\(layer.layer)", grouped(layer.edges), grouped(layer.deadEdges), grouped(layer.nodes),
            grouped(layer.deadNodes.count), grouped(layer.functions), grouped(layer.unusedFunctions),
            layer.outside.map { grouped($0) } ?? "-", layer.condition.map { $0.isFinite ? short($0) : "inf" } ?? "-",
          ]
        })
  }
}
