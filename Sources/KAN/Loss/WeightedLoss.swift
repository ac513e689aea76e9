extension Loss {
  /// L = Σ wᵣ·Lᵣ / rows, where Lᵣ is the loss of a row alone, and w is 1 on average over the data set.
  ///
  /// Over all rows that is Σ w·L / Σ w. A batch is divided by its rows, not by the sum of its own weights: its gradient
  /// is then on average that of the whole data set, and a batch of small weights has a small say.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func weighted<Element: Scalar>(
    _ outputs: MatrixView<Element>, _ targets: TargetView<Element>, _ weights: UnsafePointer<Element>,
    of rows: Int, gradient: MutableMatrixView<Element>?
  ) -> Double {
    let columns = outputs.columns
    var sum = 0.0
    for row in 0..<outputs.rows {
      let y = outputs.base + row * outputs.stride
      let dy = gradient.map { $0.base + row * $0.stride }
      let weight = weights[row]
      switch targets {
      case .values(let values):
        let factor = 2 / Element(rows * columns)
        sum +=
          Double(weight) / Double(columns)
          * Element._squaredError(columns, y, values.base + row * values.stride, factor * weight, dy)
      case .classes(let labels):
        sum += Double(weight) * Element._crossEntropy(1, columns, y, labels + row, weight / Element(rows), dy)
      }
    }
    return sum / Double(rows)
  }
}
