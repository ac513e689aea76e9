import ArgumentParser
import Foundation
import KAN
import KANFiles

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network and save it.",
    discussion: """
      EXAMPLES
        kan train houses.csv --target price --hidden 8 --save houses.safetensors
        kan train iris.csv --hidden 5 --epochs 100 --json
        kan train /usr/share/datasets/fashion-mnist --hidden 64 --epochs 5 --save fashion.safetensors
        kan train x.npy --target y.npy --edge linear --hidden 64,64 --precision double

      An interrupted training (Ctrl-C) is saved; the same command with --resume goes on where it stopped.
      """)

  @OptionGroup var data: DataArguments
  @OptionGroup var threads: ThreadArguments

  @Option(help: "regression or classification (default: classification for text or images).")
  var task: Task?
  @Option(help: "Data to judge the network by; without it some rows are held out.", completion: .file())
  var test: String?
  @Option(help: "Fraction of the rows held out for the test.")
  var holdout = 0.2
  @Option(help: "Widths of hidden layers, 64,32 for example (default: none, one layer).")
  var hidden: Widths?
  @Option(help: "Functions on the edges; linear makes a multilayer perceptron.")
  var edge = Edge.spline
  @Option(help: "Activation of hidden layers (default: identity, and silu for linear edges).")
  var activation: Activation?
  @Option(help: "Intervals of the grid (spline, gaussian).")
  var grid = 5
  @Option(help: "Degree of the splines, 1 to 5, or of the polynomials (chebyshev).")
  var degree = 3
  @Option(help: "Optimiser.")
  var optimizer = OptimizerName.adam
  @Option(
    help: """
      Largest learning rate (default: 0.5 over the widest layer's inputs, but 0.001 to 0.05, and for linear edges \
      0.003 to 0.02).
      """)
  var learningRate: Double?
  @Option(help: "How the rate goes over the steps.")
  var schedule = Schedule.oneCycle
  @Option(help: "How strongly parameters are pulled to 0.")
  var weightDecay = 0.0
  @Option(help: "Rows of a step.")
  var batch = 256
  @Option(help: "Times that all rows are gone through.")
  var epochs = 20
  @Option(help: "Stop after this many epochs that do not get better on a tenth of the rows, and keep the best.")
  var patience: Int?
  @Option(help: "Decides the start, the order of rows and the rows held out.")
  var seed: UInt64 = 0
  @Option(help: "Precision to compute in.")
  var precision = Precision.float
  @Option(help: "File for the model.", completion: .file(extensions: ["safetensors"]))
  var save: String?
  @Flag(help: "Go on with the training of the model that --save names.")
  var resume = false
  @Option(help: "File for a line of JSON for each epoch.", completion: .file(extensions: ["jsonl"]))
  var log: String?
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    try require(holdout > 0 && holdout < 1, "--holdout has to be between 0 and 1")
    try require((1...100_000).contains(grid), "--grid has to be 1 to 100000")
    try require(
      edge == .chebyshev ? (1...1000).contains(degree) : (1...5).contains(degree),
      "--degree has to be 1 to \(edge == .chebyshev ? 1000 : 5)")
    try require(learningRate.map { $0 > 0 && $0.isFinite } ?? true, "--learning-rate has to be positive")
    try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay must not be negative")
    try require((1...1 << 30).contains(batch), "--batch has to be at least 1")
    try require((0...1_000_000_000).contains(epochs), "--epochs must not be negative")
    try require(patience.map { $0 > 0 } ?? true, "--patience has to be at least 1")
    try require(!resume || save != nil, "--resume needs --save, which names the model to go on with")
  }

  func run() throws {
    switch precision {
    case .float: try train(Float.self)
    case .double: try train(Double.self)
    }
  }

  private func train<Element: Scalar>(_: Element.Type) throws {
    let pool = try threads.pool()
    let parts = try readData(Element.self)
    if let save { try checkWritable(save) }
    var network = try makeNetwork(for: parts.training)
    let log = try self.log.map { try EpochLog(path: $0) }
    Console.note(introduction(network, parts.training, pool))

    Interruption.watch()
    var line = ProgressLine()
    var lastSave = ContinuousClock.now
    var failure: (any Error)?
    let options = TrainingOptions(
      epochs: epochs, batch: batch, schedule: schedule, patience: patience, seed: seed, resumes: resume)
    let history: TrainingHistory
    do {
      history = try network.train(
        on: parts.training, validation: parts.validation, with: rule(for: network), options: options, threads: pool
      ) { progress, network in
        line.show(progress)
        do {
          if progress.isEndOfEpoch, let record = network.record?.history.last { try log?.append(record) }
          if progress.isEndOfEpoch, let save, lastSave.duration(to: .now) > .seconds(5) {
            try network.save(to: save)
            lastSave = .now
          }
        } catch {
          failure = error
          return .stop
        }
        return Interruption.isRequested ? .stop : .goOn
      }
    } catch {
      if let save, network.record?.history.isEmpty == false { try network.save(to: save) }
      throw ToolError.data("\(data.data): \(error)")
    }
    if let failure { throw failure }
    if let save { try network.save(to: save) }
    if Interruption.isRequested {
      let goOn = save == nil ? "" : "; the same command with --resume goes on"
      throw ToolError(message: "interrupted after \(history.epochs.count) epochs\(goOn)", code: 130)
    }
    try report(network, history, parts, pool)
  }

  // MARK: Data

  private struct Parts<Element: Scalar> {
    var training: Dataset<Element>
    var validation: Dataset<Element>?
    var test: Dataset<Element>
  }

  /// Training rows, rows for the test, and with --patience rows that early stopping goes by.
  private func readData<Element: Scalar>(_: Element.Type) throws -> Parts<Element> {
    let source = data.source()
    var (training, test) = try source.training(Element.self, task: task)
    if let path = self.test {
      let other = DataSource(path: path, targets: source.kind == .table ? source.targets : [])
      // A network knows how to find its columns and classes in other data; an untrained one will do.
      var reader = Network<Element>(.linear(training.inputs.columns, training.targets.outputs))
      reader.describe(training)
      test = try other.rows(for: reader)
    }
    if test == nil {
      guard let parts = training.holdingOut(holdout, seed: seed) else {
        throw ToolError.data("\(data.data): 1 row, which leaves none to hold out for the test")
      }
      (training, test) = parts
    }
    guard patience != nil else { return Parts(training: training, validation: nil, test: test!) }
    guard let parts = training.holdingOut(0.1, seed: seed &+ 1) else {
      throw ToolError.data("\(data.data): too few rows for --patience, which judges by a tenth of them")
    }
    return Parts(training: parts.training, validation: parts.test, test: test!)
  }

  // MARK: Network

  private func makeNetwork<Element: Scalar>(for data: Dataset<Element>) throws -> Network<Element> {
    let widths = [data.inputs.columns] + (hidden?.values ?? []) + [data.targets.outputs]
    guard let count = parameterCount(widths), count <= 1 << 31 else {
      throw ToolError.usage("a network of these widths has too many parameters")
    }
    if resume, let save {
      let network = try Network<Element>(contentsOf: save)
      let own = [network.inputs] + network.layers.map(\.outputs)
      if own != widths {
        throw ToolError.data(
          "\(save): the model's widths are \(text(own)), but the data and options ask for \(text(widths))")
      }
      return network
    }
    let layers = zip(widths, widths.dropFirst()).enumerated().map { index, pair in
      makeLayer(pair.0, pair.1, isLast: index == widths.count - 2) as Layer<Element>
    }
    return Network(layers, seed: seed)
  }

  private func parameterCount(_ widths: [Int]) -> Int? {
    let functions = edge == .linear ? 1 : edge == .chebyshev ? degree : grid + degree + 1
    var total = 0
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      let (edges, overflow) = inputs.multipliedReportingOverflow(by: outputs)
      let (count, overflowToo) = edges.multipliedReportingOverflow(by: functions)
      if overflow || overflowToo || count > 1 << 40 { return nil }
      total += count + outputs
    }
    return total
  }

  private func makeLayer<Element: Scalar>(_ inputs: Int, _ outputs: Int, isLast: Bool) -> Layer<Element> {
    let activation = isLast ? .identity : self.activation ?? (edge == .linear ? .silu : .identity)
    switch edge {
    case .spline: return .spline(inputs, outputs, grid: grid, degree: degree, activation)
    case .linear: return .linear(inputs, outputs, activation)
    case .chebyshev: return .chebyshev(inputs, outputs, degree: degree, activation)
    case .gaussian: return .gaussian(inputs, outputs, grid: grid, activation)
    }
  }

  private func rule<Element: Scalar>(for network: Network<Element>) -> any Optimizer {
    let rate = learningRate ?? defaultRate(network)
    switch optimizer {
    case .adam: return AdamW(learningRate: rate, weightDecay: weightDecay)
    case .sgd: return SGD(learningRate: rate, weightDecay: weightDecay)
    }
  }

  /// Adam moves every coefficient by about the rate, so an output moves by about the rate times its inputs.
  private func defaultRate<Element: Scalar>(_ network: Network<Element>) -> Double {
    let range = edge == .linear ? 0.003...0.02 : 0.001...0.05
    return min(range.upperBound, max(range.lowerBound, 0.5 / Double(network.layers.map(\.inputs).max()!)))
  }

  // MARK: Messages

  private func introduction<Element: Scalar>(_ network: Network<Element>, _ data: Dataset<Element>, _ pool: ThreadPool)
    -> String
  {
    let widths = [network.inputs] + network.layers.map(\.outputs)
    return "\(data.targets.task.rawValue) on \(grouped(data.rows)) rows, \(edge.rawValue) network \(text(widths)), "
      + "\(grouped(network.parameterCount)) parameters, \(pool.threads) threads"
  }

  private func text(_ widths: [Int]) -> String { widths.map { "\($0)" }.joined(separator: "-") }

  private func report<Element: Scalar>(
    _ network: Network<Element>, _ history: TrainingHistory, _ parts: Parts<Element>, _ pool: ThreadPool
  ) throws {
    let training = network.evaluate(on: parts.training, threads: pool)
    let test = network.evaluate(on: parts.test, threads: pool)
    if json {
      let result = TrainingResult(
        parameters: network.parameterCount, epochs: history.epochs.count, seconds: history.seconds,
        samplesPerSecond: history.samplesPerSecond, seed: seed, threads: pool.threads, train: training, test: test,
        bestEpoch: history.bestEpoch, end: history.end.rawValue)
      try Console.print(encodeJSON(result))
      return
    }
    if history.end == .earlyStopping {
      Console.note("stopped after \(history.epochs.count) epochs, the best one was \(history.bestEpoch)")
    }
    try Console.print(
      "trained \(history.epochs.count) epochs in \(short(history.seconds)) s, "
        + "\(grouped(Int(history.samplesPerSecond))) samples/s\n"
        + table(
          [training.header] + [
            ["train"] + training.cells, ["test"] + test.cells,
          ]))
    if let save { Console.note("saved \(save)") }
  }
}

