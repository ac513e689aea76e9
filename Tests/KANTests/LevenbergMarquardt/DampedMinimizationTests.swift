import Testing

@testable import KAN

@Suite struct DampedMinimizationTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let widths: [Int]
    let intervals, degree, order: Int
    let inputs, targets, start, norms: [Double]
    let lambda, firstNorm: Double
    var testDescription: String { "\(widths), grid \(intervals), degree \(degree)" }
  }

  @Test(arguments: try reference("levenberg_marquardt", as: [Case].self))
  func equalsScipy(example: Case) throws {
    let layers = zip(example.widths, example.widths.dropFirst()).map {
      Layer<Double>.spline($0, $1, grid: example.intervals, degree: example.degree)
    }
    var network = Network<Double>(layers)
    network.parameters = AlignedArray(example.start)
    let rows = example.inputs.count / network.inputs
    let data = Dataset<Double>(
      inputs: Matrix(rows: rows, columns: network.inputs, elements: example.inputs),
      targets: .values(Matrix(rows: rows, columns: network.outputs, elements: example.targets)))
    let problem = LeastSquaresProblem(network, data, pool: ThreadPool(threads: 1))
    var minimization = DampedMinimization(
      problem, order: example.order, lambda: example.lambda, damping: 1e-3, tolerance: 1e-14)
    #expect(abs(minimization.objective.squareRoot() - example.firstNorm) <= 1e-12 * example.firstNorm)
    var rms = [minimization.rms]
    _ = try minimization.run(iterations: 300) {
      rms.append($0)
      return true
    }
    #expect(rms.last! < rms[0] / 2)
    let best = try #require(example.norms.min())
    #expect(minimization.objective.squareRoot() <= best * (1 + 1e-6))
  }

  /// Forty columns that differ by 1e-9 alone, of which H, in double precision, sees hardly anything: QR goes on where
  /// Cholesky's method breaks down.
  @Test func goesOnByQR() throws {
    var generator = RandomGenerator(seed: 5)
    let (rows, columns) = (150, 40)
    var (x, y) = (Matrix<Double>(rows: rows, columns: columns), Matrix<Double>(rows: rows, columns: 1))
    for row in 0..<rows {
      let common = generator.uniform()
      for column in 0..<columns {
        let own = generator.normal()
        x[row, column] = common + 1e-9 * own
        y[row, 0] += own * Double(column % 3 - 1)
      }
    }
    var network = Network<Double>(.linear(columns, 1))
    network.parameters = AlignedArray(zeros: network.parameterCount)
    let data = Dataset(inputs: x, targets: .values(y))
    func minimize(bytes: Int) throws -> DampedMinimization {
      let problem = LeastSquaresProblem(network, data, pool: ThreadPool(threads: 1))
      var minimization = DampedMinimization(problem, order: 4, lambda: 1e-9, damping: 0, tolerance: 1e-6)
      minimization.orthogonalBytes = bytes
      _ = try minimization.run(iterations: 8)
      return minimization
    }
    let (with, without) = (try minimize(bytes: 1 << 20), try minimize(bytes: 0))
    #expect(with.orthogonalSteps > 0 && without.orthogonalSteps == 0)
    #expect(with.rms < 0.1 * without.rms)
  }

  /// A step by QR is Cholesky's where both can be had.
  @Test func bothWaysGiveTheSameStep() throws {
    var generator = RandomGenerator(seed: 6)
    for _ in 0..<20 {
      let network = generator.network(BasisKind.allCases)
      if network.parameterCount > 150 { continue }
      let data = generator.data(for: network, task: .regression, rows: 20)
      let problem = LeastSquaresProblem(network, data, pool: ThreadPool(threads: 1))
      var minimization = DampedMinimization(problem, order: 3, lambda: 1e-3, damping: 1e-2, tolerance: 1e-6)
      let equations = problem.makeEquations()
      minimization.linearize(equations)
      var cholesky = [Double](repeating: 0, count: equations.count)
      var factor = [Double](repeating: 0, count: equations.count * equations.count)
      let isFound = factor.withUnsafeMutableBufferPointer { factor in
        cholesky.withUnsafeMutableBufferPointer {
          minimization.solve(equations, factor.baseAddress!, $0.baseAddress!, damping: minimization.damping)
        }
      }
      try #require(isFound)
      let byQR = minimization.solveOrthogonally(equations)
      let orthogonal = try #require(byQR)
      #expect(largestDifference(cholesky, orthogonal) <= 1e-7 * scale(cholesky), "\(network.layers)")
    }
  }
}
