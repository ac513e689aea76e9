import Foundation
import KAN
import Testing

@testable import KANFormulas

/// Formulas of networks of every kind of layer, and of every named function, as Python's sympy reads and evaluates
/// them. `Reference/make_texts.py` lets this test write the texts, and sympy the values.
@Suite struct FormulaTextTests {
  struct Case: Codable {
    struct Spline: Codable, Equatable {
      let name: String
      let points, values: [Double]
    }

    let name, text: String
    let rows: [[Double]]
    let splines: [Spline]
    /// By sympy.
    var values: [Double]?
  }

  private static let columns = ["x", "column of 2"]

  @Test func sympyAgrees() throws {
    let made = try cases()
    if let path = ProcessInfo.processInfo.environment["KAN_FORMULA_TEXTS"] {
      return try JSONEncoder().encode(made.map(\.0)).write(to: URL(fileURLWithPath: path))
    }
    let expected: [Case] = try reference("texts")
    #expect(expected.map(\.name) == made.map(\.0.name))
    for (sympy, (own, values)) in zip(expected, made) {
      // The last digits of numbers are those of a machine's rounding.
      #expect(skeleton(own.text) == skeleton(sympy.text), "\(own.name)")
      for (value, expected) in zip(values, try #require(sympy.values)) {
        #expect(abs(value - expected) <= 1e-9 * max(1, abs(expected)), "\(own.name): \(value), not \(expected)")
      }
    }
  }

  private func skeleton(_ text: String) -> String {
    text.replacing(/[0-9]+\.[0-9]+(e[-+]?[0-9]+)?|[0-9]+e[-+]?[0-9]+/, with: "#")
  }

  private func cases() throws -> [(Case, [Double])] {
    let networks: [(String, [Layer<Double>])] =
      [
        ("spline", [.spline(2, 2, grid: 3), .spline(2, 1, grid: 3)]),
        ("products", [.spline(2, 2, grid: 2, products: 1), .linear(2, 1)]),
        ("chebyshev", [.chebyshev(2, 2, degree: 4), .chebyshev(2, 1, degree: 3)]),
        ("gaussian", [.gaussian(2, 1), .gaussian(1, 1)]),
        ("fourier", [Layer(basis: Fourier(inputs: 2, order: 2, period: 4), outputs: 1)]),
        ("hat", [Layer(basis: HatFunctions(grid: Grid(inputs: 2, intervals: 4, degree: 1)), outputs: 1)]),
        ("spline, silu", [.spline(2, 2, grid: 2, activation: .silu), .spline(2, 1, grid: 2)]),
      ] + Activation.allCases.map { ("linear, \($0.rawValue)", [.linear(2, 3, activation: $0), .linear(3, 1)]) }
    var result: [(Case, [Double])] = []
    for (place, (name, layers)) in networks.enumerated() {
      var network = Network<Double>(layers, seed: UInt64(place))
      try network.setRanges(inputs: [-2...3, 200...210], targets: [5...9])
      var generator = RandomGenerator(seed: UInt64(place))
      let rows = (0..<12).map { _ in [5 * generator.uniform() - 2, 10 * generator.uniform() + 200] }
      result.append(try made(name, EdgeNetwork(network), like: network, rows))
    }
    for function in NamedFunction.allCases {
      let network = Network<Double>([.linear(1, 1)], seed: 1)
      var edges = try EdgeNetwork(network)
      // Within -0.9 … 0.9, or 0.1 … 1.9 for functions of positive numbers.
      let isPositive = function.domain.lowerBound == 0 || function.hasPoleAtZero
      edges.layers[0].edges[0] = .term(
        EdgeTerm(
          function: function, factor: -1.7, rate: function == .identity ? 1 : 0.9, shift: isPositive ? 1 : 0))
      edges.layers[0].bias[0] = 0.3
      let rows = (0..<9).map { [Double($0) / 4 - 1] }
      result.append(try made(function.rawValue, edges, like: network, rows))
    }
    return result
  }

  private func made(
    _ name: String, _ edges: EdgeNetwork, like network: Network<Double>, _ rows: [[Double]]
  ) throws -> (Case, [Double]) {
    let inputs = Matrix(rows)
    let scaled = EdgeRows(
      edges, inputs: network.inputScaling.applied(to: inputs), targets: Matrix(rows: rows.count, columns: 1))
    let expression = edges.expression(
      ofOutput: 0, columns: (0..<network.inputs).map { InputColumn(network, index: $0) },
      scaling: network.outputScaling, at: EdgePasses(edges, at: scaled, slopes: false))
    let columns = (0..<network.inputs).map { inputs.column($0) }
    let values = expression.values(at: columns)
    // The network itself, which splines follow to some digits.
    let scale = network.outputScaling
    let outputs = EdgePasses(edges, at: scaled, slopes: false).outputs.map { scale.invert(on: $0, column: 0) }
    for (value, output) in zip(values, outputs) {
      #expect(abs(value - output) <= (expression.hasSpline ? 0.05 : 1e-12) * max(1, abs(output)), "\(name)")
    }
    return (
      Case(
        name: name, text: expression.text(names: Array(Self.columns.prefix(network.inputs))), rows: rows,
        splines: expression.splines.map { .init(name: $0.name, points: $0.points, values: $0.values) }), values
    )
  }
}
