import Foundation
import KAN
import KANFiles

extension TrainCommand {
  struct Parts<Element: Scalar> {
    var training: Dataset<Element>
    var validation: Dataset<Element>?
    var test: Dataset<Element>
    var encoding: TableEncoding?
    /// What reading met.
    var notes: [String] = []
    /// Columns of which the precision loses digits that matter.
    var imprecise: [String] = []
    /// Where all rows are, if the others are a sample of them.
    var stream: Stream<Element>?
    /// Where ranks share the rows: `training`, `validation` and `test` are those of this rank then.
    var shared: Shared<Element>?
    /// How many rows there are to learn from, and what is particular to them and to those of `validation`; empty before
    /// ``note()``.
    private(set) var marks = (rows: "", data: "")

    /// Notes what a resumed training has to have in common, of the rows of all ranks; of rows in a file by their number and
    /// a sample.
    mutating func note() {
      marks = ("\(trainingRows.rows)", training.fingerprint + (validation?.fingerprint ?? ""))
    }

    /// The rows to train on, of all ranks.
    var trainingRows: any RowSource<Element> {
      if let stream { return stream.training }
      return shared?.training ?? training
    }
    var validationRows: (any RowSource<Element>)? {
      if let stream { return stream.validation }
      return shared == nil ? validation : shared?.validation
    }
    var testRows: any RowSource<Element> {
      if let rows = stream?.test { return rows }
      return shared?.test ?? test
    }
  }

  /// Rows of all ranks, and what was made of them before each kept its own.
  struct Shared<Element: Scalar> {
    var training: DistributedRows<Element>
    var validation: DistributedRows<Element>?
    var test: DistributedRows<Element>
    /// The network that the training starts from.
    var network: Network<Element>
  }

  /// Rows for training, for the test and, with --patience, for early stopping.
  func readData<Element: Scalar>(_: Element.Type, _ effort: Effort?, _ pool: ThreadPool) throws -> Parts<Element> {
    var source = try data.source(columns.columns)
    source.refusesGaps = missing == .error
    if columns.isGiven && source.kind != .table {
      throw ToolError.usage(
        "\(data.data): --inputs, --ignore and --categorical name columns, and only a table has them")
    }
    let model = start ?? (resume ? save : nil)
    let own = try model.flatMap { try ModelFile(path: $0).encoding }
    if let parts = try readStream(Element.self, source, keeping: own, pool) { return parts }
    let other = try testSource(source)
    let objective = try objectives.objective
    let read = try source.training(
      Element.self, task: task ?? objective?.targetDomain.task, codes: effort != nil || takesCodes,
      keeping: own, pool: pool)
    for note in read.notes { Console.note(note) }
    var (training, test) = (read.data, read.test)
    try objective?.requireTargets(of: training, in: data.data)
    if let other { test = try testRows(other, like: training, read.encoding, pool) }
    if test == nil {
      guard let parts = training.holdingOut(holdout ?? 0.2, seed: seed) else {
        throw ToolError.data("\(data.data): 1 row, which leaves none to hold out for the test")
      }
      (training, test) = parts
    }
    for part in [training, test!] where part.meanWeight == 0 {
      throw ToolError.data("\(data.data): the weights of all rows held out, or of all others, are 0")
    }
    guard patience != nil else {
      return Parts(
        training: try weighted(training), validation: nil, test: test!, encoding: read.encoding, notes: read.notes,
        imprecise: read.imprecise)
    }
    guard let parts = training.holdingOut(0.1, seed: seed &+ 1) else {
      throw ToolError.data("\(data.data): too few rows for --patience, which judges by a tenth of them")
    }
    for part in [parts.training, parts.test] where part.meanWeight == 0 {
      throw ToolError.data("\(data.data): the weights of all rows that --patience judges by, or of all others, are 0")
    }
    return Parts(
      training: try weighted(parts.training), validation: try weighted(parts.test), test: test!,
      encoding: read.encoding, notes: read.notes, imprecise: read.imprecise)
  }

  /// The rows of a test that is a source of its own.
  func testRows<Element: Scalar>(
    _ other: DataSource, like training: some RowSource<Element>, _ encoding: TableEncoding?, _ pool: ThreadPool
  ) throws -> Dataset<Element> {
    // A network matches columns and classes in other data by name; an untrained one suffices.
    var reader = Network<Element>(.linear(training.inputColumns, training.targetShape.outputs))
    reader.describe(training)
    let rows = try other.rows(for: reader, encoding: encoding, pool: pool)
    for note in rows.notes { Console.note("\(printable(other.path)): \(note)") }
    try objectives.objective?.requireTargets(of: rows.data, in: other.path)
    return rows.data
  }

  /// Whether the first layer can have functions for codes of texts, rather than inputs for each text: not where the
  /// options are of bases or grids that have none.
  var takesCodes: Bool {
    edge == .spline && degree == 3 && extend.isEmpty && range.isEmpty && optimizer != .lm && start == nil
  }

  /// The rows with the weights that --class-weight asks for. The test is judged without.
  private func weighted<Element: Scalar>(_ data: Dataset<Element>) throws -> Dataset<Element> {
    if classWeight == .none { return data }
    try requireClasses(data.targetShape)
    return data.balancingClasses()
  }

  /// The same for rows that are read while they are learned.
  func weighted<Element: Scalar>(_ rows: any RowSource<Element>) throws -> any RowSource<Element> {
    if classWeight == .none { return rows }
    try requireClasses(rows.targetShape)
    return try BalancedRows(rows)
  }

  private func requireClasses(_ targets: TargetShape) throws {
    if targets.task != .classification {
      throw ToolError.usage("--class-weight is for classes, and the targets are numbers")
    }
  }

