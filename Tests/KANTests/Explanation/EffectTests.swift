import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

struct EffectTests {
  /// sin 3x₀ + 2x₁ + b·x₂x₃, of independent uniform columns, as a network of two layers to rounding: a product of two
  /// sums, and straight lines.
  private func network(_ b: Double) throws -> Network<Double> {
    var network = Network<Double>(
      .spline(5, 2, grid: 20, products: 1), .linear(2, 1))
    try network.setRanges(inputs: Array(repeating: -1...1, count: 5))
    try network.setFunctions(ofLayer: 0) { input, sum, x in
      switch (input, sum) {
      case (0, 0): sin(3 * x)
      case (1, 0): 2 * x
      case (2, 1), (3, 2): x
      default: 0
      }
    }
    for index in 0..<3 { network.parameters[network.layers[0].weightCount + index] = 0 }
    let start = network.layers[0].parameterCount
    (network.parameters[start], network.parameters[start + 1], network.parameters[start + 2]) = (1, b, 0)
    return network
  }

  @Test("Shares are those of the function's variance", arguments: [0.0, 1.5])
  func shares(b: Double) throws {
    let network = try network(b)
    var generator = RandomGenerator(seed: 3)
    let rows: Matrix<Double> = generator.matrix(4000, 5)
    let found = try network.effects(on: rows)
    // Variances: sin 3x: 1/2 - sin 6/12; 2x: 4/3; b·x·y: b²/9
    let parts = [0.5 - sin(6) / 12, 4.0 / 3, b * b / 9]
    let total = parts.reduce(0, +)
    #expect(abs(found.inputs[0].share - parts[0] / total) < 0.02)
    #expect(abs(found.inputs[1].share - parts[1] / total) < 0.02)
    for input in 2..<5 { #expect(found.inputs[input].share < 0.004) }
    #expect(abs(found.additive - (parts[0] + parts[1]) / total) < 0.02)
    let sum = found.additive + found.interactions.reduce(0) { $0 + $1.share } + found.rest
    #expect(abs(sum - 1) < 1e-9)
    #expect(found.rest < 0.01)
    #expect(abs(found.inputs.reduce(0) { $0 + $1.share } - found.additive) < 1e-12)
    if b == 0 {
      #expect(found.interactions.isEmpty)
    } else {
      let first = try #require(found.interactions.first)
      #expect((first.first, first.second) == (2, 3))
      #expect(abs(first.share - parts[2] / total) < 0.01)
      #expect(found.interactions.dropFirst().allSatisfy { $0.share < 0.002 })
      // b·x·y at the corners.
      let (i, j) = (first.points[0].count - 1, first.points[1].count - 1)
      #expect(abs(first.values[0, j] + b * 1) < 0.2)
      #expect(abs(first.values[i, j] - b * 1) < 0.2)
    }
    // The curve of the first input is the sine less its mean.
    let curve = found.inputs[0]
    for (x, value) in zip(curve.points, curve.values) { #expect(abs(value - sin(3 * x)) < 0.1) }
  }

  @Test("A network of one layer is its own additive part, with a band where it has intervals")
  func additive() throws {
    let data = smoothData(Double.self, rows: 500, inputs: 3)
    var network = Network<Double>(.spline(3, 1))
    try network.fitLastLayer(on: data)
    var found = try network.effects(on: data.inputs)
    #expect(found.additive == 1)
    #expect(found.rest == 0)
    #expect(found.inputs.allSatisfy { $0.low == nil })
    try network.calibrateIntervals(training: data, heldOut: data)
    found = try network.effects(on: data.inputs)
    let third = found.inputs[2]
    for (place, x) in third.points.enumerated() {
      #expect(abs(third.values[place] + x - third.values[0] - third.points[0]) < 2e-3)
      #expect(third.low![place] <= third.values[place] && third.values[place] <= third.high![place])
    }
  }

  @Test("Constants, single rows and many outputs are fine")
  func edges() throws {
    let network = Network<Float>(.spline(2, 3), .spline(3, 2), seed: 1)
    var generator = RandomGenerator(seed: 1)
    let one = try network.effects(on: generator.matrix(1, 2), output: 1)
    #expect(one.inputs.allSatisfy { $0.share == 0 })
    #expect(one.rest == 0)
    #expect(throws: ExplanationError.rows("no rows")) { try network.effects(on: Matrix(rows: 0, columns: 2)) }
    let rows: Matrix<Float> = generator.matrix(30, 2)
    let found = try network.effects(on: rows, output: 1)
    let sum = found.additive + found.interactions.reduce(0) { $0 + $1.share } + found.rest
    #expect(abs(sum - 1) < 1e-9)
  }

  @Test("Mixed derivatives of x·y are 1")
  func mixedVariancesOfAProduct() throws {
    var network = Network<Double>(.linear(2, 1, products: 1))
    network.parameters = AlignedArray([1, 0, 0, 1, 0, 0])
    var generator = RandomGenerator(seed: 5)
    let rows: Matrix<Double> = generator.matrix(300, 2)
    #expect(abs(network.predict(rows)[7, 0] - rows[7, 0] * rows[7, 1]) < 1e-12)
    let found = try #require(network.mixedVariances(ofOutput: 0, at: rows, pool: .shared))
    let expected = variance(rows.column(0)) * variance(rows.column(1))
    #expect(abs(found[0, 1] - expected) <= 1e-12 * expected)
    #expect(found[0, 1] == found[1, 0] && found[0, 0] == 0)
    // Too few rows tell nothing.
    #expect(network.mixedVariances(ofOutput: 0, at: generator.matrix(20, 2), pool: .shared) == nil)
  }

  /// x·sin y + z, with mean cos² y about the pair and nothing about the others; and central differences of predictions.
  @Test("Mixed derivatives of x·sin y + z are cos y, and those of finite differences")
  func mixedVariancesOfASine() throws {
    var network = Network<Double>(.spline(3, 2, grid: 40, products: 1), .linear(2, 1))
    try network.setRanges(inputs: Array(repeating: -1...1, count: 3))
    try network.setFunctions(ofLayer: 0) { input, sum, x in
      switch (input, sum) {
      case (2, 0), (0, 1): x
      case (1, 2): sin(x)
      default: 0
      }
    }
    for index in 0..<3 { network.parameters[network.layers[0].weightCount + index] = 0 }
    let start = network.layers[0].parameterCount
    (network.parameters[start], network.parameters[start + 1], network.parameters[start + 2]) = (1, 1, 0)
    var generator = RandomGenerator(seed: 6)
    let rows: Matrix<Double> = generator.matrix(200, 3)
    let found = try #require(network.mixedVariances(ofOutput: 0, at: rows, pool: .shared))
    let variances = (0..<3).map { variance(rows.column($0)) }
    let meanSquare = rows.column(1).reduce(0) { $0 + cos($1) * cos($1) } / 200
    let expected = meanSquare * variances[0] * variances[1]
    #expect(abs(found[0, 1] - expected) <= 1e-5 * expected)
    for (i, j) in [(0, 2), (1, 2)] { #expect(found[i, j] <= 1e-12 * expected) }

    let h = 1e-4
    func moved(_ a: Double, _ b: Double) -> [Double] {
      var moved = rows
      for row in 0..<200 {
        moved[row, 0] += a * h
        moved[row, 1] += b * h
      }
      return network.predict(moved).column(0)
    }
    let corners = [moved(1, 1), moved(1, -1), moved(-1, 1), moved(-1, -1)]
    let squares = (0..<200).reduce(0.0) { sum, row in
      let value = (corners[0][row] - corners[1][row] - corners[2][row] + corners[3][row]) / (4 * h * h)
      return sum + value * value
    }
    #expect(abs(found[0, 1] - squares / 200 * variances[0] * variances[1]) <= 1e-4 * expected)

    let effects = try network.effects(on: rows)
    let first = try #require(effects.interactions.first)
    #expect((first.first, first.second) == (0, 1))
  }

  private func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }

  /// max(x + y, 0), whose second derivatives are 0 wherever there are any: cells' means find the pair.
  @Test("Pairs of kinks are found by their cells")
  func kinks() throws {
    var network = Network<Double>(.linear(2, 1, activation: .relu), .linear(1, 1))
    network.parameters = AlignedArray([1, 1, 0, 1, 0])
    var generator = RandomGenerator(seed: 7)
    let rows: Matrix<Double> = generator.matrix(1000, 2)
    #expect(try #require(network.mixedVariances(ofOutput: 0, at: rows, pool: .shared))[0, 1] == 0)
    #expect(try network.effects(on: rows).interactions.first.map { [$0.first, $0.second] } == [0, 1])
  }

  /// Of pairs that cells' means do not see, derivatives do.
  @Test("Pairs to fit are those of the largest derivatives")
  func candidates() {
    var generator = RandomGenerator(seed: 8)
    let rows: Matrix<Double> = generator.matrix(2000, 3)
    let axes = (0..<3).map { InteractionAxis(numbers: rows.column($0).sorted(), most: nil) }
    var mixed = Matrix<Double>(rows: 3, columns: 3)
    (mixed[0, 2], mixed[2, 0]) = (1, 1)
    func pairs(_ mixed: Matrix<Double>?) -> [[Int]] {
      InteractionSearch(rows, axes: axes, importance: [1, 1, 1], mixed: mixed)
        .candidates([Double](repeating: 0, count: 2000)).map { [$0.0, $0.1] }
    }
    #expect(pairs(nil).isEmpty)
    #expect(pairs(mixed) == [[0, 2]])
  }
}
