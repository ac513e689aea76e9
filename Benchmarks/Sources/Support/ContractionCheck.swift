import KAN

/// Both ways of one layer's step, forward and dW, timed in turns: what the cost model is held against.
public struct ContractionCheck: Sendable {
  public var inputs, outputs, grid, degree, batch: Int
  /// "float" or "double"
  public var precision: String
  /// Milliseconds, medians.
  public var local, gemm: Double
  public var choice: Contraction

  /// Time of the way that the model takes over that of the faster one, less 1.
  public var loss: Double { (choice == .local ? local : gemm) / min(local, gemm) - 1 }

  /// Layers narrow and wide, deep and flat.
  public static let shapes = [
    (64, 64), (784, 64), (64, 10), (32, 1), (16, 4), (8, 16), (40, 24), (200, 200), (1000, 2),
  ]
  public static let grids = [1, 2, 3, 5, 10, 50]
  public static let degrees = [1, 3, 5]
  public static let batches = [32, 512]

  /// One layer on a pool, each way at least `rounds` times.
  public init<Element: Scalar>(
    _: Element.Type, inputs: Int, outputs: Int, grid: Int, degree: Int, batch: Int, rounds: Int, pool: ThreadPool
  ) {
    let layer = Layer<Element>.spline(inputs, outputs, grid: grid, degree: degree)
    (self.inputs, self.outputs, self.grid, self.degree, self.batch) = (inputs, outputs, grid, degree, batch)
    precision = "\(Element.self)".lowercased()
    choice = layer.resolvedContraction(.auto)
    var generator = RandomGenerator(seed: 1)
    func matrix(_ columns: Int) -> Matrix<Element> {
      Matrix(
        rows: batch, columns: columns,
        elements: (0..<batch * columns).map { _ in Element(2 * generator.uniform() - 1) })
    }
    let data = Dataset(inputs: matrix(inputs), targets: .values(matrix(outputs)))
    let ways = [Contraction.local, .gemm].map { contraction in
      var network = Network([layer], seed: 1)
      network.contraction = contraction
      let step = TrainingStep(network, on: data, batch: batch, pool: pool)
      Array(0..<batch).withUnsafeBufferPointer { step.gather($0, for: network) }
      return (network: network, step: step)
    }
    let medians = Self.medians(
      ways.map { way in { _ = way.step.lossAndGradient(of: way.network) } }, rounds)
    (local, gemm) = (medians[0], medians[1])
  }

  /// Milliseconds of a call of each body. They take turns; a turn is as many calls as make the clock's grain small.
  private static func medians(_ bodies: [() -> Void], _ rounds: Int) -> [Double] {
    let clock = ContinuousClock()
    func milliseconds(_ calls: Int, _ body: () -> Void) -> Double {
      let (seconds, attoseconds) = clock.measure { for _ in 0..<calls { body() } }.components
      return (1e3 * Double(seconds) + 1e-15 * Double(attoseconds)) / Double(calls)
    }
    let calls = bodies.map { body in
      body()
      return max(1, min(1000, Int(0.5 / max(milliseconds(1, body), 1e-4))))
    }
    var times = bodies.map { _ in [Double]() }
    for _ in 0..<rounds {
      for (index, body) in bodies.enumerated() { times[index].append(milliseconds(calls[index], body)) }
    }
    return times.map { $0.sorted()[$0.count / 2] }
  }
}
