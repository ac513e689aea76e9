import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

private struct CheckupReference: Decodable {
  struct Shift: Decodable {
    var known, found: [Int]
    var index, noise: Double
  }
  struct Condition: Decodable {
    var intervals, degree, functions: Int
    var x: [Double]
    var condition: Double
  }
  struct Quantile: Decodable {
    var degrees: Int
    var level, value: Double
  }
  var level: Double
  var shifts: [Shift]
  var conditions: [Condition]
  var quantiles: [Quantile]
}

/// Distributions of inputs and what compares them, against scipy (`Reference/make_checkup.py`).
@Suite struct DistributionTests {
  private let expected: CheckupReference

  init() throws { expected = try reference("checkup") }

  @Test func shifts() throws {
    for shift in expected.shifts {
      let found = try #require(DistributionShift(shift.known, shift.found, level: expected.level))
      #expect(abs(found.index - shift.index) < 1e-12 * max(1, shift.index))
      #expect(abs(found.noise / shift.noise - 1) < 0.05)
      #expect(found.isSignificant == (shift.index > shift.noise))
      // It is the same in both directions.
      let other = try #require(DistributionShift(shift.found, shift.known, level: expected.level))
      #expect(abs(other.index - found.index) < 1e-12)
    }
    #expect(DistributionShift([10, 10], [0, 0], level: 0.1) == nil)
    #expect(DistributionShift([100], [50], level: 0.1) == nil)
    #expect(DistributionShift([100, 1], [50, 0], level: 0.1) == nil)
  }

  @Test func quantiles() {
    for quantile in expected.quantiles {
      let found = DistributionShift.chiSquared(exceededBy: quantile.level, degrees: quantile.degrees)
      #expect(abs(found / quantile.value - 1) < 0.05, "\(quantile)")
    }
  }

  @Test func conditionNumbers() throws {
    for one in expected.conditions {
      let layer = Layer<Double>.spline(1, 1, grid: one.intervals, degree: one.degree)
      let x = Matrix(rows: one.x.count, columns: 1, elements: one.x)
      let found = try #require(layer.conditionNumber(ofInput: 0, at: x.view))
      withExtendedLifetime(x) {}
      #expect(abs(found / one.condition - 1) < 1e-8, "\(one.intervals), \(one.degree)")
    }
    // Two distinct values cannot determine more than two functions.
    let few = Matrix<Double>(rows: 40, columns: 1, elements: (0..<40).map { $0 % 2 == 0 ? 0.1 : 0.2 })
    let layer = Layer<Double>.spline(1, 1)
    #expect(try #require(layer.conditionNumber(ofInput: 0, at: few.view)) > 1e12)
    #expect(layer.conditionNumber(ofInput: 0, at: few.view.slice(rows: 5, columns: 1)) == nil)
    withExtendedLifetime(few) {}
  }

  @Test(arguments: [1, 2, 5, 9, 10, 11, 500])
  func decilesOfManyValues(count: Int) {
    let values = (0..<count).map { Double($0) }
    let distribution = InputDistribution(sorted: values)
    guard case .numbers(let edges) = distribution.bins else { return #expect(Bool(false)) }
    #expect(edges.count == min(9, count - 1))
    #expect(distribution.counts.reduce(0, +) == count)
    #expect(distribution.counts.allSatisfy { $0 > 0 })
    if count >= 10 { #expect(distribution.counts.allSatisfy { abs($0 - count / 10) <= 1 }) }
    #expect(edges.allSatisfy { $0.truncatingRemainder(dividingBy: 1) == 0.5 })
  }

  /// Edges lie between values: ties, the largest value among them, stay together.
  @Test func ties() {
    func edges(_ values: [Double]) -> [Double] {
      guard case .numbers(let edges) = InputDistribution(sorted: values.sorted()).bins else { return [] }
      return edges
    }
    #expect(edges([Double](repeating: 0, count: 97) + [1, 1, 1]) == [0.5])
    #expect(edges([2, 2] + [Double](repeating: 5, count: 98)) == [3.5])
    #expect(edges([7, 7, 7]) == [])
    #expect(edges([]) == [])
    let gaps = InputDistribution(sorted: [1, 2, .infinity] as [Float])
    #expect(gaps.rows == 2)
    // A value is in the bin that the training's was in, in either precision.
    let tenths = InputDistribution(sorted: (0..<40).map { Float($0 % 4) / 10 }.sorted())
    let rows = Matrix<Double>(rows: 40, columns: 1, elements: (0..<40).map { Double($0 % 4) / 10 })
    #expect(withExtendedLifetime(rows) { tenths.counts(of: rows.view, column: 0) } == tenths.counts)
  }

  @Test func codes() {
    let known = InputDistribution(codes: [0, 1, 1, 2, 5, -1, .nan] as [Double], count: 3)
    #expect(known.counts == [3, 2, 1])
    let rows = Matrix<Double>(rows: 3, columns: 1, elements: [2, 7, .nan])
    #expect(withExtendedLifetime(rows) { known.counts(of: rows.view, column: 0) } == [1, 0, 1])
  }

  @Test func partsThatDoNotFit() {
    #expect(InputDistribution(bins: .numbers(edges: [1, 2]), counts: [1, 2]) == nil)
    #expect(InputDistribution(bins: .numbers(edges: [2, 1]), counts: [1, 2, 3]) == nil)
    #expect(InputDistribution(bins: .numbers(edges: [.nan]), counts: [1, 2]) == nil)
    #expect(InputDistribution(bins: .codes(2), counts: [1, -1]) == nil)
    #expect(InputDistribution(bins: .codes(0), counts: []) == nil)
    #expect(InputDistribution(bins: .numbers(edges: []), counts: [4])?.rows == 4)
  }

  /// The chance that alike columns drift is what it is said to be, and 1 in 1000 over all of them.
  @Test func chanceIsNoDrift() {
    var generator = RandomGenerator(seed: 5)
    var drifted = 0
    for _ in 0..<200 {
      let known = InputDistribution(sorted: (0..<400).map { _ in generator.normal() }.sorted())
      let x = Matrix<Double>(rows: 150, columns: 1, elements: (0..<150).map { _ in generator.normal() })
      let counts = withExtendedLifetime(x) { known.counts(of: x.view, column: 0) }
      if DistributionShift(known.counts, counts, level: 0.05)?.isSignificant ?? false { drifted += 1 }
    }
    // 10 of 200, with a spread of 3.
    #expect((1...22).contains(drifted))
  }
}
