/// One layer: Z = Φ(X)·W + b, Y = f(Z). Configuration only; its parameters stand in the network's flat buffer.
///
/// X: [rows × in], Φ: [rows × in·K], W: [in·K × out], b: [out]. With the ``LinearBasis`` it is a layer of a multilayer
/// perceptron, with any other a layer of a Kolmogorov-Arnold network.
public struct Layer<Element: Scalar>: Sendable {
  public let basis: any Basis<Element>
  public let outputs: Int
  public let activation: Activation
  // What each pass asks of the basis, and the way of its products: for a single row, asking takes as long as the products.
  public let inputs: Int
  /// K
  public let functions: Int
  /// Φ is X itself.
  let isIdentity: Bool
  /// The basis, if it can form products with its non-zero functions alone.
  let localBasis: (any LocalBasis<Element>)?
  /// What the cost model says; nil for a linear layer, whose Φ is X itself.
  public let contractionCost: ContractionCost?

  public init(basis: any Basis<Element>, outputs: Int, activation: Activation = .identity) {
    require(outputs > 0, "Layer: \(outputs) outputs")
    self.basis = basis
    self.outputs = outputs
    self.activation = activation
    inputs = basis.inputs
    functions = basis.functions
    isIdentity = basis.isIdentity
    localBasis = basis as? any LocalBasis<Element>
    contractionCost =
      isIdentity
      ? nil
      : ContractionCost(
        functions: functions, nonZeroFunctions: localBasis?.nonZeroFunctions, outputs: outputs, of: Element.self)
  }

  /// in·K·out
  public var weightCount: Int { inputs * functions * outputs }
  /// About the multiply-adds of a product with Φ, for the decision whether threads pay.
  func work(rows: Int) -> Int { rows * inputs * (contractionCost?.nonZeroFunctions ?? functions) * outputs }
  /// in·K·out + out
  public var parameterCount: Int { weightCount + outputs }
}

extension Layer {
  /// A KAN layer of splines on a uniform grid over [-1, 1], to which a network scales its inputs.
  ///
  /// - Parameters:
  ///   - grid: G, the intervals.
  ///   - degree: k, 1 to 5.
  public static func spline(
    _ inputs: Int, _ outputs: Int, grid: Int = 5, degree: Int = 3, activation: Activation = .identity,
    ends: GridEnds = .extended, outside: OutsideGrid = .linear, base: BaseFunction = .silu
  ) -> Layer {
    let knots = Grid<Element>(inputs: inputs, intervals: grid, degree: degree, ends: ends)
    return Layer(basis: BSpline(grid: knots, outside: outside, base: base), outputs: outputs, activation: activation)
  }

  /// A layer of a multilayer perceptron.
  public static func linear(_ inputs: Int, _ outputs: Int, activation: Activation = .identity) -> Layer {
    Layer(basis: LinearBasis(inputs: inputs), outputs: outputs, activation: activation)
  }

  /// A KAN layer of Chebyshev polynomials up to the given degree.
  public static func chebyshev(
    _ inputs: Int, _ outputs: Int, degree: Int = 5, activation: Activation = .identity
  ) -> Layer {
    Layer(basis: Chebyshev(inputs: inputs, degree: degree), outputs: outputs, activation: activation)
  }

  /// A KAN layer of radial functions, one at each end of `grid` equal intervals over [-1, 1].
  public static func gaussian(
    _ inputs: Int, _ outputs: Int, grid: Int = 5, activation: Activation = .identity, base: BaseFunction = .silu
  ) -> Layer {
    Layer(
      basis: Gaussian(inputs: inputs, centers: grid + 1, base: base), outputs: outputs, activation: activation)
  }
}
