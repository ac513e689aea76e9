import Testing

@testable import KAN

@Suite struct MeanNetworkTests {
  private func network(_ kind: Int, seed: UInt64) throws -> Network<Double> {
    // Hidden grids of their own, as a training may leave them.
    let shift = Double(seed) / 10
    let grid = Grid<Double>(inputs: 3, from: -1 - shift, to: 2 + shift, intervals: 4, degree: 3)
    let layers: [Layer<Double>] =
      switch kind {
      case 0: [.spline(2, 2)]
      case 1: [.spline(2, 3), Layer(basis: BSpline(grid: grid), outputs: 2)]
      case 2: [.linear(2, 3, activation: .tanh), .linear(3, 4, activation: .tanh), .linear(4, 2)]
      case 3: [.spline(2, 1), Layer(basis: Fourier(inputs: 1, order: 2), outputs: 2)]
      default: [.spline(2, 3), Layer(basis: BSpline(grid: grid), outputs: 2), .spline(2, 1)]
      }
    var network = Network(layers, seed: seed)
    for place in network.parameters.indices { network.parameters[place] += 0.1 * Double(place % 5) }
    return network
  }

  @Test(arguments: 0..<5)
  func outputsAreTheMean(kind: Int) throws {
    let parts = try (1...3).map { try network(kind, seed: $0) }
    let mean = try Network(meanOf: parts)
    let rows = Matrix<Double>([[0.1, 0.4], [-1.5, 2], [0.9, -1]])
    let found = mean.predict(rows)
    let alone = parts.map { $0.predict(rows) }
    for row in 0..<3 {
      for output in 0..<found.columns {
        let expected = alone.reduce(0) { $0 + $1[row, output] } / 3
        #expect(abs(found[row, output] - expected) < 1e-12 * max(1, abs(expected)))
      }
    }
  }

  @Test func othersAreRefused() throws {
    #expect(throws: BasisError.self) { try Network(meanOf: [network(0, seed: 1), network(1, seed: 1)]) }
    let products = Network<Double>(.spline(2, 2, products: 1), .spline(2, 1))
    #expect(throws: BasisError.self) { try Network(meanOf: [products, products]) }
    let other = Network<Double>(.spline(2, 2, grid: 7))
    #expect(throws: BasisError.self) { try Network(meanOf: [network(0, seed: 1), other]) }
  }
}
