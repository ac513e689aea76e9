import Testing

@testable import KAN

@Suite struct LBFGSTests {
  private static let pool = ThreadPool(threads: 2)

  struct Case: Decodable {
    let kind: String
    let start, minimum: [Double]
    let value: Double
    let iterations: Int
    let matrix, side, inputs, weights: [Double]?
    let labels: [Int32]?
    let decay: Double?
    let classes: Int?
  }

  /// A function of the tests, written down once for both precisions.
  private struct Function<Element: Scalar>: DifferentiableFunction {
    let body: ([Double]) -> (value: Double, gradient: [Double])
    var points: [[Double]] = []

    mutating func value(at x: AlignedArray<Element>, gradient: inout AlignedArray<Element>) -> Double {
      points.append(x.map { Double($0) })
      let (value, slopes) = body(points.last!)
      gradient = AlignedArray(slopes.map { Element($0) })
      return value
    }
  }

  private func rosenbrock(_ x: [Double]) -> (value: Double, gradient: [Double]) {
    var (value, gradient) = (0.0, [Double](repeating: 0, count: x.count))
    for i in 0..<x.count - 1 {
      let (bend, rest) = (x[i + 1] - x[i] * x[i], 1 - x[i])
      value += 100 * bend * bend + rest * rest
      gradient[i] += -400 * x[i] * bend - 2 * rest
      gradient[i + 1] += 200 * bend
    }
    return (value, gradient)
  }

  private func function(_ example: Case) -> ([Double]) -> (value: Double, gradient: [Double]) {
    guard let matrix = example.matrix, let side = example.side else { return rosenbrock }
    return { x in
      let n = x.count
      let ax = (0..<n).map { i in (0..<n).reduce(0) { $0 + matrix[i * n + $1] * x[$1] } }
      let value = (0..<n).reduce(0) { $0 + x[$1] * (ax[$1] / 2 - side[$1]) }
      return (value, (0..<n).map { ax[$0] - side[$0] })
    }
  }

  /// Iterates to the end; checks that the strong Wolfe conditions hold at every accepted step, by the numbers of the
  /// function itself.
  private func minimize<Element: Scalar>(
    _ body: @escaping ([Double]) -> (value: Double, gradient: [Double]), from start: [Double], rule: LBFGS,
    iterations: Int = 500
  ) -> (point: [Double], evaluations: Int, values: [Double], _: Element.Type) {
    var function = Function<Element>(body: body)
    var minimization = LBFGSMinimization(
      rule, of: &function, from: AlignedArray(start.map { Element($0) }), pool: Self.pool)
    var values = [minimization.value]
    for _ in 0..<iterations {
      let before = minimization.point.map { Double($0) }
      guard case .moved(let from, let to, let isWolfe) = minimization.iterate(&function) else { break }
      values.append(minimization.value)
      #expect(to.value <= from.value && minimization.point.allSatisfy(\.isFinite))
      guard isWolfe, Element.self == Double.self else { continue }
      let after = minimization.point.map { Double($0) }
      let direction = zip(before, after).map { ($1 - $0) / to.step }
      func slope(at x: [Double]) -> Double { zip(body(x).gradient, direction).reduce(0) { $0 + $1.0 * $1.1 } }
      let (start, end) = (slope(at: before), slope(at: after))
      let rounding = 1e-12 * abs(from.value)
      #expect(body(after).value <= body(before).value + 1e-4 * to.step * start + rounding)
      #expect(abs(end) <= 0.9 * abs(start) * (1 + 1e-9))
    }
    return (minimization.point.map { Double($0) }, minimization.evaluations, values, Element.self)
  }

  @Test(arguments: try reference("lbfgs", as: [Case].self).filter { $0.kind != "softmax" })
  func equalsScipy(example: Case) throws {
    let found: (point: [Double], evaluations: Int, values: [Double], _: Double.Type) = minimize(
      function(example), from: example.start, rule: LBFGS())
    #expect(largestDifference(found.point, example.minimum) <= 1e-6)
    #expect(found.values.last! <= example.value + 1e-12)
    // About as many iterations as scipy takes to come as near, and not much more than one point in each.
    let near = try #require(found.values.firstIndex { $0 <= example.value + 1e-10 })
    #expect(Double(near) <= 1.5 * Double(example.iterations) + 5)
    #expect(Double(found.evaluations) <= 2 * Double(found.values.count) + 70)
    let single: (point: [Double], evaluations: Int, values: [Double], _: Float.Type) = minimize(
      function(example), from: example.start, rule: LBFGS())
    #expect(largestDifference(single.point, example.minimum) <= 1e-2)
  }

