import Testing

@testable import KAN

/// Levenberg-Marquardt of pruned networks solves for the parameters of edges that exist alone.
@Suite struct PrunedStepTests {
  /// (H + μ·diag)·step = g over all parameters, with the largest element of H's diagonal for removed ones, whose rows are
  /// 0: by Gauss with pivots.
  private func fullStep(_ equations: GaussNewtonEquations, _ removed: [Int], damping: Double, share: Double) -> [Double]
  {
    let count = equations.count
    var rows = (0..<count).map { i in
      (0..<count).map { j in equations.matrix[max(i, j) * count + min(i, j)] } + [equations.gradient[i]]
    }
    let largest = rows.indices.map { rows[$0][$0] }.max()!
    for place in removed {
      for other in 0..<count { #expect(rows[place][other] == 0 && rows[other][place] == 0) }
      rows[place][place] = largest
    }
    for i in 0..<count { rows[i][i] += damping * (rows[i][i] + share * largest) }
    for column in 0..<count {
      let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
      rows.swapAt(column, pivot)
      for row in column + 1..<count where rows[row][column] != 0 {
        let factor = rows[row][column] / rows[column][column]
        for place in column...count { rows[row][place] -= factor * rows[column][place] }
      }
    }
    var step = [Double](repeating: 0, count: count)
    for row in (0..<count).reversed() {
      let sum = (row + 1..<count).reduce(rows[row][count]) { $0 - rows[row][$1] * step[$1] }
      step[row] = sum / rows[row][row]
    }
    return step
  }

  private func minimization(_ network: Network<Double>) -> DampedMinimization {
    let problem = LeastSquaresProblem(network, PrunedTrainingTests.data, pool: ThreadPool(threads: 2))
    return DampedMinimization(problem, order: 3, lambda: 1e-3, damping: 1e-2, tolerance: 1e-6)
  }

  @Test func theStepIsThatOfAllParameters() throws {
    let network = PrunedTrainingTests.network()
    let removed = network.removedParameters
    var minimization = minimization(network)
    let equations = minimization.problem.makeEquations()
    minimization.linearize(equations)
    let expected = fullStep(
      equations, removed, damping: minimization.damping, share: minimization.tuning.diagonalShare)
    // No larger than the live parameters ask for.
    let live = equations.count - removed.count
    #expect(minimization.live?.count == live)
    var factor = [Double](repeating: 0, count: live * live)
    var step = [Double](repeating: .nan, count: equations.count)
    let isFound = factor.withUnsafeMutableBufferPointer { factor in
      step.withUnsafeMutableBufferPointer {
        minimization.solve(equations, factor.baseAddress!, $0.baseAddress!, damping: minimization.damping)
      }
    }
    try #require(isFound)
    minimization.orthogonalBytes = 1 << 28
    let byQR = minimization.solveOrthogonally(equations)
    let size = expected.map(abs).max()!
    #expect(size > 0)
    for found in [step, try #require(byQR)] {
      #expect(removed.allSatisfy { found[$0] == 0 })
      #expect(largestDifference(found, expected) <= 1e-7 * size)
    }
  }

  /// A column without edges, or none of it: the same problem, in fewer parameters, has the same evidence.
  @Test func evidenceIsThatOfTheSmallerNetwork() throws {
    let data = PrunedTrainingTests.data
    let columns = (0..<data.rows).flatMap { [data.inputs[$0, 0], data.inputs[$0, 1]] }
    let narrow = Dataset(inputs: Matrix(rows: data.rows, columns: 2, elements: columns), targets: data.targets)
    let small = Network<Double>(.spline(2, 2, grid: 6), seed: 3)
    var wide = Network<Double>(.spline(3, 2, grid: 6), seed: 3)
    var mask = EdgeMask(inputs: 3, sums: 2)
    (mask[2, 0], mask[2, 1]) = (false, false)
    wide.keepEdges(mask, ofLayer: 0)
    let weights = small.layers[0].weightCount
    for index in 0..<weights { wide.parameters[index] = small.parameters[index] }
    let wideWeights = wide.layers[0].weightCount
    for sum in 0..<2 { wide.parameters[wideWeights + sum] = small.parameters[weights + sum] }
    func fitted(_ network: Network<Double>, _ data: Dataset<Double>) throws -> DampedMinimization {
      let problem = LeastSquaresProblem(network, data, pool: ThreadPool(threads: 1))
      var result = DampedMinimization(problem, order: 3, lambda: 1e-3, damping: 1e-3, tolerance: 1e-10)
      _ = try result.run(iterations: 20)
      return result
    }
    let (few, all) = (try fitted(small, narrow), try fitted(wide, data))
    #expect(abs(few.rms - all.rms) <= 1e-10 * few.rms)
    let (expected, found) = (try #require(few.evidence()), try #require(all.evidence()))
    #expect(abs(expected.effectiveParameters - found.effectiveParameters) <= 1e-6 * expected.effectiveParameters)
    #expect(abs(expected.lambda[0] - found.lambda[0]) <= 1e-6 * expected.lambda[0])
    #expect(abs(expected.leftOut - found.leftOut) <= 1e-6 * expected.leftOut)
  }

  @Test func warningsCountParametersThatExist() {
    let network = PrunedTrainingTests.network()
    let live = network.parameterCount - network.removedParameters.count
    #expect(Warnings.parameters(of: network, rows: live) == nil)
    #expect(Warnings.parameters(of: network, rows: live - 1)?.contains("\(live) parameters") == true)
  }
}
