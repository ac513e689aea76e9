import Testing

@testable import KAN

@Suite struct RoughnessPenaltyTests {
  /// H and g of the penalty alone.
  private func equations(
    _ penalty: RoughnessPenalty, of network: Network<Double>, _ parameters: [Double], _ lambda: [Double]
  ) -> (matrix: [Double], gradient: [Double]) {
    let count = parameters.count
    let equations = GaussNewtonEquations(JacobianPlan(network))
    equations.clear()
    parameters.withUnsafeBufferPointer { penalty.add(to: equations, $0.baseAddress!, lambda) }
    return (
      equations.lowerTriangle,
      Array(UnsafeBufferPointer(start: equations.gradient, count: count))
    )
  }

  private func value(_ penalty: RoughnessPenalty, _ parameters: [Double], _ lambda: [Double]) -> Double {
    parameters.withUnsafeBufferPointer { penalty.value($0.baseAddress!, lambda) }
  }

  /// A quadratic form: central differences of the value are exact, and so is the matrix by those of the gradient.
  @Test(arguments: 1...8)
  func finiteDifferences(order: Int) {
    var generator = RandomGenerator(seed: UInt64(order))
    for round in 0..<10 {
      let network = generator.network(BasisKind.allCases)
      if network.parameterCount > 200 { continue }
      let penalty = RoughnessPenalty(network, order: order)
      let lambda = network.layers.map { _ in generator.uniform(0.1...10) }
      let parameters = Array(network.parameters)
      let (matrix, gradient) = equations(penalty, of: network, parameters, lambda)
      let largest = scale(matrix, atLeast: 1)
      for i in parameters.indices {
        var (above, below) = (parameters, parameters)
        above[i] += 0.5
        below[i] -= 0.5
        // g is half of the gradient, downhill.
        let slope = (value(penalty, above, lambda) - value(penalty, below, lambda)) / 2
        #expect(abs(slope + gradient[i]) <= 1e-9 * largest, "round \(round): \(network.layers)")
        let columns = zip(
          equations(penalty, of: network, below, lambda).gradient,
          equations(penalty, of: network, above, lambda).gradient
        ).map { $0 - $1 }
        #expect((0...i).allSatisfy { abs(columns[$0] - matrix[i * parameters.count + $0]) <= 1e-10 * largest })
      }
    }
  }

  /// λ·‖D·c‖² with rows of binomial coefficients, of two inputs and two outputs with a base function and biases.
  @Test(arguments: [1, 2, 3, 4, 5])
  func explicitMatrixOnUniformGrids(order: Int) {
    var generator = RandomGenerator(seed: 3)
    var network = Network<Double>(.linear(1, 2), .spline(2, 2, grid: 4))
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() })
    let penalty = RoughnessPenalty(network, order: order)
    let weights = network.weights(ofLayer: 1)
    var stencil = [1.0]
    for _ in 0..<order { stencil = zip([0] + stencil, stencil + [0]).map { $0 - $1 } }
    var sum = 0.0
    for edge in 0..<2 {
      for output in 0..<2 {
        for d in 0..<7 - order {
          let difference = (0...order).reduce(0) { $0 + stencil[$1] * weights[edge * 8 + d + $1, output] }
          sum += difference * difference
        }
      }
    }
    #expect(penalty.rank(ofLayer: 0) == 0 && penalty.rank(ofLayer: 1) == 4 * (7 - order))
    #expect(abs(value(penalty, Array(network.parameters), [5, 3]) - 3 * sum) <= 1e-12 * sum)
  }

  /// Coefficients of x^power on an input's grid, by least squares at many points: there is no residual.
  private func coefficients(_ spline: BSpline<Double>, input: Int, power: Int) throws -> [Double] {
    let range = spline.grid.range(ofInput: input)
    let points = (0...200).map {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / 200
    }
    let x = Matrix(
      rows: points.count, columns: spline.inputs,
      elements: points.flatMap { point in (0..<spline.inputs).map { _ in point } })
    let phi = spline.values(of: x)
    let own = (0..<points.count).flatMap { row in
      Array(phi.row(row)[input * spline.functions..<(input + 1) * spline.functions])
    }
    let powers = points.map { point in (0..<power).reduce(1.0) { product, _ in product * point } }
    let solution = try solveLeastSquares(
      Matrix(rows: points.count, columns: spline.functions, elements: own),
      Matrix(rows: points.count, columns: 1, elements: powers))
    return solution.solution.column(0)
  }

  /// Polynomials of degree below q, and of degree k at most, cost nothing, on uneven knots too; the next one does.
  @Test(arguments: 1...5, [true, false])
  func polynomialsCostNothing(degree k: Int, isUniform: Bool) throws {
    var generator = RandomGenerator(seed: UInt64(k))
    for ends in GridEnds.allCases {
      var position = -1.0
      let breakpoints = (0..<9).map { place in
        position += isUniform ? 0.25 : generator.uniform(0.1...0.5)
        return place == 0 ? -1.0 : position
      }
      let grid =
        isUniform
        ? Grid<Double>(inputs: 1, intervals: 8, degree: k, ends: ends)
        : try Grid(breakpoints: [breakpoints], degree: k, ends: ends)
      let spline = BSpline(grid: grid, base: .none)
      var network = Network<Double>([Layer(basis: spline, outputs: 1)])
      for power in 0...k {
        let c = try coefficients(spline, input: 0, power: power)
        network.parameters = AlignedArray(c + [0])
        for order in 1...min(8, k + 2) {
          let roughness = RoughnessPenalty(network, order: order).roughness(ofLayer: 0, network.parameters.pointer)
          if power < order {
            #expect(roughness <= 1e-18, "x^\(power), order \(order), \(ends)")
          } else {
            #expect(roughness > 1e-8, "x^\(power), order \(order), \(ends)")
          }
        }
      }
    }
  }
}
