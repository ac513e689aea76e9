// Where the knots of a column go.

extension TableBasis.Functions {
  /// The functions for a column of numbers, by its values in the rows of training.
  ///
  /// With at most G + 1 different values, hats at these: no function is without data. Otherwise splines on G intervals
  /// whose breakpoints are quantiles, for a twentieth blended with evenly spaced ones:
  ///
  ///     tⱼ = 0.05·(a + (b - a)·j/G) + 0.95·quantile(j/G)
  ///
  /// Quantiles give every interval as many rows, so that the smallest detail is as fine as the data can determine
  /// however skewed the column is; the even share keeps intervals from vanishing where many rows lie together. Where
  /// values repeat so often that quantiles coincide, only one is kept, and the interval with the most different values
  /// is halved at their median instead.
  ///
  /// - Parameters:
  ///   - sorted: rising; a sample will do.
  ///   - intervals: G, at least 1.
  ///   - blend: the even share, 0 to 1.
  /// - Returns: nil for a constant column.
  public static func fitting(sorted: [Element], intervals: Int, blend: Double = 0.05) -> Self? {
    let distinct = distinctValues(sorted)
    guard let low = distinct.first, let high = distinct.last, low < high else { return nil }
    if distinct.count <= intervals + 1 { return .values(distinct) }
    let (a, width) = (Double(low), Double(high) - Double(low))
    // Closer breakpoints would lose digits in the recursion, and a curve between them could not be seen.
    let nearest = Element(1e-6 * width)
    var points = [low]
    for place in 1..<max(1, intervals) {
      let even = a + width * Double(place) / Double(intervals)
      let point = Element(blend * even + (1 - blend) * interpolatedQuantile(place, of: intervals, in: sorted))
      if point - points[points.count - 1] > nearest && high - point > nearest { points.append(point) }
    }
    points.append(high)
    fill(&points, to: intervals + 1, from: distinct, nearest)
    return .spline(points)
  }

  /// Halves intervals until there are enough points, those with the most values first.
  private static func fill(_ points: inout [Element], to count: Int, from distinct: [Element], _ nearest: Element) {
    // Distinct values strictly within each interval, as ranges.
    var inner: [Range<Int>] = []
    var start = 0
    for (low, high) in zip(points, points.dropFirst()) {
      while start < distinct.count && distinct[start] <= low { start += 1 }
      var end = start
      while end < distinct.count && distinct[end] < high { end += 1 }
      inner.append(start..<end)
      start = end
    }
    while points.count < count {
      guard let widest = inner.indices.max(by: { inner[$0].count < inner[$1].count }), !inner[widest].isEmpty else {
        return
      }
      let range = inner[widest]
      let middle = range.lowerBound + range.count / 2
      let point = distinct[middle]
      guard point - points[widest] > nearest, points[widest + 1] - point > nearest else {
        inner[widest] = 0..<0
        continue
      }
      points.insert(point, at: widest + 1)
      inner.replaceSubrange(widest...widest, with: [range.lowerBound..<middle, middle + 1..<range.upperBound])
    }
  }
}
