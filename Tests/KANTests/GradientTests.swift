import Testing

@testable import KAN

/// Gradients against central differences.
@Suite struct GradientTests {
  /// |dL/dp - difference| relative to the larger of both, and to a thousandth of the largest derivative or of the loss
  /// at least, neither of which a saturated softmax leaves anything of: below that, the rounding of L outweighs the derivative.
  private func largestError(_ network: Network<Double>, _ data: Dataset<Double>, _ checked: [Int]) -> Double {
    let step = TrainingStep(network, on: data, batch: data.rows, pool: Self.pool)
    let order = Array(0..<data.rows)
    func loss(_ network: Network<Double>) -> Double {
      order.withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
    }
    let here = loss(network)
    let gradient = Array(step.gradients)
    let floor = scale(gradient, atLeast: max(here, 1e-9)) * 1e-3
    var moved = network
    return checked.reduce(0) { largest, index in
      let parameter = network.parameters[index]
      // Splines of degree 1 and ReLU have kinks: a step may cross one, but not steps of three sizes.
      let error = [3e-5, 3e-6, 6e-7].map { width in
        moved.parameters[index] = parameter + width
        let above = loss(moved)
        moved.parameters[index] = parameter - width
        let below = loss(moved)
        moved.parameters[index] = parameter
        let difference = (above - below) / (2 * width)
        return abs(difference - gradient[index]) / max(abs(difference), abs(gradient[index]), floor)
      }.min()!
      return max(largest, error)
    }
  }

  private static let pool = ThreadPool(threads: 1)

  @Test func centralDifferences() {
    var generator = RandomGenerator(seed: 11)
    for round in 0..<400 {
      let task: LearningTask = round % 2 == 0 ? .regression : .classification
      let kinds: [BasisKind] =
        round < BasisKind.allCases.count * 16 ? [BasisKind.allCases[round / 16]] : BasisKind.allCases
      var network = generator.network(
        kinds, outputs: task == .classification ? generator.integer(2...4) : nil, products: round >= 320)
      network.task = task
      let data = generator.data(for: network, task: task, rows: generator.integer(1...7))
      let order = generator.permutation(of: network.parameterCount)
      // The first weight and the last bias always, and some of the rest.
      let checked = [0, network.parameterCount - 1] + order.prefix(14)
      let error = largestError(network, data, checked)
      #expect(error <= 1e-6, "round \(round): \(network.layers)")
    }
  }

  /// By the inputs too, which no training step asks for.
  @Test func gradientOfTheInputs() {
    var generator = RandomGenerator(seed: 12)
    for round in 0..<40 {
      let network = generator.network(BasisKind.allCases, products: round >= 20)
      let data = generator.data(for: network, task: .regression, rows: 2)
      let here = EngineGradients(of: network, on: data)
      let gradient = here.inputs
      let floor = scale(gradient, atLeast: here.loss) * 1e-3
      for index in gradient.indices {
        let error = [3e-5, 3e-6, 6e-7].map { width in
          let losses = [width, -width].map { shift in
            var inputs = data.inputs
            inputs.elements[index] += shift
            return EngineGradients(of: network, on: Dataset(inputs: inputs, targets: data.targets)).loss
          }
          let difference = (losses[0] - losses[1]) / (2 * width)
          return abs(difference - gradient[index]) / max(abs(difference), abs(gradient[index]), floor)
        }.min()!
        #expect(error <= 1e-6, "round \(round), input \(index): \(network.layers)")
      }
    }
  }
}
