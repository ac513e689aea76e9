/// A basis of which only n functions of an input differ from 0 at any x: B-splines, hat functions, wavelets, categories.
///
/// An input's line is cut into cells. In cell c only functions c ..< c + n - f may differ from 0, and with them f = 0 or 1
/// function with a fixed place, the last of the K, such as a base function. A conforming type evaluates those, and the
/// engine forms all products from them with work proportional to n rather than K:
///
///     Z += Σᵣ vᵣ·W[cell + r]      dW[cell + r] += vᵣ·dZ      dX = Σᵣ v′ᵣ·(W[cell + r]·dZ)
///
/// ``evaluate(_:first:order:to:)`` is the one method to write: those of ``Basis`` have default implementations by it.
public protocol CompactBasis<Element>: Basis {
  /// n, the functions evaluated at each point: those from its cell on and those with a fixed place. At least 1.
  var nonZeroFunctions: Int { get }

  /// f, how many of the n have a fixed place, 0 or 1: the last of the n is the last of the input's K whatever the cell.
  var fixedFunctions: Int { get }

  /// The cells of each input, K - n + 1 at most: the n - f functions of the last one are among the K - f.
  var cells: Int { get }

  /// The n - f functions of a cell sum to 1 at every x, and so their derivatives to 0. The engine then saves a product.
  var sumsToOne: Bool { get }

  /// Evaluates the inputs `first ..< first + x.columns` at x: [rows × columns].
  ///
  /// Must neither allocate nor keep state: it is called for tiles, from several threads. A row's results must not depend
  /// on the rows that come with it. NaN gives NaN in some cell within bounds.
  ///
  /// - Parameters:
  ///   - order: 0 for values alone, 1 for slopes too, 2 for second derivatives too.
  ///   - evaluation: where results go; every cell and all n functions of each point are to be written.
  func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>)
}

extension CompactBasis {
  public var fixedFunctions: Int { 0 }
  public var baseFunctions: Int { fixedFunctions }
  public var sumsToOne: Bool { false }

  /// n - f: the functions from the cell on that are evaluated at each point.
  var localFunctions: Int { nonZeroFunctions - fixedFunctions }
  /// K - f: the functions of an input with a bounded support.
  var boundedFunctions: Int { functions - fixedFunctions }
}

/// Where a ``CompactBasis`` writes what it evaluates, and whence products read it. The memory belongs to the caller.
///
/// For input i of the call and row p:
///
///     cells[i·cellStride + p]                              0 ..< cells
///     values[i·inputStride + r·functionStride + p]         the r-th of the n functions, r = 0 ..< n
///     slopes, seconds                                      likewise, derivatives by x
public struct PointEvaluation<Element: Scalar> {
  public let cells: UnsafeMutablePointer<Int32>
  public let values: UnsafeMutablePointer<Element>
  /// Where the order is 1 or 2; else not to be touched.
  public let slopes: UnsafeMutablePointer<Element>
  /// Where the order is 2; else not to be touched.
  public let seconds: UnsafeMutablePointer<Element>
  public let cellStride: Int
  public let inputStride: Int
  public let functionStride: Int
  /// Rows that may be written, at least those of x: a loop over vectors may fill the last one with anything.
  public let paddedRows: Int

  public init(
    cells: UnsafeMutablePointer<Int32>, cellStride: Int, values: UnsafeMutablePointer<Element>,
    slopes: UnsafeMutablePointer<Element>, seconds: UnsafeMutablePointer<Element>, inputStride: Int,
    functionStride: Int, paddedRows: Int
  ) {
    self.cells = cells
    self.cellStride = cellStride
    self.values = values
    self.slopes = slopes
    self.seconds = seconds
    self.inputStride = inputStride
    self.functionStride = functionStride
    self.paddedRows = paddedRows
  }

  /// Where row 0 of a function of an input stands in `values`, `slopes` and `seconds`.
  @inlinable
  public func place(input: Int, function: Int) -> Int { input * inputStride + function * functionStride }
}