  /// The source named by --test and --test-target.
  func testSource(_ training: DataSource) throws -> DataSource? {
    guard let test else { return nil }
    let kind = DataSource(path: test).kind
    let isTable = kind == .table && training.kind == .table
    let targets = testTarget.map { [$0] } ?? (isTable ? training.columns.targets : [])
    var source = DataSource(
      path: test, columns: TableColumns(targets: targets, weights: kind == .table ? training.columns.weights : nil),
      missingWords: training.missingWords)
    if kind == .table, testTarget != nil {
      throw ToolError.usage("\(test): a table has its targets in it and takes no --test-target")
    }
    try source.checkTargets(option: "--test-target")
    source.refusesGaps = training.refusesGaps
    return source
  }

  /// Fits initial coefficients by least squares, if asked for.
  func initialize<Element: Scalar>(
    _ network: inout Network<Element>, on data: some RowSource<Element>, _ pool: ThreadPool
  ) throws {
    if initialization == .random || resume { return }
    do {
      try network.fitLastLayer(
        on: data, smoothing: smoothness, updating: keepLearned ? .supported : .all, pool: pool)
    } catch TrainingError.leastSquares(let reason) {
      throw ToolError.usage("--init least-squares: \(reason)")
    } catch {
      throw ToolError.data("\(self.data.data): \(error)")
    }
  }

  func makeNetwork<Element: Scalar>(
    for data: Dataset<Element>, _ encoding: TableEncoding?
  ) throws -> Network<Element> {
    let widths = hidden + [HiddenWidth(sums: data.targets.outputs)]
    let inputs = [data.inputs.columns] + hidden.map(\.outputs)
    try requireRoom(for: widths, after: inputs, batch: min(batch, data.rows), bytes: MemoryLayout<Element>.size)
    var layers = widths.indices.map { index in
      makeLayer(inputs[index], widths[index], isLast: index == widths.count - 1) as Layer<Element>
    }
    var scaling: Scaling<Element>?
    if let encoding, encoding.hasCodes {
      let fitted = try TableBasis<Element>.fitting(
        data.inputs, encoding, intervals: firstGrid, hasEvenKnots: knots == .even)
      layers[0] = Layer(basis: fitted.basis, outputs: layers[0].outputs, node: layers[0].node)
      scaling = fitted.scaling
    }
    if resume, let save { return try resumedNetwork(save, layers, data) }
    if let start { return try startNetwork(start, data) }
    var network = Network(layers, seed: seed)
    network.take(encoding)
    if let scaling {
      network.take(inputScaling: scaling)
      return network
    }
    if knots != .even && range.isEmpty && edge.isGridded { try network.setKnots(following: data.inputs) }
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

  /// Rejects a network too large to train in the available memory, before allocating it.
  private func requireRoom(for widths: [HiddenWidth], after inputs: [Int], batch: Int, bytes: Int) throws {
    let largest = BasisOptions(inputs: 1, grid: max(extend.last ?? 0, firstGrid), degree: degree)
    let functions = Double(edge.basis(largest, Float.self).functions)
    let sums = widths.map { Double($0.sums + 2 * $0.products) }
    let parameters = zip(inputs, sums).reduce(0) { $0 + Double($1.0) * $1.1 * functions + $1.1 }
    // Parameters, their gradient and two moments; a copy of all but the gradient as of the last epoch; the best
    // parameters; and all of these twice while saving. An activation and its gradient for each row of a batch. L-BFGS
    // has ten pairs instead of the moments.
    let copies: Double = (save == nil ? 8 : 18) + (optimizer == .lbfgs ? save == nil ? 31 : 51 : 0)
    let needed = Double(bytes) * (copies * parameters + 3 * Double(batch) * (Double(inputs[0]) + sums.reduce(0, +)))
    let available = Double(memory.memory ?? availableMemory())
    if needed < available { return }
    func gigabytes(_ bytes: Double) -> String { String(format: "%.3g GB", bytes / 1e9) }
    throw ToolError.usage(
      "a network \(text(inputs[0], widths)) takes about \(gigabytes(needed)) of memory to train, and there are "
        + "\(gigabytes(available))")
  }

  func makeLayer<Element: Scalar>(_ inputs: Int, _ width: HiddenWidth, isLast: Bool) -> Layer<Element> {
    let activation = isLast ? .identity : self.activation ?? (edge.isIdentity ? .silu : .identity)
    let basis = edge.basis(BasisOptions(inputs: inputs, grid: firstGrid, degree: degree), Element.self)
    return Layer(
      basis: basis, outputs: width.outputs,
      node: width.products == 0 ? activation : Products(width.products, activation: activation))
  }

  /// The method asked for, within the memory that is available.
  func method<Element: Scalar>(for network: Network<Element>) -> any TrainingMethod {
    let rate = learningRate ?? defaultRate(network)
    switch optimizer {
    case .adam: return AdamW(learningRate: rate, weightDecay: weightDecay)
    case .sgd: return SGD(learningRate: rate, weightDecay: weightDecay)
    case .lbfgs: return LBFGS(weightDecay: weightDecay, memoryLimit: memory.memory ?? availableMemory())
    case .lm: return LevenbergMarquardt(memoryLimit: (memory.memory ?? availableMemory()) / 2)
    }
  }

  /// Adam moves every coefficient by about the rate, so an output moves by about the rate times its inputs.
  func defaultRate<Element: Scalar>(_ network: Network<Element>) -> Double {
    let range = edge.isIdentity ? 0.003...0.02 : 0.001...0.05
    return min(range.upperBound, max(range.lowerBound, 0.5 / Double(network.layers.map(\.inputs).max()!)))
  }
}
