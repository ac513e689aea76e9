extension Network {
  /// Rows that second derivatives are taken at, at least and at most: means of squares are then known to tenths or to some
  /// hundredths, which is what a ranking needs.
  private static var mixedRows: ClosedRange<Int> { 64...512 }
  /// Products of second derivatives, in²·parameters for a row, that take about a tenth of a second.
  private static var mixedProducts: Int { 200_000_000 }

  /// How much the answer varies by pairs of inputs together, as its mixed derivatives tell:
  ///
  ///     Vᵢⱼ = mean (∂²f/∂xᵢ∂xⱼ)²·Var xᵢ·Var xⱼ
  ///
  /// Of a·xᵢ·xⱼ with independent inputs this is the variance of the product about its additive part. 0 for pairs that f is
  /// a sum over, and where f has kinks in the place of curvature, as of ReLU. Their time grows with the square of the number
  /// of inputs.
  ///
  /// - Parameters:
  ///   - sample: [rows × in], in the data's units; some of its rows are taken, evenly spaced.
  /// - Returns: [in × in], symmetric, in the data's units squared; nil where too few rows could be afforded or were given,
  ///   and for derivatives that are not finite.
  func mixedVariances(ofOutput output: Int, at sample: Matrix<Element>, pool: ThreadPool) -> Matrix<Double>? {
    let affordable = Self.mixedProducts / max(1, inputs * inputs * parameterCount)
    let count = min(sample.rows, affordable, Self.mixedRows.upperBound)
    if count < Self.mixedRows.lowerBound { return nil }
    let rows = sample.selecting(rows: (0..<count).map { $0 * sample.rows / count })
    let second = hessian(ofOutput: output, at: rows, pool: pool).elements
    let variances = (0..<inputs).map { input in
      let column = sample.column(input).map { Double($0) }
      let mean = column.reduce(0, +) / Double(column.count)
      return column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
    }
    var result = Matrix<Double>(rows: inputs, columns: inputs)
    for i in 0..<inputs {
      for j in 0..<inputs where j != i {
        var sum = 0.0
        for row in 0..<count {
          let value = Double(second[(row * inputs + i) * inputs + j])
          sum += value * value
        }
        result[i, j] = sum / Double(count) * variances[i] * variances[j]
      }
    }
    return result.elements.allSatisfy(\.isFinite) ? result : nil
  }
}
