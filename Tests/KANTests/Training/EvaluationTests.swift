import Foundation
import KAN
import Testing

@Suite struct MetricsTests {
  struct Case: Decodable {
    let predictions, targets: [Double]
    let rmse, r2, pearson: Double
  }

  /// A network whose answer is its input.
  private func identity(outputs: Int = 1) -> Network<Double> {
    var network = Network<Double>(.linear(outputs, outputs))
    for index in 0..<network.parameterCount { network.parameters[index] = 0 }
    for index in 0..<outputs { network.parameters[index * (outputs + 1)] = 1 }
    return network
  }

  private func column(_ values: [Double]) -> Matrix<Double> {
    Matrix(rows: values.count, columns: 1, elements: values)
  }

  private func metrics(_ predictions: [Double], _ targets: [Double]) -> Evaluation {
    identity().evaluate(on: Dataset(inputs: column(predictions), targets: .values(column(targets))))
  }

  @Test(arguments: try reference("metrics", as: [Case].self))
  func equalsNumpy(example: Case) throws {
    let result = metrics(example.predictions, example.targets)
    #expect(result.samples == example.targets.count)
    #expect(abs(try #require(result.rmse) - example.rmse) <= 1e-12 * example.rmse)
    #expect(abs(try #require(result.r2) - example.r2) <= 1e-9)
    #expect(abs(try #require(result.pearson) - example.pearson) <= 1e-9)
    #expect(abs(result.loss - example.rmse * example.rmse) <= 1e-12 * result.loss)
    #expect(result.accuracy == nil)
  }

