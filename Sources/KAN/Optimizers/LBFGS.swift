/// Limited-memory BFGS on all rows at once (Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4
/// and 7.5) with a line search for the strong Wolfe conditions (algorithms 3.5 and 3.6).
///
///     d = -H·g,  H from the last m pairs s = Δp, y = Δg by the two-loop recursion, H₀ = sᵀy/yᵀy
///     p += α·d   with  L(p + αd) ≤ L(p) + c₁·α·gᵀd  and  |g(p + αd)ᵀd| ≤ c₂·|gᵀd|
///
/// Suited to networks too large for a Jacobian and data sets small enough for many full passes: the loss falls at every
/// iteration, far below Adam's, without a learning rate to choose. One iteration counts as an epoch.
public struct LBFGS: Sendable, Equatable {
  public var name: String { "lbfgs" }
  /// m, the pairs remembered: memory of 2·m times the parameters.
  public var pairs: Int
  /// Converged when no element of the gradient is larger.
  public var gradientTolerance: Double
  /// Converged when an iteration lowers the loss by no more than this share of it.
  public var lossTolerance: Double
  /// λ of the penalty λ/2·‖p‖² added to the loss.
  public var weightDecay: Double
  /// c₁, the sufficient decrease.
  public var decrease: Double
  /// c₂, the curvature condition.
  public var curvature: Double
  /// The most points of a line search.
  public var trials: Int
  /// The most memory that a training may take beyond the data, in bytes; see ``bytes(for:rows:)``.
  public var memoryLimit: Int

  /// Traps unless there are pairs (1 to 100) and 0 < c₁ < c₂ < 1.
  public init(
    pairs: Int = 10, gradientTolerance: Double = 1e-12, lossTolerance: Double = 1e-9, weightDecay: Double = 0,
    decrease: Double = 1e-4, curvature: Double = 0.9, trials: Int = 30, memoryLimit: Int = 4 << 30
  ) {
    require((1...100).contains(pairs) && trials > 0, "LBFGS: \(pairs) pairs, \(trials) trials")
    require(
      0 < decrease && decrease < curvature && curvature < 1, "LBFGS: c1 \(decrease), c2 \(curvature)")
    self.pairs = pairs
    self.gradientTolerance = gradientTolerance
    self.lossTolerance = lossTolerance
    self.weightDecay = weightDecay
    self.decrease = decrease
    self.curvature = curvature
    self.trials = trials
    self.memoryLimit = memoryLimit
  }

  /// Memory in bytes, beyond the data and the network, for training on `rows` rows: the pairs, the vectors of an
  /// iteration, the best parameters, and the activations of a chunk of rows.
  public func bytes<Element: Scalar>(for network: Network<Element>, rows: Int) -> Int {
    let vectors = 2 * (pairs + 1) + 9
    return vectors * network.parameterCount * MemoryLayout<Element>.stride
      + FullBatch<Element>.workspaceBytes(network, rows: rows)
  }
}

/// A differentiable function of many variables.
protocol DifferentiableFunction<Element> {
  associatedtype Element: Scalar
  /// f(x), and its gradient: [count] each
  mutating func value(at x: AlignedArray<Element>, gradient: inout AlignedArray<Element>) -> Double
}
