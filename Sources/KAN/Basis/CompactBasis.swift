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
