/// The functions fₖ on the edges of one layer: φᵢ(x) = Σₖ wₖ·fₖ(x), K functions for each of `inputs` inputs.
///
/// A basis is configuration: it holds no coefficients. Any conforming type can be used in a layer; to load a saved
/// model, pass the type to the call. The methods on tiles must neither allocate nor keep state: several threads call
/// them at once.
public protocol Basis<Element>: Sendable {
  /// The precision of values and coefficients.
  associatedtype Element: Scalar

  /// The name of this kind of basis in model files.
  static var kind: String { get }

  /// Inputs of the layer.
  var inputs: Int { get }
  /// K, the functions of each input.
  var functions: Int { get }
  /// Whether K = 1 and f₁(x) = x. Φ(X) is then X itself, and no method below that writes tiles is called. By default
  /// false.
  var isIdentity: Bool { get }

  /// Φ: [rows × columns·K] = fₖ(x) for the inputs `first ..< first + x.columns`; x: [rows × columns].
  ///
  /// The functions of an input are contiguous: column j·K + k is fₖ of input `first + j`.
  func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>)

  /// Φ′: [rows × columns·K] = f′ₖ(x), laid out as Φ is.
  func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>)

  /// Φ″: [rows × columns·K] = f″ₖ(x), laid out as Φ; needed by ``Network/hessian(ofOutput:at:pool:)``, never by
  /// training. By default from central differences of the derivatives, accurate to about 10 digits in double precision
  /// and 4 in single; the default allocates.
  func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>)

  /// dX: [rows × columns] = Σₖ dΦ·f′ₖ(x). By default from the derivatives, through `scratch`, a tile of Φ's shape.
  func pullBack(
    _ dValues: MatrixView<Element>, at x: MatrixView<Element>, first: Int, scratch: MutableMatrixView<Element>,
    to dx: MutableMatrixView<Element>)

  /// Standard deviations of the initial coefficients, which are normal, one for each of the K functions.
  ///
  /// A network traps on any other number of them.
  ///
  /// - Parameters:
  ///   - outputs: the number of sums to which each function contributes.
  ///   - gain: ``NodeFunction/gain`` of the layer's node function.
  func initialDeviations(outputs: Int, gain: Double) -> [Double]

  /// The number of functions at the end of the K that are not part of the curve proper, such as a base function.
  /// Setting an edge to a given function leaves their coefficients at 0. By default 0, or a compact basis's
  /// ``CompactBasis/fixedFunctions``.
  var baseFunctions: Int { get }

  /// What makes a curve rise everywhere, for networks that are monotone in an input; by default unknown.
  var risingCurves: RisingCurves { get }
  /// How many functions of an input, its first ones, have coefficients that are to be in order where
  /// ``risingCurves`` asks for it: by default all but base functions. 0 for an input without an order, which cannot rise.
  func orderedFunctions(ofInput input: Int) -> Int

  /// The penalties of one input's coefficients in least-squares fits with chosen smoothing, such as
  /// ``Network/fitLastLayer(on:smoothing:updating:pool:)``. Together they should restrict every direction but the constant
  /// function, which the bias provides.
  ///
  /// By default ‖c‖² of all functions but base functions; a gridded basis penalises second differences and the slope
  /// (``CoefficientPenalty/curve(_:of:)``).
  func penalties(ofInput input: Int) -> [CoefficientPenalty]

  /// Points at which to sample a function in order to set an edge of this input to it: more points than functions, so
  /// that they determine every coefficient. By default 4K + 4 Chebyshev points on [-1, 1], to which a network scales
  /// its inputs; a gridded basis samples each cell.
  func fittingPoints(ofInput input: Int) -> [Element]

  /// The same basis in another precision. ``LevenbergMarquardt`` needs it, since it trains in double precision.
  ///
  /// Implement it in a basis of your own by one line, `try Fourier<Other>(description.converted(to: Other.self))`. The
  /// default handles only the module's bases.
  /// - Throws: ``BasisError`` if there is no such basis in the other precision.
  func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other>

  /// The basis of some of the inputs, rising. By default from the description, of whose arrays those are cut down that have
  /// a row for each input, such as knots.
  ///
  /// - Throws: ``BasisError`` if there is no such basis with as many functions. Pruning then keeps the inputs, without
  ///   edges.
  func selecting(inputs: [Int]) throws(BasisError) -> any Basis<Element>

  /// Everything from which a model file can recreate this basis.
  var description: BasisDescription<Element> { get }

  /// The inverse of ``description``.
  init(_ description: BasisDescription<Element>) throws(BasisError)
}

extension Basis {
  public var isIdentity: Bool { false }
  public var baseFunctions: Int { 0 }
  public var risingCurves: RisingCurves { .unknown }
  public func orderedFunctions(ofInput input: Int) -> Int { functions - baseFunctions }

  public func fittingPoints(ofInput input: Int) -> [Element] {
    Self.chebyshevPoints(4 * functions + 4, on: -1...1)
  }

  public func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    guard knownBases(Other.self).contains(where: { $0.kind == Self.kind }) else {
      throw BasisError("\(Self.kind): cannot be converted to \(Other.self), since it has no converted(to:) of its own")
    }
    return try makeBasis(description.converted(to: Other.self), from: [])
  }

  public func selecting(inputs selected: [Int]) throws(BasisError) -> any Basis<Element> {
    var description = description
    description.inputs = selected.count
    for (name, array) in description.arrays where array.rows == inputs {
      description.arrays[name] = Matrix(
        rows: selected.count, columns: array.columns, elements: selected.flatMap { array.row($0) })
    }
    let result = try Self(description)
    guard result.inputs == selected.count && result.functions == functions else {
      throw BasisError("\(Self.kind): some of its inputs have other functions")
    }
    return result
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
