/// The function that stands beside the splines or radial functions of an edge and does not end with the grid.
public enum BaseFunction: String, Sendable, CaseIterable {
  /// K counts the other functions only.
  case none
  /// x
  case identity
  /// x·σ(x), the usual one for KAN (Liu et al. 2024, arXiv 2404.19756, section 2.2).
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
}
