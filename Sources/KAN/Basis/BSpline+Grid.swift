// Splines on other grids: knot insertion, differences of coefficients, and polynomials beyond the ends.

extension BSpline: GriddedBasis {
  /// The derivative of a spline is one of a degree less, whose coefficients are the differences over distances of knots
  /// (de Boor, A Practical Guide to Splines, chapter X). Fading splines return to 0 beyond the grid.
  public var risingCurves: RisingCurves {
    outside == .fading ? .unknown : .orderedCoefficients(risingBase: base == .identity)
  }

  public func onGrid(_ grid: Grid<Element>) -> BSpline { BSpline(grid: grid, outside: outside, base: base) }

  public func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    BSpline<Other>(grid: try grid.converted(), outside: outside, base: base)
  }

  /// The coefficients of the derivatives (de Boor, A Practical Guide to Splines, chapter X): with h = (b - a)/G,
  ///
  ///     c⁽ᵐ⁾ⱼ = h·(c⁽ᵐ⁻¹⁾ⱼ - c⁽ᵐ⁻¹⁾ⱼ₋₁)·(k + 1 - m)/(tⱼ₊ₖ₊₁₋ₘ - tⱼ)        for m ≤ k
  ///
  /// and plain differences for higher orders and where knots coincide.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func differences(order q: Int, input: Int) -> Matrix<Element> {
    let (k, rows, width) = (grid.degree, max(0, boundedFunctions - q), q + 1)
    let step = (grid.upper[input] - grid.lower[input]) / Element(grid.intervals)
    let t = grid.knots.elements.pointer + input * grid.knots.columns
    var result = Matrix<Element>(rows: rows, columns: width)
    let to = result.elements.mutablePointer()
    withUnsafeTemporaryAllocation(of: Element.self, capacity: width * width) { memory in
      let level = memory.baseAddress!
      for row in 0..<rows {
        if row > 0 && grid.isUniform {
          (to + row * width).update(from: to, count: width)
          continue
        }
        // Differences of unit vectors, level by level.
        for place in 0..<width * width { level[place] = place % width == place / width ? 1 : 0 }
        for m in stride(from: 1, through: q, by: 1) {
          for i in 0...q - m {
            var factor: Element = 1
            let j = row + i + m
            if m <= k && !grid.isUniform {
              let span = (t[j + k + 1 - m] - t[j]) / Element(k + 1 - m)
              if span > step / 1000 { factor = step / span }
            }
            for place in i * width..<(i + 1) * width { level[place] = (level[place + width] - level[place]) * factor }
          }
        }
        (to + row * width).update(from: level, count: width)
      }
    }
    return result
  }

  /// Knot insertion by the polar form: coefficient j is the polar form at its finer knots, of any piece within its
  /// support.
  public func insertion(
    ofFunction j: Int, on finer: Grid<Element>, input: Int, to weights: UnsafeMutablePointer<Element>
  ) -> Int? {
    let (k, count) = (grid.degree, finer.intervals)
    let t = grid.knots.elements.pointer + input * grid.knots.columns
    let u = finer.knots.elements.pointer + input * finer.knots.columns
    // The non-empty interval within [a, b] nearest to the middle of the support, where the weights are smallest.
    let middle = j + k / 2
    var span = -1
    for m in max(j, k)...min(j + k, k + count - 1) where u[m] < u[m + 1] {
      if span < 0 || abs(m - middle) < abs(span - middle) { span = m }
    }
    guard span >= 0 else {
      // A function with empty support does not affect the curve.
      weights.update(repeating: 0, count: k + 1)
      return 0
    }
    let piece = k + grid.interval(containing: (u[span] + u[span + 1]) / 2, ofInput: input)
    writePolarWeights(knots: t, span: piece, degree: k, at: u + j + 1, to: weights)
    return piece - k
  }

  /// By the polar form F: s(x) = F(x, …, x) and s′(x) = k·(F(x, …, x, x + h) - F(x, …, x))/h for any h.
  public func continuePolynomials(
    ofCell cell: Int, input: Int, at x: Element, values: UnsafeMutablePointer<Element>,
    slopes: UnsafeMutablePointer<Element>
  ) {
    let k = grid.degree
    let t = grid.knots.elements.pointer + input * grid.knots.columns
    let span = k + cell
    let width = t[span + 1] - t[span]
    withUnsafeTemporaryAllocation(of: Element.self, capacity: k) { memory in
      let arguments = memory.baseAddress!
      arguments.update(repeating: x, count: k)
      writePolarWeights(knots: t, span: span, degree: k, at: arguments, to: values)
      arguments[k - 1] = x + width
      writePolarWeights(knots: t, span: span, degree: k, at: arguments, to: slopes)
      for r in 0...k { slopes[r] = Element(k) * (slopes[r] - values[r]) / width }
    }
  }
}

extension BSpline: ConfigurableBasis {
  public static var name: String { "spline" }
  public static var grids: ClosedRange<Int>? { 1...1_000_000 }
  public static var degrees: ClosedRange<Int>? { 1...5 }

  /// On a uniform grid over [-1, 1], to which a network scales its inputs.
  public init(_ options: BasisOptions) {
    self.init(grid: Grid(inputs: options.inputs, intervals: options.grid, degree: options.degree))
  }

  public var options: BasisOptions { BasisOptions(inputs: inputs, grid: grid.intervals, degree: grid.degree) }
}

// The polar form (blossom) of a piece of a spline: the one function F(u₁, …, u_k), symmetric and affine in each
// argument, with F(x, …, x) = s(x). Coefficient j of a spline is F(tⱼ₊₁, …, tⱼ₊ₖ) of any of its pieces within the
// support of function j (Ramshaw 1989, Blossoms are polar forms, section 5), which is all of knot insertion.

/// Weights of the k + 1 coefficients `span - k … span` in F(u₁, …, u_k) of the piece on [t_span, t_span+1).
///
/// De Boor's recursion for the functions (Piegl and Tiller, The NURBS Book, A2.2) with another argument at each stage;
/// with all of them equal to x it gives the functions at x. The piece must not be empty; the arguments may lie
/// anywhere.
func writePolarWeights<Element: Scalar>(
  knots t: UnsafePointer<Element>, span: Int, degree: Int, at u: UnsafePointer<Element>,
  to weights: UnsafeMutablePointer<Element>
) {
  weights[0] = 1
  for stage in 1...degree {
    let x = u[stage - 1]
    var saved: Element = 0
    for r in 0..<stage {
      let (left, right) = (t[span + 1 - stage + r], t[span + 1 + r])
      let part = weights[r] / (right - left)
      weights[r] = saved + (right - x) * part
      saved = (x - left) * part
    }
    weights[stage] = saved
  }
}
