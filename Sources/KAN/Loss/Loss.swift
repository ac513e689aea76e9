/// What training makes small: chosen by the targets, the mean squared error for numbers and softmax cross-entropy for
/// classes.
enum Loss {
  /// The mean loss of some rows of outputs, and its gradient.
  ///
  /// - Parameters:
  ///   - total: rows of the batch, of which these are a part; losses and gradients of all parts then make up the batch's.
  ///   - outputs: the last layer's Y: [rows × out]
  ///   - targets: of the same rows
  ///   - weights: of the same rows, 1 on average over the data set; nil for 1 each
  ///   - gradient: dY: [rows × out], unless only the loss is wanted
  static func evaluate<Element: Scalar>(
    _ outputs: MatrixView<Element>, _ targets: TargetView<Element>, weights: UnsafePointer<Element>? = nil,
    of total: Int? = nil, gradient: MutableMatrixView<Element>?
  ) -> Double {
    let rows = total ?? outputs.rows
    if let weights { return weighted(outputs, targets, weights, of: rows, gradient: gradient) }
    switch targets {
    case .values(let values): return meanSquaredError(outputs, values, of: rows, gradient: gradient)
    case .classes(let labels): return crossEntropy(outputs, labels, of: rows, gradient: gradient)
    }
  }
}

/// The targets of some rows, in memory that somebody else owns.
enum TargetView<Element: Scalar> {
  /// Scaled: [rows × out]
  case values(MatrixView<Element>)
  /// Indices of classes: [rows]
  case classes(UnsafePointer<Int32>)
}
