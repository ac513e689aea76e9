/// How a curve goes on beyond its old grid when its grid moves.
public enum SplineContinuation: Sendable, Equatable {
  /// As the layer evaluates it there (``OutsideGrid``), so that the network computes what it did.
  case asEvaluated
  /// By the polynomial of the end interval for so many of its widths, then along the tangent.
  case polynomial(intervals: Double)
}

/// The curves of one input carried from one grid to another, in double precision.
///
/// Where the new knots contain the old ones, each new coefficient is a value of a piece's polar form, which is exact. Else
/// the new curve is the nearest one to the old in the mean square over the new range, weighted by where the data lies:
/// on the intervals between all knots, old and new, with k + 1 Gauss points each, for which the sums are the integrals.
///
/// Works in memory that the caller owns: ``size(_:_:outputs:)`` numbers, and as many cells as points.
struct CurveTransfer {
  let old: BSpline<Double>
  let new: BSpline<Double>
  let outputs: Int
  let isNested: Bool
  let continuation: SplineContinuation

  private var degree: Int { new.grid.degree }
  private var oldFunctions: Int { old.grid.intervals + degree }
  private var newFunctions: Int { new.grid.intervals + degree }

  /// Points of a projection, at most.
  var pointCapacity: Int { (old.grid.knots.columns + new.grid.intervals + 1) * (degree + 1) }
  /// Numbers of scratch.
  var scratchSize: Int {
    pointCapacity * (2 + 2 * (degree + 1)) + outputs
      + PenalizedSystem.size(functions: newFunctions, outputs: outputs, degree: degree)
  }

  /// to: [(G′ + k) × out] from the old coefficients: [(G + k) × out].
  ///
  /// - Parameter density: of the data in each new interval, relative to an even one: [G′], or nil.
  func carry(
    input: Int, _ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>, density: [Double]?,
    scratch: UnsafeMutablePointer<Double>, cells: UnsafeMutablePointer<Int32>
  ) {
    if isNested {
      insertKnots(input, from, to: to)
    } else {
      project(input, from, to: to, density: density, scratch: scratch, cells: cells)
    }
  }

  // MARK: Exact

  private func insertKnots(_ input: Int, _ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>) {
    let (k, count) = (degree, new.grid.intervals)
    let t = old.grid.knots.elements.pointer + input * old.grid.knots.columns
    let u = new.grid.knots.elements.pointer + input * new.grid.knots.columns
    withUnsafeTemporaryAllocation(of: Double.self, capacity: k + 1) { weights in
      for j in 0..<newFunctions {
        // The interval that is not empty and nearest to the middle of the support, within [a, b]: there the weights are
        // smallest.
        let middle = j + k / 2
        var span = -1
        for m in max(j, k)...min(j + k, k + count - 1) where u[m] < u[m + 1] {
          if span < 0 || abs(m - middle) < abs(span - middle) { span = m }
        }
        let row = to + j * outputs
        row.update(repeating: 0, count: outputs)
        // A function without support has no say.
        if span < 0 { continue }
        let piece = findSpan(knots: t, first: k, last: k + old.grid.intervals, (u[span] + u[span + 1]) / 2)
        writePolarWeights(knots: t, span: piece, degree: k, at: u + j + 1, to: weights.baseAddress!)
        for r in 0...k {
          let source = from + (piece - k + r) * outputs
          for output in 0..<outputs { row[output] += weights[r] * source[output] }
        }
      }
    }
  }

  // MARK: By projection

  /// Gauss points and weights on [-1, 1], for polynomials of degree 2k + 1 (Abramowitz and Stegun, 25.4.30).
  private static let gauss: [[(x: Double, weight: Double)]] = (0...6).map { count in
    (0..<count).map { index in
      // Newton's method on the Legendre polynomial.
      var x = Elementary.cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<8 {
        var (value, before) = (x, 1.0)
        for n in stride(from: 2, through: count, by: 1) {
          (value, before) = ((Double(2 * n - 1) * x * value - Double(n - 1) * before) / Double(n), value)
        }
        slope = count == 1 ? 1 : Double(count) * (x * value - before) / (x * x - 1)
        x -= value / slope
      }
      return (x, 2 / ((1 - x * x) * slope * slope))
    }
  }

