import Foundation
import Testing

@testable import KAN

/// Rules of Levenberg-Marquardt that follow from order statistics or from a grid's own error.
@Suite struct TuningTests {
  private let tuning = LevenbergMarquardt.Tuning()

  /// The room is twice what the mean largest value of random eighths of the values lacks, by drawing them.
  @Test func roomIsTheGrowthOverThreeDoublings() {
    var generator = RandomGenerator(seed: 1)
    let values = (0..<400).map { _ in generator.uniform() * generator.uniform() }
    let grid = Grid<Double>(inputs: 1, intervals: 5, degree: 3)
    let range = tuning.rangeWithRoom(values, grid, input: 0)
    let (low, high) = (values.min()!, values.max()!)
    var (lowest, highest) = (0.0, 0.0)
    let draws = 20_000
    for _ in 0..<draws {
      let some = (0..<50).map { _ in values[generator.integer(0...399)] }
      lowest += some.min()! / Double(draws)
      highest += some.max()! / Double(draws)
    }
    let width = high - low
    let (below, above) = (low - range.lowerBound - 0.005 * width, range.upperBound - high - 0.005 * width)
    #expect(abs(above - 2 * (high - highest)) <= 0.05 * 2 * (high - highest))
    #expect(abs(below - 2 * (lowest - low)) <= 0.2 * 2 * (lowest - low))
  }

  /// Of sums of one to four smooth functions of uniform inputs, new values seldom fall outside, whatever their number.
  @Test(arguments: [1, 2, 4], [100, 1000])
  func newValuesFallInside(inputs: Int, rows: Int) {
    var generator = RandomGenerator(seed: UInt64(inputs))
    let grid = Grid<Double>(inputs: 1, intervals: 5, degree: 3)
    func value() -> Double {
      (0..<inputs).reduce(0) { sum, place in
        let x = generator.uniform(-1...1)
        return sum + (place % 2 == 0 ? sin(.pi * x) : x * x)
      }
    }
    var outside = 0
    var width = 0.0
    for _ in 0..<50 {
      let values = (0..<rows).map { _ in value() }
      let range = tuning.rangeWithRoom(values, grid, input: 0)
      width += (range.upperBound - range.lowerBound) / (values.max()! - values.min()!) / 50
      for _ in 0..<1000 where !range.contains(value()) { outside += 1 }
    }
    #expect(outside <= 100 * 50_000 / rows / 1000)
    #expect(width < 1.7)
  }

  /// Values that hardly vary keep their grid, and tied outermost values need no room.
  @Test func constantsAndTies() {
    let grid = Grid<Double>(inputs: 1, intervals: 5, degree: 3)
    #expect(tuning.rangeWithRoom([0.2, 0.2, 0.2], grid, input: 0) == -1...1)
    let far = tuning.rangeWithRoom([7], grid, input: 0)
    #expect(far == 6...8)
    let ties = tuning.rangeWithRoom(Array(repeating: -1, count: 200) + Array(repeating: 1, count: 200), grid, input: 0)
    #expect(abs(ties.upperBound - 1.01) <= 1e-9 && abs(ties.lowerBound + 1.01) <= 1e-9)
  }
}