/// What `kan train --json` prints.
private struct TrainingResult: Encodable {
  var parameters: Int
  var epochs: Int
  var seconds: Double
  var samplesPerSecond: Double
  var seed: UInt64
  var threads: Int
  var train: Metrics
  var test: Metrics
  var bestEpoch: Int
  var end: String
}

extension Metrics {
  /// Column titles of ``cells``, with an empty corner.
  var header: [String] {
    ["", "samples", "loss"] + (accuracy == nil ? ["rmse", "r2", "pearson"] : ["accuracy"])
  }

  var cells: [String] {
    [grouped(samples), short(loss)]
      + (accuracy.map { [fixedAccuracy($0)] } ?? [rmse, r2, pearson].map { String(format: "%.6g", $0 ?? .nan) })
  }

  private func fixedAccuracy(_ value: Double) -> String { String(format: "%.4f", value) }
}

func encodeJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// A line of JSON for each epoch, as it ends.
private final class EpochLog {
  private let path: String
  private let handle: FileHandle

  init(path: String) throws(FileError) {
    self.path = path
    handle = try createFile(path)
  }

  func append(_ record: EpochRecord) throws {
    do {
      try handle.write(contentsOf: Data((encodeJSON(record) + "\n").utf8))
    } catch {
      throw ToolError(message: "\(path): writing failed", code: 74)
    }
  }
}
