extension BSpline {
  /// B″ᵢ,ₖ function by function, by the recursion of Cox and de Boor to degree k - 2 and twice the rule for a derivative
  /// (Piegl and Tiller, The NURBS Book, 2.7). Beyond the grid 0, unless the functions fade there. On a knot it is that of
  /// the interval to the right, and of the last interval at the end of the grid.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>) {
    let splines = functions - base.count
    withExtendedLifetime(grid) {
      for row in 0..<x.rows {
        for column in 0..<x.columns {
          let edge = second.base + row * second.stride + column * functions
          let input = x[row, column]
          edge.update(repeating: input.isNaN ? input : 0, count: functions)
          let knots = grid.knots.elements.pointer + (first + column) * grid.knots.columns
          if let interval = interval(of: input, knots) {
            for i in max(0, interval - grid.degree)...min(splines - 1, interval) {
              edge[i] = secondDerivative(i, at: input, in: interval, knots)
            }
          }
          if base != .silu { continue }
          let sigmoid = 1 / (1 + Element(Elementary.exp(-Double(input))))
          edge[splines] = sigmoid * (1 - sigmoid) * (2 + input * (1 - 2 * sigmoid))
        }
      }
    }
  }

  /// The last j with tⱼ ≤ x < tⱼ₊₁ where the functions are not straight, else nil.
  private func interval(of x: Element, _ t: UnsafePointer<Element>) -> Int? {
    let (a, b) = (grid.degree, grid.degree + grid.intervals)
    let fades = outside == .fading
    let lowest = fades ? 0 : a
    let highest = fades ? grid.knots.columns - 1 : b
    if x == t[b] { return (a..<b).last { t[$0] < t[$0 + 1] } }
    guard x >= t[lowest], x < t[highest] else { return nil }
    return (lowest..<highest).last { t[$0] <= x && t[$0] < t[$0 + 1] }
  }

  private func secondDerivative(
    _ i: Int, at x: Element, in interval: Int, _ t: UnsafePointer<Element>
  ) -> Element {
    let k = grid.degree
    if k < 2 { return 0 }
    func quotient(_ a: Element, _ b: Element) -> Element { b > 0 ? a / b : 0 }
    // Degree 1 to 5: six numbers, which stay on the stack.
    return withUnsafeTemporaryAllocation(of: Element.self, capacity: k + 1) { level in
      for r in 0...k { level[r] = i + r == interval ? 1 : 0 }
      for degree in 1...k {
        for r in 0...k - degree {
          let (left, right) = (i + r, i + r + 1)
          let low = quotient(level[r], t[left + degree] - t[left])
          let high = quotient(level[r + 1], t[right + degree] - t[right])
          level[r] =
            degree <= k - 2
            ? (x - t[left]) * low + (t[right + degree] - x) * high : Element(degree) * (low - high)
        }
      }
      return level[0]
    }
  }
}
