/// What stands between a layer's sums Z and its outputs Y: Y = node(Z), row by row.
///
/// An ``Activation`` acts on each element by itself; ``Products`` multiplies pairs of sums, so that Z is wider than Y.
/// A node function is configuration: it holds no parameters. Conform a type in a file of its own, and a layer can use
/// it; give its type to the call that loads a model, and it is saved and loaded with the network.
///
/// The passes are called for tiles of rows, from several threads: they must neither allocate nor keep state. Mark them
/// `@specialized(where Element == Float)` and `Double`, since generic loops are slow.
///
/// Shapes: Z, dZ and Ż are [rows × sums]; Y, dY and Ẏ are [rows × out].
public protocol NodeFunction: Sendable {
  /// The name by which a model file knows this kind.
  static var kind: String { get }
  /// What ``init(settings:)`` needs to make it again.
  var settings: [String: String] { get }
  /// The inverse of ``settings``.
  init(settings: [String: String]) throws(BasisError)

  /// The width of Y for a width of Z, or nil if the function does not take that many sums.
  func outputs(sums: Int) -> Int?
  /// The width of Z for a width of Y, or nil if the function cannot have that many outputs.
  func sums(outputs: Int) -> Int?

  /// yᵢ depends on zᵢ alone. Y and Z may then be the same memory, as may dY and dZ, and a pass may be given any part of
  /// the columns. By default false.
  var isElementwise: Bool { get }
  /// Whether the derivative needs Z. An element-by-element function that works from Y answers false and saves that
  /// memory; `sums` is then Y in ``pullBack(_:sums:outputs:to:)``. By default true.
  var keepsSums: Bool { get }
  /// How much wider than for the identity the variance of initial weights has to be so that the spread of Y neither
  /// grows nor shrinks from layer to layer: 2 where half of the sums are cut off. By default 1.
  var gain: Double { get }

  /// Y = node(Z)
  func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>)

  /// dZ = (∂Y/∂Z)ᵀ·dY, row by row.
  func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>)

  /// Ẏ = (∂Y/∂Z)·Ż, row by row. Z is always kept where tangents are asked for. By default the pull-back, which is the
  /// same product for an element-by-element function; others have to implement it.
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

  public func pushForward<Element: Scalar>(
    _ tangent: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to result: MutableMatrixView<Element>
  ) {
    require(isElementwise, "\(Self.kind): a node function that mixes sums without a push-forward of its own")
    pullBack(tangent, sums: z, outputs: y, to: result)
  }
}

/// The kinds of node function that a model file may name. A new one in this module adds its type here.
package func knownNodes() -> [any NodeFunction.Type] { [Activation.self, Products.self] }

/// Makes a node function from its settings, by the type whose `kind` is named.
package func makeNode(
  kind: String, settings: [String: String], from types: [any NodeFunction.Type]
) throws(BasisError) -> any NodeFunction {
  guard let type = types.first(where: { $0.kind == kind }) else {
    throw BasisError("there is no node function of kind \"\(kind)\"")
  }
  return try type.init(settings: settings)
}
