import ArgumentParser
import Foundation
import KAN
import KANFiles
import KANReport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "One page of pictures about a model.",
    usage: "kan report <model> <data> --out <file.html>",
    discussion: """
      The page shows the network with a closer look at each edge, which inputs matter and what each does, predictions \
      against truth or who is taken for whom, the training, and how to reproduce it. It is one file of at most 2 MB that \
      needs no other and fetches nothing.

      EXAMPLES
        kan report houses.safetensors houses.csv --out houses.html
        kan train houses.csv --report houses.html
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @OptionGroup var data: DataArguments
  @Option(help: "File for the page.", completion: .file(extensions: ["html"]))
  var out: String
  @OptionGroup var threads: ThreadArguments

  func validate() throws {
    try requireDistinct(outputs: [("--out", out)], inputs: [model, data.data] + (data.target ?? []))
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try report(file, Double.self) } else { try report(file, Float.self) }
  }

  private func report<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    let network = try Network<Element>(file)
    let pool = try threads.pool()
    let read = try data.rows(for: network, pool)
    try checkWritable(out)
    let evaluation = network.evaluate(on: read.data, pool: pool)
    var warnings = Warnings()
    warnings.add(.constantTarget, Warnings.constantTargets(in: read.data))
    warnings.add(.fewOfClass, Warnings.fewOfClass(training: read.data, test: nil))
    warnings.add(.outside, Warnings.outside(network.outsideCounts(on: read.data.inputs), names: network.names))
    for note in read.notes { warnings.add(.other, note) }
    // Whether most rows share an interval, some of them tell as well.
    let some = read.data.selecting(rows: evenlySpaced(Report.portraitRows, of: read.data.rows))
    warnings.add(.skewed, Warnings.skewed(network, on: some))
    if let samples = network.record?.samples {
      warnings.add(.parameters, Warnings.parameters(of: network, rows: samples))
    }
    try writeReport(
      network, on: read.data, evaluation, warnings: warnings.texts, model: model, data: data.data, to: out,
      pool)
  }
}

/// Writes the page about a network.
func writeReport<Element: Scalar>(
  _ network: Network<Element>, on data: Dataset<Element>, _ evaluation: Evaluation, warnings: [String],
  model: String, data path: String, to out: String, _ pool: ThreadPool
) throws {
  let origin = Report.Origin(
    command: commandLineText(), version: KANTool.configuration.version, commit: workingCommit(), model: model,
    data: path)
  let report = Report(
    network, on: data, evaluation: evaluation, title: pictureTitle(network, model), warnings: warnings, origin: origin,
    pool: pool)
  try writeFile(Array(report.html().utf8), to: out)
}

/// The commit that is checked out in the working folder, if it belongs to a repository of git.
private func workingCommit() -> String? {
  func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0.prefix(200), as: UTF8.self) }?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
  var folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
  while folder.path != "/" {
    let git = folder.appending(path: ".git").path
    if let head = text(git + "/HEAD") {
      let commit = head.hasPrefix("ref: ") ? text(git + "/" + head.dropFirst(5)) : head
      return commit.flatMap { $0.count >= 40 && $0.allSatisfy(\.isHexDigit) ? $0 : nil }
    }
    folder.deleteLastPathComponent()
  }
  return nil
}
