/// The pinball loss, in units of the targets' spread: predictions estimate the q-quantile of a target, which a share q
/// of targets does not exceed.
///
///     ℓ(y, t) = q·(t - y)           t ≥ y
///               (1 - q)·(y - t)     t < y          ∂ℓ/∂y = -q, 1 - q, and 0 at t = y
///
/// (Koenker and Bassett 1978, Econometrica 46.) The curvature is that of the tangent parabola above ℓ, 1/(2|t - y|),
/// with a floor of 1e-5 for the error (Hunter and Lange 2000, Journal of Computational and Graphical Statistics 9).
public struct QuantileLoss: PointwiseObjective, Equatable {
  public static var name: String { "quantile" }
  public var scalesTargets: Bool { true }
  /// q
  public let quantile: Double
  public var predictedQuantile: Double? { quantile }

  /// The floor for the error in the curvature, in units of the targets' spread. On the tests' problems, whose exact
  /// minimum is that of a linear program, the loss of a Levenberg-Marquardt fit exceeds it by a relative 1e-3 with a
  /// floor of 1e-2, 1e-4 with 1e-3 and 1e-5 with 1e-5; smaller floors take more iterations for little gain.
  static let leastError = 1e-5

  /// Traps unless q is between 0 and 1.
  public init(_ quantile: Double) {
    require(quantile > 0 && quantile < 1, "QuantileLoss: quantile \(quantile)")
    self.quantile = quantile
  }

  public func point(output: Double, target: Double) -> PointLoss {
    let error = target - output
    return PointLoss(
      value: error >= 0 ? quantile * error : (quantile - 1) * error,
      slope: error > 0 ? -quantile : error < 0 ? 1 - quantile : 0,
      curvature: 0.5 / max(error.magnitude, Self.leastError))
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    meanOfPoints(tile, gradient)
  }
}

extension QuantileLoss {
  public var settings: [String: Double] { ["quantile": quantile] }

  public init(_ description: ObjectiveDescription) throws(ObjectiveError) {
    self.init(try description.setting("quantile", "between 0 and 1") { $0 > 0 && $0 < 1 })
  }
}
