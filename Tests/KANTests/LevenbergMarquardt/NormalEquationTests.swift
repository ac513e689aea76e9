import Testing

@testable import KAN

extension GaussNewtonEquations {
  /// H with 0 above its diagonal, where it is not defined.
  var lowerTriangle: [Double] {
    (0..<count).flatMap { row in (0..<count).map { $0 <= row ? matrix[row * count + $0] : 0 } }
  }
}

/// JᵀJ and Jᵀr from the engine's backward pass against J by central differences.
@Suite struct NormalEquationTests {
  private static let pool = ThreadPool(threads: 1)

  /// The lower triangle of H, row after row with 0 above it, and g.
  private struct Equations: Equatable {
    var matrix, gradient: [Double]

    init(matrix: [Double], gradient: [Double]) { (self.matrix, self.gradient) = (matrix, gradient) }

    /// As a training forms them, or the one or the other way.
    init(_ problem: LeastSquaresProblem, dense: Bool? = nil) {
      let count = problem.network.parameterCount
      let equations = problem.makeEquations(isDense: dense)
      problem.linearize(equations)
      matrix = equations.lowerTriangle
      gradient = Array(UnsafeBufferPointer(start: equations.gradient, count: count))
    }

    /// The largest difference, relative to the largest element.
    func difference(_ other: Equations) -> Double {
      max(
        largestDifference(matrix, other.matrix) / scale(other.matrix, atLeast: 1e-6),
        largestDifference(gradient, other.gradient) / scale(other.gradient, atLeast: 1e-6))
    }
  }

  /// Derivatives of √(w/mean w)·y by all parameters by central differences, and the residuals.
  private func differences(_ network: Network<Double>, _ data: Dataset<Double>, width: Double) -> Equations {
    guard case .values(let targets) = data.targets else { fatalError() }
    let count = network.parameterCount
    let weights = data.weights.map { Array($0) } ?? Array(repeating: 1, count: data.rows)
    let mean = weights.reduce(0, +) / Double(data.rows)
    let factors = (0..<data.rows * network.outputs).map { (weights[$0 / network.outputs] / mean).squareRoot() }
    func outputs(_ network: Network<Double>) -> [Double] {
      zip(network.predict(data.inputs, pool: Self.pool).elements, factors).map { $0 * $1 }
    }
    let residual = zip(zip(targets.elements, factors).map { $0 * $1 }, outputs(network)).map { $0 - $1 }
    var moved = network
    let columns = (0..<count).map { index in
      let parameter = network.parameters[index]
      moved.parameters[index] = parameter + width
      let above = outputs(moved)
      moved.parameters[index] = parameter - width
      let below = outputs(moved)
      moved.parameters[index] = parameter
      return zip(above, below).map { ($0 - $1) / (2 * width) }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for index in a.indices { sum += a[index] * b[index] }
      return sum
    }
    var matrix = [Double](repeating: 0, count: count * count)
    for i in 0..<count { for j in 0...i { matrix[i * count + j] = dot(columns[i], columns[j]) } }
    return Equations(matrix: matrix, gradient: columns.map { dot($0, residual) })
  }

  @Test func centralDifferences() {
    var generator = RandomGenerator(seed: 21)
    var ways: Set<Bool> = []
    for round in 0..<104 {
      let kinds: [BasisKind] = round < 64 ? [BasisKind.allCases[round / 8]] : BasisKind.allCases
      let network = round < 99 ? generator.network(kinds, layers: 1...2) : sparseNetwork(&generator)
      var data = generator.data(for: network, task: .regression, rows: generator.integer(1...12))
      if round % 3 == 0 {
        data = Dataset(
          inputs: data.inputs, targets: data.targets,
          weights: AlignedArray((0..<data.rows).map { _ in generator.uniform(0.1...3) }))
      }
      if network.parameterCount > 150 { continue }
      let problem = LeastSquaresProblem(network, data, pool: Self.pool)
      ways.insert(isDense(network))
      // A step may cross a kink of a spline of degree 1 or of ReLU, but hardly steps of three sizes.
      let truths = [1e-4, 1e-5, 1e-6].map { differences(network, data, width: $0) }
      for dense in [nil, true, false] {
        let found = Equations(problem, dense: dense)
        let error = truths.map { found.difference($0) }.min()!
        #expect(error <= 1e-6, "round \(round), dense \(String(describing: dense)): \(network.layers)")
      }
    }
    #expect(ways == [true, false])
  }

  /// Two splines of many intervals, of which a row meets few.
  private func sparseNetwork(_ generator: inout RandomGenerator) -> Network<Double> {
    var network = Network<Double>(
      .spline(1, 1, grid: 50, degree: generator.integer(1...5), outside: generator.element(of: OutsideGrid.allCases)),
      .spline(1, 1, grid: 50, degree: generator.integer(1...5), base: generator.element(of: BaseFunction.allCases)))
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() * 0.5 })
    return network
  }

  private func isDense(_ network: Network<Double>) -> Bool {
    JacobianPlan(network).isDense
  }

  /// Rows of several chunks, the last not full.
  @Test(arguments: [1, 60])
  func chunks(intervals: Int) {
    var generator = RandomGenerator(seed: 22)
    var network = Network<Double>(
      .spline(2, 2, grid: intervals, outside: .clamp), .spline(2, 2, grid: intervals), seed: 1)
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() * 0.4 })
    #expect(isDense(network) == (intervals == 1))
    let rows = generator.data(for: network, task: .regression, rows: 2 * 1024 + 100)
    let data = Dataset(
      inputs: rows.inputs, targets: rows.targets, weights: AlignedArray((0..<rows.rows).map { Double($0 % 4) }))
    let one = Equations(LeastSquaresProblem(network, data, pool: Self.pool))
    for threads in [2, 3] {
      #expect(Equations(LeastSquaresProblem(network, data, pool: ThreadPool(threads: threads))) == one)
    }
    #expect(
      Equations(LeastSquaresProblem(network, data, pool: Self.pool), dense: intervals != 1).difference(one) <= 1e-12)
    if intervals == 1 { #expect(one.difference(differences(network, data, width: 1e-5)) <= 1e-7) }
  }

  @Test func sumOfSquaredErrors() {
    var generator = RandomGenerator(seed: 23)
    let network = generator.network(BasisKind.allCases, outputs: 3)
    let rows = generator.data(for: network, task: .regression, rows: 1500)
    let data = Dataset(
      inputs: rows.inputs, targets: rows.targets, weights: AlignedArray((0..<1500).map { Double($0 % 4) }))
    guard case .values(let targets) = data.targets else { fatalError() }
    let errors = zip(targets.elements, network.predict(data.inputs).elements).map { $0 - $1 }
    let sum = errors.indices.reduce(0) { $0 + errors[$1] * errors[$1] * Double($1 / 3 % 4) / 1.5 }
    #expect(abs(LeastSquaresProblem(network, data, pool: Self.pool).sumOfLosses() - sum) <= 1e-12 * sum)
  }
}
