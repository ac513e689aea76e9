/// The map from the last layer's output y to a prediction, applied by ``Network/predict(_:pool:)->Matrix<Element>``.
public enum OutputLink: String, Sendable {
  /// y, scaled back by the network's ``Network/outputScaling``.
  case identity
  /// exp(yᵢ) / Σⱼ exp(yⱼ), the probability of each class.
  case softmax
  /// 1 / (1 + exp(-y)), a probability.
  case sigmoid
  /// exp(y), a rate.
  case exp
}

extension OutputLink {
  /// Turns outputs into predictions in place; `scaling` is that of targets.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func apply<Element: Scalar>(to y: MutableMatrixView<Element>, _ scaling: Scaling<Element>) {
    switch self {
    case .identity: scaling.invert(on: y)
    case .softmax: Element.Kernels.softmax(y.rows, y.columns, y.base)
    case .sigmoid:
      // exp(-y) may overflow to infinity, whose reciprocal is the limit 0.
      for index in 0..<y.rows * y.columns { y.base[index] = -y.base[index] }
      Element.Kernels.exp(y.rows * y.columns, y.base)
      for index in 0..<y.rows * y.columns { y.base[index] = 1 / (1 + y.base[index]) }
    case .exp: Element.Kernels.exp(y.rows * y.columns, y.base)
    }
  }
}
