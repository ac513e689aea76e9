extension BSpline: CompactBasis {
  /// k + 1 splines and the base function.
  public var nonZeroFunctions: Int { grid.degree + 1 + base.count }
  public var fixedFunctions: Int { base.count }
  public var cells: Int { grid.intervals }
  /// Beyond the grid, fading splines sum to less than 1.
  public var sumsToOne: Bool { outside != .fading }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    withExtendedLifetime(grid) { Element.Kernels.evaluateSpline(parameters, first, x, order, evaluation) }
  }
}
