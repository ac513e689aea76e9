import KAN
import Testing

@Suite struct GridAdaptationTests {
  private func dataset(_ inputs: Matrix<Double>) -> Dataset<Double> {
    Dataset(inputs: inputs, targets: .values(Matrix(rows: inputs.rows, columns: 1)))
  }

  private func breakpoints(_ network: Network<Double>, layer: Int = 0, input: Int = 0) throws -> [Double] {
    try #require(network.layers[layer].basis as? BSpline<Double>).grid.breakpoints(ofInput: input)
  }

  /// 101 inputs i²/10⁴ on [0, 1]: the quantile at q is q².
  @Test func knotsAreBetweenEvenAndQuantiles() throws {
    let data = dataset(Matrix((0...100).map { [Double($0 * $0) / 10_000] }))
    for share in [1, 0.5, 0.01] {
      var network = Network<Double>(.spline(1, 1, grid: 4), seed: 1)
      try network.adaptGrid(on: data, uniformShare: share, margin: 0)
      let points = try breakpoints(network)
      for (j, point) in points.enumerated() {
        let q = Double(j) / 4
        #expect(abs(point - (share * q + (1 - share) * q * q)) < 0.01)
      }
      let spline = try #require(network.layers[0].basis as? BSpline<Double>)
      #expect(spline.grid.isUniform == (share == 1) && points[0] == 0 && points[4] == 1)
    }
  }

  /// Hidden layers see what the layer before makes; their grids follow, with room.
  @Test func rangesFollowHiddenValues() throws {
    var generator = RandomGenerator(seed: 2)
    var network = Network<Double>(.spline(2, 3), .spline(3, 1), seed: 2)
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in 3 * generator.normal() })
    let data = dataset(generator.matrix(300, 2))
    let before = network.predict(data.inputs)
    #expect(network.outsideGridCounts(on: data.inputs)[1]!.total > 100)
    let first = Network<Double>(layers: [network.layers[0]], parameters: AlignedArray(network.parameters[..<57]))
    let hidden = first.predict(data.inputs)
    try network.adaptGrid(on: data, margin: 0.1)
    #expect(network.outsideGridCounts(on: data.inputs).map { $0!.total } == [0, 0])
    for input in 0..<3 {
      let (low, high) = (hidden.column(input).min()!, hidden.column(input).max()!)
      let points = try breakpoints(network, layer: 1, input: input)
      #expect(abs(points[0] - (low - 0.1 * (high - low))) < 1e-12 * (high - low))
      #expect(abs(points[5] - (high + 0.1 * (high - low))) < 1e-12 * (high - low))
    }
    // The curves are lines beyond the old grid and polynomials within: near, not the same.
    #expect(largestDifference(network.predict(data.inputs).elements, before.elements) < 0.5 * scale(before.elements))
    let none = try network.adaptGrid(on: data, margin: 0.1, layers: 0..<0)
    #expect(none == 0)
  }

  @Test func constantColumnsAndTies() throws {
    var rows = Matrix<Double>(rows: 100, columns: 4)
    for row in 0..<100 {
      rows[row, 0] = 0.25
      rows[row, 1] = 7
      rows[row, 2] = row < 90 ? 0 : Double(row - 90) / 10
      rows[row, 3] = row % 2 == 0 ? -1 : 1
    }
    let data = dataset(rows)
    for share in [0, 0.3, 1] {
      var network = Network<Double>(.spline(4, 2, grid: 8), .spline(2, 1), seed: 3)
      let before = network
      let deviation = try network.adaptGrid(on: data, uniformShare: share, layers: 0..<1)
      #expect(deviation.isFinite)
      let all = try (0..<4).map { try breakpoints(network, input: $0) }
      for points in all {
        let gaps = zip(points, points.dropFirst()).map { $1 - $0 }
        #expect(gaps.min()! >= 0.0099 * (points[8] - points[0]) / 8)
      }
      // A constant within the grid leaves its ends, one beyond takes the grid along.
      #expect(all[0][0] == -1 && all[0][8] == 1 && all[1][0] == 6 && all[1][8] == 8)
      let isFinite = network.predict(data.inputs).elements.allSatisfy { $0.isFinite }
      #expect(isFinite)
      if share == 1 {
        #expect(
          largestDifference(network.predict(data.inputs).elements, before.predict(data.inputs).elements) < 1e-2)
      }
    }
  }

  @Test func countsAreThoseOfEachInput() throws {
    let network = Network<Double>(.spline(3, 2), .linear(2, 1))
    let counts = network.outsideGridCounts(on: Matrix([[-2, 0, 1], [1.5, -1, 1.1], [0, 7, -1.1], [3, 0, 0]]))
    #expect(counts.count == 2 && counts[1] == nil)
    let first = try #require(counts[0])
    #expect(first.rows == 4 && first.below == [1, 0, 1] && first.above == [2, 1, 1] && first.total == 6)
  }

  /// More rows than a chunk: every one counts.
  @Test func allRowsAreSeen() throws {
    var inputs = Matrix<Double>(rows: 3000, columns: 1)
    inputs[2999, 0] = 9
    inputs[1024, 0] = -4
    var network = Network<Double>(.spline(1, 1))
    let counts = try #require(network.outsideGridCounts(on: inputs)[0])
    #expect(counts.rows == 3000 && counts.below == [1] && counts.above == [1])
    try network.adaptGrid(on: dataset(inputs), margin: 0)
    let points = try breakpoints(network)
    #expect(largestDifference(points, [-4, -1.4, 1.2, 3.8, 6.4, 9]) < 1e-14)
  }

  /// A grid that moves within the reach of its end polynomials carries a cubic on exactly; beyond it, along the tangent.
  @Test func polynomialsGoOn() throws {
    let spline = BSpline(grid: Grid<Double>(inputs: 2, intervals: 6, degree: 3), base: .none)
    let steps = (0...200).map { Double($0) / 100 - 1 }
    func cubic(_ x: Double) -> Double { 1 + x * (-2 + x * (0.5 + x)) }
    let y = Matrix<Double>((steps + steps).map { [cubic($0)] })
    let layer = Layer(basis: spline, outputs: 1)
    let weights = try spline.coefficients(fitting: y, at: Matrix(steps.map { [$0, $0] }))
    func curve(_ refitted: RefittedLayer<Double>, input: Int, at x: Double) -> Double {
      let functions = refitted.layer.basis.values(of: Matrix([[x, x]])).row(0)
      return (input * 9..<input * 9 + 9).reduce(0.0) { $0 + functions[$1] * refitted.weights.elements[$1] }
    }
    let ranges = [-1.5...1.2, -0.5...2]
    let moved = try layer.movingGrid(to: ranges, weights: weights, continuation: .polynomial(intervals: 5))
    for (input, range) in ranges.enumerated() {
      for step in 0...40 {
        let x = range.lowerBound + (range.upperBound - range.lowerBound) * Double(step) / 40
        #expect(abs(curve(moved, input: input, at: x) - cubic(x)) < 1e-7)
      }
    }
    let short = try layer.movingGrid(
      to: [-1...3, -1...1], weights: weights, continuation: .polynomial(intervals: 1.5))
    let slope = -2 + 1.5 + 3 * 1.5 * 1.5
    #expect(abs(curve(short, input: 0, at: 2.9) - (cubic(1.5) + slope * 1.4)) < 0.2)
  }
}
