/// The mean Poisson deviance of counts, with the logarithm as link: outputs are logarithms of rates.
///
///     ℓ(y, t) = 2·(t·log(t/μ) - t + μ)          μ = exp(y)          ∂ℓ/∂y = 2(μ - t)          ∂²ℓ/∂y² = 2μ
///
/// It is twice the negative log likelihood less that of the saturated model μ = t, so 0 if each rate equals its count
/// (McCullagh and Nelder 1989, Generalized Linear Models, 2.3). With d = y - log t it is 2t·(exp(d) - 1 - d), which
/// loses no digits near 0.
public struct PoissonDeviance: PointwiseObjective, Equatable {
  public static var name: String { "poisson" }
  public var targetDomain: TargetDomain { .counts }
  public var link: OutputLink { .exp }
  public var scalesTargets: Bool { false }

  /// The loss has no settings.
  public init() {}

  public func startingOutput(meanTarget: Double) -> Double { Elementary.log(meanTarget) }

  public func point(output: Double, target: Double) -> PointLoss {
    let rate = Elementary.exp(output)
    let distance = target > 0 ? output - Elementary.log(target) : 0
    // The first form loses digits near 0, the second overflows for a tiny t.
    let value =
      distance > 1 || target == 0
      ? rate - target * (1 + distance) : target * (Elementary.expMinusOne(distance) - distance)
    return PointLoss(value: 2 * value, slope: 2 * (rate - target), curvature: 2 * rate)
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    meanOfPoints(tile, gradient)
  }
}

extension PoissonDeviance {
  public init(_ description: ObjectiveDescription) {}
}
