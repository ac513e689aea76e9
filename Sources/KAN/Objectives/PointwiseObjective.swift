/// An objective that is a mean over rows and outputs of a function of one output and its target.
///
///     L = Σᵣ wᵣ Σₒ ℓ(yᵣₒ, tᵣₒ) / (rows·out)
///
/// `point(output:target:)` is the only requirement beyond a name. ``LevenbergMarquardt`` trains it by Gauss-Newton
/// steps in which each residual has the weight ℓ″ / 2, which is 1 for the squared error:
///
///     (Σ w·ℓ″/2·JᵀJ + …)·Δp = -Σ w·ℓ′/2·Jᵀ + …                 J = ∂y/∂p of one output of one row
public protocol PointwiseObjective: Objective {
  /// ℓ, its derivative by the output and its curvature.
  func point(output: Double, target: Double) -> PointLoss
}

/// The loss of one output.
public struct PointLoss: Sendable, Equatable {
  /// ℓ(y, t)
  public var value: Double
  /// ∂ℓ/∂y
  public var slope: Double
  /// The second derivative of a parabola tangent to ℓ at y: ∂²ℓ/∂y² if ℓ is convex and smooth, or ℓ′/(y - t), for which
  /// the parabola majorises a symmetric ℓ that grows less than quadratically (iteratively reweighted least squares).
  /// Not negative.
  public var curvature: Double

  /// A loss with its derivatives by the output; `curvature` must not be negative.
  public init(value: Double, slope: Double, curvature: Double) {
    self.value = value
    self.slope = slope
    self.curvature = curvature
  }
}

extension PointwiseObjective {
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    meanOfCalls(tile, gradient) { point(output: $0, target: $1) }
  }

  /// The same for this module's objectives, which call it from a method specialised for Float and Double, so that
  /// `point(output:target:)` is inlined into the loop.
  @inline(__always)
  func meanOfPoints<Element: Scalar>(
    _ tile: ObjectiveTile<Element>, _ gradient: MutableMatrixView<Element>?
  ) -> Double {
    mean(tile, gradient) { point(output: $0, target: $1) }
  }
}

/// ``mean(_:_:_:)`` with a call for each output, since another module's objective cannot be inlined.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func meanOfCalls<Element: Scalar>(
  _ tile: ObjectiveTile<Element>, _ gradient: MutableMatrixView<Element>?, _ point: (Double, Double) -> PointLoss
) -> Double {
  mean(tile, gradient, point)
}

/// ``Objective/loss(of:gradient:)`` from the losses of single outputs, in double precision.
@inline(__always)
private func mean<Element: Scalar>(
  _ tile: ObjectiveTile<Element>, _ gradient: MutableMatrixView<Element>?, _ point: (Double, Double) -> PointLoss
) -> Double {
  let (outputs, targets) = (tile.outputs, tile.targetValues)
  let share = 1 / Double(tile.total * outputs.columns)
  var sum = 0.0
  for row in 0..<outputs.rows {
    let weight = tile.weights.map { Double($0[row]) } ?? 1
    for column in 0..<outputs.columns {
      let point = point(Double(outputs[row, column]), Double(targets[row, column]))
      sum += weight * point.value
      if let gradient { gradient[row, column] = Element(weight * share * point.slope) }
    }
  }
  return sum * share
}