  /// Weighted cross-entropy with a penalty, which has one minimum.
  @Test func softmaxRegressionEqualsScipy() throws {
    let example = try #require(try reference("lbfgs", as: [Case].self).first { $0.kind == "softmax" })
    let (labels, classes) = (try #require(example.labels), try #require(example.classes))
    let data = Dataset<Double>(
      inputs: Matrix(rows: labels.count, columns: 3, elements: try #require(example.inputs)),
      targets: .classes(labels, count: classes), weights: AlignedArray(try #require(example.weights)))
    var network = Network<Double>(.linear(3, classes), seed: 1)
    let history = try network.train(
      on: data, with: LBFGS(lossTolerance: 1e-15, weightDecay: try #require(example.decay)), epochs: 300)
    #expect(history.end == .converged)
    #expect(largestDifference(network.parameters, example.minimum) <= 1e-6)
    let penalty = network.parameters.reduce(0) { $0 + $1 * $1 } * example.decay! / 2
    #expect(abs(network.evaluate(on: data).loss + penalty - example.value) <= 1e-11)
    #expect(abs(history.epochs.last!.loss + penalty - example.value) <= 1e-11)
  }

  /// A wall of infinity on the way to the minimum, and values that are not numbers beyond it.
  @Test(arguments: [Double.infinity, .nan])
  func stepsBackFromWhatIsNotFinite(beyond: Double) {
    // log barrier: x - log x from 0.01, whose first steps leave x > 0.
    let body: ([Double]) -> (value: Double, gradient: [Double]) = { x in
      if !x.allSatisfy({ $0 > 0 && $0 < 5 }) { return (beyond, x.map { _ in .nan }) }
      return (x.reduce(0) { $0 + 3 * $1 - Elementary.log($1) }, x.map { 3 - 1 / $0 })
    }
    let found: (point: [Double], evaluations: Int, values: [Double], _: Double.Type) = minimize(
      body, from: [0.01, 4.9, 1], rule: LBFGS())
    #expect(largestDifference(found.point, [1 / 3.0, 1 / 3.0, 1 / 3.0]) <= 1e-6)
  }

  @Test func pairsAreBounded() {
    var function = Function<Double>(body: rosenbrock)
    var minimization = LBFGSMinimization(
      LBFGS(pairs: 3), of: &function, from: AlignedArray([-1.2, 1, 3, 0.5]), pool: Self.pool)
    for _ in 0..<20 { _ = minimization.iterate(&function) }
    #expect(minimization.pairs.count == 3 && minimization.moments.count == 6)
    #expect(minimization.pairs.allSatisfy { $0.curvature > 0 })
  }

  // MARK: Networks

  @Test func learnsAFunction() throws {
    let data = smoothData(Double.self, rows: 300)
    var network = Network<Double>(.spline(2, 3), .spline(3, 1), seed: 2)
    let history = try network.train(on: data, with: LBFGS(), epochs: 400)
    let losses = history.epochs.map(\.loss)
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
    #expect(losses.last! < 2e-5 && losses[0] > 0.1)
    #expect(abs(network.evaluate(on: data).loss - losses.last!) <= 1e-9 * losses.last!)
    #expect(network.evaluate(on: smoothData(Double.self, rows: 200, seed: 2)).r2! > 0.9999)
  }

  @Test func learnsClassesInSinglePrecision() throws {
    let data = sectorData(Float.self, rows: 600)
    var network = Network<Float>(.linear(2, 24, activation: .silu), .linear(24, 3))
    try network.train(on: data, with: LBFGS(), epochs: 100)
    #expect(network.evaluate(on: sectorData(Float.self, rows: 300, seed: 2)).accuracy! > 0.97)
  }

  /// Chunks, the last one not full, are the whole; and a whole that fits one chunk is what a step makes of it.
  @Test(arguments: [LearningTask.regression, .classification])
  func chunks(task: LearningTask) {
    let rows = task == .regression ? smoothData(Double.self, rows: 103) : sectorData(Double.self, rows: 103)
    let data = Dataset(
      inputs: rows.inputs, targets: rows.targets, weights: AlignedArray((0..<103).map { Double($0 % 5) }))
    var network = Network<Double>(.spline(2, 4), .linear(4, task == .regression ? 1 : 3), seed: 3)
    network.describe(data)
    let step = TrainingStep(network, on: data, batch: 103, pool: Self.pool)
    let loss = Array(0..<103).withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
    var gradient = AlignedArray<Double>(zeros: network.parameterCount)
    for chunk in [1, 10, 50, 103, 1000] {
      let batch = FullBatch(network, TrainingRows(data), chunk: chunk, pool: Self.pool)
      for _ in 0..<2 {
        #expect(abs(batch.lossAndGradient(of: network, gradient: &gradient) - loss) <= 1e-13 * loss)
        #expect(largestDifference(gradient, step.gradients) <= 1e-13 * scale(gradient))
      }
    }
  }

  @Test func sameBitsOnAnyNumberOfThreads() throws {
    let data = smoothData(Float.self, rows: 9000)
    let networks = try [1, 2, 3].map { threads in
      var network = Network<Float>(.spline(2, 40), .spline(40, 30), .spline(30, 1), seed: 4)
      try network.train(
        on: data, with: LBFGS(), options: TrainingOptions(epochs: 4), pool: ThreadPool(threads: threads))
      return network
    }
    #expect(networks.allSatisfy { $0.parameters == networks[0].parameters })
    #expect(networks[0].parameterCount > 8192 && networks[0].record?.history.count == 4)
  }

  @Test func resumesToTheBit() throws {
    let data = smoothData(Double.self, rows: 100)
    func network() -> Network<Double> { Network(.spline(2, 3), .spline(3, 1), seed: 6) }
    var (once, parts) = (network(), network())
    try once.train(on: data, with: LBFGS(pairs: 4), epochs: 15)
    for epochs in [1, 3, 9, 15] {
      try parts.train(on: data, with: LBFGS(pairs: 4), options: TrainingOptions(epochs: epochs, resuming: true))
    }
    #expect(once.parameters == parts.parameters && once.trainingState == parts.trainingState)
    #expect(parts.record?.history.map(\.epoch) == Array(1...15))
    #expect(throws: TrainingError.otherOptimizer(trained: "lbfgs", asked: "adam")) {
      try parts.train(on: data, with: AdamW(), options: TrainingOptions(epochs: 20, resuming: true))
    }
  }

  @Test func stopsWhenAskedTo() throws {
    var network = Network<Double>(.spline(2, 1), seed: 1)
    let history = try network.train(
      on: smoothData(Double.self, rows: 50), with: LBFGS(), options: TrainingOptions(epochs: 9)
    ) { progress, shown in
      #expect(progress.isEndOfEpoch && shown.record?.history.count == progress.epoch)
      return progress.epoch == 3 ? .stop : .continue
    }
    #expect(history.end == .stopped && history.epochs.count == 3)
  }

  /// Targets of noise: the validation loss soon rises.
  @Test func earlyStopping() throws {
    var generator = RandomGenerator(seed: 6)
    func noise() -> Dataset<Double> {
      Dataset(inputs: generator.matrix(25, 3), targets: .values(generator.matrix(25, 1)))
    }
    let (training, validation) = (noise(), noise())
    var network = Network<Double>(.spline(3, 6), .spline(6, 1), seed: 1)
    let history = try network.train(
      on: training, validation: validation, with: LBFGS(), options: TrainingOptions(epochs: 500, patience: 5))
    let losses = history.epochs.compactMap(\.validationLoss)
    #expect(history.end == .earlyStopping && history.bestEpoch == losses.firstIndex(of: losses.min()!)! + 1)
    #expect(network.evaluate(on: validation).loss == losses.min())
  }

  @Test func tooLargeForItsMemory() {
    var network = Network<Float>(.linear(1000, 1000))
    let data = Dataset<Float>(inputs: Matrix(rows: 2, columns: 1000), targets: .values(Matrix(rows: 2, columns: 1000)))
    let rule = LBFGS(memoryLimit: 50 << 20)
    #expect(rule.bytes(for: network, rows: 2) > 20 * 4 * network.parameterCount)
    let error = #expect(throws: TrainingError.self) { try network.train(on: data, with: rule, epochs: 1) }
    #expect(error?.description.contains("may take 50 MiB: use fewer pairs, or Adam") == true)
    #expect(network.record == nil)
  }

  @Test func startThatIsNotFinite() {
    var network = Network<Float>(.linear(2, 3), .linear(3, 1))
    network.parameters[0] = .infinity
    #expect(
      throws: TrainingError.nonFinite(
        what: "the output", epoch: 1, step: 1, at: NetworkPlace(layer: 1, input: 1, sum: 1))
    ) {
      try network.train(on: smoothData(Float.self, rows: 9), with: LBFGS(), epochs: 3)
    }
  }
}
