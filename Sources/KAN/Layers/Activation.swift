/// f in Y = f(Z), element by element.
public enum Activation: String, Sendable, CaseIterable, Codable {
  case identity
  /// max(0, z)
  case relu
  /// z·σ(z)
  case silu
  case tanh
  /// σ(z) = 1/(1 + e^-z)
  case sigmoid

  /// SiLU's derivative needs z; those of the others follow from y = f(z), so z need not be kept.
  var keepsPreactivation: Bool { self == .silu }

  /// `enum kan_activation` of the kernels.
  var code: Int32 {
    switch self {
    case .identity: 0
    case .relu: 1
    case .silu: 2
    case .tanh: 3
    case .sigmoid: 4
    }
  }
}
