// Grids made from other grids.

extension Grid {
  /// Equally wide intervals, on a range of its own for each input.
  /// - Throws: ``BasisError`` where a range has no width or is not finite, or the degree is not 1 to 5.
  public init(
    ranges: [ClosedRange<Element>], intervals: Int, degree: Int, ends: GridEnds = .extended
  ) throws(BasisError) {
    guard intervals > 0 else { throw BasisError("a grid needs at least one interval") }
    let breakpoints = ranges.map { range in
      let step = (range.upperBound - range.lowerBound) / Element(intervals)
      return (0...intervals).map {
        $0 == intervals ? range.upperBound : min(range.lowerBound + Element($0) * step, range.upperBound)
      }
    }
    try self.init(breakpoints: breakpoints, degree: degree, ends: ends, isUniform: ends == .extended)
  }

  /// The same grid in another precision. The knots of a uniform grid are recomputed from its ends, since
  /// single-precision knots are rounded.
  /// - Throws: ``BasisError`` if the ends of a grid coincide in the other precision.
  public func converted<Other: Scalar>(to _: Other.Type = Other.self) throws(BasisError) -> Grid<Other> {
    if let same = self as? Grid<Other> { return same }
    if isUniform {
      var ranges: [ClosedRange<Other>] = []
      for input in 0..<inputs {
        let (a, b) = (Other(lower[input]), Other(upper[input]))
        guard a < b, a.isFinite, b.isFinite else { throw BasisError("input \(input + 1): the grid has no width") }
        ranges.append(a...b)
      }
      return try Grid<Other>(ranges: ranges, intervals: intervals, degree: degree)
    }
    let knots = Matrix<Other>(
      rows: inputs, columns: self.knots.columns, elements: AlignedArray(self.knots.elements.map { Other($0) }))
    return try Grid<Other>(knots: knots, degree: degree, ends: ends, isUniform: false)
  }

  /// A grid of `count` intervals on the same ranges, and whether its knots contain those of this one.
  ///
  /// A uniform grid stays uniform, and is nested if the new number is a multiple of the old one. Each interval of a
  /// non-uniform grid is cut into equal parts, the same number in each and the remainder in the widest, so that it is
  /// always nested. For fewer intervals than before, the quantile function of the knots is sampled at equal steps.
  func extended(to count: Int) throws(BasisError) -> (grid: Grid, isNested: Bool) {
    guard count > 0 else { throw BasisError("a grid needs at least one interval") }
    let isMultiple = count % intervals == 0
    if isUniform {
      let ranges = (0..<inputs).map { range(ofInput: $0) }
      return (try Grid(ranges: ranges, intervals: count, degree: degree), isMultiple)
    }
    let old = (0..<inputs).map { breakpoints(ofInput: $0) }
    let isNested = isMultiple || count > intervals && !old.allSatisfy { Self.areEvenlySpaced($0) }
    let points = old.map { isNested ? Self.splitting($0, into: count) : Self.quantiles(of: $0, count: count) }
    return (try Grid(breakpoints: points, degree: degree, ends: ends), isNested)
  }

  private static func areEvenlySpaced(_ points: [Element]) -> Bool {
    let (a, b) = (points[0], points[points.count - 1])
    let step = (b - a) / Element(points.count - 1)
    let tolerance = 8 * Element.ulpOfOne * max(abs(a), abs(b))
    return points.indices.allSatisfy { abs(points[$0] - (a + Element($0) * step)) <= tolerance }
  }

  /// Breakpoints that contain the old ones. Empty intervals, which are repeated knots, are not cut.
  private static func splitting(_ points: [Element], into count: Int) -> [Element] {
    let widths = zip(points, points.dropFirst()).map { $1 - $0 }
    let solid = widths.indices.filter { widths[$0] > 0 }
    var parts = [Int](repeating: 1, count: widths.count)
    let each = (count - (widths.count - solid.count)) / solid.count
    for index in solid { parts[index] = max(1, each) }
    for _ in 0..<max(0, count - parts.reduce(0, +)) {
      let widest = solid.max { widths[$0] / Element(parts[$0]) < widths[$1] / Element(parts[$1]) }!
      parts[widest] += 1
    }
    var result = [points[0]]
    for index in widths.indices {
      for part in 1..<parts[index] + 1 {
        result.append(
          part == parts[index]
            ? points[index + 1]
            : min(points[index] + widths[index] * Element(part) / Element(parts[index]), points[index + 1]))
      }
    }
    return result
  }

  /// The piecewise linear function through (j/G, pⱼ), sampled at equal steps.
  private static func quantiles(of points: [Element], count: Int) -> [Element] {
    (0...count).map { Element(interpolatedQuantile($0, of: count, in: points)) }
  }

  /// The same grid on other ranges: uniform if it was, else with its breakpoints mapped affinely.
  func moved(to ranges: [ClosedRange<Element>]) throws(BasisError) -> Grid {
    require(ranges.count == inputs, "Grid: \(ranges.count) ranges for \(inputs) inputs")
    if isUniform { return try Grid(ranges: ranges, intervals: intervals, degree: degree) }
    let points = ranges.indices.map { input in
      let own = range(ofInput: input)
      let factor = (ranges[input].upperBound - ranges[input].lowerBound) / (own.upperBound - own.lowerBound)
      return self.breakpoints(ofInput: input).map { point in
        if point == own.upperBound { return ranges[input].upperBound }
        return min(ranges[input].lowerBound + (point - own.lowerBound) * factor, ranges[input].upperBound)
      }
    }
    return try Grid(breakpoints: points, degree: degree, ends: ends)
  }
}

/// Step `index` of `count` along a sorted list, by linear interpolation between its elements.
func interpolatedQuantile<Element: Scalar>(_ index: Int, of count: Int, in sorted: [Element]) -> Double {
  let place = index * (sorted.count - 1)
  let (whole, rest) = (place / count, place % count)
  let start = Double(sorted[whole])
  return rest == 0 ? start : start + (Double(sorted[whole + 1]) - start) * Double(rest) / Double(count)
}
