/// Softmax cross-entropy, in nats: for classes, the default. Outputs are logits, one for each class.
///
///     Lᵣ = log Σⱼ exp(yⱼ) - y_label          ∂Lᵣ/∂y = softmax(y) - onehot(label)
///
/// The largest logit of a row is subtracted first, so that nothing overflows. The loss of a row couples its outputs, so
/// there is no weight of a single residual and ``LevenbergMarquardt`` does not take it; use ``LBFGS``.
public struct SoftmaxCrossEntropy: Objective, Equatable {
  public static var name: String { "cross-entropy" }
  public var targetDomain: TargetDomain { .classes }
  public var link: OutputLink { .softmax }
  public var scalesTargets: Bool { false }

  /// The loss has no settings.
  public init() {}

  /// Rows without weights go through the kernel at once.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func loss<Element: Scalar>(
    of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    let (logits, labels) = (tile.outputs, tile.targetClasses)
    guard let weights = tile.weights else {
      let sum = Element._crossEntropy(
        logits.rows, logits.columns, logits.base, labels, 1 / Element(tile.total), gradient?.base)
      return sum / Double(tile.total)
    }
    var sum = 0.0
    for row in 0..<logits.rows {
      sum +=
        Double(weights[row])
        * Element._crossEntropy(
          1, logits.columns, logits.base + row * logits.stride, labels + row, weights[row] / Element(tile.total),
          gradient.map { $0.base + row * $0.stride })
    }
    return sum / Double(tile.total)
  }
}

extension SoftmaxCrossEntropy {
  public init(_ description: ObjectiveDescription) {}
}