  /// Writes Gauss points between all knots within the new range, and their weights; returns how many.
  func writePoints(
    input: Int, x: UnsafeMutablePointer<Double>, weights: UnsafeMutablePointer<Double>, density: [Double]?
  )
    -> Int
  {
    let t = old.grid.knots.elements.pointer + input * old.grid.knots.columns
    let u = new.grid.knots.elements.pointer + input * new.grid.knots.columns
    let rule = Self.gauss[degree + 1]
    let (first, last) = (degree, degree + new.grid.intervals)
    var (count, place) = (0, 0)
    for m in first..<last {
      var start = u[m]
      while start < u[m + 1] {
        while place < old.grid.knots.columns && t[place] <= start { place += 1 }
        let end = place < old.grid.knots.columns ? min(t[place], u[m + 1]) : u[m + 1]
        let half = (end - start) / 2
        let weight = half * (density.map { $0[m - first] } ?? 1)
        for point in rule {
          x[count] = start + half + half * point.x
          weights[count] = weight * point.weight
          count += 1
        }
        start = end
      }
    }
    return count
  }

  /// Old cells and functions at points: values[r·count + point].
  func writeOldFunctions(
    input: Int, count: Int, _ x: UnsafePointer<Double>, cells: UnsafeMutablePointer<Int32>,
    values: UnsafeMutablePointer<Double>
  ) {
    withExtendedLifetime(old) { Double._splinePoints(old.parameters, input, count, x, 1, cells, values) }
    guard case .polynomial(let reach) = continuation else { return }
    let (k, grid) = (degree, old.grid)
    let t = grid.knots.elements.pointer + input * grid.knots.columns
    let (a, b) = (grid.lower[input], grid.upper[input])
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * 6) { memory in
      let (arguments, weights, shifted) = (memory.baseAddress!, memory.baseAddress! + 6, memory.baseAddress! + 12)
      for point in 0..<count where x[point] < a || x[point] > b {
        let span = findSpan(knots: t, first: k, last: k + grid.intervals, x[point] < a ? a : b)
        let width = t[span + 1] - t[span]
        let held = min(max(x[point], a - reach * width), b + reach * width)
        arguments.update(repeating: held, count: k)
        writePolarWeights(knots: t, span: span, degree: k, at: arguments, to: weights)
        if held != x[point] {
          // s′(x) = k·(F(x, …, x, x + h) - F(x, …, x))/h for any h.
          arguments[k - 1] = held + width
          writePolarWeights(knots: t, span: span, degree: k, at: arguments, to: shifted)
          let factor = Double(k) * (x[point] - held) / width
          for r in 0...k { weights[r] += factor * (shifted[r] - weights[r]) }
        }
        cells[point] = Int32(span - k)
        for r in 0...k { values[r * count + point] = weights[r] }
      }
    }
  }

  private func project(
    _ input: Int, _ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>, density: [Double]?,
    scratch: UnsafeMutablePointer<Double>, cells: UnsafeMutablePointer<Int32>
  ) {
    let (k, capacity) = (degree, pointCapacity)
    let (x, weights) = (scratch, scratch + capacity)
    let count = writePoints(input: input, x: x, weights: weights, density: density)
    let (oldValues, newValues) = (scratch + 2 * capacity, scratch + (3 + k) * capacity)
    let (oldCells, newCells) = (cells, cells + capacity)
    writeOldFunctions(input: input, count: count, x, cells: oldCells, values: oldValues)
    withExtendedLifetime(new) { Double._splinePoints(new.parameters, input, count, x, 1, newCells, newValues) }
    let y = scratch + (4 + 2 * k) * capacity
    let system = PenalizedSystem(functions: newFunctions, outputs: outputs, degree: k, memory: y + outputs)
    system.clear()
    for point in 0..<count {
      y.update(repeating: 0, count: outputs)
      for r in 0...k {
        let value = oldValues[r * count + point]
        let source = from + (Int(oldCells[point]) + r) * outputs
        for output in 0..<outputs { y[output] += value * source[output] }
      }
      let cell = Int(newCells[point])
      for r in 0...k {
        let factor = weights[point] * newValues[r * count + point]
        for s in r...k {
          system.gram[(cell + r) * (system.diagonals + 1) + s - r] += factor * newValues[s * count + point]
        }
        let row = system.sums + (cell + r) * outputs
        for output in 0..<outputs { row[output] += factor * y[output] }
      }
    }
    let knots = new.grid.knots.elements.pointer + input * new.grid.knots.columns
    system.solve(knots: knots, degree: k, penalty: SplinePenalty(), keepsUnmet: false, passes: 2)
    to.update(from: system.coefficients, count: newFunctions * outputs)
  }
}
