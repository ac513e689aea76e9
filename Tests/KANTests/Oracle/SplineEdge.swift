import KAN

/// One edge of a Kolmogorov-Arnold network: φ(x) = Σₖ wₖ·fₖ(x), with B-splines by the recursion of Cox and de Boor as
/// it is defined, function by function.
struct SplineEdge {
  /// t₀ … t_{G+2k}
  let knots: [Double]
  let degree: Int
  let outside: OutsideGrid
  let base: BaseFunction
  let weights: [Double]

  private var splineCount: Int { knots.count - degree - 1 }
  private var a: Double { knots[degree] }
  private var b: Double { knots[splineCount] }

  func value(_ x: Double) -> Double { zip(weights, functions(x)).reduce(0) { $0 + $1.0 * $1.1 } }
  func derivative(_ x: Double) -> Double { zip(weights, slopes(x)).reduce(0) { $0 + $1.0 * $1.1 } }

  /// fₖ(x)
  func functions(_ x: Double) -> [Double] {
    let inside = min(max(x, a), b)
    let splines = (0..<splineCount).map { i in
      switch outside {
      case .fading: spline(i, degree, x)
      case .clamp: spline(i, degree, inside)
      case .linear: spline(i, degree, inside) + (x - inside) * splineSlope(i, inside)
      }
    }
    switch base {
    case .none: return splines
    case .identity: return splines + [x]
    case .silu: return splines + [x * sigmoid(x)]
    }
  }

  /// f′ₖ(x)
  func slopes(_ x: Double) -> [Double] {
    let inside = min(max(x, a), b)
    let splines = (0..<splineCount).map { i in
      switch outside {
      case .fading: splineSlope(i, x)
      case .clamp: x == inside ? splineSlope(i, x) : 0
      case .linear: splineSlope(i, inside)
      }
    }
    switch base {
    case .none: return splines
    case .identity: return splines + [1]
    case .silu: return splines + [sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x))]
    }
  }

  /// Bᵢ,ₖ(x), where 0/0 counts as 0.
  private func spline(_ i: Int, _ k: Int, _ x: Double) -> Double {
    if k == 0 {
      let (low, high) = (knots[i], knots[i + 1])
      // The right end of the grid belongs to the interval before it.
      if x == b { return low < b && high == b ? 1 : 0 }
      return low <= x && x < high ? 1 : 0
    }
    let (left, right) = (knots[i + k] - knots[i], knots[i + k + 1] - knots[i + 1])
    return (left > 0 ? (x - knots[i]) / left * spline(i, k - 1, x) : 0)
      + (right > 0 ? (knots[i + k + 1] - x) / right * spline(i + 1, k - 1, x) : 0)
  }

  /// B′ᵢ,ₖ = k·(Bᵢ,ₖ₋₁/(tᵢ₊ₖ - tᵢ) - Bᵢ₊₁,ₖ₋₁/(tᵢ₊ₖ₊₁ - tᵢ₊₁))
  private func splineSlope(_ i: Int, _ x: Double) -> Double {
    let k = degree
    let (left, right) = (knots[i + k] - knots[i], knots[i + k + 1] - knots[i + 1])
    return Double(k) * (left > 0 ? spline(i, k - 1, x) / left : 0)
      - Double(k) * (right > 0 ? spline(i + 1, k - 1, x) / right : 0)
  }
}
