/// Stochastic gradient descent with momentum: v = μ·v + g + λ·p;  p -= rate·v.
public struct SGD: Optimizer {
  public var name: String { "sgd" }
  public var learningRate: Double { didSet { requireRate(learningRate, "SGD") } }
  /// μ
  public var momentum: Double
  /// λ, the weight of an L2 penalty.
  public var weightDecay: Double
  public var momentCount: Int { 1 }

  /// Traps unless the rate and λ are finite and not negative, and 0 ≤ μ < 1.
  public init(learningRate: Double = 0.01, momentum: Double = 0.9, weightDecay: Double = 0) {
    requireRate(learningRate, "SGD")
    require((0..<1).contains(momentum), "SGD: momentum \(momentum)")
    require(weightDecay >= 0 && weightDecay.isFinite, "SGD: weight decay \(weightDecay)")
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  public func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?
  ) {
    state.step += 1
    SGDLoop(
      count: parameters.count, parameters: parameters.baseAddress!, gradients: gradients,
      velocity: state.moments[0].mutablePointer(), rate: Element(rate), momentum: Element(momentum),
      decay: Element(weightDecay)
    ).run(on: pool)
  }
}

private struct SGDLoop<Element: Scalar>: ElementwiseLoop {
  let count: Int
  let parameters: UnsafeMutablePointer<Element>
  let gradients: UnsafePointer<Element>
  let velocity: UnsafeMutablePointer<Element>
  let rate, momentum, decay: Element

  func update(_ part: Range<Int>) {
    let start = part.lowerBound
    Element.Kernels.sgd(part.count, parameters + start, gradients + start, velocity + start, rate, momentum, decay)
  }
}
