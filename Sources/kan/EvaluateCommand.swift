import ArgumentParser
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

      EXAMPLES
        kan evaluate houses.safetensors sold-since.csv
        kan evaluate digits.safetensors mnist --json
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @OptionGroup var data: DataArguments
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try evaluate(file, Double.self) } else { try evaluate(file, Float.self) }
  }

  private func evaluate<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    let network = try Network<Element>(file)
    let rows = try data.source().rows(for: network)
    try network.objective.requireTargets(of: rows, in: data.data)
    let metrics = network.evaluate(on: rows, pool: try threads.pool())
    let text = try json ? encodeJSON(metrics) : table([metrics.header, [printable(data.data)] + metrics.cells])
    try Console.print(json ? text : ([text] + metrics.targetLines + metrics.classTables).joined(separator: "\n\n"))
  }
}
