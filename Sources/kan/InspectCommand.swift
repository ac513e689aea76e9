import ArgumentParser
import KAN
import KANFiles

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Layers, parameters, grids and training record of a model.",
    usage: "kan inspect <model> [<options>]",
    discussion: """
      --edge LAYER,INPUT,SUM gives the curve of an edge as numbers, counted from 0, and --edge all those of all edges: \
      points with values and slopes, knots, and coefficients, in the units of the table at both ends of the network. An \
      output file that ends in .json is JSON, any other a table.

      EXAMPLES
        kan inspect houses.safetensors
        kan inspect houses.safetensors --json
        kan inspect houses.safetensors --edge 0,2,0 --points 200
        kan inspect houses.safetensors --edge all --out curves.csv
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @Option(
    name: [.customLong("edge"), .customLong("edges")],
    help: ArgumentHelp("Edges whose curves to give: layer,input,sum from 0, or all.", valueName: "edge"))
  var edges: [EdgeChoice] = []
  @Option(help: "Points of a curve.")
  var points = 101
  @Option(help: "File for the curves, .csv, .tsv or .json (default: a table on standard output).")
  var out: String?
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if out != nil && edges.isEmpty { throw ValidationError("--out is for the curves of --edge") }
    if !(2...1_000_000).contains(points) { throw ValidationError("--points has to be 2 to 1000000") }
    try requireDistinct(outputs: [("--out", out)], inputs: [model])
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if !edges.isEmpty {
      if let out { try checkWritable(out) }
      let text =
        try file.isDouble
        ? encoded(curves(Network<Double>(file))) : encoded(curves(Network<Float>(file)))
      return try writeFile(Array((text + "\n").utf8), to: out ?? "/dev/stdout")
    }
    let outline = try file.isDouble ? outline(file, Double.self) : outline(file, Float.self)
    try Console.print(json ? encodeJSON(outline) : outline.text())
  }

  private func outline<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws -> ModelOutline {
    let network = try Network<Element>(file)
    return ModelOutline(
      task: network.task, objective: ObjectiveDescription(network.objective),
      precision: file.isDouble ? .double : .float, parameters: network.parameterCount,
      layers: network.layers.map { layer in
        ModelOutline.LayerOutline(
          basis: type(of: layer.basis).kind, inputs: layer.inputs, outputs: layer.outputs, sums: layer.sums,
          functions: layer.functions, activation: layer.activationText, products: (layer.node as? Products)?.count,
          parameters: layer.parameterCount, edges: layer.isPruned ? layer.edgeCount : nil,
          settings: layer.basis.description.settings, grid: layer.grid.map { GridOutline($0) },
          contraction: layer.resolvedContraction(.auto).rawValue, reason: layer.contractionReason)
      },
      names: network.names,
      ranges: network.names.inputs.isEmpty ? [] : inputRanges(network), monotone: directions(network),
      training: network.record, commands: network.commands.isEmpty ? nil : network.commands)
  }

  /// The inputs that predictions follow in one direction, by name, or by number where there are no names.
  private func directions<Element: Scalar>(_ network: Network<Element>) -> [String: Monotonicity]? {
    if network.monotone.isEmpty { return nil }
    let names = network.names.inputs
    return Dictionary(
      uniqueKeysWithValues: network.monotone.map { (names.isEmpty ? "\($0 + 1)" : names[$0], $1) })
  }

  /// The range of each input in the training data, which maps to [-1, 1] on the first layer's grid.
  private func inputRanges<Element: Scalar>(_ network: Network<Element>) -> [[Double]] {
    zip(network.inputScaling.shift, network.inputScaling.factor).map { shift, factor in
      let half = factor == 0 ? 0 : 1 / Double(factor)
      return [Double(shift) - half, Double(shift) + half]
    }
  }
}

/// The output of `kan inspect --json`.
private struct ModelOutline: Encodable {
  enum Precision: String, Encodable { case float, double }

  struct LayerOutline: Encodable {
    var basis: String
    var inputs: Int
    var outputs: Int
    /// More than outputs where the node function joins sums.
    var sums: Int
    var functions: Int
    var activation: String
    /// The number of outputs that are products of two sums, if any.
    var products: Int?
    var parameters: Int
    /// Edges that pruning has left; nil for all.
    var edges: Int?
    var settings: [String: String]
    var grid: GridOutline?
    /// `gemm` or `local`, with the reason.
    var contraction: String
    var reason: String
  }

  var task: LearningTask
  var objective: ObjectiveDescription
  var precision: Precision
  var parameters: Int
  var layers: [LayerOutline]
  var names: Names
  var ranges: [[Double]]
  var monotone: [String: Monotonicity]?
  var training: TrainingRecord?
  /// What made the model, in order.
  var commands: [CommandRecord]?

  func text() -> String {
    var lines = [
      "\(task.rawValue), \(counted(parameters, "parameter")) in \(precision == .float ? "single" : "double") precision",
      "loss \(printable(objective.description))",
      "",
    ]
    lines.append(
      table(
        [["layer", "inputs", "outputs", "functions", "parameters", "activation", "basis"]]
          + layers.enumerated().map { index, layer in
            [
              "\(index + 1)", "\(layer.inputs)", "\(layer.outputs)", "\(layer.functions)", grouped(layer.parameters),
              layer.nodeText, layer.basisText,
            ]
          }))
    lines += ["", "products"]
    lines += layers.enumerated().map { index, layer in "  layer \(index + 1): \(layer.contraction), \(layer.reason)" }
    if layers.contains(where: { $0.edges != nil }) {
      lines += ["", "edges left by pruning"]
      lines += layers.enumerated().compactMap { index, layer in
        layer.edges.map { "  layer \(index + 1): \($0) of \(layer.inputs * layer.sums)" }
      }
    }
    if !ranges.isEmpty {
      lines += ["", "inputs, and their ranges in training"]
      lines.append(table(zip(names.inputs, ranges).map { ["  \(printable($0))", short($1[0]), short($1[1])] }))
    }
    if let monotone {
      let directions = monotone.sorted { $0.key < $1.key }.map { "\(printable($0.key))=\($0.value.rawValue)" }
      lines += ["", "monotone: " + directions.joined(separator: ", ")]
    }
    if !names.targets.isEmpty {
      lines += ["", "targets: " + names.targets.map { printable($0) }.joined(separator: ", ")]
    }
    if !names.classes.isEmpty {
      lines.append("classes: " + names.classes.map { printable($0) }.joined(separator: ", "))
    }
    if let training, training.optimizer == "auto" {
      lines += [
        "",
        "chosen on \(counted(training.samples, "row")) in \(short(training.seconds)) s, seed \(training.seed)",
      ]
      if let choice = training.choice {
        lines.append("parts: " + choice.partTexts.map { printable($0, limit: 200) }.joined(separator: "; "))
      }
    } else if let training {
      lines += [
        "",
        "trained \(training.history.count) of \(counted(training.epochs, "epoch")) on "
          + "\(counted(training.samples, "row")) in \(short(training.seconds)) s: \(printable(training.optimizer)), rate \(training.learningRate) \(training.schedule.rawValue), "
          + "batch \(training.batch), seed \(training.seed)",
      ]
      if let grid = training.grid { lines.append("\(grid)") }
      lines += training.outsideLines
      if let last = training.history.last { lines.append("last epoch: loss \(short(last.loss))") }
    }
    lines += (commands ?? []).enumerated().map { place, record in
      "\(place == 0 ? "made by" : "then"): \(printable(record.command, limit: 4096)) (version \(printable(record.version)))"
    }
    return lines.joined(separator: "\n")
  }
}

extension Layer {
  /// The reason for the choice of contraction.
  fileprivate var contractionReason: String {
    guard let cost = contractionCost else { return "since inputs are multiplied directly" }
    guard let local = cost.local, let nonZero = cost.nonZeroFunctions else {
      return "since all \(cost.functions) functions of an input are non-zero everywhere"
    }
    return "since \(nonZero) of \(cost.functions) functions of an input are non-zero at a time: by the cost model "
      + "\(short(local)) ns for an input of a row, against \(short(cost.gemm)) ns with gemm"
  }
}

extension ModelOutline.LayerOutline {
  /// The activation and the number of products.
  fileprivate var nodeText: String {
    guard let products else { return activation }
    return "\(activation), \(counted(products, "product"))"
  }

  /// A short description of the basis and its grid.
  fileprivate var basisText: String {
    guard let grid else {
      return ([basis] + settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }).joined(separator: ", ")
    }
    return "\(basis) of degree \(grid.degree), G = \(grid.intervals) on [\(short(grid.lowest)), \(short(grid.highest))]"
      + (grid.isUniform ? "" : ", not uniform") + (settings["outside"].map { ", outside \($0)" } ?? "")
  }
}

/// A summary of one layer's grids.
private struct GridOutline: Encodable {
  var degree: Int
  var intervals: Int
  var ends: String
  var isUniform: Bool
  /// The smallest lower and the largest upper end over the inputs.
  var lowest: Double
  var highest: Double

  init<Element: Scalar>(_ grid: Grid<Element>) {
    degree = grid.degree
    intervals = grid.intervals
    ends = grid.ends.rawValue
    isUniform = grid.isUniform
    let ranges = (0..<grid.inputs).map { grid.range(ofInput: $0) }
    lowest = Double(ranges.map(\.lowerBound).min()!)
    highest = Double(ranges.map(\.upperBound).max()!)
  }
}

extension TrainingRecord {
  /// A line for each layer with rows outside its grid, naming the three inputs with most of them.
  var outsideLines: [String] {
    (outside ?? []).enumerated().compactMap { index, counts in
      guard let counts, counts.total > 0 else { return nil }
      let rows = zip(counts.below, counts.above).map { $0 + $1 }
      let inputs = rows.indices.filter { rows[$0] > 0 }.sorted { (rows[$1], $0) < (rows[$0], $1) }
      let shown = inputs.prefix(3).map { input in
        "input \(input + 1): \(grouped(counts.below[input])) below, \(grouped(counts.above[input])) above"
      }
      let rest = inputs.count > 3 ? "; and \(counted(inputs.count - 3, "input")) more" : ""
      return "outside the grid of layer \(index + 1), of \(counted(counts.rows, "row")): "
        + shown.joined(separator: "; ") + rest
    }
  }
}
