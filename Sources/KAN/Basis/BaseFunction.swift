/// A function with unbounded support, added to the splines or radial functions of an edge.
public enum BaseFunction: String, Sendable, CaseIterable {
  /// No base function.
  case none
  /// x
  case identity
  /// x·σ(x), the usual choice for a KAN (Liu et al. 2024, arXiv 2404.19756, section 2.2).
  case silu

  var count: Int { self == .none ? 0 : 1 }
  /// `enum kan_base` of the kernels.
  var code: Int32 {
    switch self {
    case .none: 0
    case .identity: 1
    case .silu: 2
    }
  }

  /// b(x), b′(x) and b″(x); 0 for ``none``.
  @inline(__always)
  func derivatives<Element: Scalar>(at x: Element) -> (Element, Element, Element) {
    switch self {
    case .none: return (0, 0, 0)
    case .identity: return (x, 1, 0)
    case .silu:
      let sigmoid = Element(1 / (1 + Elementary.exp(-Double(x))))
      let slope = sigmoid * (1 - sigmoid)
      return (x * sigmoid, sigmoid + x * slope, slope * (2 + x * (1 - 2 * sigmoid)))
    }
  }
}
