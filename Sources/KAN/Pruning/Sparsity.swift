/// Penalties in training that make edges vanish, so that a network can be pruned and read: after Liu et al. 2024 (arXiv
/// 2404.19756, 2.5.1).
///
/// To the mean loss of a batch, in the layers' units, is added, over the layers,
///
///     Σ λ·Σₑ sₑ + η·H + ρ·Σₑ mean (Δ²c)²        sₑ = √(mean w² + ε²), over the K coefficients of edge e
///                                               H = -Σₑ pₑ·ln pₑ, with the shares pₑ = sₑ/Σ s
///
/// The paper takes the mean of |φ| over a batch for sₑ. The root mean square of an edge's coefficients costs no pass over
/// the rows, and does not depend on the grid, as splines of bounded coefficients are bounded by them. A constant edge
/// is penalised too, since a bias does its work for nothing. ε = 10⁻³ makes sₑ smooth where all coefficients are 0, and an
/// edge of that size is far below what pruning leaves. Biases and removed edges are not penalised.
///
/// First-order rules and ``LBFGS`` apply it; ``LevenbergMarquardt``, whose steps assume sums of squares, refuses. Losses in
/// records and reports are those of the data.
public struct Sparsity: Sendable, Equatable {
  /// λ, of the sum over edges, the L1 norm of sₑ: 0.01 to 0.1 for a regression, whose scaled targets have
  /// variance 1.
  public var edges: Double
  /// η, of the entropy of the edges' shares: a layer's few strong edges are favoured over many weak ones.
  public var entropy: Double
  /// ρ, of second differences of neighbouring coefficients, in layers with a grid.
  public var smoothness: Double

  /// Traps unless all are finite and not negative.
  public init(edges: Double = 0, entropy: Double = 0, smoothness: Double = 0) {
    require(
      [edges, entropy, smoothness].allSatisfy { $0 >= 0 && $0.isFinite },
      "Sparsity: \(edges), \(entropy), \(smoothness)")
    self.edges = edges
    self.entropy = entropy
    self.smoothness = smoothness
  }

  /// Whether there is no penalty at all.
  public var isNone: Bool { edges == 0 && entropy == 0 && smoothness == 0 }
}
