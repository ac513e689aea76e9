import ArgumentParser
import KAN
import KANFiles

struct RefineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refine", abstract: "Give a model a finer grid that computes the same function.",
    usage: "kan refine <model> <data> --grid <grid> [<options>]",
    discussion: """
      All layers on grids get grids of --grid intervals, and the largest deviation of any edge's function is printed. It is \
      only rounding if the number of intervals is a multiple of the present one, and otherwise that of a least-squares \
      refit, weighted by the density of the rows of DATA, which should be the training data. The refined model can be \
      trained on: kan train DATA --start OUT.

      EXAMPLES
        kan refine houses.safetensors houses.csv --grid 20 --save finer.safetensors
        kan refine houses.safetensors houses.csv --grid 20 --json
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @Argument(help: "x.csv or x.tsv, x.npy, or a folder of images.", completion: .file())
  var data: String
  @Option(parsing: .unconditional, help: "Intervals of the new grid.")
  var grid: Int
  @Option(help: "File for the refined model.", completion: .file(extensions: ["safetensors"]))
  var save: String?
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if !(1...100_000).contains(grid) { throw ValidationError("--grid has to be 1 to 100000") }
    if save == data { throw ValidationError("--save would overwrite \(data), which is an input") }
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try refine(file, Double.self) } else { try refine(file, Float.self) }
  }

  private func refine<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    var network = try Network<Element>(file)
    let pool = try threads.pool()
    var notes: [String] = []
    let inputs = try DataSource(path: data).inputs(for: network, notes: &notes, pool: pool)
    for note in notes { Console.note(note) }
    if let save { try checkWritable(save) }
    let deviation: Double
    do {
      deviation = try network.extendGrid(to: grid, on: inputs, pool: pool)
    } catch {
      throw ToolError.data("\(model): \(error)")
    }
    if let save { try network.save(to: save) }
    let result = RefineResult(grid: grid, largestDeviation: deviation)
    try Console.print(json ? encodeJSON(result) : "grid \(grid), largest deviation \(short(deviation))")
    if let save { Console.note("saved \(printable(save, limit: 4096))") }
  }
}

/// The output of `kan refine --json`.
private struct RefineResult: Encodable {
  var grid: Int
  var largestDeviation: Double
}
