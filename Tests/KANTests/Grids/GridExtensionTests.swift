import KAN
import Testing

@Suite struct GridExtensionTests {
  /// 5 → 10 → 20 → 40 for every degree, kind of ends and of outside, on even and uneven knots.
  @Test(arguments: 1...5, GridEnds.allCases)
  func doublingIsExact(degree: Int, ends: GridEnds) throws {
    var generator = RandomGenerator(seed: UInt64(degree))
    for outside in OutsideGrid.allCases {
      for uneven in [false, true] {
        let grid =
          uneven
          ? try Grid<Double>(
            breakpoints: (0..<3).map { _ in
              var points = (0...5).map { Double($0) + generator.uniform(-0.4...0.4) }
              if degree > 1 { points[2] = points[3] }
              return points
            }, degree: degree, ends: ends)
          : Grid<Double>(inputs: 3, from: -1.3, to: 0.8, intervals: 5, degree: degree, ends: ends)
        let first = Layer(basis: BSpline(grid: grid, outside: outside), outputs: 2)
        var network = Network(first, .spline(2, 1, degree: degree, ends: ends, outside: outside), seed: 3)
        network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() })
        // Beyond the outer knots of `base`, where functions fade, only the inside is the same.
        let range = outside == .base ? (uneven ? 0.5...4.5 : -1.3...0.8) : -3...7
        let data = Dataset<Double>(
          inputs: generator.matrix(200, 3, in: range), targets: .values(Matrix(rows: 200, columns: 1)))
        let before = network.predict(data.inputs)
        for intervals in [10, 20, 40] {
          let deviation = try network.extendGrid(to: intervals, on: data)
          #expect(network.layers.allSatisfy { $0.gridIntervals == intervals })
          if outside != .base { #expect(deviation <= 1e-12 * 100) }
        }
        if outside != .base {
          #expect(
            largestDifference(network.predict(data.inputs).elements, before.elements) <= 1e-11 * scale(before.elements))
        }
      }
    }
  }

  @Test func fiveToEightIsNear() throws {
    var network = Network<Double>(.spline(2, 3, grid: 20), .spline(3, 1, grid: 20), seed: 1)
    let data = smoothData(Double.self, rows: 500)
    try network.train(on: data, with: AdamW(learningRate: 0.01), epochs: 5)
    let before = network.predict(data.inputs)
    let deviation = try network.extendGrid(to: 33, on: data)
    print("20 → 33", deviation, largestDifference(network.predict(data.inputs).elements, before.elements))
    let adapted = try network.adaptGrid(on: data, uniformShare: 0.1)
    print("adapted", adapted, largestDifference(network.predict(data.inputs).elements, before.elements))
    print(network.outsideGridCounts(on: data.inputs).map { $0!.total })
    let again = try network.adaptGrid(on: data, uniformShare: 1, margin: 0.05)
    print("adapted", again, largestDifference(network.predict(data.inputs).elements, before.elements))
  }
}
