extension BSpline: CompactBasis {
  /// k + 1 splines and the base function.
  public var nonZeroFunctions: Int { grid.degree + 1 + base.count }
  public var fixedFunctions: Int { base.count }
  public var cells: Int { grid.intervals }
  /// Where they fade out beyond the grid, some are missing.
  public var sumsToOne: Bool { outside != .fading }

  public func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    if order == 0 && x.columns == 1 && evaluation.functionStride == x.rows {
      withExtendedLifetime(grid) {
        Element._splinePoints(parameters, first, x.rows, x.base, x.stride, evaluation.cells, evaluation.values)
      }
      if base == .none { return }
      let place = evaluation.place(input: 0, function: grid.degree + 1)
      for row in 0..<x.rows { evaluation.values[place + row] = base.derivatives(at: x[row, 0]).0 }
      return
    }
    for input in 0..<x.columns {
      for row in 0..<x.rows { evaluate(x[row, input], first + input, row, input, order, evaluation) }
    }
  }

  /// One point, by the recursion of Cox and de Boor.
  private func evaluate(
    _ x: Element, _ input: Int, _ row: Int, _ column: Int, _ order: Int, _ to: PointEvaluation<Element>
  ) {
    let (k, G) = (grid.degree, grid.intervals)
    let t = grid.knots.row(input)
    let (a, b) = (t[k], t[k + G])
    let isOutside = x < a || x > b
    let held = x < a ? a : x > b ? b : x
    let fades = isOutside && outside == .fading
    var span = k
    for j in k..<k + G where t[j] <= held && t[j] < t[j + 1] { span = j }
    let cell = span - k
    for r in 0...k {
      let place = to.place(input: column, function: r) + row
      let j = cell + r
      let point = fades ? x : held
      let slope = derivative(t, j, k, point, held, fades)
      let second = k < 2 ? 0 : second(t, j, k, point, held, fades)
      var value = self.value(t, j, k, point, held, fades)
      if isOutside && outside == .linear { value += (x - held) * slope }
      to.values[place] = value
      if order > 0 { to.slopes[place] = isOutside && outside == .clamp ? 0 : slope }
      if order > 1 { to.seconds[place] = isOutside && outside != .fading ? 0 : second }
    }
    to.cells[column * to.cellStride + row] = Int32(cell)
    if base == .none { return }
    let place = to.place(input: column, function: k + 1) + row
    let sigmoid = 1 / (1 + Element(Elementary.exp(-Double(x))))
    to.values[place] = base == .identity ? x : x * sigmoid
    if order > 0 { to.slopes[place] = base == .identity ? 1 : sigmoid * (1 + x * (1 - sigmoid)) }
    if order > 1 {
      to.seconds[place] = base == .identity ? 0 : sigmoid * (1 - sigmoid) * (2 + x * (1 - 2 * sigmoid))
    }
  }

  private func value(_ t: [Element], _ j: Int, _ k: Int, _ x: Element, _ held: Element, _ fades: Bool) -> Element {
    if x.isNaN { return x }
    if k == 0 {
      let (G, d) = (grid.intervals, grid.degree)
      let isLast = !fades && x == t[d + G] && t[j] < x && t[j + 1] == x
      if !fades && x == t[d + G] { return isLast ? 1 : 0 }
      return t[j] <= x && x < t[j + 1] ? 1 : 0
    }
    var sum: Element = 0
    if t[j + k] > t[j] { sum += (x - t[j]) / (t[j + k] - t[j]) * value(t, j, k - 1, x, held, fades) }
    if t[j + k + 1] > t[j + 1] {
      sum += (t[j + k + 1] - x) / (t[j + k + 1] - t[j + 1]) * value(t, j + 1, k - 1, x, held, fades)
    }
    return sum
  }

  private func derivative(_ t: [Element], _ j: Int, _ k: Int, _ x: Element, _ held: Element, _ fades: Bool) -> Element {
    var sum: Element = 0
    if t[j + k] > t[j] { sum += value(t, j, k - 1, x, held, fades) / (t[j + k] - t[j]) }
    if t[j + k + 1] > t[j + 1] { sum -= value(t, j + 1, k - 1, x, held, fades) / (t[j + k + 1] - t[j + 1]) }
    return Element(k) * sum
  }

  private func second(_ t: [Element], _ j: Int, _ k: Int, _ x: Element, _ held: Element, _ fades: Bool) -> Element {
    var sum: Element = 0
    if t[j + k] > t[j] { sum += derivative(t, j, k - 1, x, held, fades) / (t[j + k] - t[j]) }
    if t[j + k + 1] > t[j + 1] { sum -= derivative(t, j + 1, k - 1, x, held, fades) / (t[j + k + 1] - t[j + 1]) }
    return Element(k) * sum
  }
}
