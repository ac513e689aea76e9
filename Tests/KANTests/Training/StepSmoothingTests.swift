import Testing

@testable import KAN

/// Steps of first-order rules along the coefficients of fine grids.
@Suite struct StepSmoothingTests {
  /// A step of -rate·gradient, by a rule that the module does not know.
  private struct PlainDescent: Optimizer {
    var name: String { "plain descent" }
    var learningRate: Double { 0.1 }
    var weightDecay: Double { 0 }
    var momentCount: Int { 0 }

    func update<Element: Scalar>(
      _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
      state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?
    ) {
      state.step += 1
      for index in parameters.indices { parameters[index] -= Element(rate) * gradients[index] }
    }
  }

  enum Kind: CaseIterable {
    case splines, fineFirst, unevenHats, coarse, single, perceptron

    var layers: [Layer<Double>] {
      switch self {
      case .splines: [.spline(2, 3, grid: 30), .spline(3, 4, grid: 12, degree: 2), .spline(4, 1, grid: 60)]
      case .fineFirst: [.spline(2, 3, grid: 80, products: 1), .spline(3, 1, grid: 5)]
      case .unevenHats:
        [
          .linear(2, 3, activation: .tanh),
          Layer(
            basis: HatFunctions(
              grid: try! Grid(
                breakpoints: [[Double]](repeating: (0...9).map { Double($0 * $0) / 50 - 1 }, count: 3), degree: 1),
              base: .silu), outputs: 1),
        ]
      case .coarse: [.spline(2, 3, grid: 25), .spline(3, 2, grid: 5), .spline(2, 1, grid: 2)]
      case .single: [.spline(2, 1, grid: 100)]
      case .perceptron: [.linear(2, 3, activation: .silu), .chebyshev(3, 2), .linear(2, 1)]
      }
    }

    /// g and m of a layer.
    func rule(_ layer: Int) -> (resolution: Double, solves: Int) { layer == 0 ? (25, 1) : (5, 2) }
  }

  private func step(
    _ kind: Kind, smooth: Bool, threads: Int = 2, epochs: Int = 1, updating: UpdatedParameters = .all
  ) throws -> (before: Network<Double>, after: Network<Double>) {
    let data = smoothData(Double.self, rows: 200)
    var network = Network(kind.layers, seed: 3)
    try network.setRanges(inputs: [-1...1, -1...1])
    let before = network
    var options = TrainingOptions(epochs: epochs, batch: 200, updating: updating)
    options.smoothsSteps = smooth
    try network.train(on: data, with: PlainDescent(), options: options, pool: ThreadPool(threads: threads))
    return (before, network)
  }

  /// (I + ρ·DᵀD)ᵐ·s′ is the plain step s, by the definition of D.
  @Test(arguments: Kind.allCases) func equalsItsDefinition(kind: Kind) throws {
    let (before, plain) = try step(kind, smooth: false)
    let smooth = try step(kind, smooth: true).after
    for (index, layer) in before.layers.enumerated() {
      let (old, s, own) = (
        before.weights(ofLayer: index), plain.weights(ofLayer: index), smooth.weights(ofLayer: index)
      )
      #expect(plain.bias(ofLayer: index) == smooth.bias(ofLayer: index))
      let (g, solves) = kind.rule(index)
      let ratio = Double(layer.gridIntervals ?? 0) / g
      if layers(kind) == 1 || ratio <= 1 {
        #expect(s == own, "layer \(index)")
        continue
      }
      let rho = ratio * ratio / (Double.pi * Double.pi) - 1 / (Double.pi * Double.pi)
      for input in 0..<layer.inputs {
        for sum in 0..<layer.sums {
          let rows = input * layer.functions..<input * layer.functions + layer.boundedFunctions
          var x = rows.map { own[$0, sum] - old[$0, sum] }
          for _ in 0..<solves {
            x = x.indices.map { k in
              let left = k > 0 ? x[k] - x[k - 1] : 0
              let right = k + 1 < x.count ? x[k + 1] - x[k] : 0
              return x[k] + rho * (left - right)
            }
          }
          let truth = rows.map { s[$0, sum] - old[$0, sum] }
          #expect(largestDifference(x, truth) <= 1e-11 * scale(truth, atLeast: 1e-3), "layer \(index)")
          for row in rows.upperBound..<(input + 1) * layer.functions { #expect(own[row, sum] == s[row, sum]) }
        }
      }
    }
  }

  private func layers(_ kind: Kind) -> Int { kind.layers.count }

  @Test(arguments: Kind.allCases) func anyNumberOfThreads(kind: Kind) throws {
    let one = try step(kind, smooth: true, threads: 1, epochs: 3).after
    #expect(try step(kind, smooth: true, threads: 3, epochs: 3).after.parameters == one.parameters)
  }

  /// A smoothed step reaches coefficients that no row meets, which a restricted training must not change.
  @Test func restrictedTrainingKeepsOtherCoefficients() throws {
    var network = Network<Double>(.spline(2, 3, grid: 40), .spline(3, 1, grid: 40), seed: 2)
    try network.setRanges(inputs: [-4...4, -4...4])
    let before = network
    var options = TrainingOptions(epochs: 2, batch: 50, updating: .supported)
    options.smoothsSteps = true
    try network.train(on: smoothData(Double.self, rows: 200), with: AdamW(learningRate: 0.01), options: options)
    let (old, new) = (before.weights(ofLayer: 0), network.weights(ofLayer: 0))
    // Rows meet the middle quarter of the first layer's grid.
    #expect((0..<12).allSatisfy { k in (0..<3).allSatisfy { old[k, $0] == new[k, $0] } })
    #expect((18..<22).allSatisfy { old[$0, 0] != new[$0, 0] })
  }

  /// Fine grids in all layers learn a smooth function about as well as coarse ones, and without smoothing far worse.
  @Test(arguments: [40, 150]) func fineGridsLearn(grid: Int) throws {
    let data = smoothData(Float.self, rows: 2000)
    func loss(_ grid: Int, smooth: Bool = true) throws -> Double {
      var network = Network<Float>(.spline(2, 5, grid: grid), .spline(5, 1, grid: grid), seed: 4)
      var options = TrainingOptions(epochs: 30, batch: 128, schedule: .oneCycle)
      options.smoothsSteps = smooth
      try network.train(on: data, with: AdamW(learningRate: 0.05), options: options)
      return network.evaluate(on: smoothData(Float.self, rows: 500, seed: 9)).loss
    }
    let (coarse, fine, plain) = (try loss(5), try loss(grid), try loss(grid, smooth: false))
    #expect(fine < 9 * coarse && plain > 30 * fine, "\(fine) after \(coarse), plain \(plain)")
  }
}
