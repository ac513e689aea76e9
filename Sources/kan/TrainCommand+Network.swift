import Foundation
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
    let source = try data.source()
    let other = try testSource(source)
    let objective = try objectives.objective
    var (training, test) = try source.training(Element.self, task: task ?? objective?.targetDomain.task)
    try objective?.requireTargets(of: training, in: data.data)
    if let other {
      // A network knows how to find its columns and classes in other data; an untrained one will do.
      var reader = Network<Element>(.linear(training.inputs.columns, training.targets.outputs))
      reader.describe(training)
      let rows = try other.rows(for: reader)
      try objective?.requireTargets(of: rows, in: other.path)
      test = rows
    }
    if test == nil {
      guard let parts = training.holdingOut(holdout ?? 0.2, seed: seed) else {
        throw ToolError.data("\(data.data): 1 row, which leaves none to hold out for the test")
      }
      (training, test) = parts
    }
    for part in [training, test!] where part.meanWeight == 0 {
      throw ToolError.data("\(data.data): the weights of all rows held out, or of all others, are 0")
    }
    guard patience != nil else { return Parts(training: training, validation: nil, test: test!) }
    guard let parts = training.holdingOut(0.1, seed: seed &+ 1) else {
      throw ToolError.data("\(data.data): too few rows for --patience, which judges by a tenth of them")
    }
    for part in [parts.training, parts.test] where part.meanWeight == 0 {
      throw ToolError.data("\(data.data): the weights of all rows that --patience judges by, or of all others, are 0")
    }
    return Parts(training: parts.training, validation: parts.test, test: test!)
  }

  /// What --test and --test-target name.
  private func testSource(_ training: DataSource) throws -> DataSource? {
    guard let test else { return nil }
    let kind = DataSource(path: test).kind
    let source = DataSource(
      path: test,
      targets: testTarget.map { [$0] } ?? (kind == .table && training.kind == .table ? training.targets : []),
      weights: kind == .table ? training.weights : nil)
    if kind == .table, testTarget != nil {
      throw ToolError.usage("\(test): a table has its targets in it and takes no --test-target")
    }
    try source.checkTargets(option: "--test-target")
    return source
  }

  /// Coefficients by least squares, if asked for.
  func initialize<Element: Scalar>(
    _ network: inout Network<Element>, on data: Dataset<Element>, _ pool: ThreadPool
  ) throws {
    if initialization == .random || resume { return }
    do {
      try network.fitLastLayer(on: data, restrictsToSupport: keepLearned, pool: pool)
    } catch TrainingError.leastSquares(let reason) {
      throw ToolError.usage("--init least-squares: \(reason)")
    } catch {
      throw ToolError.data("\(self.data.data): \(error)")
    }
  }

  func makeNetwork<Element: Scalar>(for data: Dataset<Element>) throws -> Network<Element> {
    let widths = [data.inputs.columns] + hidden + [data.targets.outputs]
    try requireRoom(for: widths, batch: min(batch, data.rows), bytes: MemoryLayout<Element>.size)
    let layers = zip(widths, widths.dropFirst()).enumerated().map { index, pair in
      makeLayer(pair.0, pair.1, isLast: index == widths.count - 2) as Layer<Element>
    }
    if resume, let save { return try resumedNetwork(save, layers, data) }
    if let start { return try startNetwork(start, data) }
    var network = Network(layers, seed: seed)
    if !range.isEmpty {
      guard range.count == 1 || range.count == network.inputs else {
        throw ToolError.usage("--range has \(counted(range.count, "pair")) for \(counted(network.inputs, "input"))")
      }
      let ranges = (0..<network.inputs).map { range[range.count == 1 ? 0 : $0] }
      guard ranges.allSatisfy({ Element($0.lowerBound).isFinite && Element($0.lowerBound) < Element($0.upperBound) })
      else { throw ToolError.usage("--range has no width in this precision") }
      try network.setRanges(inputs: ranges.map { Element($0.lowerBound)...Element($0.upperBound) })
    }
    return network
  }

  /// Refuses a network that cannot be trained in the memory there is, before any of it is asked for.
  private func requireRoom(for widths: [Int], batch: Int, bytes: Int) throws {
    let functions: Double =
      switch edge {
      case .spline: Double((extend.last ?? firstGrid) + degree + 1)
      case .linear: 1
      case .chebyshev: Double(degree)
      case .gaussian: Double(firstGrid + 2)
      }
    let parameters = zip(widths, widths.dropFirst()).reduce(0) { $0 + Double($1.0 * $1.1) * functions + Double($1.1) }
    // Parameters, their gradient and two moments, all but the gradient again as of the last epoch, and the best ones;
    // on their way to a file, all of these twice. An activation and its gradient for each row of a batch.
    // L-BFGS has ten pairs in the place of the moments.
    let copies: Double = (save == nil ? 8 : 18) + (optimizer == .lbfgs ? save == nil ? 31 : 51 : 0)
    let needed = Double(bytes) * (copies * parameters + 3 * Double(batch) * Double(widths.reduce(0, +)))
    let available = Double(availableMemory())
    if needed < available { return }
    func gigabytes(_ bytes: Double) -> String { String(format: "%.3g GB", bytes / 1e9) }
    throw ToolError.usage(
      "a network \(text(widths)) takes about \(gigabytes(needed)) of memory to train, and there are "
        + "\(gigabytes(available))")
  }

  func makeLayer<Element: Scalar>(_ inputs: Int, _ outputs: Int, isLast: Bool) -> Layer<Element> {
    let activation = isLast ? .identity : self.activation ?? (edge == .linear ? .silu : .identity)
    switch edge {
    case .spline: return .spline(inputs, outputs, grid: firstGrid, degree: degree, activation: activation)
    case .linear: return .linear(inputs, outputs, activation: activation)
    case .chebyshev: return .chebyshev(inputs, outputs, degree: degree, activation: activation)
    case .gaussian: return .gaussian(inputs, outputs, grid: firstGrid, activation: activation)
    }
  }

  /// The method asked for, within the memory that is available.
  func method<Element: Scalar>(for network: Network<Element>) -> any TrainingMethod {
    let rate = learningRate ?? defaultRate(network)
    switch optimizer {
    case .adam: return AdamW(learningRate: rate, weightDecay: weightDecay)
    case .sgd: return SGD(learningRate: rate, weightDecay: weightDecay)
    case .lbfgs: return LBFGS(weightDecay: weightDecay, memoryLimit: availableMemory())
    case .lm: return LevenbergMarquardt(memoryLimit: availableMemory() / 2)
    }
  }

  /// Adam moves every coefficient by about the rate, so an output moves by about the rate times its inputs.
  func defaultRate<Element: Scalar>(_ network: Network<Element>) -> Double {
    let range = edge == .linear ? 0.003...0.02 : 0.001...0.05
    return min(range.upperBound, max(range.lowerBound, 0.5 / Double(network.layers.map(\.inputs).max()!)))
  }
}
