import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

@Suite struct ClassMetricsTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let logits: [[Double]]
    let labels: [Int32]
    let weights: [Double]?
    let logLoss, auc, f1, balancedAccuracy: Double
    let confusion: [[Double]]
    let precision, recall, classF1, areas: [Double?]
    let support: [Double]
    let error: Double
    /// Support, confidence and accuracy.
    let bins: [[Double?]]

    var testDescription: String { "\(logits.count) rows of \(logits[0].count) classes" }
  }

  /// A network whose logits are its inputs.
  private func identity<Element: Scalar>(_ classes: Int, _: Element.Type) -> Network<Element> {
    var network = Network<Element>(.linear(classes, classes))
    for index in 0..<network.parameterCount { network.parameters[index] = 0 }
    for index in 0..<classes { network.parameters[index * (classes + 1)] = 1 }
    network.task = .classification
    return network
  }

  private func data<Element: Scalar>(_ example: Case, _: Element.Type) -> Dataset<Element> {
    let classes = example.logits[0].count
    return Dataset(
      inputs: Matrix(
        rows: example.logits.count, columns: classes, elements: example.logits.flatMap { $0.map { Element($0) } }),
      targets: .classes(example.labels, count: classes),
      weights: example.weights.map { AlignedArray($0.map { Element($0) }) },
      names: Names(classes: (0..<classes).map { "class \($0)" }))
  }

  private func near(_ a: Double?, _ b: Double?, _ tolerance: Double) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= tolerance
  }

  private func expectEqual<Element: Scalar>(_ example: Case, _: Element.Type, _ tolerance: Double) throws {
    let rows = data(example, Element.self)
    var network = identity(example.logits[0].count, Element.self)
    network.names = rows.names
    let result = network.evaluate(on: rows)
    #expect(near(result.logLoss, example.logLoss, tolerance * example.logLoss))
    #expect(near(result.loss, example.logLoss, tolerance * example.logLoss))
    #expect(near(result.auc, example.auc, tolerance))
    #expect(near(result.f1, example.f1, tolerance))
    #expect(near(result.balancedAccuracy, example.balancedAccuracy, tolerance))
    let confusion = try #require(result.confusion)
    #expect(largestDifference(confusion.flatMap { $0 }, example.confusion.flatMap { $0 }) <= tolerance * 100)
    let classes = try #require(result.classes)
    #expect(classes.map(\.name) == rows.names.classes)
    for (index, own) in classes.enumerated() {
      #expect(near(own.precision, example.precision[index], tolerance))
      #expect(near(own.recall, example.recall[index], tolerance))
      #expect(near(own.f1, example.classF1[index], tolerance))
      #expect(near(own.auc, example.areas[index], tolerance))
      #expect(near(own.support, example.support[index], tolerance * 100))
    }
    let reliability = try #require(result.reliability)
    #expect(near(reliability.error, example.error, tolerance))
    for (bin, expected) in zip(reliability.bins, example.bins) {
      #expect(near(bin.support, expected[0], tolerance * 100))
      #expect(near(bin.confidence, expected[1], tolerance) && near(bin.accuracy, expected[2], tolerance))
    }
  }

  @Test(arguments: try reference("classification", as: [Case].self))
  func equalsScikitLearn(example: Case) throws {
    try expectEqual(example, Double.self, 1e-12)
    try expectEqual(example, Float.self, 2e-6)
  }

  @Test(arguments: try reference("classification", as: [Case].self))
  func jsonRoundTrip(example: Case) throws {
    let result = identity(example.logits[0].count, Double.self).evaluate(on: data(example, Double.self))
    let again = try JSONDecoder().decode(Evaluation.self, from: JSONEncoder().encode(result))
    #expect(again == result)
  }

  /// Rows of several shards: [rows × classes] logits that are noisy evidence of the class.
  private func random<Element: Scalar>(rows: Int, classes: Int, weighted: Bool, _: Element.Type) -> Dataset<Element> {
    var generator = RandomGenerator(seed: 3)
    let labels = (0..<rows).map { _ in Int32(generator.integer(0...classes - 1)) }
    var logits: Matrix<Element> = generator.matrix(rows, classes, in: -3...3)
    for (row, label) in labels.enumerated() { logits[row, Int(label)] += 1 }
    let weights = AlignedArray((0..<rows).map { _ in Element(generator.integer(0...3)) })
    return Dataset(inputs: logits, targets: .classes(labels, count: classes), weights: weighted ? weights : nil)
  }

  @Test(arguments: [2, 7], [false, true])
  func sameBitsForAnyThreads(classes: Int, weighted: Bool) {
    let rows = random(rows: 5000, classes: classes, weighted: weighted, Float.self)
    let network = identity(classes, Float.self)
    let results = [1, 2, 5].map { network.evaluate(on: rows, pool: ThreadPool(threads: $0)) }
    #expect(results[0] == results[1] && results[0] == results[2])
    #expect(results[0].auc! > 0.5 && results[0].auc! < 1)
  }

  /// A row of weight 2 is two rows, and one of weight 0 none.
  @Test func weightsCountRows() throws {
    let weighted = random(rows: 1500, classes: 3, weighted: true, Double.self)
    let order = (0..<weighted.rows).flatMap { Array(repeating: $0, count: Int(weighted.weights![$0])) }
    let repeated = weighted.selecting(rows: order)
    let plain = Dataset(inputs: repeated.inputs, targets: repeated.targets)
    let network = identity(3, Double.self)
    let (a, b) = (network.evaluate(on: weighted), network.evaluate(on: plain))
    #expect(near(a.auc, b.auc, 1e-12) && near(a.f1, b.f1, 1e-12) && near(a.logLoss, b.logLoss, 1e-12))
    #expect(near(a.reliability?.error, b.reliability?.error, 1e-12))
    #expect(largestDifference(a.confusion!.flatMap { $0 }, b.confusion!.flatMap { $0 }) < 1e-9)
  }

  /// Scores of which there are too many to collect.
  @Test(arguments: [2, 4], [false, true])
  func binnedAreas(classes: Int, weighted: Bool) throws {
    let rows = random(rows: 3000, classes: classes, weighted: weighted, Double.self)
    guard case .classes(let labels, _) = rows.targets else { return }
    var p = rows.inputs
    let view = p.mutableView()
    Double.Kernels.softmax(view.rows, view.columns, view.base)
    let areas = [RankScores<Double>.most, 0].map { most in
      var whole = RankScores<Double>(classes: classes, rows: rows.rows, most: most)
      var second = whole
      for (start, count) in [(0, 1000), (1000, 2000)] {
        labels.withUnsafeBufferPointer { labels in
          var part = start == 0 ? whole : second
          part.add(
            logits: rows.inputs.view.slice(row: start, rows: count, columns: classes),
            probabilities: p.view.slice(row: start, rows: count, columns: classes), labels.baseAddress! + start,
            rows.weights.map { $0.pointer + start })
          if start == 0 { whole = part } else { second = part }
        }
      }
      whole.merge(second)
      return whole.areas(pool: .shared)
    }
    #expect(areas[0] != areas[1])
    for (exact, binned) in zip(areas[0], areas[1]) { #expect(near(exact, binned, 1e-4)) }
  }

  @Test func whatIsNotDefined() throws {
    let network = identity(2, Double.self)
    let same = Dataset<Double>(
      inputs: Matrix(rows: 2, columns: 2, elements: [1, 0, 2, 0]), targets: .classes([0, 0], count: 2))
    let result = network.evaluate(on: same)
    #expect(result.auc == nil && result.f1 == 0 && result.balancedAccuracy == 1)
    #expect(result.classes?[1].recall == nil && result.classes?[1].precision == nil)
    let broken = network.evaluate(
      on: Dataset<Double>(
        inputs: Matrix(rows: 2, columns: 2, elements: [1, .nan, 2, 0]), targets: .classes([0, 1], count: 2)))
    #expect(broken.auc?.isNaN == true && broken.f1?.isNaN == true && broken.confusion == nil)
    #expect(network.evaluate(on: noRows()).logLoss?.isNaN == true)
  }

  /// No rows at all.
  private func noRows() -> Dataset<Double> {
    Dataset(inputs: Matrix(rows: 0, columns: 2), targets: .classes([], count: 2))
  }
}
