/// A basis few of whose functions are not 0 at any x, and which can form products with just those.
package protocol LocalBasis<Element>: Basis {
  /// How many functions of an input are not 0 at a time.
  var nonZeroFunctions: Int { get }

  /// Elements of scratch for tiles of so many rows.
  func localScratch(rows: Int) -> Int

  /// Z = b + Φ(X)·W; x: [rows × in], weights: [in·K × out], bias: [out], z: [rows × out].
  func writeProduct(
    of x: MatrixView<Element>, weights: MatrixView<Element>, bias: UnsafePointer<Element>,
    to z: MutableMatrixView<Element>)

  /// dW += Φᵀ·dZ and, unless it is nil, dX = Σₖ (dZ·Wᵀ)·f′ₖ(X) for the inputs `first ..< first + x.columns`; x and dx:
  /// [rows × columns], weights and dWeights: [columns·K × out], dz: [rows × out].
  func addGradients(
    at x: MatrixView<Element>, first: Int, weights: MatrixView<Element>, dz: MatrixView<Element>,
    dWeights: MutableMatrixView<Element>, dx: MutableMatrixView<Element>?, scratch: UnsafeMutablePointer<Element>)
}

extension BSpline: LocalBasis {
  /// k + 1 splines and the base function.
  package var nonZeroFunctions: Int { grid.degree + 1 + base.count }

  package func localScratch(rows: Int) -> Int { Element._localScratch(rows) }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  package func writeProduct(
    of x: MatrixView<Element>, weights: MatrixView<Element>, bias: UnsafePointer<Element>,
    to z: MutableMatrixView<Element>
  ) {
    withExtendedLifetime(grid) { Element._localForward(parameters, x, weights, bias, z) }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  package func addGradients(
    at x: MatrixView<Element>, first: Int, weights: MatrixView<Element>, dz: MatrixView<Element>,
    dWeights: MutableMatrixView<Element>, dx: MutableMatrixView<Element>?, scratch: UnsafeMutablePointer<Element>
  ) {
    withExtendedLifetime(grid) {
      Element._localBackward(parameters, first, x, weights, dz, dWeights, dx, scratch)
    }
  }
}
