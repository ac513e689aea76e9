import ArgumentParser
import Foundation
import KAN
import KANExport
import KANFiles

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "A model as a program of its own: ONNX, C, Swift or Python.",
    usage: "kan export <model> --to <file> [<options>]",
    discussion: """
      The file's ending says what is written. All of the model is in it: the table's columns with texts and gaps, layers, \
      the rule outside of grids, and what predictions mean.

        .onnx   a graph of opset 17 with a free number of rows, for onnxruntime and others
        .c      C99 without allocation and with no header but math.h
        .swift  Swift without dependencies
        .py     Python with numpy alone

      The largest error is that of up to a thousand rows within the ranges of the training and a tenth beyond, against the \
      model, relative where predictions exceed 1. For C it is the program's, compiled by `cc -O3 -march=native` where there \
      is one; for the others it is that of the same steps, computed here.

      --table 64 replaces each function by straight lines between 65 points: less to compute, more memory.

      EXAMPLES
        kan export houses.safetensors --to houses.onnx
        kan export houses.safetensors --to houses.c
        kan export houses.safetensors --to houses.c --table 64
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @Option(help: "The file: .onnx, .c, .swift or .py.", completion: .file(extensions: ["onnx", "c", "swift", "py"]))
  var to: String
  @Option(help: ArgumentHelp("Tables of that many intervals for all functions (1 to 100000).", valueName: "intervals"))
  var table: Int?
  @Flag(help: "Print the result as JSON.")
  var json = false

  private var format: ExportFormat? {
    to.lastIndex(of: ".").flatMap { ExportFormat(rawValue: to[to.index(after: $0)...].lowercased()) }
  }

  func validate() throws {
    if format == nil { throw ValidationError("--to has to end in .onnx, .c, .swift or .py") }
    if let table, !(1...100_000).contains(table) { throw ValidationError("--table has to be 1 to 100000") }
    try requireDistinct(outputs: [("--to", to)], inputs: [model])
  }

  func run() throws {
    let bytes = try readFile(model)
    let file = try ModelFile(bytes: bytes, path: model)
    if file.isDouble { try export(file, bytes, Double.self) } else { try export(file, bytes, Float.self) }
  }

  private func export<Element: Scalar>(_ file: ModelFile, _ bytes: [UInt8], _: Element.Type) throws {
    let network = try Network<Element>(file)
    try checkWritable(to)
    let name = to.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? "model"
    var plan: ExportPlan
    do throws(ExportError) {
      plan = try ExportPlan(network, name: String(name), hash: sha256(bytes))
      if let table { plan = try plan.tabulated(intervals: table) }
    } catch {
      throw ToolError.data("\(model): cannot export \(error)")
    }
    let contents = plan.encoded(as: format!)
    // Large models compute a row in milliseconds here.
    let sample = ExportSample(plan, rows: network.parameterCount > 100_000 ? 100 : 1000)
    let expected = try sample.predictions(of: network)
    var outline = Outline(bytes: contents.count)
    if format == .c, let trial = CTrial(plan, contents, sample) {
      outline.largestError = KANExport.largestError(of: trial.outputs, from: expected)
      outline.nanosecondsPerRow = trial.nanosecondsPerRow
      outline.object = trial.object
      outline.measured = "the program, compiled by \(trial.command)"
    } else {
      outline.largestError = KANExport.largestError(of: sample.rows.map { plan.predict($0) }, from: expected)
      outline.measured = "the same steps, computed by kan" + (format == .c ? ", since no cc has compiled it" : "")
    }
    try writeFile(contents, to: to)
    try Console.print(json ? encodeJSON(outline) : outline.text(to))
  }

  private struct Outline: Encodable {
    var bytes: Int
    var largestError = 0.0
    var nanosecondsPerRow: Double?
    /// Bytes of code and constants.
    var object: Int?
    /// What the largest error is the error of.
    var measured = ""

    func text(_ path: String) -> String {
      var lines = ["\(printable(path)): \(grouped(bytes)) bytes"]
      if let object { lines.append("\(grouped(object)) bytes of code and constants") }
      if let nanosecondsPerRow { lines.append("\(short(nanosecondsPerRow)) ns for a row") }
      lines.append("largest error \(short(largestError)), of \(measured)")
      return lines.joined(separator: "\n")
    }
  }
}
