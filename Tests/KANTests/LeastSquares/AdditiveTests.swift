import Foundation
import Testing

@testable import KAN

@Suite struct AdditiveTests {
  struct Reference: Decodable {
    let regressions: [Regression]
    let classifications: [Classification]
  }

  struct Regression: Decodable, CustomTestStringConvertible {
    let inputs, targets: [[Double]]
    let rowWeights: [Double]
    let folds: [UInt8]
    let lambda, weights: [Double]
    let bias, freedom, variance: Double
    let withoutFold: [Fold]

    struct Fold: Decodable {
      let weights: [Double]
      let bias: Double
    }

    var testDescription: String { "\(inputs.count) rows, \(inputs[0].count) inputs" }
    var data: Dataset<Double> {
      Dataset(inputs: Matrix(inputs), targets: .values(Matrix(targets)), weights: AlignedArray(rowWeights))
    }
  }

  struct Classification: Decodable, CustomTestStringConvertible {
    let inputs: [[Double]]
    let labels: [Int32]
    let classes: Int
    let lambda: [Double]
    let probabilities: [[Double]]

    var testDescription: String { "\(inputs.count) rows, \(classes) classes" }
  }

  private static func network(_ inputs: Int, _ outputs: Int) throws -> Network<Double> {
    var network = Network<Double>(.spline(inputs, outputs, grid: 5, degree: 3, base: .none), seed: 1)
    try network.setRanges(
      inputs: Array(repeating: -1...1, count: inputs), targets: Array(repeating: -1...1, count: outputs))
    return network
  }

