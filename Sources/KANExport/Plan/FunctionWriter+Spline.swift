import KAN

extension FunctionWriter {
  /// The splines and the base function of an input, as `evaluate.h` of the kernels has them.
  mutating func writeSpline(_ basis: BSpline<Element>, input: Int) {
    let grid = basis.grid
    let knots = grid.knots.row(input)
    let own = Array(0..<grid.intervals + grid.degree)
    if basis.outside == .fading {
      writeFading(knots, grid, own)
    } else if grid.isUniform {
      writeEven(grid, input: input, isLinear: basis.outside == .linear, own)
    } else {
      let (values, cell) = unevenSpline(knots, degree: grid.degree, isLinear: basis.outside == .linear)
      add(values, inCell: cell, own: own)
    }
    if let term = base(basis.base) { add(term, own: own.count) }
  }

  /// Equally wide intervals: the cell in closed form.
  private mutating func writeEven(_ grid: Grid<Element>, input: Int, isLinear: Bool, _ own: [Int]) {
    let range = grid.range(ofInput: input)
    let low = builder.parameter(Double(range.lowerBound))
    let high = builder.parameter(Double(range.upperBound))
    let scale = builder.parameter(Double(Element(grid.intervals) / (range.upperBound - range.lowerBound)))
    let held = x.held(low, high)
    let u = (held - low) * scale
    let rising = (u > 0).select(u, builder.constant(0))
    let last = builder.constant(Double(grid.intervals - 1))
    let cell = (rising < last).select(rising, last).apply(.whole)
    let t = u - cell
    let functions = grid.degree == 3 ? evenCubics(t, scale) : evenFunctions(grid.degree, t, scale)
    let values =
      isLinear
      ? zip(functions.values, functions.slopes).map { (x - held).multiplyAdd($1, $0) } : functions.values
    add(values, inCell: cell, own: own)
  }

  /// `even_functions<3>` of the kernels.
  private func evenCubics(_ t: Term, _ scale: Term) -> (values: [Term], slopes: [Term]) {
    let (twoThirds, sixth) = (Double(Element(2) / 3), Double(Element(1) / 6))
    let s = 1 - t
    let (t2, s2) = (t * t, s * s)
    let values = [
      s2 * (s * sixth), (builder.constant(0.5).multiplyAdd(t, -1)).multiplyAdd(t2, twoThirds),
      (builder.constant(0.5).multiplyAdd(s, -1)).multiplyAdd(s2, twoThirds), t2 * (t * sixth),
    ]
    let half = 0.5 * scale
    return (values, differences([half * s2, scale.multiplyAdd(s * t, half), half * t2]))
  }

  /// `even_functions` of the kernels for the other degrees.
  private func evenFunctions(_ degree: Int, _ t: Term, _ scale: Term) -> (values: [Term], slopes: [Term]) {
    var values = [builder.constant(1)]
    var rates: [Term] = []
    for j in 1...degree {
      let inverse = Double(1 / Element(j))
      var saved = builder.constant(0)
      for r in 0..<j {
        if j == degree { rates.append(values[r] * scale) }
        let part = values[r] * inverse
        values[r] = (Double(r + 1) - t).multiplyAdd(part, saved)
        saved = (t + Double(j - r - 1)) * part
      }
      values.append(saved)
    }
    return (values, differences(rates))
  }

  private func differences(_ rates: [Term]) -> [Term] {
    (0...rates.count).map { r in
      (r > 0 ? rates[r - 1] : builder.constant(0)) - (r < rates.count ? rates[r] : builder.constant(0))
    }
  }

  /// The k + 1 splines on any knots that are not 0, and the cell: `de_boor` of the kernels.
  ///
  /// - Parameter isLinear: whether they go on along their tangents, else they are held.
  func unevenSpline(_ knots: [Element], degree k: Int, isLinear: Bool) -> (values: [Term], cell: Term) {
    let t = knots.map { Double($0) }
    let intervals = t.count - 2 * k - 1
    let (low, high) = (builder.parameter(t[k]), builder.parameter(t[k + intervals]))
    let held = x.held(low, high)
    let cell = builder.count(innerKnots(knots, from: k, intervals), notAbove: held)
    // Knot `cell + 1 + j`, j < 2k.
    let near = (0..<2 * k).map { j in builder.element(Array(t[(1 + j)...(intervals + j)]), at: cell) }
    let left = (1...k).map { held - near[k - $0] }
    let right = (1...k).map { near[k + $0 - 1] - held }
    var values = [builder.constant(1)]
    var rates: [Term] = []
    for j in 1...k {
      var saved = builder.constant(0)
      for r in 0..<j {
        let part = values[r] / (right[r] + left[j - r - 1])
        values[r] = right[r].multiplyAdd(part, saved)
        saved = left[j - r - 1] * part
        if j == k { rates.append(Double(k) * part) }
      }
      values.append(saved)
    }
    if isLinear {
      for (r, slope) in differences(rates).enumerated() { values[r] = (x - held).multiplyAdd(slope, values[r]) }
    }
    return (values, cell)
  }

  /// The knots from which on each interval but the first begins. Those at the right end, which is closed, lie beyond
  /// every number here.
  func innerKnots(_ knots: [Element], from first: Int, _ intervals: Int) -> [Double] {
    let end = knots[first + intervals]
    return (1..<max(1, intervals)).map { j in
      Double(knots[first + j] < end ? knots[first + j] : end.nextUp)
    }
  }

  /// Splines that fade out over the outer knots: those of a longer grid whose further functions have no weight, and
  /// nothing beyond.
  private mutating func writeFading(_ knots: [Element], _ grid: Grid<Element>, _ own: [Int]) {
    let (k, last) = (grid.degree, knots.count - 1)
    let width = knots[k + grid.intervals] - knots[k]
    let longer =
      (1...k).reversed().map { knots[0] - Element($0) * width } + knots
      + (1...k).map { knots[last] + Element($0) * width }
    let (values, cell) = unevenSpline(longer, degree: k, isLinear: false)
    let isInside =
      (builder.parameter(Double(knots[0])) <= x) & (x <= builder.parameter(Double(knots[last])))
    let kept = isInside | x.isNaN
    let none = [Int?](repeating: nil, count: k)
    add(values.map { kept.select($0, builder.constant(0)) }, inCell: cell, own: none + own.map { $0 } + none)
  }
}
