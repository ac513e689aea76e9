import Testing

@testable import KAN

/// Predictions that follow an input in one direction.
@Suite struct MonotoneTests {
  enum Kind: CaseIterable {
    case splines, deepSplines, uneven, identityBase, hats, perceptron, clampedOutside

    func layers<Element: Scalar>(_: Element.Type) -> [Layer<Element>] {
      switch self {
      case .splines: [.spline(3, 1, grid: 12)]
      case .deepSplines: [.spline(3, 4), .spline(4, 3, grid: 9, activation: .tanh), .spline(3, 1)]
      case .uneven:
        [
          Layer(
            basis: BSpline(
              grid: try! Grid(
                breakpoints: [[Element]](repeating: [-1, -0.9, -0.9, -0.2, 0.5, 1], count: 3), degree: 2),
              base: .none), outputs: 4), .spline(4, 1),
        ]
      case .identityBase: [.spline(3, 4, base: .identity), .spline(4, 1, base: .none)]
      case .hats:
        [
          Layer(basis: HatFunctions(grid: Grid(inputs: 3, intervals: 7, degree: 1), base: .silu), outputs: 5),
          .linear(5, 1),
        ]
      case .perceptron: [.linear(3, 12, activation: .tanh), .linear(12, 1)]
      case .clampedOutside: [.spline(3, 4, grid: 30, ends: .clamped, outside: .clamp), .spline(4, 1, grid: 20)]
      }
    }
  }

