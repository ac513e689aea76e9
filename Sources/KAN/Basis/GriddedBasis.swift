/// A compact basis on a grid. Layers of it can change their grid and keep their curves, and support roughness
/// penalties.
///
/// Cell c of an input is interval c of its grid, and its functions, except the fixed one, are ordered from left to
/// right. A conforming type provides its grid and the same basis on another grid. Everything else has default
/// implementations based on ``CompactBasis/evaluate(_:first:order:to:)`` and the grid, which a basis can override with
/// better ones.
public protocol GriddedBasis<Element>: CompactBasis {
  /// The grid of all inputs, whose intervals are the cells.
  var grid: Grid<Element> { get }

  /// The same basis on another grid with the same number of inputs.
  func onGrid(_ grid: Grid<Element>) -> Self

  /// The centre of a function: coefficients sampled from a straight line at the centres reproduce the line. Rises with
  /// `function`; not defined for the fixed function.
  ///
  /// By default, with d the grid's degree, the Greville abscissa (the mean of the d interior knots of the support) if
  /// the basis has d + 1 functions in a cell, else the middle of the support.
  func center(ofFunction function: Int, input: Int) -> Element

  /// Differences of order q of one edge's coefficients, which approximate a derivative of order q: row d combines
  /// functions d … d + q. [(K - f - q) × (q + 1)]
  ///
  /// On uniform grids the plain differences, 1, -2, 1 for q = 2. By default divided differences over the centres
  /// (``center(ofFunction:input:)``), in units of their mean distance, and plain ones for a row whose centres coincide.
  func differences(order q: Int, input: Int) -> Matrix<Element>

  /// Knot insertion: expresses coefficient j on a finer grid, whose knots contain this one's, as a combination of the
  /// n - f coefficients that begin at the returned index, so that the curve is unchanged. Nil, the default, if there is
  /// no such combination; curves are then projected.
  ///
  /// - Parameter weights: [n - f]
  func insertion(
    ofFunction function: Int, on finer: Grid<Element>, input: Int, to weights: UnsafeMutablePointer<Element>
  ) -> Int?

  /// Extrapolates the n - f functions of a cell: values and slopes at any x of the polynomials that they are within the
  /// cell.
  ///
  /// By default the polynomials of degree n - f - 1 through points of the cell.
  ///
  /// - Parameters:
  ///   - values: [n - f]
  ///   - slopes: [n - f]
  func continuePolynomials(
    ofCell cell: Int, input: Int, at x: Element, values: UnsafeMutablePointer<Element>,
    slopes: UnsafeMutablePointer<Element>)
}

extension GriddedBasis {
  public var cells: Int { grid.intervals }
  public var inputs: Int { grid.inputs }

  public func center(ofFunction function: Int, input: Int) -> Element {
    let degree = grid.degree
    if degree == localFunctions - 1 {
      var sum: Element = 0
      for place in 1...degree { sum += grid.knot(function + place, ofInput: input) }
      return sum / Element(degree)
    }
    let support = support(ofFunction: function, input: input)
    return (support.lowerBound + support.upperBound) / 2
  }

  /// The range within the grid where a function may be non-zero; not defined for the fixed function.
  public func support(ofFunction function: Int, input: Int) -> ClosedRange<Element> {
    let first = max(0, function - localFunctions + 1)
    let last = min(cells - 1, function)
    return grid.breakpoint(first, ofInput: input)...grid.breakpoint(last + 1, ofInput: input)
  }

  public func differences(order q: Int, input: Int) -> Matrix<Element> {
    dividedDifferences(order: q, over: (0..<boundedFunctions).map { center(ofFunction: $0, input: input) })
  }

  public func insertion(
    ofFunction function: Int, on finer: Grid<Element>, input: Int, to weights: UnsafeMutablePointer<Element>
  ) -> Int? { nil }

  public func continuePolynomials(
    ofCell cell: Int, input: Int, at x: Element, values: UnsafeMutablePointer<Element>,
    slopes: UnsafeMutablePointer<Element>
  ) {
    let count = localFunctions
    let nodes = Self.chebyshevPoints(
      count, on: grid.breakpoint(cell, ofInput: input)...grid.breakpoint(cell + 1, ofInput: input))
    let samples = EvaluatedPoints(of: self, input: input, at: nodes)
    for r in 0..<count { (values[r], slopes[r]) = (0, 0) }
    for (place, node) in nodes.enumerated() {
      // The Lagrange polynomial of the node and its slope, by the product rule.
      var (value, slope): (Element, Element) = (1, 0)
      for (other, point) in nodes.enumerated() where other != place {
        slope = (slope * (x - point) + value) / (node - point)
        value *= (x - point) / (node - point)
      }
      for r in 0..<count {
        values[r] += value * samples.values[r * nodes.count + place]
        slopes[r] += slope * samples.values[r * nodes.count + place]
      }
    }
  }

  /// Both ends, and in every non-empty cell twice as many points as functions.
  public func fittingPoints(ofInput input: Int) -> [Element] {
    let knots = grid.breakpoints(ofInput: input)
    let count = 2 * localFunctions
    var points = [knots[0], knots[knots.count - 1]]
    for (low, high) in zip(knots, knots.dropFirst()) where low < high {
      points += (0..<count).map { low + (Element($0) + 0.5) / Element(count) * (high - low) }
    }
    return points
  }
}

/// Divided differences of order q over rising points, times q!·hᵠ with their mean distance h, which makes them plain
/// differences for equally spaced points. A row with nearly coinciding points is a plain difference: [(points - q) ×
/// (q + 1)]
func dividedDifferences<Element: Scalar>(order q: Int, over points: [Element]) -> Matrix<Element> {
  let rows = max(0, points.count - q)
  var result = Matrix<Element>(rows: rows, columns: q + 1)
  guard rows > 0, q > 0 else { return result }
  let step = (points[points.count - 1] - points[0]) / Element(points.count - 1)
  for row in 0..<rows {
    var weights = Array(repeating: Element(1), count: q + 1)
    let own = Array(points[row...row + q])
    let isEven = zip(own, own.dropFirst()).contains { !($1 - $0 > step / 1000) }
    for place in 0...q {
      for other in 0...q where other != place {
        let distance = isEven ? Element(place - other) : (own[place] - own[other]) / step
        weights[place] /= distance
      }
      for factor in stride(from: 2, through: q, by: 1) { weights[place] *= Element(factor) }
      result[row, place] = weights[place]
    }
  }
  return result
}
