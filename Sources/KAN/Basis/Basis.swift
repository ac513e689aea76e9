/// The functions fₖ on the edges of one layer: φᵢ(x) = Σₖ wₖ·fₖ(x), K functions for each of `inputs` inputs.
///
/// A basis is configuration: it holds no coefficients. Conform a type in a file of its own, and a layer can use it;
/// give its type to the call that loads a model, and it is saved and loaded with the network.
/// Neither method may allocate or keep state: they are called for tiles, from several threads.
public protocol Basis<Element>: Sendable {
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
  /// - Parameters:
  ///   - outputs: the sums that each function goes into.
  ///   - gain: of the layer's node function, see ``NodeFunction/gain``.
  func initialDeviations(outputs: Int, gain: Double) -> [Double]

  /// All that a model file needs to make this basis again.
  var description: BasisDescription<Element> { get }

  /// The inverse of ``description``.
  init(_ description: BasisDescription<Element>) throws(BasisError)
}

extension Basis {
  public var isIdentity: Bool { false }

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

/// A basis as a model file holds it: its kind, plain settings, and arrays such as knots.
public struct BasisDescription<Element: Scalar>: Sendable, Equatable {
  public var kind: String
  public var inputs: Int
  public var settings: [String: String]
  public var arrays: [String: Matrix<Element>]

  public init(
    kind: String, inputs: Int, settings: [String: String] = [:], arrays: [String: Matrix<Element>] = [:]
  ) {
    self.kind = kind
    self.inputs = inputs
    self.settings = settings
    self.arrays = arrays
  }

  /// A setting that has to be there and in the given range.
  package func integer(_ name: String, in range: ClosedRange<Int>) throws(BasisError) -> Int {
    guard let text = settings[name], let value = Int(text), range.contains(value) else {
      throw BasisError("\(kind): setting \"\(name)\" has to be a number in \(range)")
    }
    return value
  }

  /// A setting that has to be one of an enumeration's names.
  package func choice<Choice: RawRepresentable<String>>(_ name: String, _: Choice.Type) throws(BasisError) -> Choice {
    guard let text = settings[name], let value = Choice(rawValue: text) else {
      throw BasisError("\(kind): setting \"\(name)\" is missing or unknown")
    }
    return value
  }

  /// An array that has to be there with the given number of rows and finite elements.
  package func array(_ name: String, rows: Int) throws(BasisError) -> Matrix<Element> {
    guard let array = arrays[name], array.rows == rows else {
      throw BasisError("\(kind): array \"\(name)\" is missing or does not have \(rows) rows")
    }
    guard Element._firstNonFinite(array.elements.count, array.elements.pointer) < 0 else {
      throw BasisError("\(kind): array \"\(name)\" is not finite")
    }
    return array
  }
}

/// Why a basis cannot be made: knots that fall, a degree out of range, an incomplete description.
public struct BasisError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
