import Testing

@testable import KAN

/// What `pruned` removes, and what it never does.
struct PruneTests {
  static func rows(_ count: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix<Double> {
    var generator = RandomGenerator(seed: seed)
    return generator.matrix(count, columns)
  }

  private func expectError(
    _ part: String, _ network: Network<Double>, _ target: PruningTarget, rows: Int = 50,
    _ location: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try network.pruned(to: target, on: Self.rows(rows, network.inputs))
      Issue.record("no error", sourceLocation: location)
    } catch {
      #expect(error.description.contains(part), sourceLocation: location)
    }
  }

  /// Some of whose edges score exactly 0.
  @Test func thresholdZeroChangesNoBit() throws {
    var network = Network<Double>(.spline(3, 4, products: 1), .spline(4, 2), seed: 3)
    for k in 0..<9 { network.parameters[k * 5] = 0 }
    try network.train(
      on: Dataset(inputs: Self.rows(50, 3), targets: .values(Self.rows(50, 2, seed: 2))), epochs: 2)
    let result = try network.pruned(to: .threshold(0), on: Self.rows(50, 3))
    #expect(result.network.parameters == network.parameters && !result.network.isPruned)
    #expect(result.network.trainingState != nil)
    #expect(result.map.edgesAfter == 23 && result.map.edgesRemoved.isEmpty && result.map.nodesRemoved.isEmpty)
  }

