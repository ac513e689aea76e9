import KAN

extension FunctionWriter {
  mutating func writeHats(_ basis: HatFunctions<Element>, input: Int) {
    let points = basis.grid.breakpoints(ofInput: input)
    let intervals = points.count - 1
    let held = x.held(builder.parameter(Double(points[0])), builder.parameter(Double(points[intervals])))
    let cell: Term
    if basis.grid.isUniform {
      let step = Element(intervals) / (points[intervals] - points[0])
      let u = (held - builder.parameter(Double(points[0]))) * builder.parameter(Double(step))
      let rising = (u > 0).select(u, builder.constant(0))
      let last = builder.constant(Double(intervals - 1))
      cell = (rising < last).select(rising, last).apply(.whole)
    } else {
      cell = builder.count(innerKnots(points, from: 0, intervals), notAbove: held)
    }
    let inverses = (0..<intervals).map { points[$0] < points[$0 + 1] ? 1 / (points[$0 + 1] - points[$0]) : 0 }
    let low = builder.element(points.dropLast().map { Double($0) }, at: cell)
    let share = (x - low) * builder.element(inverses.map { Double($0) }, at: cell)
    add([1 - share, share], inCell: cell, own: Array(0...intervals))
    if basis.base != .none { add(basis.base == .identity ? x : siluInDouble(), own: intervals + 1) }
  }

  /// The functions of a table's column; the base function of numbers is the last of the layer's `functions`.
  mutating func writeColumn(_ column: TableBasis<Element>.Functions, functions: Int) {
    switch column {
    case .categories(let count):
      let isCode = (builder.constant(0) <= x) & (x < Double(count))
      let one = x.isNaN.select(x, builder.constant(1))
      add([one], inCell: isCode.select(x, builder.constant(0)).apply(.whole), own: Array(0..<count))
    case .values(let points):
      let intervals = points.count - 1
      let cell = builder.count(points[1..<intervals].map { Double($0) }, notAbove: x)
      let rates = self.rates(points)
      let inverses = rates.map { $0 * Element(intervals) / 2 }
      let beyond = x - builder.element(points.dropLast().map { Double($0) }, at: cell)
      let share = beyond * builder.element(inverses.map { Double($0) }, at: cell)
      add([1 - share, share], inCell: cell, own: Array(0...intervals))
      let places = (0..<intervals).map { 2 * Element($0) / Element(intervals) - 1 }
      add(place(beyond, cell, places, rates), own: functions - 1)
    case .spline(let points):
      let intervals = points.count - 1
      let (first, last) = (points[1] - points[0], points[intervals] - points[intervals - 1])
      let knots =
        (1...3).reversed().map { points[0] + Element(-$0) * first } + points
        + (1...3).map { points[intervals] + Element($0) * last }
      let (values, cell) = unevenSpline(knots, degree: 3, isLinear: true)
      add(values, inCell: cell, own: Array(0..<intervals + 3))
      let step = 2 / Element(intervals)
      let beyond = x - builder.element(points.dropLast().map { Double($0) }, at: cell)
      add(place(beyond, cell, (0..<intervals).map { Element($0) * step - 1 }, rates(points)), own: functions - 1)
    }
  }

  /// 2/(m - 1)/width of each interval.
  private func rates(_ points: [Element]) -> [Element] {
    zip(points, points.dropFirst()).map { low, high in 2 / Element(points.count - 1) / (high - low) }
  }

  /// The place among the knots.
  private func place(_ beyond: Term, _ cell: Term, _ places: [Element], _ rates: [Element]) -> Term {
    builder.element(places.map { Double($0) }, at: cell)
      + beyond * builder.element(rates.map { Double($0) }, at: cell)
  }
}
