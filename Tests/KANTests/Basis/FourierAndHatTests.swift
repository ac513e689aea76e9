import Testing

@testable import KAN

/// Against numpy and scipy; the script is Reference/make_bases.py.
@Suite struct FourierAndHatTests {
  struct Cases: Decodable {
    struct FourierCase: Decodable {
      let order: Int
      let period: Double
      let x: [Double]
      let values, slopes: [[Double]]
    }
    struct HatCase: Decodable {
      let points, x: [Double]
      let values: [[Double]]
    }
    struct DifferenceCase: Decodable {
      let points: [Double]
      let order: Int
      let rows: [[Double]]
    }
    let fourier: [FourierCase]
    let hats: [HatCase]
    let differences: [DifferenceCase]
  }

  private let cases: Cases

  init() throws { cases = try reference("bases") }

  @Test func fourierEqualsNumpy() {
    for example in cases.fourier {
      let basis = Fourier<Double>(inputs: 1, order: example.order, period: example.period)
      let single = Fourier<Float>(inputs: 1, order: example.order, period: Float(example.period))
      for (index, x) in example.x.enumerated() {
        let steep = scale(example.slopes[index], atLeast: 1)
        #expect(largestDifference(basis.values(at: x), example.values[index]) <= 1e-13 * max(1, abs(x)))
        #expect(largestDifference(basis.derivatives(at: x), example.slopes[index]) <= 1e-13 * max(1, abs(x)) * steep)
        #expect(largestDifference(single.values(at: Float(x)), example.values[index]) <= 1e-5 * max(1, abs(x)))
      }
      #expect(basis.values(at: .nan).allSatisfy { $0.isNaN })
    }
  }

  @Test(arguments: BaseFunction.allCases)
  func hatsEqualNumpy(base: BaseFunction) throws {
    for example in cases.hats {
      let basis = HatFunctions(grid: try Grid(breakpoints: [example.points], degree: 1), base: base)
      #expect(basis.functions == example.points.count + (base == .none ? 0 : 1))
      for (x, expected) in zip(example.x, example.values) {
        #expect(largestDifference(basis.values(at: x).prefix(expected.count), expected) <= 1e-14 * scale(expected))
      }
      if base == .silu { #expect(abs(basis.values(at: 0.3).last! - 0.3 * sigmoid(0.3)) <= 1e-16) }
    }
  }

  /// On even grids a hat is a spline of degree 1 that goes on along its ends.
  @Test(arguments: [1, 2, 7])
  func hatsAreSplinesOfDegreeOne(intervals: Int) {
    let grid = Grid<Double>(inputs: 2, from: -0.9, to: 1.7, intervals: intervals, degree: 1)
    var generator = RandomGenerator(seed: 4)
    let x: Matrix<Double> = generator.matrix(400, 2, in: -2...3)
    let (hats, splines) = (HatFunctions(grid: grid, base: .silu), BSpline(grid: grid, base: .silu))
    #expect(largestDifference(hats.values(of: x).elements, splines.values(of: x).elements) <= 1e-14)
    #expect(largestDifference(hats.derivatives(of: x).elements, splines.derivatives(of: x).elements) <= 1e-14)
  }

  @Test func dividedDifferencesEqualScipy() {
    for example in cases.differences {
      let found = dividedDifferences(order: example.order, over: example.points)
      #expect(found.rows == example.rows.count)
      for (row, expected) in example.rows.enumerated() {
        #expect(largestDifference(found.row(row), expected) <= 1e-11 * scale(expected))
      }
    }
    // On even points, or points that coincide, the binomials.
    #expect(dividedDifferences(order: 3, over: [0, 1, 2, 3.0]).row(0) == [-1, 3, -3, 1])
    #expect(dividedDifferences(order: 2, over: [0, 1, 1, 5.0]).row(0) == [1, -2, 1])
  }

  /// The interval by one search against a walk over all of them.
  @Test func intervalsAgainstAWalk() throws {
    var generator = RandomGenerator(seed: 6)
    for round in 0..<200 {
      let isUniform = round % 2 == 0
      let count = generator.integer(1...12)
      var points = (0...count).map { _ in generator.uniform(-1...1) }.sorted()
      if count > 2, round % 4 == 1 { points[1] = points[generator.integer(0...1) * 2] }
      let grid =
        isUniform
        ? Grid<Double>(inputs: 1, from: -0.7, to: 1.3, intervals: count, degree: 2)
        : try Grid(breakpoints: [points], degree: 2)
      let own = grid.breakpoints(ofInput: 0)
      for x in own + (0..<20).map({ _ in generator.uniform(-1.5...1.5) }) {
        let solid = (0..<count).filter { own[$0] < own[$0 + 1] }
        let expected = solid.last { own[$0] <= x } ?? solid[0]
        #expect(grid.interval(containing: x, ofInput: 0) == expected, "\(x) in \(own)")
      }
      #expect(own[grid.interval(containing: .nan, ofInput: 0)] == own[0])
    }
  }
}
