import Testing

@testable import KAN

/// Penalties on edges.
struct SparsityTests {
  private static let pool = ThreadPool(threads: 2)

  private static func network(pruned: Bool = false) -> Network<Double> {
    var network = Network<Double>(.spline(3, 4, grid: 6, products: 1), .chebyshev(4, 2, degree: 3), seed: 2)
    var generator = RandomGenerator(seed: 3)
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() })
    if pruned {
      var edges = EdgeMask(inputs: 3, sums: 5)
      for sum in 0..<4 { edges[1, sum] = false }
      network.keepEdges(edges, ofLayer: 0)
    }
    return network
  }

  /// By the formula.
  private static func naive(_ sparsity: Sparsity, _ network: Network<Double>) -> Double {
    var total = 0.0
    for (index, layer) in network.layers.enumerated() {
      let w = network.weights(ofLayer: index)
      var norms: [Double] = []
      for input in 0..<layer.inputs {
        for sum in layer.edges.sums(ofInput: input) {
          let c = (0..<layer.functions).map { w[input * layer.functions + $0, sum] }
          norms.append((c.reduce(0) { $0 + $1 * $1 } / Double(c.count) + 1e-6).squareRoot())
          guard layer.grid != nil else { continue }
          let own = c.dropLast(layer.basis.baseFunctions)
          let squares = (0..<own.count - 2).map { k in
            let difference = own[k] - 2 * own[k + 1] + own[k + 2]
            return difference * difference
          }
          total += sparsity.smoothness * squares.reduce(0, +) / Double(squares.count)
        }
      }
      let sum = norms.reduce(0, +)
      total += sparsity.edges * sum
      total -= sparsity.entropy * norms.reduce(0) { $0 + $1 / sum * Elementary.log($1 / sum) }
    }
    return total
  }

  @Test(
    arguments: [Sparsity(edges: 0.3), Sparsity(entropy: 0.7), Sparsity(edges: 0.1, entropy: 0.2, smoothness: 0.4)],
    [false, true])
  func gradientsAreFiniteDifferences(_ sparsity: Sparsity, _ isPruned: Bool) throws {
    let network = Self.network(pruned: isPruned)
    let penalty = try #require(SparsityPenalty(sparsity, of: network))
    var gradient = AlignedArray<Double>(zeros: network.parameterCount)
    let value = penalty.add(at: network.parameters.pointer, to: gradient.mutablePointer(), pool: Self.pool)
    #expect(abs(value - Self.naive(sparsity, network)) < 1e-12)
    let removed = Set(network.removedParameters)
    for index in 0..<network.parameterCount {
      if removed.contains(index) {
        #expect(gradient[index] == 0)
        continue
      }
      var moved = network
      moved.parameters[index] += 1e-5
      let above = Self.naive(sparsity, moved)
      moved.parameters[index] -= 2e-5
      let difference = (above - Self.naive(sparsity, moved)) / 2e-5
      #expect(abs(difference - gradient[index]) < 1e-7, "parameter \(index)")
    }
  }

  /// Finite where an edge is 0, and where all are.
  @Test(arguments: [true, false])
  func zerosAreSafe(_ areAll: Bool) throws {
    var network = Self.network()
    for index in 0..<network.parameterCount where areAll || index % 5 == 2 { network.parameters[index] = 0 }
    let penalty = try #require(SparsityPenalty(Sparsity(edges: 1, entropy: 1, smoothness: 1), of: network))
    var gradient = AlignedArray<Double>(zeros: network.parameterCount)
    let value = penalty.add(at: network.parameters.pointer, to: gradient.mutablePointer(), pool: Self.pool)
    #expect(value.isFinite && gradient.allSatisfy(\.isFinite))
    if areAll { #expect(gradient.allSatisfy { $0 == 0 }) }
    #expect(SparsityPenalty(Sparsity(), of: network) == nil)
  }

  /// y of the first two of six columns: edges from the others become small by the penalty, and the loss is the data's.
  @Test(arguments: [true, false])
  func uselessEdgesVanish(_ isSecondOrder: Bool) throws {
    var generator = RandomGenerator(seed: 5)
    let x: Matrix<Double> = generator.matrix(300, 6)
    let y = (0..<300).map { Elementary.sin(2 * x[$0, 0]) + x[$0, 1] * x[$0, 1] + 0.3 * generator.normal() }
    let data = Dataset(inputs: x, targets: .values(Matrix(rows: 300, columns: 1, elements: y)))
    func trained(_ sparsity: Sparsity) throws -> (useless: Double, loss: Double, record: Double) {
      var network = Network<Double>(.spline(6, 3), .spline(3, 1), seed: 6)
      var options = TrainingOptions(epochs: 120, batch: 50)
      options.sparsity = sparsity
      let history =
        isSecondOrder
        ? try network.train(on: data, with: LBFGS(), options: options)
        : try network.train(on: data, with: AdamW(learningRate: 0.02), options: options)
      return (
        network.attribution(on: x).inputs[2...].reduce(0, +), network.evaluate(on: data).loss,
        history.epochs.last?.loss ?? .nan
      )
    }
    let (free, sparse) = (try trained(Sparsity()), try trained(Sparsity(edges: 0.1, entropy: 0.1)))
    #expect(sparse.useless < free.useless / 5, "\(sparse) \(free)")
    #expect(sparse.loss < 0.3)
    if isSecondOrder { #expect(abs(sparse.record - sparse.loss) < 1e-9) }
  }

  @Test func methodsThatCannotRefuse() {
    var network = Self.network()
    var options = TrainingOptions(epochs: 1)
    options.sparsity = Sparsity(edges: 0.1)
    let data = Dataset<Double>(
      inputs: Matrix(rows: 9, columns: 3), targets: .values(Matrix(rows: 9, columns: 2)))
    #expect(throws: TrainingError.cannotPenalize(optimizer: "lm")) {
      try network.train(on: data, with: LevenbergMarquardt(starts: 1), options: options)
    }
  }
}
