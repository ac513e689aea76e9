import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

struct IntervalTests {
  @Test("Nine of ten fresh targets lie within, on average over rows held out", arguments: [0, 1])
  func coverage(hidden: Int) throws {
    var generator = RandomGenerator(seed: 7)
    let fresh = noisyData(rows: 4000, &generator)
    var (all, width) = (0.0, 0.0)
    let splits = 30
    for split in 0..<splits {
      let training = noisyData(rows: 300, &generator)
      // 64 sums have more functions than a covariance keeps.
      var network =
        hidden == 0
        ? Network<Double>(.spline(2, 1), seed: UInt64(split))
        : Network<Double>(.spline(2, 64, grid: 3), .spline(64, 1, grid: 6), seed: UInt64(split))
      if hidden > 0 { network.prepare(for: training, MeanSquaredError()) }
      try network.fitLastLayer(on: training)
      try network.calibrateIntervals(training: training, heldOut: noisyData(rows: 100, &generator))
      let found = try network.intervalCoverage(on: fresh)[0]
      #expect(found.tenths.reduce(0) { $0 + $1.rows } == 4000)
      all += found.coverage / Double(splits)
      width += found.width / Double(splits)
    }
    // √(0.09/100/30) of the rows held out; the rank 91 of 101.
    #expect(abs(all - 91.0 / 101) < 0.015)
    // 2·1.645·σ of a normal noise of 0.2.
    #expect(abs(width / (2 * 1.645 * 0.2) - 1) < (hidden == 0 ? 0.1 : 0.3))
  }

  @Test("Straight lines have the leverage of a regression")
  func leverage() throws {
    var generator = RandomGenerator(seed: 2)
    // Skewed, so that means are not the middles of ranges.
    let x = Matrix(rows: 40, columns: 3, elements: (0..<120).map { _ in Elementary.pow(generator.uniform(), 3) })
    let y = (0..<40).map { 2 * x[$0, 0] - x[$0, 1] + 3 * x[$0, 2] + 0.01 * generator.normal() }
    let data = Dataset(inputs: x, targets: .values(Matrix(rows: 40, columns: 1, elements: y)))
    var network = Network<Double>(.linear(3, 1))
    try network.fitLastLayer(on: data)
    try network.calibrateIntervals(training: data, heldOut: data)
    let points = Matrix([[0.0, 0, 0], [1, 1, 1], [5, -5, 2]])
    let found = try network.predictionIntervals(at: points, level: 0.5)
    // XᵀX of the centred columns, solved by Gaussian elimination.
    let means = (0..<3).map { column in x.column(column).reduce(0, +) / 40 }
    var units: [Double] = []
    for row in 0..<3 {
      let d = (0..<3).map { points[row, $0] - means[$0] }
      var system = (0..<3).map { i in
        (0..<3).map { j in (0..<40).reduce(0.0) { $0 + (x[$1, i] - means[i]) * (x[$1, j] - means[j]) } } + [d[i]]
      }
      for i in 0..<3 {
        let pivot = system[i][i]
        for j in 0..<4 { system[i][j] /= pivot }
        for other in 0..<3 where other != i {
          let factor = system[other][i]
          for j in 0..<4 { system[other][j] -= factor * system[i][j] }
        }
      }
      let h = (0..<3).reduce(0) { $0 + d[$1] * system[$1][3] } + 1.0 / 40
      units.append((found.upper[row, 0] - found.lower[row, 0]) / (1 + h).squareRoot())
      #expect(abs(units[row] / units[0] - 1) < 2e-3)
      #expect(abs((found.upper[row, 0] + found.lower[row, 0]) / 2 - network.predict(points)[row, 0]) < 1e-12)
    }
  }

  @Test("Scores are thinned to conservative ranks, and a row of weight 2 is two rows")
  func ranks() {
    let many = (1...5000).map { (score: Double($0), weight: 1.0) }.shuffled()
    let thin = IntervalCalibration.thinned(many)
    #expect(thin.count == 1000)
    for (place, score) in thin.enumerated() {
      #expect(score == (Double((place + 1) * 5001) / 1001 - 1e-6).rounded(.up))
    }
    let twice = IntervalCalibration.thinned([(3, 2), (1, 1), (2, 1), (9, 0)])
    // Of five rows and one more by weight: 1, 2, 3, 3.
    #expect(twice == [2, 3, 3])
    #expect(IntervalCalibration.thinned([(3, 1), (1, 1), (2, 1), (9, 0)]) == [1, 2, 3])
  }

  @Test("The curve's band is that of the noise, and honest on average")
  func band() throws {
    var (inside, count) = (0, 0)
    let points = (0...40).map { -0.95 + 1.9 * Double($0) / 40 }
    for seed in 0..<25 {
      var generator = RandomGenerator(seed: UInt64(seed + 100))
      let data = noisyData(rows: 300, &generator)
      var network = Network<Double>(.spline(2, 1))
      try network.fitLastLayer(on: data)
      try network.calibrateIntervals(training: data, heldOut: data)
      let band = try #require(network.edgeBand(input: 0, output: 0, at: points))
      let curve = network.curve(ofLayer: 0, input: 0, output: 0, at: data.inputs.column(0)).values
      let mean = curve.reduce(0, +) / 300
      let truth = data.inputs.column(0).reduce(0) { $0 + sin(3 * $1) / 300 }
      let values = network.curve(ofLayer: 0, input: 0, output: 0, at: points).values
      for (place, x) in points.enumerated() {
        if abs(values[place] - mean - (sin(3 * x) - truth)) <= 2 * band[place] { inside += 1 }
        count += 1
      }
    }
    let share = Double(inside) / Double(count)
    #expect(share > 0.88 && share < 0.99)
  }

  @Test("What has no intervals says why")
  func errors() throws {
    var generator = RandomGenerator(seed: 1)
    let data = noisyData(rows: 40, &generator)
    var network = Network<Double>(.spline(2, 1))
    #expect(throws: IntervalError.notCalibrated) { try network.predictionIntervals(at: data.inputs) }
    try network.fitLastLayer(on: data)
    try network.calibrateIntervals(training: data, heldOut: data.selecting(rows: 0..<9))
    #expect(network.hasIntervals)
    #expect(throws: Never.self) { try network.predictionIntervals(at: data.inputs, level: 0.9) }
    #expect(throws: IntervalError.level(0.95, rows: 9, largest: 0.9)) {
      try network.predictionIntervals(at: data.inputs, level: 0.95)
    }
    let single = try network.converted(to: Float.self)
    #expect(single.hasIntervals)
    network.parameters[0] += 1
    #expect(!network.hasIntervals)
    #expect(network.edgeBand(input: 0, output: 0, at: [0]) == nil)
    var classes = Network<Double>(.linear(2, 3))
    let sectors = sectorData(Double.self, rows: 20)
    try classes.train(on: sectors, with: AdamW(), epochs: 1)
    #expect(throws: IntervalError.notForObjective("cross-entropy")) {
      try classes.calibrateIntervals(training: sectors, heldOut: sectors)
    }
  }
}

/// sin 3x₁ + x₂² and normal noise of 0.2
private func noisyData(rows: Int, _ generator: inout RandomGenerator) -> Dataset<Double> {
  let x: Matrix<Double> = generator.matrix(rows, 2)
  let y = (0..<rows).map { sin(3 * x[$0, 0]) + x[$0, 1] * x[$0, 1] + 0.2 * generator.normal() }
  return Dataset(inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y)))
}
