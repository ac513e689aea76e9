/// A basis few of whose functions are not 0 at any x, and which can form products with just those.
package protocol LocalBasis<Element>: CompactBasis {
  /// Elements of scratch for tiles of so many rows.
  func localScratch(rows: Int) -> Int

  /// Z = b + Φ(X)·W; x: [rows × in], weights: [in·K × out], bias: [out], z: [rows × out].
  func writeProduct(
    of x: MatrixView<Element>, weights: MatrixView<Element>, bias: UnsafePointer<Element>,
    to z: MutableMatrixView<Element>)

  /// The width of panels of dZ from which `addGradients` forms dW of tiles of so many rows faster than from dZ itself, or
  /// 0 where it does not.
  func panelWidth(rows: Int, outputs: Int) -> Int

  /// dW += Φᵀ·dZ and, unless it is nil, dX = Σₖ (dZ·Wᵀ)·f′ₖ(X) for the inputs `first ..< first + x.columns`; x and dx:
  /// [rows × columns], weights and dWeights: [columns·K × out], dz: [rows × out], panels: those of dz's rows, if there
  /// are any.
  func addGradients(
    at x: MatrixView<Element>, first: Int, weights: MatrixView<Element>, dz: MatrixView<Element>,
    panels: Panels<Element>?, dWeights: MutableMatrixView<Element>, dx: MutableMatrixView<Element>?,
    scratch: UnsafeMutablePointer<Element>)
}

/// A matrix cut into panels of neighbouring columns, each [rows × width] in one piece, the last with zeros behind its
/// columns: few columns of many rows do not lie scattered over the cache.
package struct Panels<Element: Scalar> {
  /// The first row of the first panel.
  let base: UnsafeMutablePointer<Element>
  /// From a panel to the next, in elements.
  let stride: Int
  let width: Int

  func slice(row: Int) -> Panels { Panels(base: base + row * width, stride: stride, width: width) }
}

extension BSpline: LocalBasis {
  package func localScratch(rows: Int) -> Int { Element._localScratch(rows) }

  package func panelWidth(rows: Int, outputs: Int) -> Int {
    withExtendedLifetime(grid) { Element._localPanelWidth(parameters, rows, outputs) }
  }

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
    panels: Panels<Element>?, dWeights: MutableMatrixView<Element>, dx: MutableMatrixView<Element>?,
    scratch: UnsafeMutablePointer<Element>
  ) {
    withExtendedLifetime(grid) {
      Element._localBackward(
        parameters, first, x, weights, dz, panels?.base, panels?.stride ?? 0, dWeights, dx, scratch)
    }
  }
}
