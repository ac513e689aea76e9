import Testing

@testable import KAN

/// The same bits on any number of ranks.
@Suite struct DistributedTrainingTests {
  /// A thousand rows of a smooth function with noise, or its classes.
  static func rows<Element: Scalar>(
    _ task: LearningTask, weighted: Bool = false, count: Int = 1003
  ) -> Dataset<Element> {
    var generator = RandomGenerator(seed: 3)
    let x: Matrix<Element> = generator.matrix(count, 2)
    let y = (0..<count).map { row in
      Elementary.sin(3 * Double(x[row, 0])) * Double(x[row, 1]) + 0.01 * generator.normal()
    }
    let weights = weighted ? AlignedArray((0..<count).map { Element(1 + $0 % 3) }) : nil
    let targets: Targets<Element> =
      task == .regression
      ? .values(Matrix(rows: count, columns: 1, elements: y.map { Element($0) }))
      : .classes(y.map { $0 < -0.2 ? 0 : $0 < 0.2 ? 1 : 2 }, count: 3)
    return Dataset(inputs: x, targets: targets, weights: weights)
  }

  static func share<Element: Scalar>(
    _ data: Dataset<Element>, _ communicator: any Communicator
  ) -> DistributedRows<Element> {
    DistributedRows(
      data.selecting(rows: DistributedRows<Element>.range(of: data.rows, communicator)), of: data.rows,
      over: communicator)
  }

  /// What a training on some ranks comes to, which has to be the same on each.
  private func train<Element: Scalar, Method: TrainingMethod>(
    _ ranks: Int, _ data: Dataset<Element>, _ method: Method, _ options: TrainingOptions, hidden: Int? = 4,
    threads: Int = 1
  ) throws -> (parameters: [Element], loss: Double, evaluation: Evaluation) {
    let results = try ThreadRanks.run(ranks) { communicator in
      let outputs = data.targets.outputs
      var network =
        hidden.map { Network<Element>(.spline(2, $0), .spline($0, outputs), seed: 1) }
        ?? Network<Element>(.spline(2, outputs), seed: 1)
      let shared = Self.share(data, communicator)
      let pool = ThreadPool(threads: threads)
      let history = try network.train(on: shared, with: method, options: options, pool: pool)
      return (
        Array(network.parameters), history.epochs.last?.loss ?? .nan, try network.evaluate(on: shared, pool: pool)
      )
    }
    for result in results.dropFirst() {
      #expect(result.0 == results[0].0)
      #expect(result.1 == results[0].1)
      #expect(result.2 == results[0].2)
    }
    return results[0]
  }

  private func expectSameBits<Element: Scalar, Method: TrainingMethod>(
    _ data: Dataset<Element>, _ method: Method, _ options: TrainingOptions, hidden: Int? = 4,
    ranks: [Int] = [2, 4, 8]
  ) throws {
    let one = try train(1, data, method, options, hidden: hidden)
    #expect(one.loss.isFinite)
    for count in ranks {
      let many = try train(count, data, method, options, hidden: hidden, threads: count == 2 ? 2 : 1)
      #expect(many.parameters == one.parameters, "\(count) ranks")
      #expect(many.loss == one.loss)
      #expect(many.evaluation == one.evaluation)
    }
  }

  @Test(arguments: [LearningTask.regression, .classification], [false, true])
  func adam(task: LearningTask, weighted: Bool) throws {
    try expectSameBits(
      Self.rows(task, weighted: weighted) as Dataset<Float>, AdamW(learningRate: 0.02),
      TrainingOptions(epochs: 3, batch: 100), ranks: [2, 3, 4, 8])
  }

  @Test func lbfgs() throws {
    try expectSameBits(Self.rows(.regression) as Dataset<Double>, LBFGS(), TrainingOptions(epochs: 5))
  }

  @Test(arguments: [false, true]) func levenbergMarquardt(weighted: Bool) throws {
    try expectSameBits(
      Self.rows(.regression, weighted: weighted, count: 103) as Dataset<Double>, LevenbergMarquardt(starts: 2),
      TrainingOptions(epochs: 4), hidden: 1, ranks: [2, 8])
  }

  @Test func levenbergMarquardtOnGrids() throws {
    try expectSameBits(
      Self.rows(.regression, count: 103) as Dataset<Double>, LevenbergMarquardt(starts: 1),
      TrainingOptions(epochs: 3, grids: [3, 4]), hidden: 1, ranks: [4])
  }

  /// Least squares with and without penalties, the latter by the triangular factors of each rank's rows; of which two
  /// inputs are the same in the second case.
  @Test(arguments: [Smoothing.auto, .none], [false, true]) func leastSquares(smoothing: Smoothing, isSingular: Bool)
    throws
  {
    var data: Dataset<Double> = Self.rows(.regression)
    if isSingular {
      let inputs = Matrix(rows: data.rows, columns: 2, elements: (0..<2 * data.rows).map { data.inputs[$0 / 2, 0] })
      data = Dataset(inputs: inputs, targets: data.targets)
    }
    let rows = data
    var alone = Network<Double>(.spline(2, 1), seed: 1)
    let expected = try alone.fitLastLayer(on: rows, smoothing: smoothing, pool: ThreadPool(threads: 1))
    let predictions = alone.predict(rows.inputs)
    var first: [Double]?
    for count in [1, 2, 4, 8] {
      let fits = try ThreadRanks.run(count) { communicator in
        var network = Network<Double>(.spline(2, 1), seed: 1)
        let loss = try network.fitLastLayer(
          on: Self.share(rows, communicator), smoothing: smoothing, pool: ThreadPool(threads: 1))
        return (network, loss)
      }
      for (network, loss) in fits {
        #expect(Array(network.parameters) == first ?? Array(network.parameters))
        first = Array(network.parameters)
        #expect(abs(loss - expected) <= 1e-9 * expected)
        #expect(largestDifference(network.predict(rows.inputs).elements, predictions.elements) < 1e-9)
      }
    }
  }

