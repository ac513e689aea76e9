extension Loss {
  /// L = Σ (y - t)² / (rows·out);  dL/dY = 2·(Y - T) / (rows·out)
  static func meanSquaredError<Element: Scalar>(
    _ outputs: MatrixView<Element>, _ targets: MatrixView<Element>, of rows: Int, gradient: MutableMatrixView<Element>?
  ) -> Double {
    let count = rows * outputs.columns
    return Element._squaredError(
      outputs.rows * outputs.columns, outputs.base, targets.base, 2 / Element(count), gradient?.base) / Double(count)
  }
}
