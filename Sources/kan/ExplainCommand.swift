import ArgumentParser
import Foundation
import KAN
import KANFiles

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "What each column contributes to the predictions.",
    usage: "kan explain <model> <data> [<options>]",
    discussion: """
      Each input has the share of the predictions' variance on the data that its own effect explains, whatever the \
      others are, and a score: how much of the output passes through it in the network. Then come pairs of inputs whose \
      joint effect is more than that, and what is left.

      --rows 1,5 tells what each column adds to the predictions of these rows, as a deviation from the mean over the \
      data. For a network of one layer the parts add up to the prediction exactly; for a deeper one what columns do \
      together is a part of its own. Classes are explained by their logits, rates by their logarithms.

      EXAMPLES
        kan explain houses.safetensors houses.csv
        kan explain houses.safetensors houses.csv --rows 1,5 --json
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @Argument(help: "x.csv or x.tsv, x.npy, or a folder of images.", completion: .file())
  var data: String
  @Option(help: "The target or the class to explain (default: the first target, the last class).")
  var target: String?
  @Option(
    help: ArgumentHelp("Rows to explain, from 1.", valueName: "row,…"),
    transform: { text in
      try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let row = Int(part), row > 0 else {
          throw ValidationError("rows from 1 separated by commas are expected, such as 1,5")
        }
        return row
      }
    })
  var rows: [Int] = []
  @OptionGroup var missing: MissingWordArguments
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Print the result as JSON, with the curve of each effect.")
  var json = false

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try explain(file, Double.self) } else { try explain(file, Float.self) }
  }

  private func explain<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    let network = try Network<Element>(file)
    let pool = try threads.pool()
    let output = try output(of: network)
    let inputs = try missing.inputs(of: data, for: network, pool)
    if let row = rows.first(where: { $0 > inputs.rows }) {
      throw ToolError.data("\(data): there is no row \(row), only \(counted(inputs.rows, "row"))")
    }
    let explanation: Explanation
    do throws(ExplanationError) {
      explanation = try Explanation(network, inputs, output: output, rows: rows, pool: pool)
    } catch {
      throw ToolError.data("\(data): \(error)")
    }
    try Console.print(json ? encodeJSON(explanation) : explanation.text)
  }

  private func output<Element: Scalar>(of network: Network<Element>) throws -> Int {
    let names = (0..<network.outputs).map { network.outputName($0) }
    guard let target else { return network.task == .classification ? network.outputs - 1 : 0 }
    if let place = names.firstIndex(of: target) { return place }
    throw ToolError.usage(
      "--target \(printable(target)): the model has \(names.prefix(10).map { printable($0) }.joined(separator: ", "))"
        + (names.count > 10 ? ", …" : ""))
  }
}

/// The output of `kan explain --json`.
private struct Explanation: Encodable {
  struct Pair: Encodable {
    var names: [String]
    var share: Double
    var points: [[Double]]
    var labels: [[String]?]
    var values: [[Double]]
  }

  struct Row: Encodable {
    var row: Int
    var prediction: Double
    /// The mean over the data.
    var constant: Double
    var contributions: [String: Double]
    /// What columns do together; 0 for a network of one layer.
    var together: Double
  }

  var target: String
  var samples: Int
  var mean: Double
  var inputs: [ExplainedInput]
  var additive: Double
  var interactions: [Pair]
  var rest: Double
  var rows: [Row]

  init<Element: Scalar>(
    _ network: Network<Element>, _ data: Matrix<Element>, output: Int, rows: [Int], pool: ThreadPool
  ) throws(ExplanationError) {
    let effects = try network.effects(on: data, output: output, pool: pool)
    target = effects.output
    samples = data.rows
    mean = effects.mean
    inputs = ExplainedInput.all(of: network, effects, output: output, on: data, pool: pool)
    additive = effects.additive
    interactions = effects.interactions.map { pair in
      Pair(
        names: pair.names, share: pair.share, points: pair.points, labels: pair.labels,
        values: (0..<pair.values.rows).map { pair.values.row($0) })
    }
    rest = effects.rest
    self.rows = []
    if rows.isEmpty { return }
    let part = try network.additivePart(on: data, output: output, pool: pool)
    let own = part.outputs == 1 ? 0 : output
    let chosen = data.selecting(rows: rows.map { $0 - 1 })
    let parts = try part.contributions(at: chosen, around: data, pool: pool)
    let predictions = network.sumsInUnitsOfTable(at: chosen, pool: pool)
    self.rows = rows.enumerated().map { place, row in
      let values = (0..<parts.columns.count).map { parts.values[place, own, $0] }
      let sum = values.reduce(parts.constant[own], +)
      return Row(
        row: row, prediction: predictions[place, output], constant: parts.constant[own],
        contributions: Dictionary(zip(parts.columns, values), uniquingKeysWith: { $0 + $1 }),
        together: network.isAdditive ? 0 : predictions[place, output] - sum)
    }
  }

  /// Inputs shown as a table: more would scroll away.
  private static var shown: Int { 30 }

  var text: String {
    func share(_ value: Double) -> String { String(format: "%.3f", value) }
    let order = inputs.indices.sorted { (inputs[$1].share, $0) < (inputs[$0].share, $1) }
    var lines = ["\(printable(target)), mean \(short(mean)) on \(counted(samples, "row"))", ""]
    lines.append(
      table(
        [["input", "share", "score", "effect from", "to"]]
          + order.prefix(Self.shown).map { place in
            let input = inputs[place]
            return [
              printable(input.name), share(input.share), share(input.score), short(input.values.min() ?? 0),
              short(input.values.max() ?? 0),
            ]
          }))
    if order.count > Self.shown { lines.append("and \(counted(order.count - Self.shown, "input")) more") }
    if !interactions.isEmpty {
      lines += ["", "pairs beyond that"]
      lines.append(
        table(interactions.map { ["  " + $0.names.map { printable($0) }.joined(separator: " × "), share($0.share)] }))
    }
    let pairs = interactions.reduce(0) { $0 + $1.share }
    lines += ["", "single inputs explain \(share(additive)), pairs \(share(pairs)), the rest is \(share(rest))"]
    for row in rows {
      lines += ["", "row \(row.row): \(short(row.prediction)), from the mean \(short(row.constant))"]
      let parts = row.contributions.sorted { (abs($1.value), $0.key) < (abs($0.value), $1.key) }.prefix(Self.shown)
      lines.append(
        table(
          parts.map { ["  \(printable($0.key))", signed($0.value)] }
            + (row.together == 0 ? [] : [["  together", signed(row.together)]])))
    }
    return lines.joined(separator: "\n")
  }

  private func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + short(value) }
}
