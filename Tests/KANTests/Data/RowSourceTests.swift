import Testing

@testable import KAN

/// A row source is the same to the engine wherever its rows are: those of a generator give the bits of the same rows in
/// memory, for any number of threads.
@Suite struct RowSourceTests {
  enum Kind: CaseIterable {
    case values, weighted, classes

    var network: Network<Float> {
      Network(.spline(2, 6), .spline(6, self == .classes ? 3 : 2), seed: 3)
    }
    func source(rows: Int) -> Waves { Waves(rows: rows, kind: self) }
  }

  /// Rows computed from their index.
  struct Waves: RowSource {
    let rows: Int
    let kind: Kind
    /// A row that cannot be read.
    var broken: Int?

    var inputColumns: Int { 2 }
    var targetShape: TargetShape { kind == .classes ? .classes(count: 3) : .values(columns: 2) }
    var hasWeights: Bool { kind == .weighted }

    func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) throws(RowSourceError) {
      for (place, row) in rows.enumerated() {
        if row == broken { throw RowSourceError("row \(row + 1) is gone") }
        let (a, b) = (Float(row &* 7919 % 1000) / 500 - 1, Float(row &* 104_729 % 911) / 300)
        batch.inputs?[place, 0] = a
        batch.inputs?[place, 1] = b
        batch.values?[place, 0] = a * b + 5
        batch.values?[place, 1] = a - b * b
        batch.classes?[place] = Int32(a < 0 ? 0 : b < 1.5 ? 1 : 2)
        batch.weights?[place] = Float(row % 5)
      }
    }
  }

  private func train(
    _ kind: Kind, on source: some RowSource<Float>, _ method: some TrainingMethod, threads: Int,
    _ options: TrainingOptions
  ) throws -> Network<Float> {
    var network = kind.network
    try network.train(
      on: source, validation: kind.source(rows: 300), with: method, options: options,
      pool: ThreadPool(threads: threads))
    return network
  }

  private func expectSame(_ a: Network<Float>, _ b: Network<Float>) {
    #expect(a.parameters == b.parameters && a.inputScaling == b.inputScaling && a.outputScaling == b.outputScaling)
    #expect(a.record?.history.map(\.loss) == b.record?.history.map(\.loss))
    #expect(a.record?.history.map(\.validationLoss) == b.record?.history.map(\.validationLoss))
  }

  @Test(arguments: Kind.allCases, [1, 2, 3])
  func batchesHaveTheBitsOfMemory(kind: Kind, threads: Int) throws {
    let source = kind.source(rows: 2500)
    let options = TrainingOptions(epochs: 2, batch: 200)
    let memory = try train(kind, on: Dataset(reading: source), AdamW(), threads: 2, options)
    expectSame(try train(kind, on: source, AdamW(), threads: threads, options), memory)
  }

  @Test(arguments: Kind.allCases)
  func allRowsHaveTheBitsOfMemory(kind: Kind) throws {
    // More rows than a chunk of a full batch.
    let source = kind.source(rows: 9000)
    let options = TrainingOptions(epochs: 2)
    let memory = try train(kind, on: Dataset(reading: source), LBFGS(), threads: 1, options)
    expectSame(try train(kind, on: source, LBFGS(), threads: 3, options), memory)
  }

  /// Classes with and without weights, of more rows than are read at a time: the weights that the rows have in memory.
  @Test(arguments: [false, true])
  func balancedRows(weighted: Bool) throws {
    struct Source: RowSource {
      let weighted: Bool
      let rows = 40_000
      let inputColumns = 2
      let targetShape = TargetShape.classes(count: 3)
      var hasWeights: Bool { weighted }

      func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) throws(RowSourceError) {
        try Waves(rows: self.rows, kind: .classes).read(rows, into: batch)
        #expect(weighted || batch.weights == nil)
      }
    }
    let source = Source(weighted: weighted)
    let balanced = try BalancedRows(source)
    let expected = try Dataset(reading: source).balancingClasses()
    #expect(expected.weights != nil && Set(expected.weights!).count > 2)
    #expect(try Dataset(reading: balanced).weights == expected.weights)
    #expect(try Dataset(reading: balanced).inputs == expected.inputs)
    // The weights alone.
    let indices = (0..<1000).map { $0 * 37 % 40_000 }
    var weights = [Float](repeating: -1, count: indices.count)
    try indices.withUnsafeBufferPointer { indices in
      try weights.withUnsafeMutableBufferPointer {
        try balanced.read(indices, into: RowBatch(rows: indices.count, weights: $0.baseAddress))
      }
    }
    #expect(weights == indices.map { expected.weights![$0] })
    let options = TrainingOptions(epochs: 2, batch: 200)
    var (here, there) = (Kind.classes.network, Kind.classes.network)
    try here.train(on: balanced, with: AdamW(), options: options, pool: ThreadPool(threads: 2))
    try there.train(on: expected, with: AdamW(), options: options, pool: ThreadPool(threads: 1))
    expectSame(here, there)
  }

  @Test func levenbergMarquardtReadsACopy() throws {
    let source = Kind.weighted.source(rows: 200)
    let options = TrainingOptions(epochs: 3)
    let memory = try train(.weighted, on: Dataset(reading: source), LevenbergMarquardt(), threads: 1, options)
    expectSame(try train(.weighted, on: source, LevenbergMarquardt(), threads: 2, options), memory)
    #expect {
      try train(.weighted, on: source, LevenbergMarquardt(memoryLimit: 1000), threads: 1, options)
    } throws: { error in
      if case TrainingError.memory = error { true } else { false }
    }
    // 4 TB of rows, of which the check reads none.
    var endless = Kind.values.source(rows: 1 << 36)
    endless.broken = 0
    #expect {
      try LevenbergMarquardt().check(Kind.values.network, on: endless, options: options)
    } throws: { error in
      "\(error)".contains("keeps all 68719476736 rows in double precision")
    }
  }

  /// Grids in turn judged by rows put aside, and a training restricted to the support of its rows.
  @Test(arguments: [true, false])
  func gridsAndSupport(grids: Bool) throws {
    let source = Kind.weighted.source(rows: 1300)
    let options =
      grids ? TrainingOptions(epochs: 1, grids: [5, 9]) : TrainingOptions(epochs: 1, updating: .supported)
    var networks: [Network<Float>] = []
    for threads in [1, 2] {
      var network = Kind.weighted.network
      let pool = ThreadPool(threads: threads)
      if threads == 1 {
        try network.train(on: source, options: options, pool: pool)
      } else {
        try network.train(on: Dataset(reading: source), options: options, pool: pool)
      }
      networks.append(network)
    }
    expectSame(networks[0], networks[1])
  }

  @Test(arguments: Kind.allCases)
  func evaluationAndGrids(kind: Kind) throws {
    let source = kind.source(rows: 3000)
    let data = try Dataset(reading: source)
    var network = kind.network
    try network.train(on: data, epochs: 1)
    let memory = network.evaluate(on: data, pool: ThreadPool(threads: 2))
    #expect(try network.evaluate(on: source, pool: ThreadPool(threads: 3)) == memory)
    #expect(memory.samples == 3000 && memory.loss.isFinite)
    #expect(try network.outsideGridCounts(on: source) == network.outsideGridCounts(on: data.inputs))
    var (first, second) = (network, network)
    try first.adaptGrid(on: source, uniformShare: 0.5)
    try second.adaptGrid(on: data, uniformShare: 0.5)
    #expect(first.parameters == second.parameters)
    if kind == .classes { return }
    let loss = try first.fitLastLayer(on: source, smoothing: .fixed(1e-3))
    #expect(try second.fitLastLayer(on: data, smoothing: .fixed(1e-3)) == loss && first.parameters == second.parameters)
  }

  /// Each place where rows are read: the check before the training, batches in it, all rows, the validation.
  @Test func unreadableRows() throws {
    var source = Kind.values.source(rows: 1500)
    source.broken = 1203
    let expected = RowSourceError("row 1204 is gone")
    var network = Kind.values.network
    let before = network.parameters
    #expect(throws: TrainingError.rowSource(expected)) { try network.train(on: source, epochs: 1) }
    #expect(throws: TrainingError.rowSource(expected)) {
      try network.train(on: Kind.values.source(rows: 50), validation: source)
    }
    #expect(throws: expected) { try network.evaluate(on: source) }
    #expect(throws: expected) { try network.outsideGridCounts(on: source) }
    #expect(throws: BasisError("row 1204 is gone")) { try network.extendGrid(to: 7, on: source) }
    #expect(network.parameters == before)
    let step = TrainingStep(network, on: try TrainingRows(source), batch: 3, pool: ThreadPool(threads: 1))
    #expect([5, 1203, 7].withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }.isNaN)
    #expect(step.failure == expected)
  }

  @Test func classesOutside() {
    struct Wrong: RowSource {
      let rows = 5
      let inputColumns = 2
      let targetShape = TargetShape.classes(count: 3)
      func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) {
        for (place, row) in rows.enumerated() {
          for column in 0..<2 { batch.inputs?[place, column] = Float(row) }
          batch.classes?[place] = Int32(row)
        }
      }
    }
    var network = Kind.classes.network
    #expect {
      try network.train(on: Wrong(), epochs: 1)
    } throws: { error in
      if case TrainingError.badTarget(_, row: 3, column: 0, _, _) = error { true } else { false }
    }
  }

  /// A batch that was announced and is not the one asked for is not trained on.
  @Test func otherRowsThanAnnounced() throws {
    let data = smoothData(Float.self, rows: 100)
    let network = Network<Float>(.spline(2, 3), .spline(3, 1), seed: 1)
    let (pool, rows) = (ThreadPool(threads: 2), [Array(0..<20), Array(20..<40), Array(50..<70)])
    let ahead = TrainingStep(network, on: data, batch: 20, pool: pool, ahead: true)
    let alone = TrainingStep(network, on: data, batch: 20, pool: pool)
    rows[0].withUnsafeBufferPointer { first in
      rows[1].withUnsafeBufferPointer { _ = ahead.lossAndGradient(of: network, rows: first, next: $0) }
    }
    for asked in [rows[2], rows[1]] {
      let losses = asked.withUnsafeBufferPointer { asked in
        (ahead.lossAndGradient(of: network, rows: asked), alone.lossAndGradient(of: network, rows: asked))
      }
      #expect(losses.0 == losses.1 && ahead.gradients == alone.gradients)
    }
  }

  /// A value that is not finite in the middle of the rows is not forgotten by those after it.
  @Test(arguments: [Float.nan, .infinity])
  func valuesThatAreNotFinite(value: Float) throws {
    var x = try Dataset(reading: Kind.values.source(rows: 40)).inputs
    x[20, 1] = value
    var network = Kind.values.network
    let expected = BasisError("layer 1, input 2: sees a value that is not finite")
    #expect(throws: expected) { try network.extendGrid(to: 7, on: x) }
  }

  /// Labels that nobody has checked reach no kernel.
  @Test func evaluationOfClassesOutside() throws {
    struct Wrong: RowSource {
      let rows = 200
      let inputColumns = 2
      let targetShape = TargetShape.classes(count: 3)
      func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) {
        for (place, row) in rows.enumerated() {
          for column in 0..<2 { batch.inputs?[place, column] = 0 }
          batch.classes?[place] = row == 150 ? 1_000_000 : 1
        }
      }
    }
    var network = Kind.classes.network
    try network.describe(as: .classification)
    let expected = RowSourceError("row 151: class 1000000 outside 0 ..< 3")
    #expect(throws: expected) { try network.evaluate(on: Wrong()) }
    #expect(throws: expected) { try Dataset(reading: Wrong()) }
  }
}
