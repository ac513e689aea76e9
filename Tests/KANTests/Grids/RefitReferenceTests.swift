import KAN
import Testing

/// Knot insertion and least squares against scipy.
@Suite struct RefitReferenceTests {
  struct Insertion: Decodable, CustomTestStringConvertible {
    let degree: Int
    let ends: String
    let breakpoints, coefficients, x, values: [Double]
    /// By scipy's `insert`, where the ends are clamped.
    let after: [Double]?
    var testDescription: String { "degree \(degree), \(ends), \(Set(breakpoints).count) knots" }
  }

  static let insertions = Result { try reference("insertions", as: [Insertion].self) }

  @Test(arguments: try insertions.get())
  func insertionEqualsScipy(example: Insertion) throws {
    let ends = try #require(GridEnds(rawValue: example.ends))
    let grid = try Grid<Double>(breakpoints: [example.breakpoints], degree: example.degree, ends: ends)
    let layer = Layer(basis: BSpline(grid: grid, base: .none), outputs: 1)
    let count = example.coefficients.count
    let weights = Matrix(rows: count, columns: 1, elements: example.coefficients)
    // Each interval that is not empty in two.
    let intervals = 2 * grid.intervals - (Set(example.breakpoints).count < example.breakpoints.count ? 1 : 0)
    let refitted = try layer.extendingGrid(to: intervals, weights: weights)
    #expect(refitted.deviation <= 1e-12)
    if let after = example.after {
      #expect(largestDifference(refitted.weights.elements, after) <= 1e-13 * scale(after, atLeast: 1))
    }
    for (x, value) in zip(example.x, example.values) {
      let functions = refitted.layer.basis.values(at: x)
      let sum = zip(functions, refitted.weights.elements).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(sum - value) <= 1e-12 * scale(example.coefficients))
    }
  }

  struct Refit: Decodable, CustomTestStringConvertible {
    let degree: Int
    let ends: String
    let breakpoints, x: [Double]
    let y: [[Double]]
    let weights: [Double]?
    /// By scipy's `make_lsq_spline`: [functions × 2]
    let coefficients: [[Double]]
    var testDescription: String { "degree \(degree), \(ends)\(weights == nil ? "" : ", weighted")" }
  }

  static let refits = Result { try reference("refits", as: [Refit].self) }

  @Test(arguments: try refits.get())
  func refitEqualsScipy(example: Refit) throws {
    let ends = try #require(GridEnds(rawValue: example.ends))
    let grid = try Grid<Double>(breakpoints: [example.breakpoints], degree: example.degree, ends: ends)
    let spline = BSpline(grid: grid, base: .none)
    let found = try spline.coefficients(
      fitting: Matrix(example.y), at: Matrix(example.x.map { [$0] }), weights: example.weights)
    let expected = Matrix(example.coefficients)
    // The penalty's part: coefficients that few points meet are the least certain.
    #expect(largestDifference(found.elements, expected.elements) <= 1e-6 * scale(expected.elements))
    // With hardly a penalty, but for rounding.
    let exact = try spline.coefficients(
      fitting: Matrix(example.y), at: Matrix(example.x.map { [$0] }), weights: example.weights,
      penalty: SplinePenalty(smoothness: 0, attachment: 1e-16))
    #expect(largestDifference(exact.elements, expected.elements) <= 1e-8 * scale(expected.elements))
  }
}
