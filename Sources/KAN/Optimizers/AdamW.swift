/// Adam with decoupled weight decay (Kingma and Ba 2015, arXiv 1412.6980; Loshchilov and Hutter 2019, arXiv
/// 1711.05101).
///
///     m = β₁·m + (1 - β₁)·g        m̂ = m/(1 - β₁ᵗ)
///     v = β₂·v + (1 - β₂)·g²       v̂ = v/(1 - β₂ᵗ)
///     p -= rate·(m̂/(√v̂ + ε) + λ·p)
///
/// With λ = 0, the default, it is Adam.
public struct AdamW: Optimizer {
  public var name: String { "adam" }
  public var learningRate: Double { didSet { requireRate(learningRate, "AdamW") } }
  /// β₁, the decay of the mean of gradients.
  public var beta1: Double
  /// β₂, the decay of the mean of their squares.
  public var beta2: Double
  /// ε, added to √v̂.
  public var epsilon: Double
  /// λ
  public var weightDecay: Double
  public var momentCount: Int { 2 }

  /// Traps unless the rate and λ are finite and not negative, 0 ≤ β₁, β₂ < 1 and ε > 0.
  public init(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    requireRate(learningRate, "AdamW")
    require(
      (0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon > 0,
      "AdamW: beta1 \(beta1), beta2 \(beta2), epsilon \(epsilon)")
    require(weightDecay >= 0 && weightDecay.isFinite, "AdamW: weight decay \(weightDecay)")
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?
  ) {
    state.step += 1
    let t = Double(state.step)
    AdamWLoop(
      count: parameters.count, parameters: parameters.baseAddress!, gradients: gradients,
      mean: state.moments[0].mutablePointer(), variance: state.moments[1].mutablePointer(),
      rate: Element(rate / (1 - Elementary.pow(beta1, t))), beta1: Element(beta1), rest1: Element(1 - beta1),
      beta2: Element(beta2), rest2: Element(1 - beta2),
      scale: Element(1 / (1 - Elementary.pow(beta2, t)).squareRoot()), epsilon: Element(epsilon),
      shrink: Element(rate * weightDecay)
    ).run(on: pool)
  }
}

private struct AdamWLoop<Element: Scalar>: ElementwiseLoop {
  let count: Int
  let parameters: UnsafeMutablePointer<Element>
  let gradients: UnsafePointer<Element>
  let mean, variance: UnsafeMutablePointer<Element>
  let rate, beta1, rest1, beta2, rest2, scale, epsilon, shrink: Element

  func update(_ part: Range<Int>) {
    let start = part.lowerBound
    Element.Kernels.adamW(
      part.count, parameters + start, gradients + start, mean + start, variance + start, rate, beta1, rest1, beta2,
      rest2, scale, epsilon, shrink)
  }
}
