import ArgumentParser
import KAN
import KANFiles

struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove edges, nodes and inputs of a model that do not matter.",
    usage: "kan prune <model> <data> --save <out> [<options>]",
    discussion: """
      Every edge has a score: the share of the outputs' variation on the rows of DATA, which should be the training data, \
      that passes through it. Edges below --threshold go, or hidden nodes or inputs whose edges together are below \
      --node-threshold or --input-threshold, or the weakest until at most as many --edges, --inputs or hidden --nodes \
      are left; with them goes what carries nothing any more. An output never loses its last path from the \
      inputs. The rest is trained for a few --epochs on DATA, by lm if the model was trained by it, else by lbfgs, or by \
      adam where it is to be monotone. Removed edges stay away in later trainings. Columns that are no longer used are \
      still columns of the model's tables. The model given stays as it is.

      Nodes are printed as LAYER.NODE, both from 0: 0.3 is the fourth node of the first hidden layer.

      EXAMPLES
        kan prune houses.safetensors houses.csv --save small.safetensors
        kan prune houses.safetensors houses.csv --save small.safetensors --inputs 5
        kan prune houses.safetensors train.csv --save small.safetensors --test heldout.csv
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @OptionGroup var data: DataArguments
  @Option(help: "File for the pruned model.", completion: .file(extensions: ["safetensors"]))
  var save: String
  @Option(parsing: .unconditional, help: "Lowest score of an edge that stays (default: 0.01, if no number is given).")
  var threshold: Double?
  @Option(parsing: .unconditional, help: "Lowest score of a hidden node that stays.")
  var nodeThreshold: Double?
  @Option(parsing: .unconditional, help: "Lowest score of an input that stays.")
  var inputThreshold: Double?
  @Option(parsing: .unconditional, help: "Edges to leave, at most.")
  var edges: Int?
  @Option(parsing: .unconditional, help: "Inputs to leave edges, at most.")
  var inputs: Int?
  @Option(parsing: .unconditional, help: "Hidden nodes to leave, at most.")
  var nodes: Int?
  @Option(parsing: .unconditional, help: "Passes over all rows after pruning; 0 for none.")
  var epochs = 20
  @OptionGroup var intervals: IntervalArguments
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    let thresholds = [
      ("--threshold", threshold), ("--node-threshold", nodeThreshold), ("--input-threshold", inputThreshold),
    ]
    let given = thresholds.map { $0.1 != nil } + [edges != nil, inputs != nil, nodes != nil]
    try require(
      given.count { $0 } <= 1,
      "one of --threshold, --node-threshold, --input-threshold, --edges, --inputs and --nodes says how much to leave")
    for (name, threshold) in thresholds {
      try require(threshold.map { $0 >= 0 && $0.isFinite } ?? true, "\(name) must not be negative")
    }
    for (name, number) in [("--edges", edges), ("--inputs", inputs), ("--nodes", nodes)] {
      try require(number.map { $0 > 0 } ?? true, "\(name) has to be at least 1: with fewer, nothing would be left")
    }
    try require((0...1_000_000).contains(epochs), "--epochs has to be 0 to 1000000")
    try requireDistinct(
      outputs: [("--save", save)], inputs: [model, data.data] + (data.target ?? []) + intervals.files)
  }

  /// Edges that carry less than a hundredth of an output's spread change its squared error by about 1e-4 of its variance,
  /// which training makes up for.
  private var target: PruningTarget {
    if let edges { return .edges(edges) }
    if let inputs { return .inputs(inputs) }
    if let nodes { return .nodes(nodes) }
    if let nodeThreshold { return .nodeThreshold(nodeThreshold) }
    if let inputThreshold { return .inputThreshold(inputThreshold) }
    return .threshold(threshold ?? 0.01)
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try prune(file, Double.self) } else { try prune(file, Float.self) }
  }

  private func prune<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    let network = try Network<Element>(file)
    let pool = try threads.pool()
    let rows = try data.rows(for: network, pool).data
    let heldOut = try intervals.rows(for: network, like: data, pool)
    try checkWritable(save)
    let result: PrunedNetwork<Element>
    do {
      result = try network.pruned(to: target, on: rows.inputs, pool: pool)
    } catch {
      throw ToolError.data("\(model): \(error)")
    }
    var trained = result.network
    if !result.map.edgesRemoved.isEmpty && epochs > 0 { try train(&trained, on: rows, pool) }
    intervals.calibrate(&trained, hadIntervals: network.hasIntervals, training: rows, heldOut: heldOut, pool)
    trained.noteCommand()
    try trained.save(to: save)
    let report = PruneResult(
      result.map, names: network.names.inputs,
      evaluations: [network, result.network, trained].map { $0.evaluate(on: rows, pool: pool) })
    try Console.print(json ? encodeJSON(report) : report.text)
    Console.note("saved \(printable(save, limit: 4096))")
  }

  private func train<Element: Scalar>(
    _ network: inout Network<Element>, on rows: Dataset<Element>, _ pool: ThreadPool
  ) throws {
    Interruption.watch()
    var line = ProgressLine()
    let optimizer = network.record?.optimizer
    let options = TrainingOptions(epochs: epochs)
    func train(_ method: some TrainingMethod) throws {
      try network.train(on: rows, with: method, options: options, pool: pool) { progress, _ in
        line.show(progress)
        return Interruption.isRequested ? .stop : .continue
      }
    }
    do {
      if !network.monotone.isEmpty {
        try train(AdamW(learningRate: 0.002))
      } else if optimizer == "lm" {
        try train(LevenbergMarquardt(starts: 1))
      } else {
        try train(LBFGS())
      }
    } catch {
      throw ToolError.data("\(data.data): \(error)")
    }
    if Interruption.isRequested { throw ToolError.interrupted }
  }
}

/// The output of `kan prune --json`.
private struct PruneResult: Encodable {
  var edgesBefore, edgesAfter: Int
  /// [layer, node], [layer, input, sum]
  var nodesRemoved, edgesRemoved: [[Int]]
  /// By name, or else by number.
  var inputsRemoved: [String]
  /// Of the model, of what pruning left of it, and after the training.
  var lossBefore, lossPruned, lossAfter: Double
  var rmseBefore, rmsePruned, rmseAfter: Double?
  var accuracyBefore, accuracyPruned, accuracyAfter: Double?
  private let evaluations: [Evaluation]
  private let inputs, nodes: Int

  private enum CodingKeys: String, CodingKey {
    case edgesBefore, edgesAfter, nodesRemoved, edgesRemoved, inputsRemoved, lossBefore, lossPruned, lossAfter
    case rmseBefore, rmsePruned, rmseAfter, accuracyBefore, accuracyPruned, accuracyAfter
  }

  init(_ map: PruningMap, names: [String], evaluations: [Evaluation]) {
    edgesBefore = map.edgesBefore
    edgesAfter = map.edgesAfter
    nodesRemoved = map.nodesRemoved.map { [$0.layer, $0.node] }
    edgesRemoved = map.edgesRemoved.map { [$0.layer, $0.input, $0.sum] }
    inputsRemoved = map.inputsRemoved.map { names.isEmpty ? "\($0)" : names[$0] }
    (lossBefore, lossPruned, lossAfter) = (evaluations[0].loss, evaluations[1].loss, evaluations[2].loss)
    let overall = evaluations.map(\.overall)
    (rmseBefore, rmsePruned, rmseAfter) = (overall[0].rmse, overall[1].rmse, overall[2].rmse)
    (accuracyBefore, accuracyPruned, accuracyAfter) = (overall[0].accuracy, overall[1].accuracy, overall[2].accuracy)
    self.evaluations = evaluations
    inputs = map.inputsBefore
    nodes = map.nodesRemoved.count + map.nodesLeft.dropLast().reduce(0) { $0 + $1.count }
  }

  var text: String {
    var lines = ["edges \(edgesBefore), left \(edgesAfter)"]
    if nodes > 0 { lines.append(line("hidden nodes", nodes, nodesRemoved.map { "\($0[0]).\($0[1])" })) }
    lines.append(line("inputs", inputs, inputsRemoved.map { printable($0) }))
    let header = evaluations[0].header
    lines += [
      "",
      table([
        header, ["before"] + evaluations[0].cells, ["pruned"] + evaluations[1].cells,
        ["trained"] + evaluations[2].cells,
      ]),
    ]
    return lines.joined(separator: "\n")
  }

  private func line(_ what: String, _ count: Int, _ gone: [String]) -> String {
    "\(what) \(count), left \(count - gone.count)" + (gone.isEmpty ? "" : "; gone: " + gone.joined(separator: ", "))
  }
}
