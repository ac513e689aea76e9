import KAN
import KANFiles
import Testing

/// A model that is saved and loaded predicts the same bits, and trains on as if it had stayed in memory.
@Suite struct ModelRoundTripTests {
  enum Kind: CaseIterable {
    case splines, unevenSplines, perceptron, otherBases

    func layers<Element: Scalar>(_: Element.Type) throws -> [Layer<Element>] {
      switch self {
      case .splines: [.spline(2, 5), .spline(5, 3)]
      case .unevenSplines:
        [
          Layer(
            basis: BSpline(
              grid: try Grid(breakpoints: [[-1, 0.3, 1], [-2, -0.5, 0.7]], degree: 2, ends: .clamped), outside: .fading,
              base: .identity), outputs: 4, activation: .tanh),
          .linear(4, 3),
        ]
      case .perceptron: [.linear(2, 10, activation: .silu), .linear(10, 3, activation: .sigmoid)]
      case .otherBases: [.chebyshev(2, 4, degree: 3), .gaussian(4, 3, base: .none)]
      }
    }
  }

  @Test(arguments: Kind.allCases, [LearningTask.regression, .classification])
  func sameBits(kind: Kind, task: LearningTask) throws {
    try check(Float.self, kind, task)
    try check(Double.self, kind, task)
  }

  private func check<Element: Scalar>(_: Element.Type, _ kind: Kind, _ task: LearningTask) throws {
    var generator = SeededGenerator(4)
    func matrix(_ rows: Int, _ columns: Int) -> Matrix<Element> {
      Matrix(
        rows: rows, columns: columns,
        elements: (0..<rows * columns).map { _ in Element(Double.random(in: -3...5, using: &generator)) })
    }
    let labels = (0..<60).map { Int32($0 % 3) }
    let data = Dataset(
      inputs: matrix(60, 2), targets: task == .regression ? .values(matrix(60, 3)) : .classes(labels, count: 3),
      names: Names(inputs: ["é", "b,c"], targets: [], classes: task == .regression ? [] : ["x", "y", ""]))
    var network = Network(try kind.layers(Element.self), seed: 2)
    let pool = ThreadPool(threads: 1)
    func options(_ epochs: Int) -> TrainingOptions {
      TrainingOptions(epochs: epochs, batch: 16, patience: 3, seed: 1, resuming: epochs > 3)
    }
    try network.train(on: data, validation: data, with: AdamW(learningRate: 0.03), options: options(3), pool: pool)

    try withTemporaryFolder { folder in
      try network.save(to: folder + "/model.safetensors")
      var loaded = try Network<Element>(contentsOf: folder + "/model.safetensors")
      let rows = matrix(40, 2)
      #expect(loaded.predict(rows, pool: pool) == network.predict(rows, pool: pool))
      #expect(loaded.evaluate(on: data, pool: pool) == network.evaluate(on: data, pool: pool))
      #expect(loaded.parameters == network.parameters && loaded.task == task && loaded.names == network.names)
      #expect(loaded.record == network.record)

      try loaded.train(on: data, validation: data, with: AdamW(learningRate: 0.03), options: options(6), pool: pool)
      try network.train(on: data, validation: data, with: AdamW(learningRate: 0.03), options: options(6), pool: pool)
      #expect(loaded.parameters == network.parameters)
      #expect(loaded.record?.history.map(\.loss) == network.record?.history.map(\.loss))
    }
  }
}
