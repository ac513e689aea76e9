import Foundation
import KAN

// Networks as a textbook writes them: one neuron at a time, one edge at a time, in plain Swift. They share no code with
// the engine, which has to give the same numbers.

/// x_out = f(x_mid), where x_mid depends on the inputs x_in and on the neuron's own parameters.
protocol Neuron {
  var activation: Activation { get }
  func xMid(_ xIn: [Double]) -> Double
  /// ∂x_mid/∂x_in, one for each input.
  func inputDerivatives(_ xIn: [Double]) -> [Double]
  /// ∂x_mid/∂p, one for each weight, and last for the bias.
  func parameterDerivatives(_ xIn: [Double]) -> [Double]
}

extension Neuron {
  func xOut(_ xMid: Double) -> Double {
    switch activation {
    case .identity: xMid
    case .relu: max(0, xMid)
    case .silu: xMid * sigmoid(xMid)
    case .tanh: tanh(xMid)
    case .sigmoid: sigmoid(xMid)
    }
  }

  /// dx_out/dx_mid
  func slope(_ xMid: Double) -> Double {
    switch activation {
    case .identity: 1
    case .relu: xMid > 0 ? 1 : 0
    case .silu: sigmoid(xMid) + xMid * sigmoid(xMid) * (1 - sigmoid(xMid))
    case .tanh: 1 - tanh(xMid) * tanh(xMid)
    case .sigmoid: sigmoid(xMid) * (1 - sigmoid(xMid))
    }
  }
}

func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// x_mid = Σᵢ wᵢ·x_in,ᵢ + b
struct ClassicNeuron: Neuron {
  let weights: [Double]
  let bias: Double
  let activation: Activation

  func xMid(_ xIn: [Double]) -> Double {
    var sum = bias
    for (weight, x) in zip(weights, xIn) { sum += weight * x }
    return sum
  }

  func inputDerivatives(_ xIn: [Double]) -> [Double] { weights }
  func parameterDerivatives(_ xIn: [Double]) -> [Double] { xIn + [1] }
}

/// x_mid = Σᵢ φᵢ(x_in,ᵢ) + b with φᵢ(x) = Σₖ wᵢₖ·fₖ(x): a function of its own on each edge.
struct KANNeuron: Neuron {
  let edges: [SplineEdge]
  let bias: Double
  let activation: Activation

  func xMid(_ xIn: [Double]) -> Double {
    var sum = bias
    for (edge, x) in zip(edges, xIn) { sum += edge.value(x) }
    return sum
  }

  func inputDerivatives(_ xIn: [Double]) -> [Double] { zip(edges, xIn).map { $0.derivative($1) } }
  func parameterDerivatives(_ xIn: [Double]) -> [Double] { zip(edges, xIn).flatMap { $0.functions($1) } + [1] }
}
