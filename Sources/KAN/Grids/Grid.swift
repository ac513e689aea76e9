/// The knots beyond the ends of a grid.
public enum GridEnds: String, Sendable, CaseIterable {
  /// k further knots beyond each end, as far apart as the interval at that end.
  case extended
  /// The end knots repeated k times: the first and last function are 1 at their end.
  case clamped
}

/// The knots of one layer: for each input, G intervals on [a, b] and k knots beyond each end.
///
/// t₀ ≤ … ≤ t_{G+2k}, with a = t_k and b = t_{k+G}. Function i of an input has the support [tᵢ, tᵢ₊ₖ₊₁], which makes
/// G + k functions. Each input has knots of its own.
public struct Grid<Element: Scalar>: Sendable, Equatable {
  /// k, 1 to 5.
  public let degree: Int
  /// G, at least 1.
  public let intervals: Int
  /// How the k knots beyond each end are placed.
  public let ends: GridEnds
  /// Whether all intervals of an input are equally wide, including those beyond the ends.
  public let isUniform: Bool
  /// t: [inputs × (G + 2k + 1)]
  public let knots: Matrix<Element>

  /// a, b and G/(b - a) of each input: [inputs]
  let lower, upper, inverseStep: AlignedArray<Element>

  /// The number of inputs, each with knots of its own.
  public var inputs: Int { knots.rows }
  /// The range [a, b] of an input.
  public func range(ofInput input: Int) -> ClosedRange<Element> { lower[input]...upper[input] }
  /// tⱼ of an input.
  @inline(__always)
  public func knot(_ j: Int, ofInput input: Int) -> Element {
    require(
      j >= 0 && j < knots.columns && input >= 0 && input < knots.rows,
      "Grid: knot \(j) of input \(input), of [\(knots.rows) × \(knots.columns)]")
    return knots.elements.pointer[input * knots.columns + j]
  }
  /// The left end of interval `index` of an input, or for G the right end b.
  @inline(__always)
  public func breakpoint(_ index: Int, ofInput input: Int) -> Element { knot(degree + index, ofInput: input) }

  /// The interval of an input that contains a value, 0 ..< G, never an empty one: the last whose left end does not
  /// exceed x. Values outside the grid, and b itself, belong to the first or last interval, NaN to the first.
  public func interval(containing x: Element, ofInput input: Int) -> Int {
    require(input >= 0 && input < knots.rows, "Grid: input \(input) of \(knots.rows)")
    let t = knots.elements.pointer + input * knots.columns + degree
    var low = 0
    if x > t[0] {
      low = intervals - 1
      if x < t[intervals] {
        if isUniform {
          // The rounded quotient may be off by one from the rounded knots.
          low = min(Int((x - t[0]) * inverseStep.pointer[input]), intervals - 1)
          while x < t[low] { low -= 1 }
          while low + 1 < intervals && x >= t[low + 1] { low += 1 }
        } else {
          var high = intervals
          low = 0
          while high - low > 1 {
            let middle = (low + high) / 2
            if x < t[middle] { high = middle } else { low = middle }
          }
        }
      }
    }
    // Skip empty intervals: to the left, and if all before x are empty, to the right.
    while low > 0 && !(t[low] < t[low + 1]) { low -= 1 }
    while !(t[low] < t[low + 1]) && low + 1 < intervals { low += 1 }
    return low
  }

  /// a = t_k, …, t_{k+G} = b of an input: the G + 1 knots inside.
  public func breakpoints(ofInput input: Int) -> [Element] {
    Array(knots.row(input)[degree...degree + intervals])
  }

  /// Equally wide intervals on one range for all inputs. Traps unless G ≥ 1, 1 ≤ k ≤ 5 and a < b, finite.
  public init(
    inputs: Int, from a: Element = -1, to b: Element = 1, intervals: Int, degree: Int, ends: GridEnds = .extended
  ) {
    require(inputs > 0 && intervals > 0, "Grid: \(inputs) inputs, \(intervals) intervals")
    require(a.isFinite && b.isFinite && a < b, "Grid: range \(a)…\(b)")
    let step = (b - a) / Element(intervals)
    let breakpoints = (0...intervals).map { $0 == intervals ? b : a + Element($0) * step }
    do {
      try self.init(
        breakpoints: Array(repeating: breakpoints, count: inputs), degree: degree, ends: ends,
        isUniform: ends == .extended)
    } catch {
      fatalError("Grid: \(error)")  // A degree that is none: a caller's mistake, as the ranges above.
    }
  }

  /// Arbitrary knots: the G + 1 breakpoints of each input from a to b, not falling, the same number for each input.
  /// - Throws: ``BasisError`` where they fall, are not finite, a = b, or the degree is not 1 to 5.
  public init(breakpoints: [[Element]], degree: Int, ends: GridEnds = .extended) throws(BasisError) {
    try self.init(breakpoints: breakpoints, degree: degree, ends: ends, isUniform: false)
  }

  init(breakpoints: [[Element]], degree: Int, ends: GridEnds, isUniform: Bool) throws(BasisError) {
    guard (1...5).contains(degree) else { throw BasisError("the degree of a spline is 1 to 5, not \(degree)") }
    guard let intervals = breakpoints.first.map({ $0.count - 1 }), intervals > 0 else {
      throw BasisError("a grid needs at least two knots")
    }
    var knots = Matrix<Element>(rows: breakpoints.count, columns: intervals + 2 * degree + 1)
    for (input, points) in breakpoints.enumerated() {
      guard points.count == intervals + 1 else {
        throw BasisError("input \(input + 1) has \(points.count) knots, not \(intervals + 1)")
      }
      let firstStep = points[1] - points[0]
      let lastStep = points[intervals] - points[intervals - 1]
      for j in 0...intervals + 2 * degree {
        let place = j - degree
        knots[input, j] =
          if place < 0 {
            ends == .clamped ? points[0] : points[0] + Element(place) * firstStep
          } else if place > intervals {
            ends == .clamped ? points[intervals] : points[intervals] + Element(place - intervals) * lastStep
          } else {
            points[place]
          }
      }
    }
    try self.init(knots: knots, degree: degree, ends: ends, isUniform: isUniform)
  }

  /// Knots in full, as a model file holds them.
  package init(knots: Matrix<Element>, degree: Int, ends: GridEnds, isUniform: Bool) throws(BasisError) {
    let intervals = knots.columns - 2 * degree - 1
    guard (1...5).contains(degree), intervals > 0 else {
      throw BasisError("\(knots.columns) knots do not make a grid of degree \(degree)")
    }
    for input in 0..<knots.rows {
      let row = knots.row(input)
      guard row.allSatisfy(\.isFinite) else { throw BasisError("input \(input + 1): a knot is not finite") }
      guard zip(row, row.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        throw BasisError("input \(input + 1): the knots fall")
      }
      guard row[degree] < row[degree + intervals] else { throw BasisError("input \(input + 1): the grid has no width") }
    }
    self.degree = degree
    self.intervals = intervals
    self.ends = ends
    self.isUniform = isUniform
    self.knots = knots
    lower = AlignedArray(knots.column(degree))
    upper = AlignedArray(knots.column(degree + intervals))
    inverseStep = AlignedArray(zip(lower, upper).map { Element(intervals) / ($1 - $0) })
  }
}
