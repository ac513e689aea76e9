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

  @Test func constantTargets() {
    let met = metrics([3, 3, 3], [3, 3, 3])
    #expect(met.rmse == 0 && met.r2 == 1 && met.pearson == 0)
    let missed = metrics([1, 2, 4], [3, 3, 3])
    #expect(missed.rmse == 2.0.squareRoot() && missed.r2 == 0 && missed.pearson == 0)
    let constant = metrics([2, 2], [1, 3])
    #expect(constant.r2 == 0 && constant.pearson == 0)
    let reversed = metrics([3, 2, 1], [1, 2, 3])
    #expect(reversed.r2 == -3)
    #expect(abs(reversed.pearson! + 1) < 1e-15)
  }

  /// A target far from 0 costs no digits.
  @Test func largeOffset() {
    let result = metrics([1e8 + 1, 1e8 + 2, 1e8 + 3], [1e8 + 1, 1e8 + 2, 1e8 + 4])
    #expect(abs(result.r2! - (1 - 1 / (14 / 3))) < 1e-6)
  }

  @Test func severalTargetsAreAveraged() {
    let inputs = Matrix<Double>([[0, 0], [1, 2], [2, 4]])
    let targets = Matrix<Double>([[0, 1], [1, 3], [2, 5]])
    let result = identity(outputs: 2).evaluate(on: Dataset(inputs: inputs, targets: .values(targets)))
    #expect(result.rmse == 0.5)
    #expect(result.pearson.map { abs($0 - 1) < 1e-15 } == true)
    #expect(result.r2.map { abs($0 - (1 + (1 - 3 / 8.0)) / 2) < 1e-15 } == true)
    #expect(result.loss == 0.5)
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
