import ArgumentParser
import KAN
import KANFiles

/// Rows for new intervals around the predictions of a model that a command changes.
struct IntervalArguments: ParsableArguments {
  @Option(
    help: """
      Rows that were held out from the training, of which new intervals around predictions are made; those of the model \
      given end with the change.
      """, completion: .file())
  var test: String?
  @Option(help: "y.npy for a --test that is an array.", completion: .file(extensions: ["npy"]))
  var testTarget: String?

  var files: [String] { [test, testTarget].compactMap(\.self) }

  func validate() throws {
    if testTarget != nil && test == nil { throw ValidationError("--test-target needs --test") }
  }

  /// The rows of `--test`.
  ///
  /// - Parameters:
  ///   - columns: of a table: its targets and weights.
  ///   - words: those that stand for an empty cell.
  func rows<Element: Scalar>(
    for network: Network<Element>, _ columns: TableColumns, missingWords words: [String] = [],
    _ pool: ThreadPool
  ) throws -> Dataset<Element>? {
    guard let test else { return nil }
    var columns = columns
    if let testTarget { columns.targets = [testTarget] }
    let source = DataSource(path: test, columns: columns, missingWords: words)
    try source.checkTargets(option: "--test-target")
    let read = try source.rows(for: network, pool: pool)
    for note in read.notes { Console.note(note) }
    try network.objective.requireTargets(of: read.data, in: test)
    return read.data
  }

  /// The rows of `--test`, with the targets, weights and gaps of the command's data.
  func rows<Element: Scalar>(
    for network: Network<Element>, like data: DataArguments, _ pool: ThreadPool
  ) throws -> Dataset<Element>? {
    var columns = TableColumns()
    (columns.targets, columns.weights) = (data.target ?? [], data.weights)
    return try rows(for: network, columns, missingWords: data.missing.words, pool)
  }

  /// Makes the intervals; without rows for them, says that there were some.
  ///
  /// - Parameters:
  ///   - hadIntervals: whether the model given had any.
  ///   - training: what the network was trained on; nil without targets.
  func calibrate<Element: Scalar>(
    _ network: inout Network<Element>, hadIntervals: Bool, training: Dataset<Element>?, heldOut: Dataset<Element>?,
    _ pool: ThreadPool
  ) {
    guard let heldOut else {
      if hadIntervals && !network.hasIntervals {
        Console.note(
          "the changed model has no intervals around its predictions: --test with rows that were held out makes new ones"
        )
      }
      return
    }
    guard let training else {
      return Console.note("predictions have no intervals: they need the targets of the training's rows too")
    }
    do {
      try network.calibrateIntervals(training: training, heldOut: heldOut, pool: pool)
    } catch {
      Console.note("predictions have no intervals: \(error)")
    }
  }
}
