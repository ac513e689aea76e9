import KAN
import KANLinearAlgebra

extension Activation {
  /// As a step of a tape; nil for the identity and ReLU, which each writer has its own words for.
  var step: Tape.Unary? {
    switch self {
    case .identity, .relu: nil
    case .silu: .silu
    case .tanh: .hyperbolicTangent
    case .sigmoid: .sigmoid
    }
  }

  /// f(z)
  func value(at z: Double) -> Double {
    switch self {
    case .identity: z
    case .relu: z < 0 ? 0 : z
    case .silu, .tanh, .sigmoid: step!.value(at: z)
    }
  }
}
