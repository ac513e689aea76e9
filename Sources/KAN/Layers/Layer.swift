/// One layer: Z = Φ(X)·W + b, Y = node(Z). Configuration only: the parameters are in the network's flat buffer.
///
/// X: [rows × in], Φ: [rows × in·K], W: [in·K × sums], b: [sums], Y: [rows × out]. With the ``LinearBasis`` it is a
/// layer of a multilayer perceptron, with any other a layer of a Kolmogorov-Arnold network.
public struct Layer<Element: Scalar>: Sendable {
  /// The functions fₖ on the edges.
  public let basis: any Basis<Element>
  /// The width of Y.
  public let outputs: Int
  /// The width of Z, of W's rows and of b: as many as outputs, unless the node function joins sums.
  public let sums: Int
  /// The node function, if it is one of the built-in activations.
  public let activation: Activation?
  /// Any other node function. Nil for an activation: every pass copies the layer, and copying nil is cheaper.
  private let otherNode: (any NodeFunction)?
  // Cached from `node` for the passes.
  let isElementwise: Bool
  let keepsSums: Bool
  // Cached from `basis`: calls through the existential cost as much as a one-row product.
  /// The width of X.
  public let inputs: Int
  /// K
  public let functions: Int
  /// Φ is X itself.
  let isIdentity: Bool
  /// The basis, if it supports the local contraction.
  let localBasis: (any CompactBasis<Element>)?
  /// The layout of its functions in W.
  let compactShape: CompactShape?
  /// The cost model's prediction; nil for a linear layer, whose Φ is X itself.
  public let contractionCost: ContractionCost?
  /// The edges that are left of a pruned layer; nil for all, which is cheap to copy.
  var pruning: EdgeBlocks?

  /// Traps unless `outputs` is positive and possible for the node function.
  public init(basis: any Basis<Element>, outputs: Int, node: any NodeFunction = Activation.identity) {
    require(outputs > 0, "Layer: \(outputs) outputs")
    guard let sums = node.sums(outputs: outputs), node.outputs(sums: sums) == outputs else {
      fatalError("Layer: \(outputs) outputs of \(type(of: node).kind) \(node.settings)")
    }
    self.basis = basis
    self.outputs = outputs
    self.sums = sums
    activation = node as? Activation
    otherNode = activation == nil ? node : nil
    isElementwise = node.isElementwise
    keepsSums = node.keepsSums
    inputs = basis.inputs
    functions = basis.functions
    isIdentity = basis.isIdentity
    localBasis = basis as? any CompactBasis<Element>
    compactShape = localBasis.map { CompactShape($0) }
    contractionCost =
      isIdentity
      ? nil
      : ContractionCost(
        functions: functions, nonZeroFunctions: localBasis?.nonZeroFunctions, outputs: sums, of: Element.self)
  }

  /// A layer with an activation of its sums; traps unless there are outputs.
  public init(basis: any Basis<Element>, outputs: Int, activation: Activation) {
    self.init(basis: basis, outputs: outputs, node: activation)
  }

  /// Between Z and Y.
  public var node: any NodeFunction { otherNode ?? activation ?? .identity }

  /// The node function in a few words.
  package var nodeText: String {
    if let activation { return activation.rawValue }
    if let products = node as? Products {
      let text = products.count == 1 ? "1 product" : "\(products.count) products"
      return products.activation == .identity ? text : "\(products.activation.rawValue), \(text)"
    }
    return ([type(of: node).kind] + node.settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
      .joined(separator: ", ")
  }

  /// Whether Z and Y, as well as dZ and dY, need separate memory in training.
  var separatesSums: Bool { !isElementwise }
  /// in·K·sums
  public var weightCount: Int { inputs * functions * sums }
  /// Approximate multiply-adds of a product with Φ, by which threads are used or not.
  func work(rows: Int) -> Int {
    rows * (pruning?.inputs ?? inputs) * (contractionCost?.nonZeroFunctions ?? functions) * sums
  }
  /// in·K·sums + sums
  public var parameterCount: Int { weightCount + sums }
}

extension Layer {
  /// A KAN layer of splines on a uniform grid over [-1, 1], to which a network scales its inputs.
  ///
  /// - Parameters:
  ///   - grid: G, the intervals.
  ///   - degree: k, 1 to 5.
  ///   - products: the number of outputs, at the end, that are products of two sums each; see ``Products``.
  public static func spline(
    _ inputs: Int, _ outputs: Int, grid: Int = 5, degree: Int = 3, products: Int = 0,
    activation: Activation = .identity, ends: GridEnds = .extended, outside: OutsideGrid = .linear,
    base: BaseFunction = .silu
  ) -> Layer {
    let knots = Grid<Element>(inputs: inputs, intervals: grid, degree: degree, ends: ends)
    return Layer(
      basis: BSpline(grid: knots, outside: outside, base: base), outputs: outputs,
      node: makeNode(products, activation))
  }

  /// A layer of a multilayer perceptron.
  public static func linear(
    _ inputs: Int, _ outputs: Int, products: Int = 0, activation: Activation = .identity
  ) -> Layer {
    Layer(basis: LinearBasis(inputs: inputs), outputs: outputs, node: makeNode(products, activation))
  }

  /// A KAN layer of Chebyshev polynomials up to the given degree.
  public static func chebyshev(
    _ inputs: Int, _ outputs: Int, degree: Int = 5, products: Int = 0, activation: Activation = .identity
  ) -> Layer {
    Layer(
      basis: Chebyshev(inputs: inputs, degree: degree), outputs: outputs, node: makeNode(products, activation))
  }

  /// A KAN layer of radial functions, one at each end of `grid` equal intervals over [-1, 1].
  public static func gaussian(
    _ inputs: Int, _ outputs: Int, grid: Int = 5, products: Int = 0, activation: Activation = .identity,
    base: BaseFunction = .silu
  ) -> Layer {
    Layer(
      basis: Gaussian(inputs: inputs, centers: grid + 1, base: base), outputs: outputs,
      node: makeNode(products, activation))
  }

  private static func makeNode(_ products: Int, _ activation: Activation) -> any NodeFunction {
    products == 0 ? activation : Products(products, activation: activation)
  }
}
