/// The logistic loss of targets of 0 and 1, in nats: outputs are logits, predictions the probability of a 1. Each of
/// several targets counts by itself.
///
///     ℓ(y, t) = log(1 + exp(y)) - t·y          ∂ℓ/∂y = p - t          ∂²ℓ/∂y² = p·(1 - p)          p = 1/(1 + exp(-y))
///
/// (McCullagh and Nelder 1989, Generalized Linear Models, chapter 4.) Everything is computed from exp(-|y|), which does
/// not overflow.
public struct LogisticLoss: PointwiseObjective, Equatable {
  public static var name: String { "logistic" }
  public var targetDomain: TargetDomain { .binary }
  public var link: OutputLink { .sigmoid }
  public var scalesTargets: Bool { false }

  /// The loss has no settings.
  public init() {}

  public func startingOutput(meanTarget: Double) -> Double { Elementary.log(meanTarget / (1 - meanTarget)) }

  public func point(output: Double, target: Double) -> PointLoss {
    let small = Elementary.exp(-output.magnitude)
    // The probability of the less likely outcome.
    let rest = small / (1 + small)
    return PointLoss(
      value: (output > 0 ? (1 - target) * output : -target * output) + Elementary.logOnePlus(small),
      slope: output > 0 ? 1 - target - rest : rest - target, curvature: rest / (1 + small))
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    meanOfPoints(tile, gradient)
  }
}

extension LogisticLoss {
  public init(_ description: ObjectiveDescription) {}
}
