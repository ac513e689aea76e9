import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

@Suite struct WarningTests {
  private func dataset(_ columns: [[Double]], _ target: [Double]? = nil) -> Dataset<Double> {
    let rows = columns[0].count
    return Dataset(
      inputs: Matrix(
        rows: rows, columns: columns.count, elements: (0..<rows).flatMap { row in columns.map { $0[row] } }),
      targets: .values(Matrix(rows: rows, columns: 1, elements: target ?? columns[0])),
      names: Names(inputs: ["a", "b", "c", "d", "e"].prefix(columns.count).map { $0 }, targets: ["y"]))
  }

  private func uniform(_ count: Int, _ range: ClosedRange<Double> = 0...1, seed: UInt64 = 1) -> [Double] {
    var generator = RandomGenerator(seed: seed)
    return (0..<count).map { _ in generator.uniform(range) }
  }

  @Test func orderAndLimit() {
    var warnings = Warnings()
    for index in 0..<9 { warnings.add(.other, "other \(index)") }
    warnings.add(.parameters, "parameters")
    warnings.add(.training, "training")
    warnings.add(.training, "training again")
    warnings.add(.parameters, "parameters")
    warnings.add(.skewed, nil)
    #expect(
      warnings.texts == ["training", "training again", "parameters", "other 0", "other 1", "other 2", "other 3"])
  }

  @Test func constantTargets() {
    let x = uniform(20)
    #expect(Warnings.constantTargets(in: dataset([x])) == nil)
    let text = Warnings.constantTargets(in: dataset([x], [Double](repeating: 7, count: 20)))
    #expect(text == "The target \"y\" is 7.0 in all rows, so there is nothing to explain and r² is not defined.")
    // A row of weight 0 varies nothing.
    let weighted = Dataset<Double>(
      inputs: Matrix(rows: 3, columns: 1), targets: .values(Matrix(rows: 3, columns: 1, elements: [1, 1, 2])),
      weights: AlignedArray([1.0, 1, 0]))
    #expect(Warnings.constantTargets(in: weighted) != nil)
    for (labels, isConstant) in [([1, 1, 1] as [Int32], true), ([1, 0, 1], false)] {
      let classes = Dataset<Double>(
        inputs: Matrix(rows: 3, columns: 1), targets: .classes(labels, count: 2), names: Names(classes: ["no", "yes"]))
      #expect(
        Warnings.constantTargets(in: classes)
          == (isConstant ? "All rows are of class \"yes\", so there is nothing to tell apart." : nil))
    }
  }

  @Test func fewOfClass() throws {
    func rows(_ labels: [Int32]) -> Dataset<Double> {
      Dataset(
        inputs: Matrix(rows: labels.count, columns: 1), targets: .classes(labels, count: 3),
        names: Names(classes: ["p", "q", "rare"]))
    }
    let many = (0..<40).map { Int32($0 % 2) }
    #expect(Warnings.fewOfClass(training: rows(many), test: nil) == nil)
    let text = try #require(Warnings.fewOfClass(training: rows(many + [2, 2]), test: rows(many + [2])))
    #expect(text == "Class \"rare\" has only 3 rows (2 to learn from, 1 to test on): what is said of it is chance.")
  }

  /// scipy.stats.ks_2samp([1, 2, 2, 3, 5], [2, 4, 4, 6]).statistic is 0.55.
  @Test func kolmogorovSmirnov() {
    #expect(abs(Warnings.largestDistance([1.0, 2, 2, 3, 5], [2, 4, 4, 6]) - 0.55) < 1e-15)
    #expect(Warnings.largestDistance([1.0, 2], [1, 2]) == 0 && Warnings.largestDistance([1.0], [2]) == 1)
  }

  @Test func unlike() throws {
    let training = dataset([uniform(800), uniform(800, seed: 2), uniform(800, seed: 3)])
    // Rows of the same kind, few and many.
    for seed in 10..<30 as Range<UInt64> {
      for rows in [3, 40, 500] {
        let test = dataset([0, 1, 2].map { uniform(rows, seed: seed &* 3 &+ $0) })
        #expect(Warnings.unlike(training: training, test: test) == nil, "\(seed), \(rows)")
      }
    }
    let test = dataset([
      uniform(300, seed: 4), uniform(300, seed: 5).map { $0.squareRoot() }, uniform(300, 0...1.2, seed: 6),
    ])
    #expect(
      Warnings.unlike(training: training, test: test)
        == "The test is unlike the training rows, with column \"c\" beyond the range of training and column \"b\" distributed "
        + "otherwise, so what it says of new rows is doubtful.")
    // Missing cells count as a value of their own.
    let gaps = dataset([
      uniform(300, seed: 4), uniform(300, seed: 5), uniform(300, seed: 6).map { $0 < 0.5 ? .nan : $0 },
    ])
    #expect(Warnings.unlike(training: training, test: gaps) != nil)
  }

  @Test func skewed() throws {
    let even = uniform(1000)
    let skew = uniform(1000, seed: 2).map { exp(20 * $0) }
    // Mostly 0, which no grid takes apart.
    let zeros = uniform(1000, seed: 3).map { $0 < 0.95 ? 0 : $0 }
    let data = dataset([even, skew, zeros])
    var network = Network<Double>(.spline(3, 1))
    network.prepare(for: data, MeanSquaredError())
    let text = try #require(Warnings.skewed(network, on: data))
    #expect(text.hasPrefix("Column \"b\" has most of its rows within one of the 5 intervals"))
    var other = Network<Double>(.spline(3, 1))
    let plain = dataset([even, uniform(1000, seed: 4), zeros])
    other.prepare(for: plain, MeanSquaredError())
    #expect(Warnings.skewed(other, on: plain) == nil)
    #expect(Warnings.skewed(Network<Double>(.linear(3, 1)), on: data) == nil)
  }

  @Test func outsideAndParameters() {
    var counts = OutsideGridCounts(inputs: 5)
    #expect(Warnings.outside(nil, names: Names()) == nil && Warnings.outside(counts, names: Names()) == nil)
    counts.rows = 200
    (counts.below, counts.above) = ([0, 1, 0, 0, 0], [0, 5, 0, 7, 0])
    #expect(
      Warnings.outside(counts, names: Names(inputs: ["a", "b", "c", "d", "e"]))
        == "Columns \"d\" and \"b\" are outside what was seen in training in up to 7 of 200 rows (4 %), where curves are "
        + "continued and not learned.")
    #expect(Warnings.columns([0, 1, 2, 3, 4], []) == "columns 1, 2 and 3 others")
    let network = Network<Double>(.spline(5, 1))
    #expect(Warnings.parameters(of: network, rows: network.parameterCount) == nil)
    #expect(Warnings.parameters(of: network, rows: 3)?.contains("3 rows") == true)
  }

  private func history(_ losses: [Double], best: Int? = nil) -> TrainingHistory {
    TrainingHistory(
      epochs: losses.enumerated().map { EpochRecord(epoch: $0 + 1, loss: $1, learningRate: 0.1, seconds: 1) },
      seconds: 1, samplesPerSecond: 1, end: .allEpochs, bestEpoch: best ?? losses.count)
  }

  @Test func training() throws {
    let good = Evaluation(samples: 9, loss: 0.1, rmse: 0.1, r2: 0.9)
    #expect(Warnings.training(nil, fit: good) == nil)
    #expect(Warnings.training(history([1, 0.5, 0.01, 0.02]), fit: good) == nil)
    // Noise of small losses is no divergence, and a better epoch that was restored makes up for one.
    #expect(Warnings.training(history([1, 1e-8, 1e-6]), fit: good) == nil)
    #expect(Warnings.training(history([1, 0.01, 3], best: 2), fit: good) == nil)
    #expect(
      Warnings.training(history([1, 0.0123, 34.56]), fit: good)
        == "Training diverged: the loss was 0.0123 after epoch 2 and is 34.6 in the end, so a smaller learning rate is worth "
        + "a try.")
    #expect(Warnings.training(nil, fit: Evaluation(samples: 9, loss: .nan)) != nil)
    #expect(
      Warnings.training(nil, fit: Evaluation(samples: 9, loss: 1, r2: -0.1))?.contains("explains nothing") == true)
    let classes = [("p", nil as Double?, 3.0), ("q", 0.8, 12)].map {
      Evaluation.ClassMetrics(name: $0.0, precision: $0.1, support: $0.2)
    }
    var stuck = Evaluation(samples: 15, loss: 1, accuracy: 0.8)
    stuck.classes = classes
    #expect(Warnings.training(nil, fit: stuck)?.contains("for class \"q\"") == true)
  }
}