  /// Curves that do not vary, into a node and out of it, go without a trace: their values go to the biases.
  @Test(arguments: [.spline, .hat, .unevenHat] as [BasisKind])
  func constantCurvesBecomeBiases(_ kind: BasisKind) throws {
    var generator = RandomGenerator(seed: 4)
    let node = Products(2, activation: .tanh)
    var network = Network(
      Layer(basis: generator.basis(kind, inputs: 4), outputs: 5, node: node),
      Layer(basis: generator.basis(kind, inputs: 5), outputs: 2))
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in 0.3 * generator.normal() })
    /// The functions of an input sum to 1 within the grid.
    func makeConstant(_ layer: Int, _ input: Int, _ sum: Int, _ value: Double) {
      let own = network.layers[layer]
      for k in 0..<own.functions {
        let isBase = k >= own.functions - own.basis.baseFunctions
        let place = network.parameterOffset(ofLayer: layer) + (input * own.functions + k) * own.sums + sum
        network.parameters[place] = isBase ? 0 : value
      }
    }
    // Input 2 reaches node 1 alone, which nothing else enters; node 3, the first product, reaches nothing.
    for sum in 0..<7 where sum != 1 { makeConstant(0, 2, sum, 0.1) }
    for input in 0..<4 where input != 2 { makeConstant(0, input, 1, -0.2) }
    for sum in 0..<2 { makeConstant(1, 3, sum, 0.4) }
    let x = Matrix(rows: 200, columns: 4, elements: Self.rows(200, 4).elements.map { $0 / 4 })
    let before = network.predict(x)
    let result = try network.pruned(to: .threshold(1e-9), on: x)
    let map = result.map
    #expect(map.nodesRemoved == [.init(layer: 0, node: 3)] && map.nodesLeft == [[0, 1, 2, 4], [0, 1]])
    #expect(map.inputsRemoved.isEmpty && map.edgesBefore == 38)
    // Of 28 edges 3 into sums 0, 2, 5 and 6 from inputs 0, 1 and 3, and 1 into sum 1.
    #expect(map.edgesAfter == 13 + 8 && map.edgesRemoved.count == 38 - 21)
    #expect(result.network.layers[0].node as? Products == Products(1, activation: .tanh))
    #expect(result.network.layers.map(\.inputs) == [4, 4] && result.network.edgeCount == 21)
    #expect(largestDifference(result.network.predict(x).elements, before.elements) < 1e-12)
    #expect(largestDifference(network.predict(x).elements, before.elements) == 0)
  }

  /// Removing edges moves each sum's spread, not its mean.
  @Test func meansOfSumsStay() throws {
    var network = Network<Double>(.spline(5, 6), .spline(6, 1), seed: 5)
    var generator = RandomGenerator(seed: 6)
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() })
    let x = Self.rows(400, 5)
    let result = try network.pruned(to: .edges(12), on: x)
    #expect(result.map.edgesAfter <= 12 && result.network.edgeCount == result.map.edgesAfter)
    func mean(_ network: Network<Double>) -> Double { network.predict(x).elements.reduce(0, +) / 400 }
    #expect(abs(mean(result.network) - mean(network)) < 1e-9)
    #expect(largestDifference(result.network.predict(x).elements, network.predict(x).elements) > 1e-3)
  }

  /// However little is left, every output depends on an input.
  @Test(arguments: [0, 1, 2, 3, 4, 5])
  func outputsKeepAPath(_ seed: UInt64) throws {
    var generator = RandomGenerator(seed: seed)
    let network = Network<Double>(.spline(4, 6, products: 2), .spline(6, 5, products: 1), .spline(5, 3), seed: seed)
    let x = Self.rows(100, 4)
    let attribution = network.attribution(on: x)
    let all = attribution.edges.flatMap { Array($0.elements) }.sorted()
    let threshold = all[generator.integer(all.count / 2...all.count - 1)]
    let targets: [PruningTarget] = [.threshold(threshold), .edges(13), .nodes(4), .inputs(1)]
    for target in targets {
      let result = try network.pruned(to: target, on: x, attribution: attribution)
      let left = result.network
      switch target {
      case .edges(let count): #expect(left.edgeCount <= count)
      case .nodes(let count): #expect(left.layers[0].outputs + left.layers[1].outputs <= count)
      case .inputs(let count): #expect(result.map.inputsRemoved.count == 4 - count)
      case .threshold, .nodeThreshold, .inputThreshold: break
      }
      #expect(left.edgeCount == result.map.edgesBefore - result.map.edgesRemoved.count)
      for layer in left.layers.dropFirst() {
        for input in 0..<layer.inputs { #expect(!layer.edges.sums(ofInput: input).isEmpty) }
      }
      let y = left.predict(x)
      for output in 0..<3 {
        let column = y.column(output)
        #expect(column.contains { $0 != column[0] }, "output \(output) of \(target)")
      }
    }
  }

  @Test func refusals() throws {
    let network = Network<Double>(.spline(3, 4), .spline(4, 2), seed: 8)
    expectError("no edge has a score of 1000", network, .threshold(1000))
    expectError("would leave nothing", network, .edges(0))
    expectError("would leave nothing", network, .nodes(-1))
    expectError("would leave nothing", network, .inputs(0))
    // Two outputs need an edge each, and the node or nodes before them one.
    expectError("the outputs need", network, .edges(2))
    expectError("no rows", network, .threshold(0.1), rows: 0)
    var broken = network
    broken.parameters[0] = .nan
    expectError("not finite", broken, .threshold(0.1))
    #expect(try network.pruned(to: .edges(1000), on: Self.rows(50, 3)).map.edgesRemoved.isEmpty)
  }

  /// A node function that mixes sums in its own way keeps its nodes.
  @Test func nodesOfMixedSumsStay() throws {
    let network = Network<Double>(
      Layer(basis: BSpline(grid: Grid(inputs: 3, intervals: 5, degree: 3)), outputs: 4, node: Reversed()),
      .spline(4, 1), seed: 9)
    let result = try network.pruned(to: .nodes(2), on: Self.rows(60, 3))
    #expect(result.network.layers[1].inputs == 4 && result.network.layers[1].edgeCount == 2)
    #expect(result.map.nodesRemoved.isEmpty && result.map.edgesRemoved.count == 2)
  }

  private struct Reversed: NodeFunction {
    static var kind: String { "reversed" }
    var settings: [String: String] { [:] }
    init() {}
    init(settings: [String: String]) {}
    func outputs(sums: Int) -> Int? { sums }
    func sums(outputs: Int) -> Int? { outputs }
    func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
      for row in 0..<z.rows { for column in 0..<z.columns { y[row, column] = z[row, z.columns - 1 - column] } }
    }
    func pullBack<Element: Scalar>(
      _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
      to dz: MutableMatrixView<Element>
    ) { apply(to: dy, dz) }
    func pushForward<Element: Scalar>(
      second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
      sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
    ) { apply(to: second, result) }
  }

  /// exp(sin(π·x₀) + x₁²) + x₂·x₃ with four columns that do nothing: those go first, and the others stay until the loss
  /// rises.
  @Test(arguments: [1] as [UInt64])
  func columnsThatDoNothingGoFirst(_ seed: UInt64) throws {
    let x = Self.rows(800, 8, seed: seed)
    let y = (0..<800).map { row in
      Elementary.exp(Elementary.sin(.pi * x[row, 0]) + x[row, 1] * x[row, 1]) + x[row, 2] * x[row, 3]
    }
    let data = Dataset(inputs: x, targets: .values(Matrix(rows: 800, columns: 1, elements: y)))
    var network = Network<Double>(.spline(8, 3, products: 1), .spline(3, 1), seed: seed)
    try network.train(on: data, with: LevenbergMarquardt(starts: 8), epochs: 60)
    let loss = network.evaluate(on: data).loss
    for left in (1...7).reversed() {
      let result = try network.pruned(to: .inputs(left), on: x)
      if left >= 4 { #expect(result.map.inputsRemoved.allSatisfy { $0 >= 4 }) }
      if left == 4 { #expect(result.map.inputsRemoved == [4, 5, 6, 7]) }
      var trained = result.network
      try trained.train(on: data, with: LevenbergMarquardt(starts: 1), epochs: 15)
      let after = trained.evaluate(on: data).loss
      #expect(left >= 4 ? after < max(2 * loss, 1e-4) : after > 10 * loss)
    }
  }

  /// Nodes and inputs below a threshold go with all of their edges, and no others.
  @Test func nodesAndInputsBelowAThresholdGo() throws {
    var network = Network<Double>(.spline(4, 3), .spline(3, 1), seed: 6)
    // Input 2 hardly matters, and neither does what leaves node 1.
    for k in 0..<network.layers[0].functions {
      for sum in 0..<3 { network.parameters[(2 * network.layers[0].functions + k) * 3 + sum] *= 1e-4 }
    }
    let start = network.layers[0].parameterCount
    for k in 0..<network.layers[1].functions { network.parameters[start + network.layers[1].functions + k] *= 1e-4 }
    let rows = Self.rows(200, 4)
    let scores = network.attribution(on: rows)
    let inputs = try network.pruned(to: .inputThreshold(0.01), on: rows)
    #expect(inputs.map.inputsRemoved == [2] && inputs.map.nodesRemoved.isEmpty && inputs.map.edgesAfter == 12)
    let nodes = try network.pruned(to: .nodeThreshold(0.01), on: rows)
    #expect(nodes.map.nodesRemoved == [.init(layer: 0, node: 1)] && nodes.map.inputsRemoved.isEmpty)
    // Scores as those of the attribution: just below the weakest that is left nothing else goes, just above it does.
    let least = scores.inputs.enumerated().filter { $0.offset != 2 }.map(\.element).min()!
    #expect(try network.pruned(to: .inputThreshold(least * (1 - 1e-9)), on: rows).map.inputsRemoved == [2])
    #expect(try network.pruned(to: .inputThreshold(least * (1 + 1e-9)), on: rows).map.inputsRemoved.count == 2)
    #expect(try network.pruned(to: .nodeThreshold(0), on: rows).map.edgesRemoved.isEmpty)
    expectError("no input has a score of 1000000000.0 or more", network, .inputThreshold(1e9))
    expectError("no hidden node has a score of 1000000000.0 or more", network, .nodeThreshold(1e9))
  }
}
