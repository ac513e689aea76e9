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
}
