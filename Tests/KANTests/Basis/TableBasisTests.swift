import Testing

@testable import KAN

/// Splines on three and on five intervals, hats at five and at two values, nine categories.
private func mixed<Element: Scalar>(_: Element.Type) throws -> TableBasis<Element> {
  try TableBasis([
    .spline([-1, -0.9, 0.5, 1]), .spline([-1, -0.5, 0, 0.1, 0.7, 1]), .values([-1, -0.2, 0, 0.1, 1]),
    .values([-1, 1]), .categories(9),
  ])
}

@Suite struct TableBasisTests {
  @Test func checksInDoublePrecision() throws {
    let basis = try mixed(Double.self)
    // Categories are steps, whose slopes at a code are 0 and whose differences are not: numbers alone are checked.
    try TableBasis<Double>(Array(basis.columns[..<4])).check()
  }

  @Test func checksInSinglePrecision() throws { try TableBasis<Float>(Array(mixed(Float.self).columns[..<4])).check() }

  @Test(arguments: [-1.7, -1, -0.95, -0.4, 0.09, 0.3, 0.99, 1, 1.6])
  func splinesAreThoseOfAGridOfTheirOwn(x: Double) throws {
    let basis = try mixed(Double.self)
    for input in 0..<2 {
      guard case .spline(let points) = basis.columns[input] else { continue }
      let own = BSpline(grid: try Grid(breakpoints: [points], degree: 3), base: .none)
      var dense = [Double](repeating: 0, count: basis.functions - 1)
      let evaluated = EvaluatedPoints(of: basis, input: input, at: [x], order: 1)
      for r in 0..<4 { dense[Int(evaluated.cells[0]) + r] = evaluated.values[r] }
      let alone = EvaluatedPoints(of: own, input: 0, at: [x], order: 1)
      var expected = [Double](repeating: 0, count: basis.functions - 1)
      for r in 0..<4 { expected[Int(alone.cells[0]) + r] = alone.values[r] }
      // Of more intervals, the last knots beyond the end lie elsewhere; the functions there are the same curves' only
      // up to the last two, so that the sums are compared.
      #expect(abs(dense.reduce(0, +) - 1) < 1e-12)
      if x < points[points.count - 2] { for (a, b) in zip(dense, expected) { #expect(abs(a - b) < 1e-12) } }
    }
  }

  @Test func aBasePlacesAValueAmongTheKnots() throws {
    let basis = try mixed(Double.self)
    let base = EvaluatedPoints(of: basis, input: 0, at: [-1, -0.9, -0.2, 0.5, 1, 2], order: 0)
    let places = (0..<6).map { base.values[4 * 6 + $0] }
    let expected = [-1, -1.0 / 3, 0, 1.0 / 3, 1, 1 + 1 * (2.0 / 3) / 0.5]
    for (a, b) in zip(places, expected) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func categoriesAreOneFunctionEach() throws {
    let basis = try mixed(Float.self)
    let codes = [0, 1, 5, 8, 9, -1, 4] as [Float]
    let evaluated = EvaluatedPoints(of: basis, input: 4, at: codes)
    for (place, code) in [0, 1, 5, 8, 0, 0, 4].enumerated() {
      var dense = [Float](repeating: 0, count: basis.functions)
      for r in 0..<4 { dense[Int(evaluated.cells[place]) + r] += evaluated.values[r * codes.count + place] }
      dense[basis.functions - 1] = evaluated.values[4 * codes.count + place]
      #expect(dense == (0..<basis.functions).map { $0 == code ? 1 : 0 })
    }
  }

  @Test func survivesItsDescription() throws {
    let basis = try mixed(Float.self)
    #expect(try TableBasis<Float>(basis.description).columns == basis.columns)
    let wide = try #require(basis.converted(to: Double.self) as? TableBasis<Double>)
    #expect(wide.functions == basis.functions)
  }

  @Test(arguments: [
    [TableBasis<Double>.Functions.spline([0])], [.spline([0, 0])], [.values([1, 0])], [.values([0, .nan])],
    [.categories(0)], [],
  ])
  func refuses(columns: [TableBasis<Double>.Functions]) {
    #expect(throws: BasisError.self) { try TableBasis(columns) }
  }
}

@Suite struct KnotTests {
  typealias Functions = TableBasis<Double>.Functions

  @Test func fewValuesAreTheKnots() {
    #expect(Functions.fitting(sorted: [1, 1, 2, 3, 3, 5], intervals: 5) == .values([1, 2, 3, 5]))
    #expect(Functions.fitting(sorted: [2, 2], intervals: 5) == nil)
    #expect(Functions.fitting(sorted: [], intervals: 5) == nil)
  }

  @Test func quantilesAreBlendedWithEvenOnes() throws {
    let sorted = (0...100).map { Double($0 * $0) }
    guard case .spline(let points) = Functions.fitting(sorted: sorted, intervals: 4) else {
      Issue.record("no spline")
      return
    }
    for (point, expected) in zip(
      points, [0, 0.05 * 2500 + 0.95 * 625, 0.05 * 5000 + 0.95 * 2500, 0.05 * 7500 + 0.95 * 5625, 10000])
    {
      #expect(abs(point - expected) < 1e-9)
    }
  }

  @Test func repeatedValuesLeaveNoGaps() throws {
    // Nine tenths of the rows are 0: quantiles coincide there, and the others are halved instead.
    let sorted = [Double](repeating: 0, count: 900) + (1...100).map { Double($0) }
    guard case .spline(let points) = Functions.fitting(sorted: sorted, intervals: 8, blend: 0) else {
      Issue.record("no spline")
      return
    }
    #expect(points.count == 9)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0 < $1 })
    for (low, high) in zip(points.dropFirst(), points.dropFirst(2)) {
      #expect(sorted.contains { $0 > low && $0 <= high })
    }
  }
}
