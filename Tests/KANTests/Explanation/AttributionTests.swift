import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

struct AttributionTests {
  @Test("Scores are those of the definition, edge by edge and row by row", arguments: 0..<24)
  func definition(seed: Int) {
    var generator = RandomGenerator(seed: UInt64(seed))
    let network = generator.network(BasisKind.allCases, products: seed % 3 == 2)
    let rows: Matrix<Double> = generator.matrix(200, network.inputs, in: -1.2...1.2)
    let found = network.attribution(on: rows)
    let expected = naiveAttribution(network, rows)
    for layer in network.layers.indices {
      let size = scale(expected.edges[layer].elements, atLeast: 1)
      #expect(largestDifference(found.edges[layer].elements, expected.edges[layer].elements) <= 1e-6 * size)
      #expect(largestDifference(found.nodes[layer], expected.nodes[layer]) <= 1e-6 * size)
    }
    #expect(found.nodes.last == [Double](repeating: 1, count: network.outputs))
  }

  @Test("The bits do not depend on threads, in either precision")
  func threads() throws {
    var network = Network<Float>(.spline(7, 6, products: 2), .gaussian(6, 3), .linear(3, 2))
    try network.setRanges(inputs: Array(repeating: -2...2, count: 7))
    var generator = RandomGenerator(seed: 3)
    let rows: Matrix<Float> = generator.matrix(3000, 7, in: -2...2)
    let one = network.attribution(on: rows, pool: ThreadPool(threads: 1))
    #expect(one == network.attribution(on: rows, pool: ThreadPool(threads: 3)))
    let wide = try network.converted(to: Double.self).attribution(
      on: Matrix(rows: 3000, columns: 7, elements: rows.elements.map { Double($0) }))
    #expect(largestDifference(one.inputs, wide.inputs) <= 1e-3 * scale(wide.inputs))
  }

  @Test("A linear layer's scores are shares of the spread")
  func linear() {
    var network = Network<Double>(.linear(4, 1))
    network.parameters = AlignedArray([3, -1, 0, 2, 0.5])
    var generator = RandomGenerator(seed: 1)
    var rows: Matrix<Double> = generator.matrix(5000, 4)
    for row in 0..<rows.rows { rows[row, 3] = 7 }
    let found = network.attribution(on: rows, outputScores: [2])
    // σ of a uniform number cancels: y = 3a - b has spread √10·σ.
    #expect(abs(found.inputs[0] - 2 * 3 / 10.0.squareRoot()) < 0.05)
    #expect(abs(found.inputs[1] - 2 / 10.0.squareRoot()) < 0.05)
    #expect(found.inputs[2] == 0)
    #expect(found.inputs[3] == 0)
  }

  @Test("Nothing that does not vary has a score", arguments: [0, 1, 40])
  func nothing(rows: Int) {
    var network = Network<Float>(.spline(2, 3), .spline(3, 1))
    // Equal coefficients are a constant curve.
    for k in 0..<8 { network.parameters[(0 * 9 + k) * 3 + 1] = 0.7 }
    network.parameters[8 * 3 + 1] = 0
    var generator = RandomGenerator(seed: 5)
    let found = network.attribution(on: generator.matrix(rows, 2))
    #expect(found.edges[0][0, 1] == 0)
    if rows < 2 { #expect(found.inputs == [0, 0]) }
    // Two curves of the same input that cancel.
    var twice = Network<Float>(.linear(2, 1))
    twice.parameters = AlignedArray([1.7, -1.7, 0])
    let line = (0..<40).map { Float($0) / 7 }
    #expect(twice.attribution(on: Matrix(line.map { [$0, $0] })).inputs == [0, 0])
  }
}

/// Curve by curve, from the definition.
private func naiveAttribution(_ network: Network<Double>, _ rows: Matrix<Double>) -> (
  nodes: [[Double]], edges: [Matrix<Double>]
) {
  func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }
  let seen = network.activations(at: rows)
  var nodes = [[Double](repeating: 1, count: network.outputs)]
  var edges: [Matrix<Double>] = []
  for (index, layer) in network.layers.enumerated().reversed() {
    let x = index == 0 ? rows : seen[index - 1].outputs
    var scores = nodes[0]
    if let products = layer.node as? Products {
      scores = Array(scores.dropLast(products.count)) + scores.suffix(products.count).flatMap { [$0, $0] }
    }
    var own = Matrix<Double>(rows: layer.inputs, columns: layer.sums)
    for sum in 0..<layer.sums {
      let total = deviation(seen[index].sums.column(sum))
      // Constants vary by their rounding.
      for input in 0..<layer.inputs where total > 1e-12 {
        let values: [Double]
        if layer.isIdentity {
          let w = network.weights(ofLayer: index)[input, sum]
          values = x.column(input).map { $0 * w }
        } else {
          values = network.curve(ofLayer: index, input: input, output: sum, at: x.column(input), units: .layers).values
        }
        own[input, sum] = scores[sum] * deviation(values) / total
      }
    }
    edges.insert(own, at: 0)
    nodes.insert((0..<layer.inputs).map { own.row($0).reduce(0, +) }, at: 0)
  }
  return (nodes, edges)
}
