import Foundation
import KAN
import Testing

@testable import KANFormulas

/// Formulas from data alone. Each answer is judged by the formula behind the data at rows that it has not seen.
@Suite struct FormulaFitTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let ranges: [ClosedRange<Double>]
    /// Whether columns are even in the logarithm.
    var isLogarithmic = false
    let function: @Sendable ([Double]) -> Double
  }

  static let cases = [
    Case(testDescription: "a quotient of polynomials", ranges: [0...1, 0...1]) {
      ($0[0] + $0[1]) / (1 + $0[0] * $0[1])
    },
    Case(testDescription: "a product over magnitudes", ranges: [0.01...1, 1e-25...1e-23], isLogarithmic: true) {
      3e10 * $0[0] / ($0[1] * $0[1])
    },
    Case(testDescription: "a curve of a sum of curves", ranges: [-1...1, -1...1]) {
      exp(sin(.pi * $0[0]) + $0[1] * $0[1])
    },
    Case(testDescription: "columns far from 0", ranges: [199...201, -0.05...0.05]) {
      exp(sin(.pi * ($0[0] - 200)) + 400 * $0[1] * $0[1])
    },
    Case(testDescription: "a product with a wave", ranges: [0.1...10, 0.1...10, 0...6.28]) {
      $0[0] * $0[1] * sin($0[2])
    },
    Case(testDescription: "affine in a wave", ranges: [0.1...1, 0...6.28]) {
      1 + $0[0] + 2 * $0[0].squareRoot() * cos($0[1])
    },
    Case(testDescription: "parts within parts", ranges: [1...3, 1...3]) {
      exp(-$0[0] * $0[0] / (2 * $0[1] * $0[1])) / $0[1]
    },
    Case(testDescription: "one column", ranges: [0.5...3]) { 2 * log($0[0]) - 1 },
  ]

  private func made(_ sample: Case, rows: Int, seed: UInt64) -> (columns: [[Double]], targets: [Double]) {
    var generator = RandomGenerator(seed: seed)
    var columns = sample.ranges.map { _ in [Double]() }
    for _ in 0..<rows {
      for (place, range) in sample.ranges.enumerated() {
        let share = generator.uniform()
        columns[place].append(
          sample.isLogarithmic
            ? range.lowerBound * pow(range.upperBound / range.lowerBound, share)
            : range.lowerBound + (range.upperBound - range.lowerBound) * share)
      }
    }
    return (columns, (0..<rows).map { row in sample.function(columns.map { $0[row] }) })
  }

  @Test(arguments: cases)
  func formulaBehindTheDataIsFound(_ sample: Case) throws {
    let data = made(sample, rows: 1000, seed: 1)
    let found = try FormulaFit(data.columns, targets: data.targets, seeds: 0..<1)
    let fresh = made(sample, rows: 300, seed: 2)
    let values = found.formula.expression.values(at: fresh.columns)
    let size = fresh.targets.map(abs).max()!
    for (value, target) in zip(values, fresh.targets) { #expect(abs(value - target) <= 1e-9 * size) }
    #expect(zip(found.front, found.front.dropFirst()).allSatisfy { $0.complexity < $1.complexity && $0.rmse > $1.rmse })
  }

  @Test func noiseIsNotTakenForFormula() throws {
    var data = made(Self.cases[2], rows: 1000, seed: 3)
    var generator = RandomGenerator(seed: 9)
    data.targets = data.targets.map { $0 + 0.01 * generator.normal() }
    let found = try FormulaFit(data.columns, targets: data.targets, seeds: 0..<1)
    // The error is the noise's, not less: no constants were spent on it.
    #expect(abs(found.formula.rmse / 0.01 - 1) < 0.1)
    #expect(found.formula.complexity <= 20)
  }

  @Test func threadsChangeNothing() throws {
    let data = made(Self.cases[5], rows: 400, seed: 4)
    let texts = try [1, 3].map { threads in
      try FormulaFit(data.columns, targets: data.targets, seeds: 0..<1, pool: ThreadPool(threads: threads)).front.map {
        $0.expression.text(names: ["x", "y"])
      }
    }
    #expect(texts[0] == texts[1])
  }

  @Test func agreementCountsSeeds() throws {
    let data = made(Self.cases[7], rows: 300, seed: 5)
    let found = try FormulaFit(data.columns, targets: data.targets, seeds: 0..<2)
    #expect(found.agreement == 1)
    #expect(found.formula.expression.matches(found.formula.expression))
    #expect(!found.formula.expression.matches(.constant(1)))
  }

  static let unusable: [([[Double]], [Double])] = [
    ([], [1, 2]), ([[1, 2]], [1]), ([[1, .nan]], [1, 2]), ([[1, 2]], [1, .infinity]),
  ]

  @Test(arguments: unusable)
  func unusableNumbersAreRefused(columns: [[Double]], targets: [Double]) {
    #expect(throws: FormulaError.self) { try FormulaFit(columns, targets: targets) }
  }

  static let extreme: [[Double]] = [
    [0, 0, 0, 0], [1e300, -1e300, 1e300, 2e299], [1, 1, 1, 1 + 1e-15], [1e-307, 0, 3e-308, 0],
  ]

  @Test(arguments: extreme)
  func extremeTargetsTrapNothing(targets: [Double]) throws {
    let found = try FormulaFit([[1, 2, 3, 4], [1, 1, 1, 1]], targets: targets, seeds: 0..<1)
    #expect(found.front.indices.contains(found.chosen))
  }
}
