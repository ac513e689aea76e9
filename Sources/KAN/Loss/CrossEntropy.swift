extension Loss {
  /// L = Σ over rows of (log Σⱼ exp(zⱼ) - z_label) / rows;  dL/dZ = (softmax(Z) - onehot) / rows
  ///
  /// The largest logit of a row is taken off first, so that large ones do not overflow.
  static func crossEntropy<Element: Scalar>(
    _ logits: MatrixView<Element>, _ labels: UnsafePointer<Int32>, of rows: Int, gradient: MutableMatrixView<Element>?
  ) -> Double {
    Element._crossEntropy(
      logits.rows, logits.columns, logits.base, labels, 1 / Element(rows), gradient?.base) / Double(rows)
  }
}
