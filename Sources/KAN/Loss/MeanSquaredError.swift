extension Loss {
  /// L = Σ (y - t)² / (rows·out);  dL/dY = 2·(Y - T) / (rows·out)
  static func meanSquaredError<Element: Scalar>(
    _ outputs: MatrixView<Element>, _ targets: MatrixView<Element>, gradient: MutableMatrixView<Element>?
  ) -> Double {
    let count = outputs.rows * outputs.columns
    return Element._squaredError(
      count, outputs.base, targets.base, 2 / Element(count), gradient?.base) / Double(count)
  }
}
