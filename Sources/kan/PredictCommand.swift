import ArgumentParser
import KAN
import KANFiles

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "A row of predictions for each row of data.",
    usage: "kan predict <model> <data> [<options>]",
    discussion: """
      The result is a table with the targets' names, in the targets' units: what the model's loss estimates, which is a \
      quantile after --loss quantile, a rate after --loss poisson, the probability of a 1 after --loss logistic. A \
      classification gives the likeliest class \
      and the probability of each class, in columns TARGET:CLASS. An output file that ends in .tsv has tabs between \
      its cells; one that ends in .npy is an array, [rows × targets], or each row's likeliest class: the number that \
      is its name, or where some names are no whole numbers, its place among them from 0.

      A target of times is predicted as time, in UTC and to the second; in an array in seconds since 1970.

      Columns are found by their names, others are passed over. Of a folder of images the test part is taken.

      --interval 0.9 adds two columns for each target, TARGET:lower and TARGET:upper, between which nine of ten fresh \
      targets lie. Their width is known from rows that `kan train` has held out.

      A large file is read part by part, in memory that does not grow with it. - is standard input, a table whose rows are \
      predicted as they come, 1,024 at a time; what is no number in a column of numbers is then a gap.

      EXAMPLES
        kan predict houses.safetensors new.csv > prices.csv
        kan predict houses.safetensors new.csv --interval 0.9 > prices.csv
        kan predict digits.safetensors mnist --out classes.npy
        kan predict houses.safetensors - < new.csv > prices.csv
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @Argument(help: "x.csv or x.tsv, x.npy, a folder of images, or - for standard input.", completion: .file())
  var data: String
  @Option(help: "File for the result, by its ending a table or an array (default: a table on standard output).")
  var out: String?
  @Option(help: "The share of fresh targets that an interval around each prediction is to hold, such as 0.9.")
  var interval: Double?
  @OptionGroup var missing: MissingWordArguments
  @OptionGroup var threads: ThreadArguments

  func validate() throws {
    try requireDistinct(outputs: [("--out", out)], inputs: [model, data])
    if let interval, !(interval > 0 && interval < 1) {
      throw ValidationError("--interval has to be a share between 0 and 1, such as 0.9")
    }
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try predict(file, Double.self) } else { try predict(file, Float.self) }
  }

  private func predict<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    try Ranks.requireSameProgram()
    let network = try Network<Element>(file)
    let pool = try threads.pool()
    let source = DataSource(path: data == "-" ? "/dev/stdin" : data, missingWords: missing.words)
    let out = out == "-" ? nil : out
    if let out, Ranks.isFirst { try checkWritable(out) }
    // An array begins with its number of rows.
    let isArray = out?.lowercased().hasSuffix(".npy") == true
    // What is wrong with the model is said before anything is written.
    if let interval { _ = try intervals(level: interval, network, Matrix(rows: 0, columns: network.inputs), pool) }
    let form = PredictionForm(network, hasIntervals: interval != nil, path: out)
    if Ranks.areLaunched {
      let inputs = try missing.inputs(of: source.path, for: network, pool)
      let predictions = try predictions(network, inputs, pool)
      if !Ranks.isFirst { return }
      warn(network.outsideCounts(on: inputs), network)
      let rows = try bytes(predictions, of: inputs, network, form, pool)
      return try writeFile(form.beginning(inputs.rows) + rows, to: out ?? "/dev/stdout")
    }
    var notes: [String] = []
    var outside: OutsideGridCounts?
    var failure: (any Error)?
    do {
      try writeFile(to: out ?? "/dev/stdout") { append throws(FileError) in
        try source.forEachInputs(for: network, isCounted: isArray, notes: &notes, pool: pool) {
          rows throws(FileError) in
          try append(form.beginning(rows))
        } _: { inputs throws(FileError) in
          do {
            if let counts = network.outsideCounts(on: inputs) {
              if outside == nil { outside = counts } else { outside?.add(counts) }
            }
            try append(try bytes(network.predict(inputs, pool: pool), of: inputs, network, form, pool))
          } catch let error as FileError {
            throw error
          } catch {
            failure = error
            throw FileError(.inputOutput, path: data, "\(error)")
          }
        }
      }
    } catch {
      throw failure ?? error
    }
    for note in notes { Console.note(note) }
    warn(outside, network)
  }

  private func warn<Element: Scalar>(_ outside: OutsideGridCounts?, _ network: Network<Element>) {
    guard let text = Warnings.outside(outside, names: network.names) else { return }
    Console.note("warning: \(printable(text, limit: 500))")
  }

  private func bytes<Element: Scalar>(
    _ predictions: Matrix<Element>, of inputs: Matrix<Element>, _ network: Network<Element>, _ form: PredictionForm,
    _ pool: ThreadPool
  ) throws -> [UInt8] {
    let intervals = try interval.map { try self.intervals(level: $0, network, inputs, pool) }
    guard network.encoding?.isShifted == true else {
      return form.bytes(intervals.map { withIntervals(predictions, $0) } ?? predictions)
    }
    // Single precision would lose what the shift has saved.
    var values = network.inUnitsOfTable(predictions)
    if var intervals {
      network.encoding?.restoreTargets(&intervals.lower)
      network.encoding?.restoreTargets(&intervals.upper)
      values = withIntervals(values, intervals)
    }
    return form.bytes(values)
  }

  /// Those of all rows, of which each rank predicts its own.
  private func predictions<Element: Scalar>(
    _ network: Network<Element>, _ inputs: Matrix<Element>, _ pool: ThreadPool
  ) throws -> Matrix<Element> {
    try Ranks.requireSame([
      ("the rows", "\(inputs.rows)"), ("the model", "\(Ranks.digest(network.parameters))"),
    ])
    let own = DistributedRows<Element>.range(of: inputs.rows, Ranks.communicator)
    let part = network.predict(inputs.selecting(rows: own), pool: pool)
    let all = Ranks.communicator.gather(Array(part.elements))
    return Matrix(rows: inputs.rows, columns: all.count / max(1, inputs.rows), elements: all)
  }

  private func intervals<Element: Scalar>(
    level: Double, _ network: Network<Element>, _ inputs: Matrix<Element>, _ pool: ThreadPool
  ) throws -> PredictionIntervals {
    do {
      return try network.predictionIntervals(at: inputs, level: level, pool: pool)
    } catch .notCalibrated where network.task == .classification {
      throw ToolError.usage("--interval: \(model) tells classes, and only numbers have intervals")
    } catch .notCalibrated {
      throw ToolError.data(
        "\(model): it has no intervals; `kan train` makes them of the rows that it holds out, for a loss of numbers: train "
          + "it again")
    } catch {
      throw ToolError.usage("--interval: \(error)")
    }
  }

  /// Each target's prediction, lower and upper end: [rows × 3·targets]
  private func withIntervals<Number: Scalar>(
    _ predictions: Matrix<Number>, _ intervals: PredictionIntervals
  ) -> Matrix<Number> {
    var result = Matrix<Number>(rows: predictions.rows, columns: 3 * predictions.columns)
    for row in 0..<predictions.rows {
      for column in 0..<predictions.columns {
        result[row, 3 * column] = predictions[row, column]
        result[row, 3 * column + 1] = Number(intervals.lower[row, column])
        result[row, 3 * column + 2] = Number(intervals.upper[row, column])
      }
    }
    return result
  }
}