  /// Nothing to explain: r2 and pearson are not defined, though rounding would give them a number.
  @Test(arguments: [3, 0.1, 1e8 + 0.1], [nil, [0.3, 0.1, 0.7]] as [[Double]?])
  func constantTargets(target: Double, weights: [Double]?) throws {
    let targets = Matrix(rows: 3, columns: 1, elements: [target, target, target])
    for (predictions, isMet) in [([target, target, target], true), ([target - 2, target - 1, target + 1], false)] {
      let result = identity().evaluate(
        on: Dataset(
          inputs: column(predictions), targets: .values(targets), weights: weights.map { AlignedArray($0) }))
      #expect((result.rmse == 0) == isMet && result.r2 == nil && result.pearson == nil)
      let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(result)) as? [String: Any]
      #expect(json?["r2"] is NSNull && json?["pearson"] is NSNull && json?["rmse"] is Double)
    }
    let constant = metrics([2, 2], [1, 3])
    #expect(constant.r2 == 0 && constant.pearson == nil)
    let reversed = metrics([3, 2, 1], [1, 2, 3])
    #expect(reversed.r2 == -3)
    #expect(abs(reversed.pearson! + 1) < 1e-15)
  }

  /// Of no rows, or of rows that all weigh nothing, no metric is a number.
  @Test(arguments: [LearningTask.regression, .classification], [false, true])
  func noRows(task: LearningTask, hasWeights: Bool) throws {
    var network = identity(outputs: 2)
    network.task = task
    let rows = hasWeights ? 3 : 0
    let data = Dataset<Double>(
      inputs: Matrix(rows: rows, columns: 2),
      targets: task == .regression
        ? .values(Matrix(rows: rows, columns: 2)) : .classes([Int32](repeating: 0, count: rows), count: 2),
      weights: hasWeights ? AlignedArray(zeros: rows) : nil)
    let result = network.evaluate(on: data)
    #expect(result.samples == rows && result.loss.isNaN && result.r2 == nil && result.pearson == nil)
    #expect(task == .regression ? result.rmse?.isNaN == true : result.accuracy?.isNaN == true)
    let again = try JSONDecoder().decode(Evaluation.self, from: JSONEncoder().encode(result))
    #expect(again.loss.isNaN && (again.rmse?.isNaN == true) == (task == .regression) && again.r2 == nil)
  }

  /// An input that is not a number makes no metric look like one.
  @Test func outputsThatAreNotNumbers() {
    let result = metrics([1, .nan, 3], [1, 2, 3])
    #expect(
      result.loss.isNaN && result.rmse?.isNaN == true && result.r2?.isNaN == true && result.pearson?.isNaN == true)
    var network = identity(outputs: 2)
    network.task = .classification
    let logits = Matrix<Double>([[1, 0], [.nan, 0], [0, .nan]])
    let judged = network.evaluate(on: Dataset(inputs: logits, targets: .classes([0, 0, 0], count: 2)))
    #expect(judged.loss.isNaN && judged.accuracy?.isNaN == true)
  }

  /// A target far from 0 costs no digits.
  @Test func largeOffset() {
    let result = metrics([1e8 + 1, 1e8 + 2, 1e8 + 3], [1e8 + 1, 1e8 + 2, 1e8 + 4])
    #expect(abs(result.r2! - (1 - 1 / (14 / 3))) < 1e-6)
  }

  @Test func severalTargetsAreAveraged() throws {
    let inputs = Matrix<Double>([[0, 0], [1, 2], [2, 4]])
    let targets = Matrix<Double>([[0, 1], [1, 3], [2, 5]])
    let result = identity(outputs: 2).evaluate(on: Dataset(inputs: inputs, targets: .values(targets)))
    #expect(result.rmse == 0.5)
    #expect(result.pearson.map { abs($0 - 1) < 1e-15 } == true)
    #expect(result.r2.map { abs($0 - (1 + (1 - 3 / 8.0)) / 2) < 1e-15 } == true)
    #expect(result.loss == 0.5)
    // By name, and with 0, 1, … where there is none.
    #expect(result.targets?.map(\.name) == ["y0", "y1"] && result.targets?.map(\.rmse) == [0, 1])
    var named = identity(outputs: 2)
    named.names.targets = ["b", "a"]
    let again = named.evaluate(on: Dataset(inputs: inputs, targets: .values(targets)))
    #expect(again.targets?.map(\.name) == ["b", "a"])
    let data = try JSONEncoder().encode(again)
    let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let byName = try #require(json?["targets"] as? [String: [String: Double]])
    #expect(byName["a"]?["rmse"] == 1 && byName["a"]?["r2"] == 1 - 3 / 8.0 && byName["b"]?["r2"] == 1)
    var sorted = again
    sorted.targets?.reverse()
    #expect(try JSONDecoder().decode(Evaluation.self, from: data) == sorted)
  }

  @Test func accuracyCountsTheFirstOfEquals() {
    var network = identity(outputs: 3)
    network.task = .classification
    let logits = Matrix<Double>([[1, 2, 0], [5, 5, 5], [-1, -2, -0.5], [0, 3, 3]])
    let right = Dataset(inputs: logits, targets: .classes([1, 0, 2, 1], count: 3))
    #expect(network.evaluate(on: right).accuracy == 1)
    let half = Dataset(inputs: logits, targets: .classes([1, 1, 2, 2], count: 3))
    let result = network.evaluate(on: half)
    #expect(result.accuracy == 0.5 && result.samples == 4 && result.rmse == nil)
  }

  /// Rows are judged by chunks: none twice, none left out.
  @Test(arguments: [1, 1023, 1024, 1025, 3000])
  func anyNumberOfRows(rows: Int) {
    let inputs = column((0..<rows).map { Double($0 % 7) })
    let targets = column((0..<rows).map { Double($0 % 7) + ($0 == rows - 1 ? 2 : 0) })
    let result = identity().evaluate(on: Dataset(inputs: inputs, targets: .values(targets)))
    #expect(abs(result.rmse! - 2 / Double(rows).squareRoot()) < 1e-12)
    var classifier = identity(outputs: 2)
    classifier.task = .classification
    let logits = Matrix<Double>(
      rows: rows, columns: 2, elements: (0..<rows).flatMap { $0 % 3 == 0 ? [1.0, 0] : [0, 1] })
    let labels = [Int32](repeating: 0, count: rows)
    let judged = classifier.evaluate(on: Dataset(inputs: logits, targets: .classes(labels, count: 2)))
    #expect(judged.accuracy == Double((rows + 2) / 3) / Double(rows))
  }
}

@Suite struct SignificantDigitTests {
  @Test(arguments: [
    (0.0, 3, "0.0"), (1.5, 2, "1.5"), (0.012345, 3, "0.0123"), (-0.5, 2, "-0.5"), (9.996, 3, "10"),
    (123456, 3, "123000"),
    (4.482e60, 3, "4.48e60"), (.leastNonzeroMagnitude, 3, "4.94e-324"), (1.7976931348623157e308, 2, "1.8e308"),
    (3e-5, 2, "3e-5"),
    (99.97, 3, "100"), (.infinity, 2, "inf"), (1_000_000, 3, "1e6"),
  ])
  func rounds(value: Double, digits: Int, text: String) { #expect(value.text(digits: digits) == text) }
}
