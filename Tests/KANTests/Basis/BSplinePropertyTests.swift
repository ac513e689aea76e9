import KAN
import Testing

/// What holds for splines on any grid.
@Suite struct BSplinePropertyTests {
  struct Shape: CustomTestStringConvertible {
    let degree: Int
    let ends: GridEnds
    let isUniform: Bool
    var testDescription: String { "degree \(degree), \(isUniform ? "even" : "uneven"), \(ends)" }

    func grid(intervals: Int = 7) throws -> Grid<Double> {
      if isUniform { return Grid(inputs: 1, from: -0.7, to: 2.3, intervals: intervals, degree: degree, ends: ends) }
      var generator = RandomGenerator(seed: UInt64(degree))
      let points = (0...intervals).map { _ in generator.uniform(-2...3) }.sorted()
      return try Grid(breakpoints: [points], degree: degree, ends: ends)
    }
  }

  static let shapes = (1...5).flatMap { degree in
    GridEnds.allCases.flatMap { ends in
      [true, false].map { Shape(degree: degree, ends: ends, isUniform: $0) }
    }
  }

  /// 20 grids of 50,000 points: a million.
  @Test(arguments: shapes)
  func partitionOfUnity(shape: Shape) throws {
    let basis = BSpline(grid: try shape.grid(), outside: .clamp, base: .none)
    let range = basis.grid.range(ofInput: 0)
    let count = 50_000
    let x = Matrix(
      rows: count, columns: 1,
      elements: (0..<count).map {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(count - 1)
      })
    let values = basis.values(of: x)
    let slopes = basis.derivatives(of: x)
    let steepest = Double(shape.degree) * 7 / (range.upperBound - range.lowerBound)
    var (worst, worstSlope, lowest) = (0.0, 0.0, 0.0)
    let (value, slope) = (values.view.base, slopes.view.base)
    for row in 0..<count {
      var (sum, slopeSum, largest) = (0.0, 0.0, steepest)
      for k in row * basis.functions..<(row + 1) * basis.functions {
        sum += value[k]
        slopeSum += slope[k]
        largest = max(largest, abs(slope[k]))
        lowest = min(lowest, value[k])
      }
      worst = max(worst, abs(sum - 1))
      worstSlope = max(worstSlope, abs(slopeSum) / largest)
    }
    #expect(worst <= 1e-14)
    #expect(worstSlope <= 1e-14)
    #expect(lowest >= -1e-16)
  }

  @Test(arguments: shapes)
  func continuousAtKnots(shape: Shape) throws {
    let basis = BSpline(grid: try shape.grid(), outside: .fading, base: .none)
    // `base` fades out over the outer knots, so an extended spline is smooth at the ends too.
    let knots = basis.grid.breakpoints(ofInput: 0)
    for knot in shape.ends == .extended ? knots[...] : knots.dropFirst().dropLast() {
      let (left, right) = (knot.nextDown, knot.nextUp)
      let here = basis.values(at: knot)
      #expect(largestDifference(basis.values(at: left), here) <= 1e-13)
      #expect(largestDifference(basis.values(at: right), here) <= 1e-13)
      if shape.degree >= 2 {
        let slope = basis.derivatives(at: knot)
        #expect(largestDifference(basis.derivatives(at: left), slope) <= 1e-12 * scale(slope, atLeast: 1))
        #expect(largestDifference(basis.derivatives(at: right), slope) <= 1e-12 * scale(slope, atLeast: 1))
      }
    }
  }

