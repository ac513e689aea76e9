import Testing

@testable import KAN

/// The engine against networks that are computed one neuron and one edge at a time.
@Suite struct OracleTests {
  enum Kind: CaseIterable {
    case classic, kan, mixed, products

    var bases: [BasisKind] {
      switch self {
      case .classic: [.linear]
      case .kan: [.spline, .unevenSpline]
      case .mixed, .products: [.linear, .spline, .unevenSpline]
      }
    }
  }

  @Test(arguments: Kind.allCases, [LearningTask.regression, .classification])
  func outputsAndAllGradients(kind: Kind, task: LearningTask) {
    var generator = RandomGenerator(seed: 7, stream: UInt64(kind.bases.count))
    for round in 0..<25 {
      var network = generator.network(
        kind.bases, outputs: task == .classification ? 3 : nil, products: kind == .products)
      network.task = task
      let data = generator.data(for: network, task: task, rows: generator.integer(1...9))
      let oracle = NeuronNetwork(network).gradients((0..<data.rows).map { data.inputs.row($0) }, data.targets)
      let engine = EngineGradients(of: network, on: data, threads: 1 + round % 3)

      let about = "round \(round): " + network.layers.map { "\($0)" }.joined(separator: "; ")
      let outputs = oracle.outputs.flatMap { $0 }
      #expect(largestDifference(engine.outputs, outputs) <= 1e-12 * scale(outputs, atLeast: 1), "\(about)")
      #expect(abs(engine.loss - oracle.loss) <= 1e-12 * max(1, oracle.loss), "\(about)")
      let parameters = flat(oracle.parameters, network)
      #expect(
        largestDifference(engine.parameters, parameters) <= 1e-12 * scale(parameters, atLeast: 1), "\(about)")
      let inputs = oracle.inputs.flatMap { $0 }
      #expect(largestDifference(engine.inputs, inputs) <= 1e-12 * scale(inputs, atLeast: 1), "\(about)")
    }
  }

  /// In the order of the network's flat buffer: W row after row, then b.
  private func flat(_ gradients: [[[Double]]], _ network: Network<Double>) -> [Double] {
    network.layers.indices.flatMap { index in
      let weights = network.layers[index].inputs * network.layers[index].functions
      return (0...weights).flatMap { p in gradients[index].map { $0[p] } }
    }
  }

  /// More rows and more inputs than a tile of Φ has: what tiling must not change.
  @Test(arguments: [Contraction.gemm, .local]) func largerThanATile(contraction: Contraction) throws {
    var generator = RandomGenerator(seed: 9)
    let breakpoints = (0..<100).map { _ in (0...12).map { _ in generator.uniform(-1.5...1.5) }.sorted() }
    let layers = [
      Layer<Double>(
        basis: BSpline(grid: try Grid(breakpoints: breakpoints, degree: 2)), outputs: 2, activation: .silu),
      Layer<Double>(basis: LinearBasis(inputs: 2), outputs: 2, activation: .tanh),
    ]
    let tiling = Tiling(layers[0], rows: 40, threads: 2, contraction)
    #expect(tiling.rows < 40 && tiling.gradientInputs < 100 && (tiling.inputs < 100) == (contraction == .gemm))
    var network = Network(layers)
    network.contraction = contraction
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() * 0.1 })
    let data = generator.data(for: network, task: .regression, rows: 40)
    let oracle = NeuronNetwork(network).gradients((0..<data.rows).map { data.inputs.row($0) }, data.targets)
    let engine = EngineGradients(of: network, on: data, threads: 2)
    #expect(largestDifference(engine.outputs, oracle.outputs.flatMap { $0 }) <= 1e-12)
    let (parameters, inputs) = (flat(oracle.parameters, network), oracle.inputs.flatMap { $0 })
    #expect(largestDifference(engine.parameters, parameters) <= 1e-12 * scale(parameters, atLeast: 1))
    #expect(largestDifference(engine.inputs, inputs) <= 1e-12 * scale(inputs, atLeast: 1))
  }
}

/// What the engine gives for all rows at once.
struct EngineGradients {
  let loss: Double
  let outputs, parameters, inputs: [Double]

  init(of network: Network<Double>, on data: Dataset<Double>, threads: Int = 1) {
    let pool = ThreadPool(threads: threads)
    let step = TrainingStep(network, on: data, batch: data.rows, pool: pool)
    let order = Array(0..<data.rows)
    loss = order.withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
    parameters = Array(step.gradients)
    outputs = Array(network.outputs(for: data.inputs, pool: pool).elements)

    // dY once more, since backward turned the workspace's into dZ.
    let y = step.workspace.output(network.layers.count - 1, rows: data.rows).readOnly
    let dy = step.workspace.gradient(network.layers.count - 1, rows: data.rows)
    switch data.targets {
    case .values(let targets):
      _ = network.objective.loss(of: ObjectiveTile(outputs: y, targets: .values(targets.view)), gradient: dy)
    case .classes(let labels, _):
      labels.withUnsafeBufferPointer {
        _ = network.objective.loss(of: ObjectiveTile(outputs: y, targets: .classes($0.baseAddress!)), gradient: dy)
      }
    }
    var again = AlignedArray<Double>(zeros: network.parameterCount)
    var dx = Matrix<Double>(rows: data.rows, columns: network.inputs)
    network.backward(
      rows: data.rows, in: step.workspace, on: pool, gradients: again.mutablePointer(),
      inputGradient: dx.mutableView())
    inputs = Array(dx.elements)
  }
}
