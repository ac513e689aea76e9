/// The functions fₖ on the edges of one layer: φᵢ(x) = Σₖ wₖ·fₖ(x), K functions for each of `inputs` inputs.
///
/// A basis is configuration: it holds no coefficients. Conform a type in a file of its own, and a layer can use it;
/// give its type to the call that loads a model, and it is saved and loaded with the network.
/// Neither method may allocate or keep state: they are called for tiles, from several threads.
public protocol Basis<Element>: Sendable {
  /// The precision of values and coefficients.
  associatedtype Element: Scalar

  /// The name under which a model file knows this kind of basis.
  static var kind: String { get }

  /// Inputs of the layer.
  var inputs: Int { get }
  /// K, the functions of each input.
  var functions: Int { get }
  /// K = 1 and f₁(x) = x: Φ(X) is X itself, and none of the methods below that write tiles is called.
  var isIdentity: Bool { get }

  /// Φ: [rows × columns·K] = fₖ(x) for the inputs `first ..< first + x.columns`; x: [rows × columns].
  ///
  /// The functions of an input stand side by side: column j·K + k is fₖ of input `first + j`.
  func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>)

  /// Φ′: [rows × columns·K] = f′ₖ(x), laid out as Φ is.
  func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>)

  /// Φ″: [rows × columns·K] = f″ₖ(x), laid out as Φ is; what ``Network/hessian(ofOutput:at:pool:)`` asks for, and no
  /// training. By default from central differences of the derivatives, to about 10 digits in double precision and 4 in
  /// single, with memory from the heap.
  func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>)

  /// dX: [rows × columns] = Σₖ dΦ·f′ₖ(x). By default from the derivatives, through `scratch`, a tile of Φ's shape.
  func pullBack(
    _ dValues: MatrixView<Element>, at x: MatrixView<Element>, first: Int, scratch: MutableMatrixView<Element>,
    to dx: MutableMatrixView<Element>)

  /// Standard deviations of the normal distributions from which coefficients start, one for each of the K functions.
  ///
  /// A network traps on any other number of them.
  ///
  /// - Parameters:
  ///   - outputs: the sums that each function goes into.
  ///   - gain: of the layer's node function, see ``NodeFunction/gain``.
  func initialDeviations(outputs: Int, gain: Double) -> [Double]

  /// How many functions at the end of the K stand beside the curve proper, such as a base function. Edges set to a given
  /// function leave their coefficients at 0. By default 0, or a compact basis's ``CompactBasis/fixedFunctions``.
  var baseFunctions: Int { get }

  /// Points at which an edge of this input is sampled to set it to a given function: more than there are functions, and
  /// together they determine every coefficient. By default 4K + 4 Chebyshev points on [-1, 1], to which a network scales
  /// its inputs; a gridded basis samples each cell.
  func fittingPoints(ofInput input: Int) -> [Element]

  /// The same basis in another precision: Levenberg and Marquardt's method trains in double precision whatever the
  /// network's own.
  ///
  /// Implement it in a basis of your own by one line,
  /// `try Fourier<Other>(description.converted(to: Other.self))`. The default knows the module's bases alone.
  /// - Throws: ``BasisError`` if there is no such basis in the other precision.
  func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other>

  /// All that a model file needs to make this basis again.
  var description: BasisDescription<Element> { get }

  /// The inverse of ``description``.
  init(_ description: BasisDescription<Element>) throws(BasisError)
}

extension Basis {
  public var isIdentity: Bool { false }
  public var baseFunctions: Int { 0 }

  public func fittingPoints(ofInput input: Int) -> [Element] {
    Self.chebyshevPoints(4 * functions + 4, on: -1...1)
  }

  public func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    guard knownBases(Other.self).contains(where: { $0.kind == Self.kind }) else {
      throw BasisError("\(Self.kind): cannot be converted to \(Other.self), since it has no converted(to:) of its own")
    }
    return try makeBasis(description.converted(to: Other.self), from: [])
  }

  /// The roots of a Chebyshev polynomial, denser at both ends of the range.
  static func chebyshevPoints(_ count: Int, on range: ClosedRange<Element>) -> [Element] {
    let middle = (range.lowerBound + range.upperBound) / 2
    return (0..<count).map { place in
      let cosine = Elementary.cos(.pi * (Double(place) + 0.5) / Double(count))
      return middle + Element(cosine) * (range.upperBound - middle)
    }
  }

  public func pullBack(
    _ dValues: MatrixView<Element>, at x: MatrixView<Element>, first: Int, scratch: MutableMatrixView<Element>,
    to dx: MutableMatrixView<Element>
  ) {
    writeDerivatives(of: x, first: first, to: scratch)
    contract(dValues, scratch.readOnly, functions: functions, to: dx)
  }
}

/// dX: [rows × in] = Σₖ dΦ·Φ′, input by input.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func contract<Element: Scalar>(
  _ dValues: MatrixView<Element>, _ derivatives: MatrixView<Element>, functions: Int,
  to dx: MutableMatrixView<Element>
) {
  for row in 0..<dx.rows {
    for column in 0..<dx.columns {
      var sum: Element = 0
      for k in column * functions..<(column + 1) * functions { sum += dValues[row, k] * derivatives[row, k] }
      dx[row, column] = sum
    }
  }
}
