/// Huber's loss: quadratic for small errors and linear for large ones, so that the pull of gross outliers is bounded.
///
///     ℓ(y, t) = r²/2              |r| ≤ δ          r = y - t
///               δ·(|r| - δ/2)     |r| > δ
///
/// (Huber 1964, Annals of Mathematical Statistics 35.) r and δ are in units of the targets' spread. The curvature is 1
/// up to δ and δ/|r| beyond, the weights of iteratively reweighted least squares.
public struct HuberLoss: PointwiseObjective, Equatable {
  public static var name: String { "huber" }
  public var scalesTargets: Bool { true }
  /// δ, in units of the targets' spread.
  public let delta: Double

  /// - Parameter delta: δ. For Gaussian noise, δ = 1.345 standard deviations has 95 % efficiency (Huber 1981, Robust
  ///   Statistics); the default suits noise of 7 % of the targets' spread. Smaller values approach ``AbsoluteError``,
  ///   with 64 % efficiency; larger ones give outliers more influence. Traps unless finite and above 0.
  public init(delta: Double = 0.1) {
    require(delta > 0 && delta.isFinite, "HuberLoss: delta \(delta)")
    self.delta = delta
  }

  public func point(output: Double, target: Double) -> PointLoss {
    let error = output - target
    let size = error.magnitude
    if size <= delta { return PointLoss(value: error * error / 2, slope: error, curvature: 1) }
    return PointLoss(
      value: delta * (size - delta / 2), slope: error < 0 ? -delta : delta, curvature: delta / size)
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    meanOfPoints(tile, gradient)
  }
}

extension HuberLoss {
  public var settings: [String: Double] { ["delta": delta] }

  public init(_ description: ObjectiveDescription) throws(ObjectiveError) {
    self.init(delta: try description.setting("delta", "a number above 0") { $0 > 0 })
  }
}