  @Test(arguments: shapes)
  func rightEndIsClosed(shape: Shape) throws {
    for outside in OutsideGrid.allCases {
      let basis = BSpline(grid: try shape.grid(), outside: outside, base: .none)
      let b = basis.grid.range(ofInput: 0).upperBound
      let values = basis.values(at: b)
      #expect(abs(values.reduce(0, +) - 1) <= 1e-14)
      #expect(largestDifference(values, basis.values(at: b.nextDown)) <= 1e-13)
      if shape.ends == .clamped { #expect(abs(values.last! - 1) <= 1e-14) }
    }
  }

  @Test(arguments: shapes)
  func outsideTheGrid(shape: Shape) throws {
    let grid = try shape.grid()
    let (a, b) = (grid.range(ofInput: 0).lowerBound, grid.range(ofInput: 0).upperBound)
    let fading = BSpline(grid: grid, outside: .fading, base: .none)
    for x in [a - 1e3, b + 1e3, -.infinity, .infinity] {
      #expect(fading.values(at: x).allSatisfy { $0 == 0 })
      #expect(fading.derivatives(at: x).allSatisfy { $0 == 0 })
    }
    let clamp = BSpline(grid: grid, outside: .clamp, base: .none)
    let linear = BSpline(grid: grid, outside: .linear, base: .none)
    for (x, end) in [(a - 2, a), (b + 3, b)] {
      #expect(largestDifference(clamp.values(at: x), clamp.values(at: end)) <= 1e-13)
      #expect(clamp.derivatives(at: x).allSatisfy { $0 == 0 })
      let slope = linear.derivatives(at: end)
      #expect(largestDifference(linear.derivatives(at: x), slope) <= 1e-12 * scale(slope, atLeast: 1))
      let tangent = zip(linear.values(at: end), slope).map { $0 + (x - end) * $1 }
      #expect(largestDifference(linear.values(at: x), tangent) <= 1e-12 * scale(tangent, atLeast: 1))
    }
  }

  @Test(arguments: 1...5)
  func repeatedKnotsAreNeverNaN(degree: Int) throws {
    for multiplicity in 2...degree + 3 {
      for place in 0...2 {
        // At the left end, inside, at the right end.
        var points = [0.0, 1, 2.5, 4]
        points.insert(
          contentsOf: [Double](repeating: [0, 1, 4][place], count: multiplicity - 1), at: [0, 1, 4][place])
        for ends in GridEnds.allCases {
          for outside in OutsideGrid.allCases {
            let grid = try Grid(breakpoints: [points], degree: degree, ends: ends)
            let basis = BSpline(grid: grid, outside: outside, base: .none)
            for x in [-1e9, -1, 0, 0.5, 1 - 1e-12, 1, 1 + 1e-12, 2.5, 3.9, 4, 4 + 1e-12, 5, 1e9] {
              let values = basis.values(at: x)
              #expect((values + basis.derivatives(at: x)).allSatisfy { $0.isFinite })
              if (0...4).contains(x) { #expect(abs(values.reduce(0, +) - 1) <= 1e-14) }
              if x == 4 { #expect(largestDifference(values, basis.values(at: x.nextDown)) <= 1e-14) }
            }
          }
        }
      }
    }
  }

  @Test(arguments: shapes)
  func nanInNanOut(shape: Shape) throws {
    for base in BaseFunction.allCases {
      let basis = BSpline(grid: try shape.grid(), base: base)
      #expect(basis.values(at: .nan).contains { $0.isNaN })
      // A straight line's slope does not depend on x.
      #expect(shape.degree == 1 || basis.derivatives(at: .nan).contains { $0.isNaN })
    }
  }

  @Test(arguments: [-3, -1, -0.2, 0, 0.5, 1, 2.5, 40])
  func baseFunctions(x: Double) {
    let grid = Grid<Double>(inputs: 1, intervals: 4, degree: 3)
    let sigmoid = 1 / (1 + Elementary.exp(-x))
    let silu = BSpline(grid: grid, base: .silu)
    #expect(silu.functions == 8)
    #expect(abs(silu.values(at: x)[7] - x * sigmoid) <= 1e-14 * max(1, abs(x)))
    #expect(abs(silu.derivatives(at: x)[7] - sigmoid * (1 + x * (1 - sigmoid))) <= 1e-14 * max(1, abs(x)))
    let identity = BSpline(grid: grid, base: .identity)
    #expect(identity.values(at: x)[7] == x && identity.derivatives(at: x)[7] == 1)
    let none = BSpline(grid: grid, base: .none)
    #expect(none.functions == 7 && none.values(at: x) == Array(silu.values(at: x).dropLast()))
  }
}
