extension Layer {
  /// Φ: [rows × in·K] of a layer's inputs X: [rows × in]; X itself where the layer is linear.
  func writeValues(of x: MatrixView<Element>, to values: MutableMatrixView<Element>) {
    if !isIdentity { return basis.writeValues(of: x, first: 0, to: values) }
    for row in 0..<x.rows {
      (values.base + row * values.stride).update(from: x.base + row * x.stride, count: x.columns)
    }
  }

  /// The basis, if it is compact.
  var compactBasis: (any CompactBasis<Element>)? { basis as? any CompactBasis<Element> }

  /// Functions of an input with bounded support: all but the fixed one of a compact basis, none of any other.
  var boundedFunctions: Int { compactBasis?.boundedFunctions ?? 0 }
}
