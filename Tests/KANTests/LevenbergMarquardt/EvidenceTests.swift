import Testing

@testable import KAN

/// γ, generalised cross-validation and λ's fixed point against dense computations.
@Suite struct EvidenceTests {
  /// Of Hᵢⱼ in full, by Gauss and Jordan with pivots.
  private func inverse(_ matrix: [[Double]]) -> [[Double]] {
    let n = matrix.count
    var rows = matrix.enumerated().map { index, row in row + (0..<n).map { $0 == index ? 1.0 : 0 } }
    for column in 0..<n {
      let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
      rows.swapAt(column, pivot)
      let factor = rows[column][column]
      rows[column] = rows[column].map { $0 / factor }
      for row in 0..<n where row != column && rows[row][column] != 0 {
        let factor = rows[row][column]
        for place in column..<2 * n { rows[row][place] -= factor * rows[column][place] }
      }
    }
    return rows.map { Array($0[n...]) }
  }

  private func full(_ equations: GaussNewtonEquations) -> [[Double]] {
    let n = equations.count
    return (0..<n).map { i in (0..<n).map { j in equations.matrix[max(i, j) * n + min(i, j)] } }
  }

  private func trace(_ a: [[Double]], _ b: [[Double]]) -> Double {
    a.indices.reduce(0) { sum, i in b.indices.reduce(sum) { $0 + a[i][$1] * b[$1][i] } }
  }

  private func rows(_ count: Int, noise: Double) -> Dataset<Double> {
    let data = smoothData(Double.self, rows: count)
    guard case .values(var targets) = data.targets else { fatalError() }
    var generator = RandomGenerator(seed: 9)
    for row in 0..<count { targets[row, 0] += noise * generator.normal() }
    return Dataset(inputs: data.inputs, targets: .values(targets))
  }

  @Test(arguments: [6, 30])
  func equalsDenseTraces(intervals: Int) throws {
    let network = Network<Double>(
      .spline(2, 1, grid: intervals, base: .none), .spline(1, 1, grid: 6, base: .none), seed: 2)
    let problem = LeastSquaresProblem(network, rows(300, noise: 0.1), pool: ThreadPool(threads: 2))
    let weight = 3e-3
    var minimization = DampedMinimization(problem, order: 3, lambda: weight, damping: 1e-3, tolerance: 1e-6)
    _ = try minimization.run(iterations: 40)
    let found = try #require(minimization.evidence())

    let equations = problem.makeEquations()
    problem.linearize(equations)
    let data = full(equations)
    let penalty = RoughnessPenalty(problem.network, order: 3)
    let roughness = (0..<2).map { layer in
      equations.clear()
      penalty.add(to: equations, problem.parameters.pointer, (0..<2).map { $0 == layer ? 1.0 : 0 })
      return full(equations)
    }
    var whole = data
    for i in whole.indices {
      for j in whole.indices { whole[i][j] += weight * (roughness[0][i][j] + roughness[1][i][j]) }
    }
    // Constants that edges and biases share are decided by neither, so by the damping, which has no say otherwise. This
    // one is larger than the code's, for the rounding of an inverse.
    let largest = whole.indices.reduce(0) { max($0, whole[$1][$1]) }
    for i in whole.indices { whole[i][i] += 1e-12 * (whole[i][i] + 1e-8 * largest) }
    let inverse = inverse(whole)
    let gamma = trace(inverse, data)
    #expect(gamma > 5 && gamma < Double(problem.network.parameterCount) - 3)
    #expect(abs(found.effectiveParameters - gamma) <= 0.1)

    let n = Double(problem.residuals)
    let free = n - found.effectiveParameters
    #expect(abs(found.crossValidation - n * minimization.squares / (free * free)) <= 1e-12 * found.crossValidation)
    for layer in 0..<2 {
      let determined =
        found.lambda[layer] * penalty.roughness(ofLayer: layer, problem.parameters.pointer) * free
        / minimization.squares
      let share = Double(penalty.rank(ofLayer: layer)) - determined
      let truth = weight * trace(inverse, roughness[layer])
      // Not so small or large that a bound hides it.
      #expect(truth > 0.1 && truth < Double(penalty.rank(ofLayer: layer)) - 1.5)
      #expect(abs(share - truth) <= 1e-4 * max(truth, 1), "layer \(layer)")
    }
  }

