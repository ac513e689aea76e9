/// The identity f(x) = x, the edge of a classic neuron: layers with it form a multilayer perceptron.
public struct LinearBasis<Element: Scalar>: ConfigurableBasis {
  public static var kind: String { "linear" }
  public static var name: String { "linear" }
  public let inputs: Int
  public var functions: Int { 1 }
  public var isIdentity: Bool { true }
  public var risingCurves: RisingCurves { .positiveCoefficients }

  /// Traps unless there is an input.
  public init(inputs: Int) {
    require(inputs > 0, "LinearBasis: \(inputs) inputs")
    self.inputs = inputs
  }

  public func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    for row in 0..<x.rows {
      (values.base + row * values.stride).update(from: x.base + row * x.stride, count: x.columns)
    }
  }

  public func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    for row in 0..<x.rows {
      (derivatives.base + row * derivatives.stride).update(repeating: 1, count: x.columns)
    }
  }

  public func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>) {
    for row in 0..<x.rows {
      (second.base + row * second.stride).update(repeating: 0, count: x.columns)
    }
  }

  /// √(gain/in) for a node function with a gain, such as ReLU and SiLU (He et al. 2015, arXiv 1502.01852), else
  /// √(2/(in + out)) (Glorot and Bengio 2010).
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [(gain > 1 ? gain / Double(inputs) : 2 / Double(inputs + outputs)).squareRoot()]
  }

  public var description: BasisDescription<Element> { BasisDescription(kind: Self.kind, inputs: inputs) }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    self.init(inputs: description.inputs)
  }

  public init(_ options: BasisOptions) { self.init(inputs: options.inputs) }
  public var options: BasisOptions { BasisOptions(inputs: inputs) }
}
