import KAN

/// Networks of all kinds, for tests that compare the engine with something slower.
enum BasisKind: CaseIterable { case linear, spline, unevenSpline, chebyshev, gaussian }

extension RandomGenerator {
  mutating func basis(_ kind: BasisKind, inputs: Int) -> any Basis<Double> {
    switch kind {
    case .linear: LinearBasis(inputs: inputs)
    case .spline: evenSpline(inputs: inputs)
    case .unevenSpline: unevenSpline(inputs: inputs)
    case .chebyshev: Chebyshev(inputs: inputs, degree: integer(1...6))
    case .gaussian:
      Gaussian(inputs: inputs, centers: integer(2...7), range: -1.2...1, base: element(of: BaseFunction.allCases))
    }
  }

  private mutating func evenSpline(inputs: Int) -> BSpline<Double> {
    let grid = Grid<Double>(
      inputs: inputs, from: uniform(-1.5 ... -0.5), to: uniform(0.5...1.5), intervals: integer(1...8),
      degree: integer(1...5), ends: element(of: GridEnds.allCases))
    return BSpline(grid: grid, outside: element(of: OutsideGrid.allCases), base: element(of: BaseFunction.allCases))
  }

  /// Knots of its own for each input, the first or an inner one twice now and then.
  private mutating func unevenSpline(inputs: Int) -> BSpline<Double> {
    let intervals = integer(2...7)
    let degree = integer(1...5)
    let breakpoints = (0..<inputs).map { _ in
      var position = uniform(-1.5 ... -0.5)
      let points = (0...intervals).map { _ in
        position += uniform(0.1...0.5)
        return position
      }
      var repeated = points
      let place = integer(0...3 * intervals)
      if place < intervals { repeated[place] = repeated[place + 1] }
      return repeated
    }
    let grid = try! Grid(breakpoints: breakpoints, degree: degree, ends: element(of: GridEnds.allCases))
    return BSpline(grid: grid, outside: element(of: OutsideGrid.allCases), base: element(of: BaseFunction.allCases))
  }

  /// Layers of random sizes and activations, with parameters that all matter.
  mutating func network(
    _ kinds: some Collection<BasisKind>, layers: ClosedRange<Int> = 1...3, outputs: Int? = nil
  ) -> Network<Double> {
    let count = integer(layers)
    var widths = (0...count).map { _ in integer(1...5) }
    if let outputs { widths[count] = outputs }
    let layers = (0..<count).map { index in
      Layer(
        basis: basis(element(of: kinds), inputs: widths[index]), outputs: widths[index + 1],
        activation: element(of: Activation.allCases))
    }
    var network = Network(layers)
    network.contraction = element(of: Contraction.allCases)
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in normal() * 0.6 })
    return network
  }

  /// Inputs that reach beyond most grids, and targets for the network's task.
  mutating func data(for network: Network<Double>, task: LearningTask, rows: Int) -> Dataset<Double> {
    let inputs: Matrix<Double> = matrix(rows, network.inputs, in: -1.7...1.7)
    switch task {
    case .regression: return Dataset(inputs: inputs, targets: .values(matrix(rows, network.outputs)))
    case .classification:
      let labels = (0..<rows).map { _ in Int32(integer(0...network.outputs - 1)) }
      return Dataset(inputs: inputs, targets: .classes(labels, count: network.outputs))
    }
  }
}
