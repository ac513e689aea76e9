import Testing

@testable import KAN

/// Whatever changes parameters or layers, removed edges keep weights of exactly 0.
struct PrunedTrainingTests {
  /// y = sin(3·x₀) + x₁², and a column that does nothing.
  static let data: Dataset<Double> = {
    var generator = RandomGenerator(seed: 1)
    let x: Matrix<Double> = generator.matrix(120, 3)
    var y = Matrix<Double>(rows: 120, columns: 2)
    for row in 0..<120 {
      y[row, 0] = Elementary.sin(3 * x[row, 0]) + x[row, 1] * x[row, 1]
      y[row, 1] = x[row, 0] * x[row, 1]
    }
    return Dataset(inputs: x, targets: .values(y))
  }()

  /// With an input without edges, an output without one from an input, and a half of a product.
  static func network(_ seed: UInt64 = 2, lastActivation: Activation = .identity) -> Network<Double> {
    var network = Network<Double>(
      .spline(3, 4, grid: 30, products: 1), .spline(4, 2, grid: 7, activation: lastActivation), seed: seed)
    var first = EdgeMask(inputs: 3, sums: 5)
    for sum in 0..<5 { first[2, sum] = false }
    first[0, 4] = false
    first[1, 0] = false
    var last = EdgeMask(inputs: 4, sums: 2)
    last[3, 1] = false
    last[1, 0] = false
    network.keepEdges(first, ofLayer: 0)
    network.keepEdges(last, ofLayer: 1)
    return network
  }

  private func expectHeld(
    _ network: Network<some Scalar>, edges: Int = 14, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(network.edgeCount == edges, sourceLocation: location)
    #expect(!network.removedParameters.isEmpty, sourceLocation: location)
    #expect(network.removedParameters.allSatisfy { network.parameters[$0] == 0 }, sourceLocation: location)
  }

  enum Method: CaseIterable { case adam, decayingAdam, sgd, lbfgs, lm, lmOfStarts }

  @Test(arguments: Method.allCases, [[], [7, 14]])
  func trainingHoldsRemovedEdges(_ method: Method, _ grids: [Int]) throws {
    var network = Self.network()
    let options = TrainingOptions(epochs: 6, batch: 32, grids: grids)
    func train(_ method: some TrainingMethod) throws {
      try network.train(on: Self.data, with: method, options: options)
    }
    let before = network.parameters
    switch method {
    case .adam: try train(AdamW(learningRate: 0.02))
    case .decayingAdam: try train(AdamW(learningRate: 0.02, weightDecay: 0.1))
    case .sgd: try train(SGD(learningRate: 0.05, momentum: 0.9))
    case .lbfgs: try train(LBFGS())
    case .lm: try train(LevenbergMarquardt(starts: 1))
    case .lmOfStarts: try train(LevenbergMarquardt(starts: 3))
    }
    expectHeld(network)
    #expect(network.parameters != before)
    // Resuming goes on from moments that are 0 there.
    try network.train(
      on: Self.data, with: AdamW(learningRate: 0.01),
      options: TrainingOptions(epochs: 8, batch: 32, resuming: method == .adam, grids: grids))
    expectHeld(network)
  }

  @Test
  func writtenWeightsOfRemovedEdgesAreNoStart() throws {
    var network = Self.network()
    for index in 0..<network.parameterCount { network.parameters[index] += 0.1 }
    try network.train(on: Self.data, epochs: 1)
    expectHeld(network)
  }

  @Test
  func sessionsHoldRemovedEdges() {
    let session = Session(Self.network(), rows: 120)
    for _ in 0..<3 {
      session.forward(Self.data.inputs)
      session.backward(Matrix(rows: 120, columns: 2, elements: [Double](repeating: 1, count: 240)))
      session.step(AdamW(weightDecay: 0.1))
    }
    expectHeld(session.network)
  }

  @Test
  func gridsChangeWithoutRemovedEdges() throws {
    var network = Self.network()
    try network.train(on: Self.data, with: LBFGS(), epochs: 15)
    let before = network.predict(Self.data.inputs)
    try network.extendGrid(to: 37, on: Self.data)
    expectHeld(network)
    try network.adaptGrid(on: Self.data, uniformShare: 0.5)
    expectHeld(network)
    // Sums stay, which edges that are gone cannot help to keep.
    #expect(largestDifference(before.elements, network.predict(Self.data.inputs).elements) < 0.05)
    var fresh = Self.network()
    try fresh.setKnots(
      following: Matrix(rows: 120, columns: 3, elements: Self.data.inputs.elements.map { $0 * $0 * $0 * $0 }))
    expectHeld(fresh)
    expectHeld(try network.converted(to: Float.self))
  }

