import Testing

@testable import KAN

@Suite struct FitLastLayerTests {
  struct Case: Decodable {
    let inputs, targets: [[Double]]
    let weights: [Double]?
    let grid, degree: Int
    let parameters: [Double]
    let loss: Double

    var data: Dataset<Double> {
      Dataset(
        inputs: Matrix(inputs), targets: .values(Matrix(targets)), weights: weights.map { AlignedArray($0) })
    }
  }

  /// Cancelled, a fit leaves the network as it was, with ranges that can still be set, and says so.
  @Test func cancelled() async throws {
    let network = Network<Double>(.spline(2, 3), .spline(3, 1), seed: 1)
    let data = smoothData(Double.self, rows: 300)
    var after = await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      var fitted = network
      #expect(throws: TrainingError.cancelled) { try fitted.fitLastLayer(on: data) }
      return fitted
    }.value
    #expect(after.parameters == network.parameters && after.inputScaling == network.inputScaling)
    try after.setRanges(inputs: [-1...1, -1...1], targets: [-1...1])
  }

  /// A network of one layer is solved whole: the smallest of all solutions, whatever the rank.
  @Test(arguments: try reference("last_layer", as: [Case].self))
  func equalsNumpy(example: Case) throws {
    let (inputs, outputs) = (example.inputs[0].count, example.targets[0].count)
    var network = Network<Double>(
      .spline(inputs, outputs, grid: example.grid, degree: example.degree, base: .none), seed: 1)
    try network.setRanges(
      inputs: Array(repeating: -1...1, count: inputs), targets: Array(repeating: -1...1, count: outputs))
    let loss = try network.fitLastLayer(on: example.data, smoothing: .none)
    // Inputs are scaled a few ulp into the grid.
    #expect(largestDifference(network.parameters, example.parameters) <= 1e-9 * scale(example.parameters))
    #expect(abs(loss - example.loss) <= 1e-10 * max(1e-6, example.loss))
  }

  /// The large problems' way: the same function of the rows, by normal equations.
  @Test(arguments: try reference("last_layer", as: [Case].self))
  func normalEquations(example: Case) throws {
    let layer = Layer<Double>.spline(
      example.inputs[0].count, 1, grid: example.grid, degree: example.degree, base: .none)
    let x = Matrix(example.inputs)
    let phi = layer.basis.values(of: x)
    let y = Matrix(example.targets)
    let solutions = try [true, false].map { direct in
      var problem = LeastSquaresAccumulator(
        rows: x.rows, columns: phi.columns, sides: y.columns, direct: direct)
      for start in stride(from: 0, to: x.rows, by: 7) {
        let count = min(7, x.rows - start)
        problem.add(
          phi.view.slice(row: start, rows: count, columns: phi.columns),
          y.view.slice(row: start, rows: count, columns: y.columns))
      }
      return try problem.solve()
    }
    let values = solutions.map { phi.multiplied(by: $0) }
    #expect(largestDifference(values[0].elements, values[1].elements) <= 1e-11 * scale(y.elements))
    #expect(solutions[1].elements.allSatisfy { $0.isFinite })
    let norms = solutions.map { $0.elements.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    #expect(norms[1] <= 3 * norms[0])
  }

  /// Any data gives finite coefficients, and a loss no network beats by moving a coefficient.
  @Test func awkwardRows() throws {
    var generator = RandomGenerator(seed: 5)
    for round in 0..<60 {
      let (rows, inputs) = (generator.integer(1...30), generator.integer(1...4))
      var x: Matrix<Double> = generator.matrix(rows, inputs)
      for column in 0..<inputs {
        let kind = generator.integer(0...3)
        for row in 0..<rows {
          if kind == 0 { x[row, column] = 0.3 }  // constant
          if kind == 1 { x[row, column] = x[row, 0] }  // a copy
          if kind == 2 { x[row, column] = Double(row % 2) }  // two values
        }
      }
      let data = Dataset(inputs: x, targets: .values(generator.matrix(rows, 2)))
      var network = Network<Double>(
        [.spline(inputs, 2), .chebyshev(inputs, 2), .gaussian(inputs, 2), .linear(inputs, 2)][round % 4])
      let smooth = try network.fitLastLayer(on: data)
      #expect(network.parameters.allSatisfy { $0.isFinite } && smooth.isFinite)
      let loss = try network.fitLastLayer(on: data, smoothing: .none)
      #expect(network.parameters.allSatisfy { $0.isFinite } && loss <= smooth + 1e-12)
      var gradient = AlignedArray<Double>(zeros: network.parameterCount)
      _ = FullBatch(network, TrainingRows(data), pool: .shared).lossAndGradient(of: network, gradient: &gradient)
      #expect(scale(gradient) <= 1e-9, "round \(round)")
    }
  }

  @Test func lastOfSeveralLayers() throws {
    let data = smoothData(Float.self, rows: 500)
    var network = Network<Float>(.spline(2, 6), .spline(6, 1), seed: 3)
    let start = network
    let loss = try network.fitLastLayer(on: data)
    let first = network.layers[0].parameterCount
    #expect(network.parameters[..<first].elementsEqual(start.parameters[..<first]))
    #expect(loss < 0.01 && abs(network.evaluate(on: data).loss - loss) <= 1e-6)
    // Between epochs: a training that goes on has what was solved.
    try network.train(on: data, with: AdamW(learningRate: 0.001), epochs: 2)
    let before = network.evaluate(on: data).loss
    #expect(try network.fitLastLayer(on: data) < before)
    let solved = network.parameters
    try network.train(
      on: data, with: AdamW(learningRate: 0), options: TrainingOptions(epochs: 3, resuming: true))
    #expect(network.parameters == solved && network.record?.history.count == 3)
  }

  @Test func penaltiesShrink() throws {
    let data = smoothData(Double.self, rows: 200)
    let norms = try [0, 1, 1e3].map { lambda in
      var network = Network<Double>(.spline(2, 1))
      try network.fitLastLayer(on: data, smoothing: .fixed(lambda))
      return network.parameters.reduce(0) { $0 + $1 * $1 }
    }
    #expect(norms[0] > norms[1] && norms[1] > norms[2] && norms[2] > 0)
  }

  @Test func refusals() {
    func error(_ layer: Layer<Double>, _ data: Dataset<Double>, restricted: Bool = false) -> String? {
      var network = Network<Double>(layer)
      let error = #expect(throws: TrainingError.self) {
        try network.fitLastLayer(on: data, updating: restricted ? .supported : .all)
      }
      return error?.description
    }
    let data = smoothData(Double.self, rows: 10)
    #expect(error(.spline(2, 3), sectorData(Double.self, rows: 9))?.contains("classes have no squared error") == true)
    #expect(error(.spline(2, 1, activation: .tanh), data)?.contains("has the activation tanh") == true)
    #expect(error(.linear(2, 1), data, restricted: true)?.contains("no function") == true)
    let wide = Dataset<Double>(
      inputs: Matrix(rows: 300, columns: 9000), targets: .values(Matrix(rows: 300, columns: 1)))
    #expect(error(.spline(9000, 1, grid: 20), wide)?.contains("use L-BFGS or Adam") == true)
  }

  // MARK: Functions and curves

  @Test func functionsOfSplines() throws {
    // Cubic splines hold cubics exactly.
    var network = Network<Double>(.spline(2, 3, grid: 7), .chebyshev(3, 2), seed: 2)
    func cubic(_ input: Int, _ output: Int, _ x: Double) -> Double {
      Double(input + 1) * x * x * x - Double(output) * x + 0.5
    }
    #expect(try network.setFunctions(ofLayer: 0, cubic) <= 1e-13)
    let layer = network.layers[0]
    for x in stride(from: -1, through: 1, by: 0.01) {
      let phi = layer.basis.values(of: Matrix([[x, -x]]))
      let y = phi.multiplied(by: network.weights(ofLayer: 0))
      for output in 0..<3 { #expect(abs(y[0, output] - cubic(0, output, x) - cubic(1, output, -x)) <= 1e-12) }
    }
    #expect(network.bias(ofLayer: 0) == [0, 0, 0])
    for output in 0..<3 { #expect(network.weights(ofLayer: 0)[10, output] == 0) }
    // T₁ … T₅ hold odd polynomials without a constant.
    #expect(try network.setFunctions(ofLayer: 1, { _, _, x in x * x * x }) <= 1e-13)
    #expect(throws: TrainingError.self) { try network.setFunctions(ofLayer: 0, { _, _, _ in Double.nan }) }
  }

  @Test func sampledCurves() throws {
    var network = Network<Double>(.spline(2, 2, grid: 20), seed: 2)
    let start = network.weights(ofLayer: 0)
    var generator = RandomGenerator(seed: 3)
    let x = (0..<80).map { _ in generator.uniform(-1...0) }
    let y = Matrix(x.map { [$0 * $0, 1 - $0] })
    #expect(try network.setCurves(ofLayer: 0, input: 1, at: x, to: y) <= 1e-10)
    let fitted = network.weights(ofLayer: 0)
    // The other input's functions, and those from 0 on of this one, are as they were.
    for row in Array(0..<24) + Array(24 + 13..<24 + 23) { #expect(fitted.row(row) == start.row(row)) }
    let values = network.layers[0].basis.values(of: Matrix(rows: 80, columns: 2, elements: x.flatMap { [0, $0] }))
    let from24 = values.multiplied(by: fitted)
    let others = values.multiplied(by: start)
    #expect(largestDifference(from24.elements, others.elements) > 0.1)
  }
}