  /// Rises with x₀, falls with x₁, and neither with x₂; with noise that asks for more.
  private func data<Element: Scalar>(_: Element.Type, rows: Int, noise: Double, seed: UInt64 = 1) -> Dataset<Element> {
    var generator = RandomGenerator(seed: seed)
    let x: Matrix<Element> = generator.matrix(rows, 3)
    let y = (0..<rows).map { row in
      let (a, b, c) = (Double(x[row, 0]), Double(x[row, 1]), Double(x[row, 2]))
      return Elementary.exp(a) - b * b * b - b + Elementary.cos(3 * c) * (1.5 + a) + noise * generator.normal()
    }
    return Dataset(inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y.map { Element($0) })))
  }

  private static let directions: [Int: Monotonicity] = [0: .rising, 1: .falling]

  private func train<Element: Scalar>(
    _ layers: [Layer<Element>], on data: Dataset<Element>, epochs: Int = 12,
    _ monotone: [Int: Monotonicity]? = Self.directions, threads: Int = 2
  ) throws -> Network<Element> {
    var network = Network(layers, seed: 2)
    var options = TrainingOptions(epochs: epochs, batch: 50, schedule: .oneCycle)
    options.monotone = monotone
    try network.train(on: data, with: AdamW(learningRate: 0.03), options: options, pool: ThreadPool(threads: threads))
    return network
  }

  /// Coefficients comply, which proves it, and predictions do, on the grids and far beyond.
  private func check<Element: Scalar>(_ network: Network<Element>) {
    for (index, layer) in network.layers.enumerated() {
      let weights = network.weights(ofLayer: index)
      for input in 0..<layer.inputs where index > 0 || Self.directions[input] != nil {
        let sign: Element = index > 0 || Self.directions[input] == .rising ? 1 : -1
        for sum in 0..<layer.sums {
          let c = (0..<layer.functions).map { sign * weights[input * layer.functions + $0, sum] }
          let (curve, base) = (c.prefix(layer.boundedFunctions), c.dropFirst(layer.boundedFunctions))
          let rises = zip(curve, curve.dropFirst()).allSatisfy { $0 <= $1 }
          let isSilu = ["silu"].contains(layer.basis.description.settings["base"])
          let hasBase = base.allSatisfy { isSilu ? $0 == 0 : $0 >= 0 }
          #expect(rises && hasBase, "layer \(index), input \(input), sum \(sum)")
        }
      }
    }
    var generator = RandomGenerator(seed: 7)
    for (input, direction) in Self.directions {
      for reach in [1.0, 1.3, 50] {
        for _ in 0..<10 {
          let others = (0..<3).map { _ in Element(generator.uniform(-1.2...1.2)) }
          let x = Matrix<Element>(
            (0...400).map { step in
              (0..<3).map { $0 == input ? Element(reach * (Double(step) / 200 - 1)) : others[$0] }
            })
          let y = network.predict(x).elements.map { Double($0) }
          // Hidden sums far beyond the grids are rounded, and cancel.
          let rounding = 2000 * Double(Element.ulpOfOne) * scale(y, atLeast: 1)
          let falls = zip(y, y.dropFirst()).map { direction == .rising ? $0 - $1 : $1 - $0 }.max()!
          #expect(falls <= rounding, "input \(input) to \(reach)")
        }
      }
    }
  }

  @Test(arguments: Kind.allCases) func predictionsFollow(kind: Kind) throws {
    check(try train(kind.layers(Double.self), on: data(Double.self, rows: 200, noise: 2)))
    check(try train(kind.layers(Float.self), on: data(Float.self, rows: 200, noise: 2)))
  }

  /// What is true costs little accuracy without noise, and gains some with it.
  @Test func accuracyOfATrueDirection() throws {
    let test = data(Double.self, rows: 500, noise: 0, seed: 3)
    func r2(noise: Double, _ monotone: [Int: Monotonicity]?) throws -> Double {
      let rows = data(Double.self, rows: 1500, noise: noise)
      return try train([.spline(3, 8), .spline(8, 1)], on: rows, epochs: 60, monotone).evaluate(on: test).r2 ?? 0
    }
    #expect(try r2(noise: 0, Self.directions) > 0.998)
    #expect(try r2(noise: 2, Self.directions) > r2(noise: 2, nil))
  }

  /// Later trainings and other grids keep to it, and an empty dictionary ends it.
  @Test func theNetworkKeepsIt() throws {
    let rows = data(Double.self, rows: 200, noise: 2)
    var network = try train([.spline(3, 4), .spline(4, 1)], on: rows)
    for intervals in [8, 16] {
      try network.extendGrid(to: intervals, on: rows)
      check(network)
    }
    try network.adaptGrid(on: rows, uniformShare: 0.3)
    check(network)
    try network.train(on: rows, with: SGD(learningRate: 0.02), epochs: 3)
    check(network)
    #expect(network.monotone == Self.directions)
    #expect(try network.converted(to: Float.self).monotone == Self.directions)
    var options = TrainingOptions(epochs: 1)
    options.monotone = [:]
    try network.train(on: rows, options: options)
    #expect(network.monotone.isEmpty)
  }

  @Test func anyNumberOfThreads() throws {
    let rows = data(Float.self, rows: 200, noise: 2)
    let one = try train(Kind.deepSplines.layers(Float.self), on: rows, threads: 1)
    #expect(try train(Kind.deepSplines.layers(Float.self), on: rows, threads: 3).parameters == one.parameters)
  }

  /// A resumed training ends with the bits of one that did not stop.
  @Test func resuming() throws {
    let rows = data(Double.self, rows: 200, noise: 2)
    var (whole, parts) = (
      Network<Double>(Kind.splines.layers(Double.self)), Network<Double>(Kind.splines.layers(Double.self))
    )
    var options = TrainingOptions(epochs: 4, batch: 50, resuming: true)
    options.monotone = Self.directions
    try whole.train(on: rows, options: options)
    options.epochs = 2
    try parts.train(on: rows, options: options)
    (options.epochs, options.monotone) = (4, nil)
    try parts.train(on: rows, options: options)
    #expect(parts.parameters == whole.parameters)
  }

  /// The projection against quadratic programming by brute force: the best of all ways to cut a sequence into pools.
  @Test(arguments: 1...20) func poolingIsTheNearest(seed: UInt64) throws {
    var generator = RandomGenerator(seed: seed)
    var network = Network<Double>(.spline(1, 2, grid: 5, base: .none))
    network.monotone = [0: .falling]
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in Double(generator.integer(-3...3)) })
    let before = network.weights(ofLayer: 0)
    network.projectOnMonotone()
    for sum in 0..<2 {
      let (c, found) = (before.column(sum), network.weights(ofLayer: 0).column(sum))
      var (best, least) = ([Double](), Double.infinity)
      for cuts in 0..<1 << (c.count - 1) {
        var (candidate, start) = ([Double](), 0)
        for k in c.indices where k == c.count - 1 || cuts >> k & 1 == 1 {
          let pool = c[start...k]
          candidate += [Double](repeating: pool.reduce(0, +) / Double(pool.count), count: pool.count)
          start = k + 1
        }
        let distance = zip(c, candidate).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        if zip(candidate, candidate.dropFirst()).allSatisfy({ $0 >= $1 }) && distance < least - 1e-12 {
          (best, least) = (candidate, distance)
        }
      }
      #expect(largestDifference(found, best) <= 1e-12)
    }
  }

  @Test func refusals() throws {
    let rows = data(Double.self, rows: 60, noise: 0)
    func refusal(_ layers: [Layer<Double>], _ part: String, with method: some TrainingMethod = AdamW()) {
      var network = Network(layers)
      let before = network
      var options = TrainingOptions(epochs: 1)
      options.monotone = Self.directions
      let error = #expect(throws: TrainingError.self) { try network.train(on: rows, with: method, options: options) }
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "none")")
      #expect(network.parameters == before.parameters && network.monotone.isEmpty)
    }
    refusal([.spline(3, 1)], "lbfgs", with: LBFGS())
    refusal([.spline(3, 1)], "lm", with: LevenbergMarquardt())
    refusal([.spline(3, 2), .chebyshev(2, 1)], "layer 2: no condition on the coefficients of chebyshev")
    refusal([.spline(3, 2, outside: .fading), .spline(2, 1)], "layer 1")
    refusal([.spline(3, 2, products: 1), .spline(2, 1)], "layer 1: 1 product")
    refusal([.linear(3, 4, activation: .silu), .linear(4, 1)], "layer 1: silu")
    var network = try train([.spline(3, 1)], on: rows)
    #expect(throws: TrainingError.self) { try network.fitLastLayer(on: rows) }
    var classes = Network<Double>(.spline(2, 3))
    var options = TrainingOptions(epochs: 1)
    options.monotone = [0: .rising]
    #expect(throws: TrainingError.self) { try classes.train(on: sectorData(Double.self, rows: 60), options: options) }
  }
}
