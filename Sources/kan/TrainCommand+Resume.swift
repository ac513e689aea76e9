import KAN
import KANFiles

extension TrainCommand {
  /// Loads the model to resume, and checks that options and data match its training.
  func resumedNetwork<Element: Scalar>(
    _ path: String, _ layers: [Layer<Element>], _ data: Dataset<Element>
  ) throws -> Network<Element> {
    func requireSame(_ option: String, _ own: String, _ asked: String) throws {
      if own == asked { return }
      throw ToolError.usage("\(path) has \(option) \(own), so --resume cannot go on with \(option) \(asked)")
    }
    let file = try ModelFile(path: path)
    try requireSame("--precision", file.isDouble ? "double" : "float", precision.rawValue)
    let network = try Network<Element>(file)
    if network.record?.optimizer == "auto" {
      throw ToolError.usage(
        "\(path) was chosen automatically, which is resumed without options that describe layers or a training; --start "
          + "\(path) goes on with a described one")
    }
    try requireSameColumns(path, network, data)
    func hidden(_ layers: [Layer<Element>]) -> String {
      layers.count == 1 ? "none" : layers.dropLast().map { $0.width.description }.joined(separator: ",")
    }
    try requireSame("--hidden", hidden(network.layers), hidden(layers))
    for (index, (own, asked)) in zip(network.layers, layers).enumerated() {
      for (own, asked) in zip(options(of: own), options(of: asked)) {
        // Any of the grids to train on is valid.
        if own.name == "--grid", extend.contains(Int(own.value) ?? 0) { continue }
        try requireSame(own.name, own.value, asked.value)
      }
      if index < layers.count - 1 {
        try requireSame("--activation", own.activationText, asked.activationText)
      }
    }
    if let record = network.record {
      try requireSame("--optimizer", record.optimizer, optimizer.rawValue)
      // Without --loss it keeps its own.
      if let asked = try objectives.objective {
        let own = ObjectiveDescription(network.objective)
        try requireSame("--loss", own.description, ObjectiveDescription(asked).description)
      }
      // Another seed would hold out other rows, and test the network on rows it has learned.
      try requireSame("--seed", "\(record.seed)", "\(seed)")
    }
    return network
  }

  /// Loads a model for training on other data with the same columns.
  func startNetwork<Element: Scalar>(_ path: String, _ data: Dataset<Element>) throws -> Network<Element> {
    let file = try ModelFile(path: path)
    if file.isDouble != (precision == .double) {
      let own = file.isDouble ? "double" : "float"
      throw ToolError.usage("\(path) has --precision \(own), so --start cannot go on with \(precision.rawValue)")
    }
    let network = try Network<Element>(file)
    try requireSameColumns(path, network, data)
    return network
  }

  func requireSameColumns<Element: Scalar>(
    _ path: String, _ network: Network<Element>, _ data: Dataset<Element>
  ) throws {
    let isTrained = network.record != nil
    func require(_ own: [String], _ asked: [String], _ ownCount: Int, _ askedCount: Int, _ what: String) throws {
      if ownCount == askedCount && (!isTrained || own == asked) { return }
      throw ToolError.data("\(self.data.data): not the \(what) that \(path) was trained on")
    }
    let (own, asked) = (network.names, data.names)
    try require(own.inputs, asked.inputs, network.inputs, data.inputs.columns, "input columns")
    if isTrained && network.task != data.targets.task {
      throw ToolError.usage("\(path) was trained for \(network.task.rawValue), not for \(data.targets.task.rawValue)")
    }
    try require(own.targets, asked.targets, own.targets.count, asked.targets.count, "target columns")
    try require(own.classes, asked.classes, network.outputs, data.targets.outputs, "classes")
  }

  /// The options that describe a layer.
  private func options<Element: Scalar>(of layer: Layer<Element>) -> [(name: String, value: String)] {
    guard let basis = layer.basis as? any ConfigurableBasis<Element> else {
      return [("--edge", type(of: layer.basis).kind)]
    }
    let (type, options) = (type(of: basis), basis.options)
    return [("--edge", type.name)] + (type.grids == nil ? [] : [("--grid", "\(options.grid)")])
      + (type.degrees == nil ? [] : [("--degree", "\(options.degree)")])
  }
}
