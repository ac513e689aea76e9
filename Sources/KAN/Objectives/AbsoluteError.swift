/// The mean absolute error, in units of the targets' spread; predictions estimate the median.
///
///     ℓ(y, t) = |y - t|          ∂ℓ/∂y = sign(y - t), and 0 at 0
///
/// The curvature is that of the tangent parabola above |y - t|, 1/|y - t|, with the floor of ``QuantileLoss`` for the
/// error (Hunter and Lange 2000, Journal of Computational and Graphical Statistics 9).
public struct AbsoluteError: PointwiseObjective, Equatable {
  public static var name: String { "absolute" }
  public var scalesTargets: Bool { true }
  public var predictedQuantile: Double? { 0.5 }

  /// The loss has no settings.
  public init() {}

  public func point(output: Double, target: Double) -> PointLoss {
    let error = output - target
    return PointLoss(
      value: error.magnitude, slope: error > 0 ? 1 : error < 0 ? -1 : 0,
      curvature: 1 / max(error.magnitude, QuantileLoss.leastError))
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    meanOfPoints(tile, gradient)
  }
}

extension AbsoluteError {
  public init(_ description: ObjectiveDescription) {}
}
