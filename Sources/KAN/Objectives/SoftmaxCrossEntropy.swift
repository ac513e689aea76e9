/// Softmax cross-entropy, in nats: the default for classes. Outputs are logits, one for each class.
///
///     Lᵣ = log Σⱼ exp(yⱼ) - y_label          ∂Lᵣ/∂y = softmax(y) - onehot(label)
///
/// The largest logit of a row is subtracted first, so that nothing overflows. The loss couples the outputs of a row, so
/// no single residual has a weight and ``LevenbergMarquardt`` does not support it; use ``LBFGS``.
public struct SoftmaxCrossEntropy: Objective, Equatable {
  public static var name: String { "cross-entropy" }
  public var targetDomain: TargetDomain { .classes }
  public var link: OutputLink { .softmax }
  public var scalesTargets: Bool { false }

  /// The loss has no settings.
  public init() {}

  /// Unweighted rows are a single kernel call.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    let (logits, labels) = (tile.outputs, tile.targetClasses)
    guard let weights = tile.weights else {
      let sum = Element.Kernels.crossEntropy(
        logits.rows, logits.columns, logits.base, labels, 1 / Element(tile.total), gradient?.base)
      return sum / Double(tile.total)
    }
    var sum = 0.0
    for row in 0..<logits.rows {
      sum +=
        Double(weights[row])
        * Element.Kernels.crossEntropy(
          1, logits.columns, logits.base + row * logits.stride, labels + row, weights[row] / Element(tile.total),
          gradient.map { $0.base + row * $0.stride })
    }
    return sum / Double(tile.total)
  }
}

extension SoftmaxCrossEntropy {
  public init(_ description: ObjectiveDescription) {}
}
