import Testing

@testable import KAN

@Suite struct KernelLossTests {
  struct CrossEntropyCase: Decodable {
    let outputs: [[Double]]
    let labels: [Int32]
    let loss: Double
    let gradient: [[Double]]
  }

  struct SquaredErrorCase: Decodable {
    let outputs, targets: [[Double]]
    let loss: Double
    let gradient: [[Double]]
  }

  @Test(arguments: try reference("cross_entropy", as: [CrossEntropyCase].self))
  func crossEntropyEqualsScipy(example: CrossEntropyCase) {
    checkCrossEntropy(Double.self, example, tolerance: 1e-14)
    checkCrossEntropy(Float.self, example, tolerance: 1e-6)
  }

  private func checkCrossEntropy<Element: Scalar>(_: Element.Type, _ example: CrossEntropyCase, tolerance: Double) {
    let logits = Matrix(example.outputs.map { $0.map { Element($0) } })
    var gradient = Matrix<Element>(rows: logits.rows, columns: logits.columns)
    example.labels.withUnsafeBufferPointer { labels in
      let tile = ObjectiveTile(outputs: logits.view, targets: .classes(labels.baseAddress!))
      let loss = SoftmaxCrossEntropy().loss(of: tile, gradient: gradient.mutableView())
      #expect(abs(loss - example.loss) <= tolerance * max(1, example.loss))
      #expect(largestDifference(gradient.elements, example.gradient.flatMap { $0 }) <= tolerance)
      #expect(SoftmaxCrossEntropy().loss(of: tile, gradient: nil) == loss)
    }
  }

  @Test(arguments: try reference("squared_error", as: [SquaredErrorCase].self))
  func squaredErrorEqualsNumpy(example: SquaredErrorCase) {
    checkSquaredError(Double.self, example, tolerance: 1e-14)
    checkSquaredError(Float.self, example, tolerance: 1e-5)
  }

  private func checkSquaredError<Element: Scalar>(_: Element.Type, _ example: SquaredErrorCase, tolerance: Double) {
    let outputs = Matrix(example.outputs.map { $0.map { Element($0) } })
    let targets = Matrix(example.targets.map { $0.map { Element($0) } })
    var gradient = Matrix<Element>(rows: outputs.rows, columns: outputs.columns)
    let tile = ObjectiveTile(outputs: outputs.view, targets: .values(targets.view))
    let loss = MeanSquaredError().loss(of: tile, gradient: gradient.mutableView())
    #expect(abs(loss - example.loss) <= tolerance * example.loss)
    let truth = example.gradient.flatMap { $0 }
    #expect(largestDifference(gradient.elements, truth) <= tolerance * scale(truth))
    #expect(MeanSquaredError().loss(of: tile, gradient: nil) == loss)
  }

  /// Probabilities sum to 1 and do not overflow.
  @Test func softmaxOfLargeLogits() {
    var network = Network<Float>(.linear(3, 3))
    network.task = .classification
    for index in 0..<3 { network.parameters[4 * index] = 1 }
    for index in [1, 2, 3, 5, 6, 7] { network.parameters[index] = 0 }
    let y = network.predict(Matrix([[1e4, -1e4, 0], [1e30, 1e30, 0], [-1e4, -1e4, -1e4], [1, 2, 3]]))
    #expect(largestDifference(y.row(0), [1, 0, 0] as [Double]) <= 1e-7)
    #expect(largestDifference(y.row(1), [0.5, 0.5, 0] as [Double]) <= 1e-7)
    #expect(largestDifference(y.row(2), [1 / 3.0, 1 / 3.0, 1 / 3.0]) <= 1e-7)
    #expect(largestDifference(y.row(3), [0.09003057317, 0.24472847105, 0.66524095577]) <= 1e-7)
  }
}
