import KAN
import Testing

/// A training loop of one's own, by public names alone.
@Suite struct SessionTests {
  /// A loop with the mean squared error by hand does what `train` does, to the bit where its units are the layers'.
  @Test func aLoopOfOnesOwn() throws {
    let data = smoothData(Double.self, rows: 64)
    guard case .values(var targets) = data.targets else { return }
    var trained = Network<Double>(.spline(2, 3), .spline(3, 1), seed: 4)
    // Sets the scalings.
    try trained.train(on: data, with: SGD(learningRate: 0), epochs: 1)
    let session = Session(trained, rows: 64, units: .layers, pool: ThreadPool(threads: 1))
    let rule = AdamW(learningRate: 0.01)
    var options = TrainingOptions()
    options.batch = 64
    options.epochs = 5
    options.schedule = .constant
    try trained.train(on: data, with: rule, options: options)

    var inputs = data.inputs
    inputs = session.network.inputScaling.applied(to: inputs)
    targets = session.network.outputScaling.applied(to: targets)
    var dy = targets
    for _ in 0..<5 {
      let y = session.forward(inputs)
      for row in 0..<64 { dy[row, 0] = 2 * (y[row, 0] - targets[row, 0]) / 64 }
      session.backward(dy)
      session.step(rule)
    }
    // The rows of an epoch come in another order, so sums are rounded otherwise.
    let (own, other) = (session.network.parameters, trained.parameters)
    #expect(largestDifference(own, other) <= 1e-9)
    #expect(own != AlignedArray(zeros: own.count))
  }

  /// A loss that the library does not have is learned in the data's units: the 0.9 quantile of noise.
  @Test func aLossOfOnesOwn() throws {
    var generator = RandomGenerator(seed: 8)
    let rows = 500
    let x: Matrix<Double> = generator.matrix(rows, 1, in: 0...10)
    let targets = (0..<rows).map { 20 + 3 * x[$0, 0] + 4 * generator.uniform() }
    var network = Network<Double>(.spline(1, 1, grid: 3), seed: 1)
    try network.setRanges(inputs: [0...10], targets: [20...54])
    let session = Session(network, rows: rows)
    var dy = Matrix<Double>(rows: rows, columns: 1)
    for round in 0..<400 {
      let y = session.forward(x)
      for row in 0..<rows { dy[row, 0] = (y[row, 0] > targets[row] ? 0.1 : -0.9) / Double(rows) }
      session.backward(dy)
      session.step(AdamW(learningRate: 0.05), rate: 0.05 * (1 - Double(round) / 400))
    }
    let y = session.network.predict(x)
    let share = Double((0..<rows).count { targets[$0] <= y[$0, 0] }) / Double(rows)
    #expect(abs(share - 0.9) <= 0.02, "\(share)")
  }

  /// Outputs, gradients and their units against the network's own derivatives.
  @Test(arguments: [Units.data, .layers]) func unitsOfGradients(units: Units) throws {
    var network = Network<Double>(.spline(2, 3, products: 1, activation: .tanh), .linear(3, 2), seed: 2)
    try network.setRanges(inputs: [0...4, -30...10], targets: [100...300, 0...0.5])
    let x = Matrix<Double>([[1, 2], [3, -20], [0.5, 9]])
    let dy = Matrix<Double>([[1, -2], [0.5, 3], [0.1, 0.2]])
    let session = Session(network, rows: 5, units: units)
    var rows = x
    var expected = network.predict(x)
    if units == .layers {
      rows = network.inputScaling.applied(to: rows)
      expected = network.outputScaling.applied(to: expected)
    }
    let y = session.forward(rows)
    func all(_ view: MatrixView<Double>) -> [Double] {
      (0..<view.rows).flatMap { row in (0..<view.columns).map { view[row, $0] } }
    }
    #expect(largestDifference(all(y), expected.elements) <= 1e-10)
    #expect(all(session.outputs) == all(y))
    session.backward(dy, includingInputs: true)
    let gradient = all(session.inputGradient)
    let parameters = session.gradient
    session.forward(rows)
    session.backward(dy, includingParameters: false, includingInputs: true)
    #expect(largestDifference(all(session.inputGradient), gradient) <= 1e-12 * 300)
    // dX = Jᵀ·dY, with the Jacobian, which no session forms.
    let jacobian = network.jacobian(at: x)
    for row in 0..<3 {
      for input in 0..<2 {
        let sum = (0..<2).reduce(0.0) { total, output in
          let inOwnUnits = network.outputScaling.factor[output] / network.inputScaling.factor[input]
          return total + dy[row, output] * jacobian[row, output, input] * (units == .data ? 1 : inOwnUnits)
        }
        #expect(abs(gradient[row * 2 + input] - sum) <= 1e-12 * scale(gradient, atLeast: 1))
      }
    }
    // ∂L/∂p by differences of L = Σ dy·y.
    func loss(_ network: Network<Double>) -> Double {
      var y = network.predict(x)
      if units == .layers { y = network.outputScaling.applied(to: y) }
      return zip(y.elements, dy.elements).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for place in stride(from: 0, to: network.parameterCount, by: 5) {
      let ends = [1e-5, -1e-5].map { width in
        var moved = network
        moved.parameters[place] += width
        return loss(moved)
      }
      #expect(abs((ends[0] - ends[1]) / 2e-5 - parameters[place]) <= 1e-7 * scale(parameters, atLeast: 1))
    }
    var layerOutputs = network.predict(x)
    layerOutputs = network.outputScaling.applied(to: layerOutputs)
    #expect(largestDifference(all(session.layerOutputs), layerOutputs.elements) <= 1e-12)
  }

  @Test func parametersMayBeReplaced() throws {
    let network = Network<Double>(.spline(2, 1), seed: 2)
    let session = Session(network, rows: 2)
    let x = Matrix<Double>([[0.1, 0.2]])
    session.network.parameters = AlignedArray(zeros: network.parameterCount)
    #expect(session.forward(x)[0, 0] == 0)
    session.network = network
    #expect(session.forward(x)[0, 0] == network.predict(x)[0, 0])
  }

  /// In the data's units of the first and last layer.
  @Test func curvesInTheUnitsOfTheData() throws {
    var network = Network<Double>(.spline(2, 1, grid: 4), seed: 3)
    try network.setRanges(inputs: [0...4, -30...10], targets: [100...300])
    let points: [Double] = [0.5, 2, 3.25]
    let (first, second) = (
      network.curve(ofLayer: 0, input: 0, output: 0, at: points),
      network.curve(ofLayer: 0, input: 1, output: 0, at: [-3])
    )
    let rows = Matrix<Double>(points.map { [$0, -3] })
    let y = network.predict(rows)
    let jacobian = network.jacobian(at: rows)
    for row in points.indices {
      let bias = network.bias(ofLayer: 0)[0] / network.outputScaling.factor[0] + network.outputScaling.shift[0]
      #expect(abs(first.values[row] + second.values[0] + bias - y[row, 0]) <= 1e-10)
      #expect(abs(first.derivatives[row] - jacobian[row, 0, 0]) <= 1e-10)
    }
    #expect(first.points == points && first.knots.count == 5 && first.coefficients.count == 7)
    #expect(largestDifference(first.knots, [0, 1, 2, 3, 4]) <= 1e-12)
    #expect(first.baseCoefficient == network.parameters[7])
    let whole = network.curve(ofLayer: 0, input: 1, output: 0)
    #expect(whole.points.count == 101 && abs(whole.points[0] + 30) <= 1e-12 && abs(whole.points[100] - 10) <= 1e-12)
  }
}
