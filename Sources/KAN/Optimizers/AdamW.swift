/// Adam with decoupled weight decay (Kingma and Ba 2015, arXiv 1412.6980; Loshchilov and Hutter 2019, arXiv 1711.05101).
///
///     m = β₁·m + (1 - β₁)·g        m̂ = m/(1 - β₁ᵗ)
///     v = β₂·v + (1 - β₂)·g²       v̂ = v/(1 - β₂ᵗ)
///     p -= rate·(m̂/(√v̂ + ε) + λ·p)
///
/// With λ = 0, the default, it is Adam.
public struct AdamW: Optimizer {
  public var name: String { "adam" }
  public var learningRate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// λ
  public var weightDecay: Double
  public var momentCount: Int { 2 }

  public init(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double
  ) {
    state.step += 1
    let mean = state.moments[0].mutablePointer()
    let variance = state.moments[1].mutablePointer()
    let t = Double(state.step)
    Element._adamW(
      parameters.count, parameters.baseAddress!, gradients, mean, variance,
      Element(rate / (1 - Elementary.pow(beta1, t))), Element(beta1), Element(1 - beta1), Element(beta2),
      Element(1 - beta2), Element(1 / (1 - Elementary.pow(beta2, t)).squareRoot()), Element(epsilon),
      Element(rate * weightDecay))
  }
}
