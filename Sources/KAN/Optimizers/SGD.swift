/// Stochastic gradient descent with momentum: v = μ·v + g + λ·p;  p -= rate·v.
public struct SGD: Optimizer {
  public var name: String { "sgd" }
  public var learningRate: Double
  /// μ
  public var momentum: Double
  /// λ, the weight of an L2 penalty.
  public var weightDecay: Double
  public var momentCount: Int { 1 }

  public init(learningRate: Double = 0.01, momentum: Double = 0.9, weightDecay: Double = 0) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  public func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double
  ) {
    state.step += 1
    Element._sgd(
      parameters.count, parameters.baseAddress!, gradients, state.moments[0].mutablePointer(), Element(rate),
      Element(momentum), Element(weightDecay))
  }
}