  /// A layer alone is a linear problem, where the formula of rows left out is exact: as of fits without them.
  @Test(arguments: [(40, false), (120, true), (250, false)])
  func equalsFitsWithoutARow(count: Int, isWeighted: Bool) throws {
    let all = rows(count, noise: 0.1)
    let data = Dataset(
      inputs: all.inputs, targets: all.targets,
      weights: isWeighted ? AlignedArray((0..<count).map { 0.5 + Double($0 % 3) }) : nil)
    let network = Network<Double>(.spline(2, 1, grid: 4), seed: 2)
    func minimize(_ data: Dataset<Double>, _ lambda: Double) throws -> DampedMinimization {
      let problem = LeastSquaresProblem(network, data, pool: ThreadPool(threads: 2))
      var minimization = DampedMinimization(problem, order: 4, lambda: lambda, damping: 1e-8, tolerance: 1e-12)
      _ = try minimization.run(iterations: 10)
      return minimization
    }
    let minimization = try minimize(data, 1e-2)
    let weights = data.relativeWeights.map { Array($0) } ?? Array(repeating: 1, count: count)
    let squares = try (0..<count).map { row in
      let others = data.selecting(rows: (0..<count).filter { $0 != row })
      // Weights are relative to their mean, and so is λ.
      let without = try minimize(others, 1e-2 * data.meanWeight / others.meanWeight)
      let one = data.selecting(rows: [row])
      guard case .values(let target) = one.targets else { fatalError() }
      let error = target[0, 0] - without.problem.network.predict(one.inputs)[0, 0]
      return weights[row] * error * error
    }
    // Rows at the ends of the two inputs' ranges count as the largest of the others at most.
    let columns = (0..<2).map { data.inputs.column($0) }
    let outermost = Set(columns.flatMap { [$0.firstIndex(of: $0.min()!)!, $0.firstIndex(of: $0.max()!)!] })
    let largest = squares.indices.filter { !outermost.contains($0) }.map { squares[$0] }.max()!
    let counted = squares.indices.map { outermost.contains($0) ? min(squares[$0], largest) : squares[$0] }
    let truth = counted.reduce(0, +) / Double(count)
    let found = try #require(minimization.evidence()).leftOut
    #expect(abs(found - truth) <= 1e-6 * truth)
    #expect(try #require(minimization.evidence(leavingOut: false)).leftOut.isNaN)
  }

  /// λ moves to the fixed point by a factor of 30 at most, and up only where the data determines some difference.
  @Test func adoption() throws {
    let problem = LeastSquaresProblem(
      Network<Double>(.spline(2, 1, grid: 6), seed: 2), rows(200, noise: 0.1), pool: ThreadPool(threads: 1))
    var minimization = DampedMinimization(problem, order: 4, lambda: 1, damping: 1e-3, tolerance: 1e-6)
    var isSettled = false
    func adopted(_ lambda: Double, determined: Double = 2) -> Double {
      var copy = minimization
      isSettled = copy.adopt(
        .init(
          effectiveParameters: 5, lambda: [lambda], determined: [determined], crossValidation: 1, leaveOneOutSquares: []
        ))
      return copy.lambda[0]
    }
    #expect(adopted(2) == 2 && !isSettled && adopted(1.4) == 1.4 && isSettled && adopted(0.7) == 0.7 && isSettled)
    #expect(adopted(1000) == 30 && !isSettled && adopted(1e-9) == 1 / 30.0 && !isSettled)
    #expect(adopted(2, determined: 0.9) == 1 && isSettled && adopted(0.5, determined: 0.9) == 0.5 && !isSettled)
    minimization.scaleLambda(by: 1e-13)
    #expect(adopted(0) == 1e-13 && abs(adopted(1) - 30e-13) <= 1e-24)
  }

  /// Curves that noise leaves no more than polynomials, which no λ holds back: on a fine grid as on a coarse one they cost
  /// as many parameters as they have, two of degree q - 1 with one constant. However often λ is asked for, it stays where
  /// rounding does not hide that.
  @Test(arguments: [10, 200])
  func polynomialsAreParameters(intervals: Int) throws {
    let order = 6
    let problem = LeastSquaresProblem(
      Network<Double>(.spline(2, 1, grid: intervals, base: .none), seed: 2), rows(300, noise: 10),
      pool: ThreadPool(threads: 2))
    var minimization = DampedMinimization(problem, order: order, lambda: 1e4, damping: 1e-3, tolerance: 1e-6)
    for _ in 0..<12 {
      _ = try minimization.run(iterations: 3)
      minimization.scaleLambda(by: 1e3)
      let evidence = try #require(minimization.evidence())
      #expect(evidence.effectiveParameters >= Double(2 * order - 1) - 0.01)
      _ = minimization.adopt(evidence)
      minimization.restart(damping: 1e-6)
    }
    #expect(minimization.lambda[0] > 1e6)
  }

  /// More parameters than residuals and hardly a penalty: all residuals are met, and nothing is left to judge by.
  @Test func saturation() throws {
    let problem = LeastSquaresProblem(
      Network<Double>(.spline(2, 1, grid: 10), seed: 2), rows(12, noise: 0.1), pool: ThreadPool(threads: 1))
    var minimization = DampedMinimization(problem, order: 4, lambda: 1e-12, damping: 1e-3, tolerance: 1e-6)
    _ = try minimization.run(iterations: 10)
    let found = try #require(minimization.evidence())
    #expect(abs(found.effectiveParameters - 12) <= 0.01)
    #expect(found.crossValidation.isFinite && found.leftOut.isFinite)
    #expect(found.lambda.allSatisfy { $0.isFinite && $0 >= 0 })
  }
}
