import KAN
import Testing

@testable import KANExport

struct PlanTests {
  private func largestError<Element: Scalar>(_ network: Network<Element>) throws -> Double {
    let plan = try ExportPlan(network)
    let sample = ExportSample(plan, rows: 200)
    return KANExport.largestError(of: sample.rows.map { plan.predict($0) }, from: try sample.predictions(of: network))
  }

  /// The plan computes what the network does, inside of the grids, at their ends and beyond.
  @Test(arguments: 1...5, OutsideGrid.allCases)
  func splines(_ degree: Int, _ outside: OutsideGrid) throws {
    let points = [-1, -0.4, 0.1, 0.5, 1]
    let grid = try Grid<Double>(breakpoints: [points, points], degree: degree, ends: .clamped)
    let uneven = Layer<Double>(basis: BSpline(grid: grid, outside: outside), outputs: 3)
    let network = Network(uneven, .spline(3, 1, degree: degree, outside: outside), seed: 2)
    #expect(try largestError(network) < 1e-12)
    #expect(try largestError(Network<Float>(.spline(2, 3, degree: degree, outside: outside), .spline(3, 1))) < 1e-5)
  }

  @Test func otherBasesAndNodes() throws {
    let layers: [Layer<Double>] = [
      .chebyshev(3, 4, degree: 6, activation: .tanh), .gaussian(4, 5, products: 2),
      Layer(basis: Fourier(inputs: 5, order: 3), outputs: 4, activation: .silu), .linear(4, 2, activation: .sigmoid),
    ]
    #expect(try largestError(Network(layers, seed: 4)) < 1e-12)
  }

  /// Texts, gaps, times, and what the training has not seen.
  @Test func table() throws {
    var generator = RandomGenerator(seed: 5)
    let rows = 200
    let numbers = (0..<rows).map { $0 % 17 == 0 ? .nan : 50 + 20 * generator.normal() }
    let codes = (0..<rows).map { $0 % 13 == 0 ? Int32(-1) : Int32($0 * 7 % 3) }
    let times = (0..<rows).map { Double($0 * 500_000 + 3_600 * ($0 % 24)) }
    let targets = (0..<rows).map { 1e7 + (numbers[$0].isNaN ? 0 : numbers[$0]) * Double(codes[$0] + 2) }
    let table = Table([
      Table.Column(name: "size", cells: .numbers(numbers)),
      Table.Column(name: "town", cells: .texts(codes: codes, levels: ["Ulm", "Bath", "Rom"])),
      Table.Column(name: "day", cells: .times(times)), Table.Column(name: "price", cells: .numbers(targets)),
    ])
    let network = try Network<Double>.fit(table).network
    let plan = try ExportPlan(network)
    #expect(plan.columns.map(\.name) == ["size", "town", "day"])
    #expect(plan.columns[1].kind == .text(["Bath", "Rom", "Ulm"]) || plan.columns[1].levels.count == 3)
    #expect(try largestError(network) < 1e-12)
  }

  /// What a plan cannot say is said in one line.
  @Test func refusals() throws {
    let layer = Layer<Double>(basis: LinearBasis(inputs: 1), outputs: 1, node: Halves())
    #expect(throws: ExportError("layer 1: nodes of the kind \"halves\"")) { try ExportPlan(Network(layer)) }
    let many = Network<Double>(.chebyshev(1, 1, degree: 1000), .gaussian(1, 1, grid: 2999))
    #expect(throws: ExportError("layer 2: 3000 radial functions of an input, where 2000 are the most")) {
      try ExportPlan(many)
    }
  }

  /// A table of twice as many lines is four times as exact.
  @Test func tabulated() throws {
    let network = Network<Double>(.spline(2, 3), .spline(3, 1), seed: 6)
    let plan = try ExportPlan(network)
    let rows = (0..<50).map { [Double($0) / 25 - 1, 0.9 - Double($0) / 30] }
    let exact = rows.map { plan.predict($0) }
    let errors = try [32, 64].map { intervals in
      let table = try plan.tabulated(intervals: intervals)
      return KANExport.largestError(of: rows.map { table.predict($0) }, from: exact)
    }
    #expect(errors[0] < 1e-2 && errors[1] < errors[0] / 3)
  }

  @Test func names() throws {
    let network = Network<Float>(.linear(1, 1))
    #expect(try ExportPlan(network, name: "my houses-2").name == "my_houses_2")
    #expect(try ExportPlan(network, name: "2nd").name == "model_2nd")
    #expect("*/ \n\u{1B}x".commented == "* /   x")
    #expect("a\"b\\\n".quoted == #""a\"b\\\n""#)
  }
}

/// A node function that no export knows.
private struct Halves: NodeFunction {
  static var kind: String { "halves" }
  var settings: [String: String] { [:] }
  init() {}
  init(settings: [String: String]) throws(BasisError) {}
  func outputs(sums: Int) -> Int? { sums }
  func sums(outputs: Int) -> Int? { outputs }
  func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {}
  func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>
  ) {}
  func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
  ) {}
}
