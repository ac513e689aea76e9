import Testing

@testable import KAN

/// The same data, options and seed give the same bits.
@Suite struct DeterminismTests {
  enum Kind: CaseIterable {
    case splines, perceptron, classes

    func train(threads: Int, seed: UInt64 = 5, epochs: Int = 2, from earlier: Network<Float>? = nil) throws
      -> Network<Float>
    {
      let data =
        self == .classes
        ? sectorData(Float.self, rows: 700) : smoothData(Float.self, rows: 700, inputs: self == .splines ? 9 : 2)
      var network = earlier ?? untrained(seed: seed)
      try network.train(
        on: data, with: AdamW(learningRate: 0.01),
        options: TrainingOptions(epochs: epochs, batch: 300, seed: seed, resuming: earlier != nil),
        pool: ThreadPool(threads: threads))
      return network
    }

    private func untrained(seed: UInt64) -> Network<Float> {
      switch self {
      case .splines: Network(.spline(9, 7), .spline(7, 1), seed: seed)
      case .perceptron:
        Network(.linear(2, 70, activation: .silu), .linear(70, 30, activation: .tanh), .linear(30, 1), seed: seed)
      case .classes: Network(.chebyshev(2, 8), .gaussian(8, 3), seed: seed)
      }
    }
  }

  @Test(arguments: Kind.allCases, [2, 3, 7])
  func anyNumberOfThreads(kind: Kind, threads: Int) throws {
    let one = try kind.train(threads: 1)
    let several = try kind.train(threads: threads)
    #expect(several.parameters == one.parameters)
    #expect(several.record?.history.map(\.loss) == one.record?.history.map(\.loss))
    var generator = RandomGenerator(seed: 1)
    let rows: Matrix<Float> = generator.matrix(2000, one.inputs)
    #expect(
      one.predict(rows, pool: ThreadPool(threads: 1)) == several.predict(rows, pool: ThreadPool(threads: threads))
    )
  }

  /// A batch brought together during the step before gives the bits of one that is brought together for its own step.
  @Test(arguments: [false, true], [1, 3])
  func gatheringAhead(classes: Bool, threads: Int) {
    let data = classes ? sectorData(Float.self, rows: 500) : smoothData(Float.self, rows: 500)
    var network = Network<Float>(.spline(2, 40), .spline(40, classes ? 3 : 1), seed: 1)
    network.task = data.targets.task
    network.inputScaling = Scaling(rangeOf: data.inputs)
    let pool = ThreadPool(threads: threads)
    let ahead = TrainingStep(network, on: data, batch: 200, pool: pool, ahead: true)
    let order = Array((0..<500).reversed())
    order.withUnsafeBufferPointer { order in
      let batches = [0..<200, 200..<400, 400..<500].map { UnsafeBufferPointer(rebasing: order[$0]) }
      for (index, rows) in batches.enumerated() {
        let next = index + 1 < batches.count ? batches[index + 1] : nil
        let alone = TrainingStep(network, on: data, batch: 200, pool: pool)
        let loss = ahead.lossAndGradient(of: network, rows: rows, next: next)
        #expect(loss == alone.lossAndGradient(of: network, rows: rows))
        #expect(ahead.gradients == alone.gradients)
      }
    }
  }

  @Test(arguments: Kind.allCases)
  func seeds(kind: Kind) throws {
    let network = try kind.train(threads: 2)
    #expect(try kind.train(threads: 2).parameters == network.parameters)
    #expect(try kind.train(threads: 2, seed: 6).parameters != network.parameters)
  }

  /// The same network to start from, but the rows in another order.
  @Test func seedOfTheOrder() throws {
    let networks = try ([1, 1, 2] as [UInt64]).map { seed in
      var network = Network<Float>(.spline(2, 1), seed: 3)
      try network.train(
        on: smoothData(Float.self, rows: 40), options: TrainingOptions(epochs: 2, batch: 8, seed: seed),
        pool: ThreadPool(threads: 1))
      return network.parameters
    }
    #expect(networks[0] == networks[1] && networks[0] != networks[2])
  }

  /// Training that is resumed goes the same way as training in one go.
  @Test(arguments: Kind.allCases)
  func resumedTraining(kind: Kind) throws {
    let whole = try kind.train(threads: 1, epochs: 5)
    let half = try kind.train(threads: 1, epochs: 2)
    let resumed = try kind.train(threads: 1, epochs: 5, from: half)
    #expect(resumed.parameters == whole.parameters && half.parameters != whole.parameters)
    #expect(resumed.trainingState == whole.trainingState)
    #expect(resumed.record?.history.map(\.loss) == whole.record?.history.map(\.loss))
  }
}
