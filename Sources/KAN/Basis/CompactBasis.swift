/// A basis of functions with compact support, of which at most n are non-zero at any x: B-splines, hat functions,
/// wavelets, categories.
///
/// The range of an input is divided into cells. In cell c only functions c ..< c + n - f may be non-zero, and f = 0 or
/// 1 fixed function, the last of the K, such as a base function. A conforming type evaluates those n, and all products
/// take time proportional to n rather than K:
///
///     Z += Σᵣ vᵣ·W[cell + r]      dW[cell + r] += vᵣ·dZ      dX = Σᵣ v′ᵣ·(W[cell + r]·dZ)
///
/// ``evaluate(_:first:order:to:)`` is the only required method: those of ``Basis`` have default implementations based
/// on it.
public protocol CompactBasis<Element>: Basis {
  /// n, the functions evaluated at each point: those from its cell on, and the fixed one. At least 1.
  var nonZeroFunctions: Int { get }

  /// f, 0 or 1: how many of the n are fixed, that is, the last of the input's K whatever the cell. By default 0.
  var fixedFunctions: Int { get }

  /// The cells of each input, K - n + 1 at most: the n - f functions of the last one are among the K - f.
  var cells: Int { get }

  /// Whether the n - f functions of a cell sum to 1 at every x, and so their derivatives to 0; this saves a product. By
  /// default false.
  var sumsToOne: Bool { get }

  /// Evaluates the inputs `first ..< first + x.columns` at x: [rows × columns].
  ///
  /// Must neither allocate nor keep state: it is called for tiles, from several threads. A row's results must not
  /// depend on the other rows of the call. NaN must give NaN, in any valid cell.
  ///
  /// - Parameters:
  ///   - order: 0 for values alone, 1 for slopes too, 2 for second derivatives too.
  ///   - evaluation: the results; the cell and all n functions of each point must be written.
  func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>)
}

extension CompactBasis {
  public var fixedFunctions: Int { 0 }
  public var baseFunctions: Int { fixedFunctions }
  public var sumsToOne: Bool { false }

  /// n - f: the functions evaluated from the cell on.
  var localFunctions: Int { nonZeroFunctions - fixedFunctions }
  /// K - f: the functions of an input with bounded support.
  var boundedFunctions: Int { functions - fixedFunctions }
}
