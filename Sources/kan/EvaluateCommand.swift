import ArgumentParser
import Foundation
import KAN
import KANFiles

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Loss and metrics of a saved model on some data.",
    usage: "kan evaluate <model> <data> [<options>]",
    discussion: """
      Columns are found by their names. Of a folder of images the test part is taken. Classes have accuracy, the mean \
      recall of classes (balanced), f1 (of two classes that of the second, of several the mean), and the area under the ROC \
      curve (auc), followed by tables of each class, of which is taken for which, and of how often the predicted class is \
      right by its probability.

      For a model with intervals, made of the rows that `kan train` held out, it prints how often they hold the target, \
      overall and by tenths of the prediction. The rows should be fresh.

      EXAMPLES
        kan evaluate houses.safetensors sold-since.csv
        kan evaluate digits.safetensors mnist --json
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @OptionGroup var data: DataArguments
  @OptionGroup var threads: ThreadArguments
  @Option(help: "The share of targets that intervals are to hold.")
  var interval = 0.9
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if !(interval > 0 && interval < 1) {
      throw ValidationError("--interval has to be a share between 0 and 1, such as 0.9")
    }
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try evaluate(file, Double.self) } else { try evaluate(file, Float.self) }
  }

  private func evaluate<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    try Ranks.requireSameProgram()
    let network = try Network<Element>(file)
    let pool = try threads.pool()
    let read = try data.rows(for: network, pool)
    let rows = read.data
    if Ranks.areLaunched {
      try Ranks.requireSame([("the rows", "\(rows.rows)"), ("the model", "\(Ranks.digest(network.parameters))")])
    }
    let metrics =
      Ranks.areLaunched
      ? try network.evaluate(on: Ranks.share(rows), pool: pool) : network.evaluate(on: rows, pool: pool)
    let intervals = try coverage(network, rows, pool)
    var warnings = Warnings()
    warnings.add(.outside, Warnings.outside(network.outsideCounts(on: rows.inputs), names: network.names))
    for text in warnings.texts { Console.note("warning: \(printable(text, limit: 500))") }
    for note in read.notes { warnings.add(.other, note) }
    if json {
      let result = EvaluationResult(metrics: metrics, intervals: intervals, warnings: warnings.texts)
      return try Console.print(encodeJSON(result))
    }
    let text = table([metrics.header, [printable(data.data)] + metrics.cells])
    let parts = [text] + metrics.targetLines + metrics.classTables + (intervals ?? []).map(\.text)
    try Console.print(parts.joined(separator: "\n\n"))
  }

  /// Of a model with intervals, for a level that its rows held out are enough for.
  private func coverage<Element: Scalar>(
    _ network: Network<Element>, _ rows: Dataset<Element>, _ pool: ThreadPool
  ) throws -> [IntervalCoverage]? {
    guard network.hasIntervals, rows.rows > 0 else { return nil }
    do {
      return try network.intervalCoverage(on: rows, level: interval, pool: pool)
    } catch {
      Console.note("no coverage of intervals: \(error)")
      return nil
    }
  }
}

/// The output of `kan evaluate --json`.
private struct EvaluationResult: Encodable {
  var metrics: Evaluation
  var intervals: [IntervalCoverage]?
  /// What a user should know of the rows.
  var warnings: [String]

  private enum Key: String, CodingKey { case intervals, warnings }

  func encode(to encoder: any Encoder) throws {
    try metrics.encode(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(intervals, forKey: .intervals)
    if !warnings.isEmpty { try values.encode(warnings, forKey: .warnings) }
  }
}

extension IntervalCoverage {
  fileprivate var text: String {
    func share(_ value: Double) -> String { String(format: "%.3f", value) }
    let rows =
      [["prediction", "rows", "within", "mean width"]]
      + tenths.map { ["\(short($0.from)) … \(short($0.to))", grouped($0.rows), share($0.coverage), short($0.width)] }
      + [["all", grouped(tenths.reduce(0) { $0 + $1.rows }), share(coverage), short(width)]]
    return "intervals of \(printable(target)) that are to hold \(share(level)) of the targets\n" + table(rows)
  }
}