  @Test
  func functionsAreSetWhereThereAreEdges() throws {
    var network = Self.network()
    for layer in 0..<2 {
      #expect(try network.setFunctions(ofLayer: layer) { _, _, x in 0.5 * x * x - 0.2 } < 1e-9)
      expectHeld(network)
      let sums = network.layers[layer].sums
      let y = Matrix<Double>(rows: 3, columns: sums, elements: [Double](repeating: 0.3, count: 3 * sums))
      #expect(try network.setCurves(ofLayer: layer, input: 1, at: [-0.5, 0, 0.5], to: y) < 1e-9)
      expectHeld(network)
    }
  }

  enum LastFit: CaseIterable { case smooth, fixed, plain, supported }

  /// Each output's fit is the one of a layer with its inputs alone.
  @Test(arguments: LastFit.allCases)
  func lastLayersAreFittedWithTheirEdges(_ fit: LastFit) throws {
    func fitted(_ network: Network<Double>, _ data: Dataset<Double>) throws -> Network<Double> {
      var network = network
      switch fit {
      case .smooth: try network.fitLastLayer(on: data)
      case .fixed: try network.fitLastLayer(on: data, smoothing: .fixed(1e-3))
      case .plain: try network.fitLastLayer(on: data, smoothing: .none)
      case .supported: try network.fitLastLayer(on: data, updating: .supported)
      }
      return network
    }
    var network = Network<Double>(.spline(3, 2), seed: 4)
    var edges = EdgeMask(inputs: 3, sums: 2)
    edges[2, 0] = false
    edges[1, 1] = false
    network.keepEdges(edges, ofLayer: 0)
    let result = try fitted(network, Self.data)
    expectHeld(result, edges: 4)
    for (output, inputs) in [[0, 1], [0, 2]].enumerated() {
      var alone = Network<Double>(.spline(2, 1), seed: 4)
      for (place, input) in inputs.enumerated() {
        for k in 0..<9 { alone.parameters[place * 9 + k] = network.parameters[(input * 9 + k) * 2 + output] }
      }
      let y = (0..<120).map { Self.data.targetValues[$0 * 2 + output] }
      let data = Dataset(
        inputs: Matrix(columns: inputs.map { Self.data.inputs.column($0) }), targets: .values(Matrix(columns: [y])))
      let other = try fitted(alone, data).predict(data.inputs)
      let difference = largestDifference(result.predict(Self.data.inputs).column(output), other.column(0))
      #expect(difference < 1e-6, "output \(output)")
    }
  }

  /// Least squares without the parameters are least squares with them held at 0: the optimum of L-BFGS is that of LM.
  @Test
  func levenbergMarquardtFindsTheOptimumWithinTheEdges() throws {
    var network = Network<Double>(.chebyshev(3, 1, degree: 4), seed: 5)
    var edges = EdgeMask(inputs: 3, sums: 1)
    edges[1, 0] = false
    network.keepEdges(edges, ofLayer: 0)
    let y = Self.data.inputs.column(0).map { $0 * $0 * $0 - $0 }
    let data = Dataset(inputs: Self.data.inputs, targets: .values(Matrix(columns: [y])))
    var other = network
    try network.train(on: data, with: LevenbergMarquardt(starts: 1), epochs: 50)
    try other.train(on: data, with: LBFGS(), epochs: 300)
    #expect(largestDifference(network.predict(data.inputs).elements, data.targetValues) < 1e-6)
    #expect(largestDifference(other.predict(data.inputs).elements, data.targetValues) < 1e-3)
  }
}

extension Dataset {
  fileprivate var targetValues: [Element] {
    guard case .values(let y) = targets else { return [] }
    return Array(y.elements)
  }
}

extension Matrix {
  fileprivate init(columns: [[Element]]) {
    self.init(rows: columns[0].count, columns: columns.count)
    for (column, values) in columns.enumerated() {
      for (row, value) in values.enumerated() { self[row, column] = value }
    }
  }
}
