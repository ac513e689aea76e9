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
      refit, which keeps the model's outputs on the rows of DATA: they should be the training data. If DATA has the \
      targets too, the metrics before and after are printed. The refined model can be trained on: kan train DATA --start OUT.

      EXAMPLES
        kan train houses.csv --hidden 4 --save houses.safetensors
        kan refine houses.safetensors houses.csv --grid 20 --save finer.safetensors
        kan refine houses.safetensors houses.csv --target price --weights area --grid 20 --json
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @OptionGroup var data: DataArguments
  @Option(parsing: .unconditional, help: "Intervals of the new grid.")
  var grid: Int
  @Option(help: "File for the refined model.", completion: .file(extensions: ["safetensors"]))
  var save: String?
  @OptionGroup var intervals: IntervalArguments
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if !(1...100_000).contains(grid) { throw ValidationError("--grid has to be 1 to 100000") }
    if intervals.test != nil && save == nil { throw ValidationError("--test needs --save") }
    try requireDistinct(outputs: [("--save", save)], inputs: [data.data] + (data.target ?? []) + intervals.files)
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try refine(file, Double.self) } else { try refine(file, Float.self) }
  }

  private func refine<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    var network = try Network<Element>(file)
    let pool = try threads.pool()
    let isAsked = data.target != nil || data.weights != nil
    let source = isAsked ? try data.source() : DataSource(path: data.data, missingWords: data.missing.words)
    // The targets only measure: without them, or with some that do not fit, the model is refined all the same. Those that
    // are asked for have to be there.
    let read = isAsked ? try source.rows(for: network, pool: pool) : try? source.rows(for: network, pool: pool)
    let rows = read?.data
    var notes = read?.notes ?? []
    let inputs = if let rows { rows.inputs } else { try source.inputs(for: network, notes: &notes, pool: pool) }
    for note in notes { Console.note(note) }
    let (heldOut, hadIntervals) = (try intervals.rows(for: network, like: data, pool), network.hasIntervals)
    if let save { try checkWritable(save) }
    let before = evaluate(network, rows, pool)
    let deviation: Double
    do throws(BasisError) {
      deviation = try network.extendGrid(to: grid, on: inputs, pool: pool)
    } catch {
      if network.layers[0].basis is TableBasis<Element> {
        throw ToolError.data(
          "\(model): its first layer has knots for each column of a table, which are not moved, and \(error); a layer on a "
            + "grid is one of `kan train` with --hidden and without texts")
      }
      throw ToolError.data("\(model): \(error)")
    }
    if let save {
      intervals.calibrate(&network, hadIntervals: hadIntervals, training: rows, heldOut: heldOut, pool)
      network.noteCommand()
      try network.save(to: save)
    }
    let after = evaluate(network, rows, pool)
    let result = RefineResult(grid: grid, largestDeviation: deviation, before: before, after: after)
    var text = "grid \(grid), largest deviation \(short(deviation))"
    if let before, let after {
      text += "\n" + table([before.header, ["before"] + before.cells, ["after"] + after.cells])
    }
    try Console.print(json ? encodeJSON(result) : text)
    if let save { Console.note("saved \(printable(save, limit: 4096))") }
  }

  private func evaluate<Element: Scalar>(
    _ network: Network<Element>, _ rows: Dataset<Element>?, _ pool: ThreadPool
  ) -> Evaluation? {
    guard let rows else { return nil }
    return network.evaluate(on: rows, pool: pool)
  }
}

/// The output of `kan refine --json`.
private struct RefineResult: Encodable {
  var grid: Int
  var largestDeviation: Double
  /// Of the rows, where they have targets.
  var lossBefore, lossAfter, rmseBefore, rmseAfter, accuracyBefore, accuracyAfter: Double?

  init(grid: Int, largestDeviation: Double, before: Evaluation?, after: Evaluation?) {
    self.grid = grid
    self.largestDeviation = largestDeviation
    (lossBefore, lossAfter) = (before?.loss, after?.loss)
    (rmseBefore, rmseAfter) = (before?.overall.rmse, after?.overall.rmse)
    (accuracyBefore, accuracyAfter) = (before?.overall.accuracy, after?.overall.accuracy)
  }
}
