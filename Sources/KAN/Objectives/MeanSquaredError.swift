/// The mean squared error, in units of the targets' spread: the default for numbers.
///
///     ℓ(y, t) = (y - t)²          ∂ℓ/∂y = 2(y - t)
public struct MeanSquaredError: PointwiseObjective, Equatable {
  public static var name: String { "mse" }
  public var scalesTargets: Bool { true }

  /// The loss has no settings.
  public init() {}

  public func point(output: Double, target: Double) -> PointLoss {
    let error = output - target
    return PointLoss(value: error * error, slope: 2 * error, curvature: 2)
  }

  /// Unweighted rows are a single kernel call.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    let (outputs, targets, columns) = (tile.outputs, tile.targetValues, tile.outputs.columns)
    let factor = 2 / Element(tile.total * columns)
    guard let weights = tile.weights else {
      let sum = Element.Kernels.squaredError(outputs.rows * columns, outputs.base, targets.base, factor, gradient?.base)
      return sum / Double(tile.total * columns)
    }
    var sum = 0.0
    for row in 0..<outputs.rows {
      sum +=
        Double(weights[row]) / Double(columns)
        * Element.Kernels.squaredError(
          columns, outputs.base + row * outputs.stride, targets.base + row * targets.stride, factor * weights[row],
          gradient.map { $0.base + row * $0.stride })
    }
    return sum / Double(tile.total)
  }
}

extension MeanSquaredError {
  public init(_ description: ObjectiveDescription) {}
}
