import Foundation
import Testing

@testable import KAN

@Suite struct SkewedInputTests {
  private static func rows(_ count: Int, _ seed: UInt64) -> Dataset<Double> {
    var generator = RandomGenerator(seed: seed)
    let x = Matrix(
      rows: count, columns: 2, elements: (0..<2 * count).map { _ in min(exp(1.5 * generator.normal()), 60) })
    let y = (0..<count).map { log(x[$0, 0]) + x[$0, 1].squareRoot() }
    return Dataset(inputs: x, targets: .values(Matrix(rows: count, columns: 1, elements: y)))
  }

  /// Rows of long tails do not determine curves alone, so that new rows there are predicted.
  @Test func predictsTails() throws {
    var network = Network<Double>(.spline(2, 3), .spline(3, 1), seed: 1)
    try network.train(
      on: Self.rows(800, 1), with: LevenbergMarquardt(starts: 8), options: TrainingOptions(epochs: 30))
    #expect(network.layers[0].grid?.isUniform == false)
    #expect(try #require(network.evaluate(on: Self.rows(800, 2)).r2) > 0.97)
  }

  /// Evenly spread and normal values keep their even grid.
  @Test(arguments: [false, true])
  func evenGridsStay(isNormal: Bool) throws {
    var generator = RandomGenerator(seed: 3)
    let x = Matrix(
      rows: 500, columns: 1,
      elements: (0..<500).map { _ in isNormal ? generator.normal() : generator.uniform(-1...1) })
    var network = Network<Double>(.spline(1, 1))
    try network.followSkewedInputs(of: Dataset(withoutTargets: x), .init(), pool: .shared)
    #expect(network.layers[0].grid?.isUniform == true)
  }

  /// More intervals than rows: no worse than the mean.
  @Test func moreIntervalsThanRows() throws {
    var generator = RandomGenerator(seed: 5)
    func rows(_ count: Int) -> Dataset<Double> {
      let x: Matrix<Double> = generator.matrix(count, 4)
      let y = (0..<count).map { x[$0, 0] - 2 * x[$0, 1] + exp(x[$0, 2]) }
      return Dataset(inputs: x, targets: .values(Matrix(rows: count, columns: 1, elements: y)))
    }
    var network = Network<Double>(.spline(4, 1, grid: 60), seed: 1)
    try network.train(on: rows(40), with: LevenbergMarquardt(), options: TrainingOptions(epochs: 20))
    #expect(try #require(network.evaluate(on: rows(300)).r2) > 0.5)
  }
}
