/// The function from a layer's sums Z to its outputs Y: Y = node(Z), row by row.
///
/// An ``Activation`` is elementwise; ``Products`` multiplies pairs of sums, so that Z is wider than Y. A node function
/// is configuration: it holds no parameters. Any conforming type can be used in a layer; to load a saved model, pass
/// the type to the call.
///
/// Several threads call the passes at once, on tiles of rows: they must neither allocate nor keep state. Mark them
/// `@specialized(where Element == Float)` and `Double`, since unspecialised loops are slow.
///
/// Shapes: Z, dZ and Ż are [rows × sums]; Y, dY and Ẏ are [rows × out].
public protocol NodeFunction: Sendable {
  /// The name of this kind of node function in model files.
  static var kind: String { get }
  /// The settings from which ``init(settings:)`` recreates it.
  var settings: [String: String] { get }
  /// The inverse of ``settings``.
  init(settings: [String: String]) throws(BasisError)

  /// The width of Y for a width of Z, or nil if the function does not take that many sums.
  func outputs(sums: Int) -> Int?
  /// The width of Z for a width of Y, or nil if the function cannot have that many outputs.
  func sums(outputs: Int) -> Int?

  /// Whether yᵢ depends on zᵢ alone. Y and Z may then share memory, as may dY and dZ, and a pass may get any subset of
  /// the columns. By default false.
  var isElementwise: Bool { get }
  /// Whether the derivative needs Z. An elementwise function whose derivative follows from Y returns false and saves
  /// that memory; `sums` is then Y in ``pullBack(_:sums:outputs:to:)``. By default true.
  var keepsSums: Bool { get }
  /// The factor for the variance of initial weights, relative to the identity, that keeps the spread of Y constant from
  /// layer to layer: 2 if half of the sums are cut off. By default 1.
  var gain: Double { get }
  /// The sums on which an output depends, for a width of Y in which no two outputs share a sum; nil, the default of a
  /// function that is not elementwise, if they may. Pruning then removes edges of the layer, and no nodes.
  func sums(ofOutput output: Int, of outputs: Int) -> [Int]?
  /// The same function of fewer outputs, rising, of a width of Y: their sums stay in their order. By default itself for an
  /// elementwise function, else nil, as ``sums(ofOutput:of:)``.
  func selecting(outputs: [Int], of count: Int) -> (any NodeFunction)?
  /// Whether no output falls as a sum rises, as networks need that are monotone in an input. By default false.
  var isRising: Bool { get }

  /// Y = node(Z)
  func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>)

  /// dZ = (∂Y/∂Z)ᵀ·dY, row by row.
  func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>)

  /// Ẏ = (∂Y/∂Z)·Ż, row by row. Z is always available here. The default calls the pull-back, which is the same product
  /// for an elementwise function; other functions must implement it.
  func pushForward<Element: Scalar>(
    _ tangent: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to result: MutableMatrixView<Element>)

  /// Ÿ = (∂Y/∂Z)·Z̈ + ∂²Y/∂Z²(Ż, Ẇ), row by row, for two tangents Ż and Ẇ and the second derivative Z̈ along both.
  func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>)
}

extension NodeFunction {
  public var isElementwise: Bool { false }
  public var keepsSums: Bool { true }
  public var gain: Double { 1 }
  public var isRising: Bool { false }
  public func sums(ofOutput output: Int, of outputs: Int) -> [Int]? { isElementwise ? [output] : nil }
  public func selecting(outputs: [Int], of count: Int) -> (any NodeFunction)? { isElementwise ? self : nil }

  public func pushForward<Element: Scalar>(
    _ tangent: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to result: MutableMatrixView<Element>
  ) {
    require(isElementwise, "\(Self.kind): a node function that mixes sums without a push-forward of its own")
    pullBack(tangent, sums: z, outputs: y, to: result)
  }
}

/// The registry of this module's node functions, read by model files. A new node function adds its type here.
package func knownNodes() -> [any NodeFunction.Type] { [Activation.self, Products.self] }

/// Makes a node function from its settings with the type of that `kind`.
package func makeNode(
  kind: String, settings: [String: String], from types: [any NodeFunction.Type]
) throws(BasisError) -> any NodeFunction {
  guard let type = types.first(where: { $0.kind == kind }) else {
    throw BasisError("there is no node function of kind \"\(kind)\"")
  }
  return try type.init(settings: settings)
}
