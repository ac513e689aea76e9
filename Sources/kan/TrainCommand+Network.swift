import KAN
import KANFiles

extension TrainCommand {
  struct Parts<Element: Scalar> {
    var training: Dataset<Element>
    var validation: Dataset<Element>?
    var test: Dataset<Element>
  }

  /// Training rows, rows for the test, and with --patience rows that early stopping goes by.
  func readData<Element: Scalar>(_: Element.Type) throws -> Parts<Element> {
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

  func makeNetwork<Element: Scalar>(for data: Dataset<Element>) throws -> Network<Element> {
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

  func parameterCount(_ widths: [Int]) -> Int? {
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

  func makeLayer<Element: Scalar>(_ inputs: Int, _ outputs: Int, isLast: Bool) -> Layer<Element> {
    let activation = isLast ? .identity : self.activation ?? (edge == .linear ? .silu : .identity)
    switch edge {
    case .spline: return .spline(inputs, outputs, grid: grid, degree: degree, activation)
    case .linear: return .linear(inputs, outputs, activation)
    case .chebyshev: return .chebyshev(inputs, outputs, degree: degree, activation)
    case .gaussian: return .gaussian(inputs, outputs, grid: grid, activation)
    }
  }

  func rule<Element: Scalar>(for network: Network<Element>) -> any Optimizer {
    let rate = learningRate ?? defaultRate(network)
    switch optimizer {
    case .adam: return AdamW(learningRate: rate, weightDecay: weightDecay)
    case .sgd: return SGD(learningRate: rate, weightDecay: weightDecay)
    }
  }

  /// Adam moves every coefficient by about the rate, so an output moves by about the rate times its inputs.
  func defaultRate<Element: Scalar>(_ network: Network<Element>) -> Double {
    let range = edge == .linear ? 0.003...0.02 : 0.001...0.05
    return min(range.upperBound, max(range.lowerBound, 0.5 / Double(network.layers.map(\.inputs).max()!)))
  }
}
