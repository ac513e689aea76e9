extension Basis {
  /// (Φ′(x + h) - Φ′(x - h))/2h with h = ∛ε·max(1, |x|), which balances rounding and truncation.
  public func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>) {
    let step = Element(Elementary.pow(Double(Element.ulpOfOne), 1.0 / 3))
    var moved = Matrix<Element>(rows: x.rows, columns: x.columns)
    var below = Matrix<Element>(rows: x.rows, columns: x.columns * functions)
    let (points, lower) = (moved.mutableView(), below.mutableView())
    func width(_ x: Element) -> Element { step * max(1, abs(x)) }
    func move(by direction: Element) {
      for row in 0..<x.rows {
        for column in 0..<x.columns {
          points[row, column] = x[row, column] + direction * width(x[row, column])
        }
      }
    }
    move(by: -1)
    writeDerivatives(of: points.readOnly, first: first, to: lower)
    move(by: 1)
    writeDerivatives(of: points.readOnly, first: first, to: second)
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let distance = 2 * width(x[row, column])
        for k in column * functions..<(column + 1) * functions {
          second[row, k] = (second[row, k] - lower[row, k]) / distance
        }
      }
    }
    withExtendedLifetime((moved, below)) {}
  }
}
