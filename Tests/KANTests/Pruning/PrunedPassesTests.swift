import Testing

@testable import KAN

/// The edges that a test leaves of a layer.
enum MaskKind: CaseIterable {
  case random, fewOfEachInput, blocks, deadInputs, lastSums, oneEdge

  func mask(inputs: Int, sums: Int, _ generator: inout RandomGenerator) -> EdgeMask {
    var mask = EdgeMask(inputs: inputs, sums: sums)
    let few = Set((0..<max(1, sums / 8)).map { _ in generator.integer(0...sums - 1) })
    let kept = (generator.integer(0...inputs - 1), generator.integer(0...sums - 1))
    for input in 0..<inputs {
      for sum in 0..<sums {
        mask[input, sum] =
          switch self {
          case .random: generator.uniform() < 0.5
          case .fewOfEachInput: few.contains((sum + input / 9 * 5) % sums)
          case .blocks: (input < inputs / 2) == (sum < sums / 2)
          case .deadInputs: input % 5 == 2 || input > inputs / 2
          case .lastSums: sum >= sums - max(1, sums / 9)
          case .oneEdge: (input, sum) == kept
          }
      }
    }
    return mask
  }
}

/// A pruned layer computes what a layer with zeros in W computes.
struct PrunedPassesTests {
  struct Case: CustomTestStringConvertible {
    let mask: MaskKind
    let basis: BasisKind
    let contraction: Contraction
    var testDescription: String { "\(mask) \(basis) \(contraction)" }
  }

  static let cases = MaskKind.allCases.flatMap { mask in
    BasisKind.allCases.flatMap { basis in
      Contraction.allCases.filter { $0 != .auto }.map { Case(mask: mask, basis: basis, contraction: $0) }
    }
  }

  /// Wide enough for blocks of gathered sums, and a product of sums.
  private static func networks(_ test: Case, seed: UInt64) -> (dense: Network<Double>, pruned: Network<Double>) {
    var generator = RandomGenerator(seed: seed)
    let first = Layer(
      basis: generator.basis(test.basis, inputs: 23), outputs: 37, node: Products(2, activation: .tanh))
    let second = Layer(basis: generator.basis(test.basis, inputs: 37), outputs: 18, activation: .silu)
    var dense = Network(first, second)
    dense.parameters = AlignedArray((0..<dense.parameterCount).map { _ in 0.1 * generator.normal() })
    dense.contraction = test.contraction
    var pruned = dense
    for (index, layer) in dense.layers.enumerated() {
      pruned.keepEdges(test.mask.mask(inputs: layer.inputs, sums: layer.sums, &generator), ofLayer: index)
    }
    dense.parameters = pruned.parameters
    return (dense, pruned)
  }

  @Test(arguments: cases)
  func passesAreThoseOfZeros(_ test: Case) {
    let (dense, pruned) = Self.networks(test, seed: 3)
    var generator = RandomGenerator(seed: 4)
    for rows in [1, 3, 4, 130, 700] {
      let x: Matrix<Double> = generator.matrix(rows, 23, in: -1.3...1.3)
      let dy: Matrix<Double> = generator.matrix(rows, 18)
      let sessions = [dense, pruned].map { Session($0, rows: rows, units: .layers, pool: ThreadPool(threads: 2)) }
      let outputs = sessions.map { elements(of: $0.forward(x)) }
      #expect(largestDifference(outputs[0], outputs[1]) <= 1e-13 * scale(outputs[0], atLeast: 1))
      if test.contraction == .local && dense.layers.allSatisfy({ $0.compactBasis != nil }) {
        #expect(outputs[0] == outputs[1])
      }
      for session in sessions { session.backward(dy, includingInputs: true) }
      let dx = sessions.map { elements(of: $0.inputGradient) }
      #expect(largestDifference(dx[0], dx[1]) <= 1e-12 * scale(dx[0], atLeast: 1))
      var expected = sessions[0].gradient
      pruned.clearRemovedEdges(expected.mutablePointer())
      #expect(largestDifference(expected, sessions[1].gradient) <= 1e-12 * scale(expected, atLeast: 1))
      #expect(pruned.removedParameters.allSatisfy { sessions[1].gradient[$0] == 0 })
      for session in sessions { session.backward(dy, includingParameters: false, includingInputs: true) }
      let alone = withExtendedLifetime(sessions) { elements(of: sessions[1].inputGradient) }
      #expect(largestDifference(dx[0], alone) <= 1e-12 * scale(dx[0], atLeast: 1))
    }
  }

  @Test(arguments: MaskKind.allCases, [1, 2, 3])
  func resultsDoNotDependOnThreads(_ mask: MaskKind, _ threads: Int) {
    let network = Self.networks(.init(mask: mask, basis: .spline, contraction: .auto), seed: 5).pruned
    var generator = RandomGenerator(seed: 6)
    let x: Matrix<Double> = generator.matrix(900, 23)
    let dy: Matrix<Double> = generator.matrix(900, 18)
    let sessions = [1, threads].map { Session(network, rows: 900, units: .layers, pool: ThreadPool(threads: $0)) }
    for session in sessions {
      session.forward(x)
      session.backward(dy)
    }
    #expect(sessions[0].gradient == sessions[1].gradient)
  }

  @Test(arguments: MaskKind.allCases, BasisKind.allCases)
  func gradientsAreFiniteDifferences(_ mask: MaskKind, _ basis: BasisKind) throws {
    let network = Self.networks(.init(mask: mask, basis: basis, contraction: .local), seed: 7).pruned
    var generator = RandomGenerator(seed: 8)
    let data = Dataset<Double>(
      inputs: generator.matrix(40, 23), targets: .values(generator.matrix(40, 18)))
    #expect(try network.checkGradient(on: data) < 1e-5)
  }

  @Test
  func predictionsInSinglePrecisionAreThoseOfZeros() throws {
    for mask in MaskKind.allCases {
      let (dense, pruned) = Self.networks(.init(mask: mask, basis: .spline, contraction: .local), seed: 9)
      let networks = try [dense, pruned].map { try $0.converted(to: Float.self) }
      #expect(networks[1].layers.map(\.edges) == pruned.layers.map(\.edges))
      var generator = RandomGenerator(seed: 10)
      let x: Matrix<Float> = generator.matrix(300, 23)
      #expect(networks[0].predict(x) == networks[1].predict(x))
    }
  }

  @Test
  func blocksLeaveOutWhatIsGone() {
    var mask = EdgeMask(inputs: 64, sums: 64)
    for input in 0..<64 { for sum in 0..<64 where (input < 32) != (sum < 32) { mask[input, sum] = false } }
    let layer = Layer<Float>.spline(64, 64).keeping(mask)
    #expect(
      layer.pruning?.blocks == [
        EdgeBlocks.Block(inputs: 0..<32, sums: Array(0..<32)), EdgeBlocks.Block(inputs: 32..<64, sums: Array(32..<64)),
      ])
    for input in 0..<60 { for sum in 0..<64 { mask[input, sum] = false } }
    #expect(Layer<Float>.spline(64, 64).keeping(mask).pruning?.inputs == 4)
    #expect(Layer<Float>.spline(64, 64).keeping(EdgeMask(inputs: 64, sums: 64)).pruning == nil)
  }
}

private func elements(of view: MatrixView<Double>) -> [Double] {
  (0..<view.rows).flatMap { row in (0..<view.columns).map { view[row, $0] } }
}
