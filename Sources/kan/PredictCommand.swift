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

      EXAMPLES
        kan predict houses.safetensors new.csv > prices.csv
        kan predict houses.safetensors new.csv --interval 0.9 > prices.csv
        kan predict digits.safetensors mnist --out classes.npy
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @Argument(help: "x.csv or x.tsv, x.npy, or a folder of images.", completion: .file())
  var data: String
  @Option(help: "File for the result, by its ending a table or an array (default: a table on standard output).")
  var out: String?
  @Option(help: "The share of fresh targets that an interval around each prediction is to hold, such as 0.9.")
  var interval: Double?
  @OptionGroup var missing: MissingWordArguments
  @OptionGroup var threads: ThreadArguments

  func validate() throws {
    if let out, [model, data].contains(out) {
      throw ValidationError("--out would overwrite \(out), which is an input")
    }
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
    let inputs = try missing.inputs(of: data, for: network, pool)
    if let out, Ranks.isFirst { try checkWritable(out) }
    let predictions = try predictions(network, inputs, pool)
    if !Ranks.isFirst { return }
    let intervals = try interval.map { try self.intervals(level: $0, network, inputs, pool) }
    let name = out?.lowercased() ?? ""
    let isTabbed = name.hasSuffix(".tsv")
    let bytes: [UInt8]
    if network.encoding?.isShifted == true {
      // Single precision would lose what the shift has saved.
      var values = network.inUnitsOfTable(predictions)
      if var intervals {
        network.encoding?.restoreTargets(&intervals.lower)
        network.encoding?.restoreTargets(&intervals.upper)
        values = withIntervals(values, intervals)
      }
      bytes = name.hasSuffix(".npy") ? array(values, network.names, network.task) : table(values, network, isTabbed)
    } else {
      var predictions = predictions
      if let intervals { predictions = withIntervals(predictions, intervals) }
      bytes =
        name.hasSuffix(".npy") ? array(predictions, network.names, network.task) : table(predictions, network, isTabbed)
    }
    try writeFile(bytes, to: out ?? "/dev/stdout")
  }

  /// Those of all rows, of which each rank predicts its own.
  private func predictions<Element: Scalar>(
    _ network: Network<Element>, _ inputs: Matrix<Element>, _ pool: ThreadPool
  ) throws -> Matrix<Element> {
    guard Ranks.areLaunched else { return network.predict(inputs, pool: pool) }
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

  private func array<Number: Scalar>(_ predictions: Matrix<Number>, _ names: Names, _ task: LearningTask) -> [UInt8] {
    if task == .classification {
      let numbers = names.classes.compactMap { Int64($0) }
      let labels = numbers.count == predictions.columns ? numbers : (0..<predictions.columns).map { Int64($0) }
      return encodeNPY(
        shape: [predictions.rows], (0..<predictions.rows).map { labels[likeliest(predictions.row($0))] })
    }
    let shape = [predictions.rows, predictions.columns]
    return Number.self == Float.self
      ? encodeNPY(shape: shape, predictions.elements.map { Float($0) })
      : encodeNPY(shape: shape, predictions.elements.map { Double($0) })
  }

  private func table<Number: Scalar>(
    _ predictions: Matrix<Number>, _ network: Network<some Scalar>, _ isTabbed: Bool
  ) -> [UInt8] {
    let separator: Character = isTabbed ? "\t" : ","
    func line(_ cells: [String]) -> [UInt8] { Array((cells.joined(separator: String(separator)) + "\n").utf8) }
    let names = network.names
    let columns = predictions.columns
    let classes = names.classes.isEmpty ? (0..<columns).map { "\($0)" } : names.classes
    let isClassification = network.task == .classification
    let target = names.target(0, of: 1)
    let targets = interval == nil ? columns : columns / 3
    let header =
      isClassification
      ? [target] + classes.map { "\(target):\($0)" }
      : (0..<targets).map { names.target($0, of: targets) }.flatMap {
        interval == nil ? [$0] : [$0, "\($0):lower", "\($0):upper"]
      }
    var bytes = line(header.map { quotedCell($0, separator) })
    // Each target has its columns side by side.
    let areTimes = (0..<columns).map { column in
      isClassification ? false : network.encoding?.targets[column * targets / columns].isTime == true
    }
    func cell(_ value: Number, _ column: Int) -> String {
      areTimes[column] ? timeText(Double(value)) ?? "\(value)" : "\(value)"
    }
    let quotedClasses = classes.map { quotedCell($0, separator) }
    for row in 0..<predictions.rows {
      let values = predictions.row(row)
      bytes += line(
        (isClassification ? [quotedClasses[likeliest(values)]] : []) + values.enumerated().map { cell($1, $0) })
    }
    return bytes
  }

  private func likeliest<Element: Scalar>(_ probabilities: [Element]) -> Int {
    var best = 0
    for (index, value) in probabilities.enumerated() where value > probabilities[best] { best = index }
    return best
  }
}

/// A cell of a table, quoted if necessary (RFC 4180).
func quotedCell(_ text: String, _ separator: Character) -> String {
  let isPlain =
    !text.contains { $0 == separator || $0 == "\"" || $0.isNewline } && text.first?.isWhitespace != true
    && text.last?.isWhitespace != true
  if isPlain { return text }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