  @Test func gridsInTurn() throws {
    try expectSameBits(
      Self.rows(.classification) as Dataset<Float>, AdamW(learningRate: 0.02),
      TrainingOptions(epochs: 2, batch: 64, grids: [5, 10]))
    try expectSameBits(
      Self.rows(.regression) as Dataset<Double>, LBFGS(), TrainingOptions(epochs: 3, grids: [5, 8]))
  }

  /// Fewer rows than ranks, so that some have none.
  @Test func fewRows() throws {
    try expectSameBits(
      Self.rows(.regression, count: 5) as Dataset<Float>, AdamW(learningRate: 0.02),
      TrainingOptions(epochs: 3, batch: 2))
    try expectSameBits(Self.rows(.regression, count: 5) as Dataset<Double>, LBFGS(), TrainingOptions(epochs: 3))
  }

  /// Ranks stop at the same step, whichever asks for it, and another number of ranks goes on to the same bits.
  @Test(arguments: [(2, 8), (8, 1), (4, 2)]) func stopsAndResumes(first: Int, second: Int) throws {
    let data: Dataset<Float> = Self.rows(.regression)
    let options = TrainingOptions(epochs: 4, batch: 64)
    let whole = try train(1, data, AdamW(learningRate: 0.02), options)
    let stopped = try ThreadRanks.run(first) { communicator in
      var network = Network<Float>(.spline(2, 4), .spline(4, 1), seed: 1)
      let history = try network.train(
        on: Self.share(data, communicator), with: AdamW(learningRate: 0.02), options: options,
        pool: ThreadPool(threads: 1)
      ) { progress, _ in communicator.rank == first - 1 && progress.epoch == 2 ? .stop : .continue }
      #expect(history.end == .stopped)
      return network
    }
    #expect(stopped.allSatisfy { $0.parameters == stopped[0].parameters })
    let (start, resuming) = (
      stopped[0],
      {
        var options = options
        options.resuming = true
        return options
      }()
    )
    let resumed = try ThreadRanks.run(second) { communicator in
      var network = start
      try network.train(
        on: Self.share(data, communicator), with: AdamW(learningRate: 0.02), options: resuming,
        pool: ThreadPool(threads: 1))
      return Array(network.parameters)
    }
    for parameters in resumed { #expect(parameters == whole.parameters) }
  }

  /// The order of rows differs, so that only what is learned is the same.
  @Test func learnsAsOneProcessDoes() throws {
    let data: Dataset<Float> = Self.rows(.regression)
    let options = TrainingOptions(epochs: 30, batch: 64)
    let shared = try train(2, data, AdamW(learningRate: 0.02), options)
    var alone = Network<Float>(.spline(2, 4), .spline(4, 1), seed: 1)
    try alone.train(on: data, with: AdamW(learningRate: 0.02), options: options)
    let ratio = shared.evaluation.loss / alone.evaluate(on: data).loss
    #expect(ratio > 0.5 && ratio < 2, "\(ratio)")
    // A full batch has no order.
    let (a, b) = (
      try train(4, data, LBFGS(), TrainingOptions(epochs: 1)),
      try {
        var network = Network<Float>(.spline(2, 4), .spline(4, 1), seed: 1)
        return try network.train(on: data, with: LBFGS(), options: TrainingOptions(epochs: 1)).epochs[0].loss
      }()
    )
    #expect(abs(a.loss - b) < 1e-5 * b)
  }

  /// Each row once in an epoch, and batches that differ by a few rows.
  @Test(arguments: [(1003, 100), (64_000, 4096), (70, 7), (5, 2)]) func batchesHaveEachRowOnce(rows: Int, batch: Int)
    throws
  {
    let orders = try ThreadRanks.run(4) { communicator in
      let own = DistributedRows<Float>.range(of: rows, communicator)
      let shared = DistributedRows(
        Dataset<Float>(withoutTargets: Matrix(rows: own.count, columns: 1)), of: rows, over: communicator)
      let batches = try SharedBatches(shared, batch: batch, parameters: 1, ThreadPool(threads: 1))
      batches.shuffle(seed: 1, stream: 2)
      let steps = (rows + batch - 1) / batch
      return (batches.order.map { $0 + own.lowerBound }, (0...steps).map { batches.rowsBefore(step: $0) })
    }
    #expect(orders.flatMap(\.0).sorted() == Array(0..<rows))
    let sizes = zip(orders[0].1, orders[0].1.dropFirst()).map { $1 - $0 }
    #expect(sizes.reduce(0, +) == rows)
    let mean = Double(rows) / Double(sizes.count)
    #expect(sizes.allSatisfy { abs(Double($0) - mean) < 8 }, "\(sizes.min()!)...\(sizes.max()!) of \(mean)")
  }
}