  /// λ, coefficients, degrees of freedom and σ² are numpy's, and so are the solutions without a fold at the same λ.
  @Test(arguments: try reference("additive", as: Reference.self).regressions)
  func equalsNumpy(example: Regression) throws {
    let network = try Self.network(example.inputs[0].count, 1)
    let system = try network.additiveSystem(
      on: TrainingRows(example.data), folds: example.withoutFold.count, foldOfRow: example.folds)
    let solution = try system.solve()
    // Of an input without effect, λ is large and rank D - λ·tr(V·DᵀD) a difference of nearly equal numbers.
    for (own, other) in zip(solution.lambda[0], example.lambda) { #expect(abs(own / other - 1) <= 1e-3) }
    let size = scale(example.weights)
    #expect(largestDifference(solution.weights.elements, example.weights) <= 1e-8 * size)
    #expect(abs(solution.bias[0] - example.bias) <= 1e-8 * size)
    #expect(abs(solution.freedom[0] - example.freedom) <= 1e-6)
    #expect(abs(solution.variance[0] / example.variance - 1) <= 1e-6)
    for (fold, other) in example.withoutFold.enumerated() {
      let own = try system.solve(lambda: solution.lambda, withoutFold: fold)
      #expect(largestDifference(own.weights.elements, other.weights) <= 1e-7 * size)
      #expect(abs(own.bias[0] - other.bias) <= 1e-7 * size)
    }
  }

  /// Sums by pairs of inputs, of dense tiles, and of no basis in particular agree.
  @Test(arguments: [3, 40])
  func sumsAreThoseOfΦ(grid: Int) {
    var generator = RandomGenerator(seed: 4)
    let layer = Layer<Float>.spline(3, 1, grid: grid)
    let x: Matrix<Float> = generator.matrix(100, 3)
    let y: Matrix<Double> = generator.matrix(100, 2)
    let weights = (0..<100).map { _ in Float(generator.uniform(0...2)) }
    let folds = (0..<100).map { _ in UInt8(generator.integer(0...1)) }
    var system = AdditiveSystem(layer.basis, outputs: 2, folds: 2)
    #expect(system.isDense == (grid == 3))
    weights.withUnsafeBufferPointer { weights in
      folds.withUnsafeBufferPointer { folds in
        system.add(
          AdditiveRows(x: x.view, targets: y.view, weights: weights.baseAddress, folds: folds.baseAddress))
      }
    }
    let phi = layer.basis.values(of: x)
    for fold in 0..<2 {
      let rows = (0..<100).filter { Int(folds[$0]) == fold }
      for i in 0..<system.functions {
        for j in 0...i {
          let sum = rows.reduce(0.0) { $0 + Double(weights[$1]) * Double(phi[$1, i]) * Double(phi[$1, j]) }
          #expect(abs(system.gram[fold * system.gramSize + system.start(i) + j] - sum) <= 1e-12)
        }
        let side = rows.reduce(0.0) { $0 + Double(weights[$1]) * Double(phi[$1, i]) * y[$1, 1] }
        #expect(abs(system.sides[(fold * system.functions + i) * 3 + 1] - side) <= 1e-12)
      }
    }
  }

  /// The maximum of the penalised likelihood is scipy's, and a fit without a fold is one of the other rows.
  @Test(arguments: try reference("additive", as: Reference.self).classifications)
  func classesEqualScipy(example: Classification) throws {
    let x = Matrix(example.inputs)
    let data = Dataset<Double>(inputs: x, targets: .classes(example.labels, count: example.classes))
    let network = try Self.network(x.columns, example.classes)
    func probabilities(_ solution: AdditiveClassSolution) -> [[Double]] {
      let logits = network.layers[0].basis.values(of: x).multiplied(by: solution.weights)
      return (0..<x.rows).map { row in
        let odds = (0..<example.classes).map { exp(logits[row, $0] + solution.bias[$0]) }
        return odds.map { $0 / odds.reduce(0, +) }
      }
    }
    let folds = (0..<x.rows).map { UInt8($0 % 3) }
    let all = try network.additiveClassification(on: TrainingRows(data), folds: 3, foldOfRow: folds)
    let own = probabilities(try all.solve(lambda: example.lambda)).flatMap { $0 }
    #expect(largestDifference(own, example.probabilities.flatMap { $0 }) <= 1e-3)
    let others = TrainingRows(data.selecting(rows: (0..<x.rows).filter { folds[$0] != 1 }))
    let left = probabilities(try all.solve(lambda: example.lambda, withoutFold: 1)).flatMap { $0 }
    let apart = try network.additiveClassification(on: others).solve(lambda: example.lambda)
    #expect(largestDifference(left, probabilities(apart).flatMap { $0 }) <= 1e-3)
    let chosen = try all.solve()
    #expect(chosen.weights.elements.allSatisfy { $0.isFinite } && chosen.lambda.allSatisfy { $0 > 0 })
  }

  /// Data without noise pulls the penalty to 0.
  @Test(arguments: [5, 40])
  func exactFunctions(grid: Int) throws {
    let x: Matrix<Double> = {
      var generator = RandomGenerator(seed: 7)
      return generator.matrix(600, 2)
    }()
    let y = (0..<600).map { pow(x[$0, 0], 3) - x[$0, 0] + 2 * x[$0, 1] }
    let data = Dataset(inputs: x, targets: .values(Matrix(rows: 600, columns: 1, elements: y)))
    var network = Network<Double>(.spline(2, 1, grid: grid))
    #expect(try network.fitLastLayer(on: data) <= 1e-22)
  }

  /// Long tails leave intervals of an even grid almost without rows; the curve goes on there as its neighbours do.
  @Test(arguments: [5, 20, 100])
  func tails(grid: Int) throws {
    func rows(_ count: Int, _ seed: UInt64) -> Dataset<Double> {
      var generator = RandomGenerator(seed: seed)
      let x = Matrix(
        rows: count, columns: 3, elements: (0..<3 * count).map { _ in min(exp(1.5 * generator.normal()), 90) })
      let y = (0..<count).map { log(x[$0, 0]) + x[$0, 1].squareRoot() - 1 / (1 + x[$0, 2]) }
      return Dataset(inputs: x, targets: .values(Matrix(rows: count, columns: 1, elements: y)))
    }
    var network = Network<Double>(.spline(3, 1, grid: grid))
    try network.fitLastLayer(on: rows(1000, 1))
    let r2 = try #require(network.evaluate(on: rows(1000, 2)).r2)
    #expect(r2 > [5: 0.85, 20: 0.9, 100: 0.95][grid]!)
    // Without noise, the penalty is what makes the difference.
    try network.fitLastLayer(on: rows(1000, 1), smoothing: .none)
    if grid == 100 { #expect(try #require(network.evaluate(on: rows(1000, 2)).r2) < 0) }
  }

  /// Constant, doubled and two-valued columns, and more functions than rows.
  @Test(arguments: [20, 300])
  func degenerateColumns(count: Int) throws {
    var generator = RandomGenerator(seed: 11)
    func rows(_ count: Int) -> Dataset<Double> {
      let x = (0..<count).map { _ in
        let (value, bit) = (generator.uniform(-1...1), Double(generator.integer(0...1)))
        return [value, 0.3, bit, value, 5 + 1e-12 * generator.uniform(-1...1)]
      }
      let y = x.map { [sin(.pi * $0[0]) + 0.5 * $0[2]] }
      return Dataset(inputs: Matrix(x), targets: .values(Matrix(y)))
    }
    var network = Network<Double>(.spline(5, 1, grid: 10))
    try network.fitLastLayer(on: rows(count))
    #expect(try #require(network.evaluate(on: rows(300)).r2) > (count == 20 ? 0.8 : 0.9999))
  }
}
