/// How a curve continues beyond its old grid when the grid moves.
public enum SplineContinuation: Sendable, Equatable {
  /// As the layer evaluates it there (``OutsideGrid``), so that the network computes the same function.
  case asEvaluated
  /// By the polynomial of the end interval over `intervals` times its width, then along the tangent.
  case polynomial(intervals: Double)
}

/// Transfers the curves of one input from one grid to another, in double precision.
///
/// If the new knots contain the old ones and the basis supports knot insertion
/// (``GriddedBasis/insertion(ofFunction:on:input:to:)``), the transfer is exact. Otherwise the new curve minimises
///
///     Σ share·(new - old)² over the values that the input takes  +  κ·mean of (new - old)² over the new range
///
/// so that the curve stays where there are rows, and elsewhere as far as that leaves it free; without rows, the mean
/// alone. The mean uses n - f Gauss points between neighbouring knots, old or new, which is exact for piecewise
/// polynomials of degree n - f - 1.
///
/// Works in the caller's memory: `scratchSize` numbers, and two cells for each point of `capacity`.
struct CurveTransfer {
  let old: any GriddedBasis<Double>
  let new: any GriddedBasis<Double>
  let outputs: Int
  /// Whether curves are transferred by knot insertion.
  let isExact: Bool
  let continuation: SplineContinuation
  /// The most values of an input.
  private let valueCapacity: Int
  /// n of the basis, and n - f.
  private let evaluated: Int
  let localFunctions: Int
  private let oldFunctions, newFunctions: Int
  /// Gauss points and weights on [-1, 1].
  private let rule: [(x: Double, weight: Double)]

  init(
    old: any GriddedBasis<Double>, new: any GriddedBasis<Double>, outputs: Int, isNested: Bool,
    continuation: SplineContinuation, valueCapacity: Int = 0
  ) {
    self.old = old
    self.new = new
    self.outputs = outputs
    isExact =
      isNested
      && withUnsafeTemporaryAllocation(of: Double.self, capacity: new.localFunctions) {
        old.insertion(ofFunction: 0, on: new.grid, input: 0, to: $0.baseAddress!) != nil
      }
    self.continuation = continuation
    self.valueCapacity = valueCapacity
    evaluated = new.nonZeroFunctions
    localFunctions = new.localFunctions
    oldFunctions = old.boundedFunctions
    newFunctions = new.boundedFunctions
    rule = gaussRule(max(localFunctions, new.grid.degree + 1))
  }

  /// κ, the weight of the range against that of the rows: small, since the rows come first, and large enough for a curve
  /// to stay where they are few. From 1e-4 to 5e-2 outputs on the rows are as close, and those on others closer by some
  /// percent.
  private static var rangeWeight: Double { 1e-2 }

  /// The most points of a projection, and those among them that are between knots.
  var capacity: Int { pointCapacity + valueCapacity }
  var pointCapacity: Int { (old.grid.knots.columns + new.grid.intervals + 1) * rule.count }
  /// Elements of memory for old and new functions at `points` points, the points, and their weights.
  func pointMemory(_ points: Int) -> Int { points * (2 + 2 * evaluated) }
  /// Elements of scratch.
  var scratchSize: Int {
    pointMemory(capacity) + outputs
      + PenalizedSystem.size(functions: newFunctions, outputs: outputs, width: localFunctions)
  }

  /// to: [(K′ - f) × out] from the old coefficients: [(K - f) × out].
  ///
  /// - Parameter values: those that the input takes in the rows; none for the range alone.
  func carry(
    input: Int, _ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>, values: WeightedValues,
    scratch: UnsafeMutablePointer<Double>, cells: UnsafeMutablePointer<Int32>
  ) {
    if isExact && insertKnots(input, from, to: to) { return }
    project(input, from, to: to, values: values, scratch: scratch, cells: cells)
  }

  /// Returns false if the basis has no insertion.
  private func insertKnots(_ input: Int, _ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>) -> Bool {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: localFunctions) { memory in
      let weights = memory.baseAddress!
      for j in 0..<newFunctions {
        guard let first = old.insertion(ofFunction: j, on: new.grid, input: input, to: weights) else { return false }
        let row = to + j * outputs
        row.update(repeating: 0, count: outputs)
        for r in 0..<localFunctions where weights[r] != 0 {
          let source = from + (first + r) * outputs
          for output in 0..<outputs { row[output] += weights[r] * source[output] }
        }
      }
      return true
    }
  }

  // MARK: By projection

  /// Writes all points of a projection, and their weights; returns their number.
  private func writePoints(
    input: Int, x: UnsafeMutablePointer<Double>, weights: UnsafeMutablePointer<Double>, _ values: WeightedValues
  ) -> Int {
    let count = writePoints(input: input, x: x, weights: weights)
    if values.count == 0 { return count }
    let grid = new.grid
    let share = Self.rangeWeight / (grid.upper[input] - grid.lower[input])
    for point in 0..<count { weights[point] *= share }
    (x + count).update(from: values.x, count: values.count)
    (weights + count).update(from: values.shares, count: values.count)
    return count + values.count
  }

  /// Writes the Gauss points between all knots within the new range, and their weights; returns their number.
  func writePoints(
    input: Int, x: UnsafeMutablePointer<Double>, weights: UnsafeMutablePointer<Double>
  ) -> Int {
    let t = old.grid.knots.elements.pointer + input * old.grid.knots.columns
    let u = new.grid.knots.elements.pointer + input * new.grid.knots.columns
    let (first, last) = (new.grid.degree, new.grid.degree + new.grid.intervals)
    var (count, place) = (0, 0)
    for m in first..<last {
      var start = u[m]
      while start < u[m + 1] {
        while place < old.grid.knots.columns && t[place] <= start { place += 1 }
        let end = place < old.grid.knots.columns ? min(t[place], u[m + 1]) : u[m + 1]
        let half = (end - start) / 2
        for point in rule {
          x[count] = start + half + half * point.x
          weights[count] = half * point.weight
          count += 1
        }
        start = end
      }
    }
    return count
  }

  /// Old cells and functions at points, extrapolated beyond the grid: values[r·count + point].
  func writeOldFunctions(
    input: Int, count: Int, _ x: UnsafePointer<Double>, cells: UnsafeMutablePointer<Int32>,
    values: UnsafeMutablePointer<Double>
  ) {
    old.evaluate(input: input, count: count, x, stride: 1, cells: cells, values: values)
    guard case .polynomial(let reach) = continuation else { return }
    let grid = old.grid
    let (a, b) = (grid.lower[input], grid.upper[input])
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * localFunctions) { memory in
      let (held, slopes) = (memory.baseAddress!, memory.baseAddress! + localFunctions)
      for point in 0..<count where x[point] < a || x[point] > b {
        let cell = grid.interval(containing: x[point], ofInput: input)
        let width = grid.breakpoint(cell + 1, ofInput: input) - grid.breakpoint(cell, ofInput: input)
        let nearest = min(max(x[point], a - reach * width), b + reach * width)
        old.continuePolynomials(ofCell: cell, input: input, at: nearest, values: held, slopes: slopes)
        cells[point] = Int32(cell)
        for r in 0..<localFunctions { values[r * count + point] = held[r] + (x[point] - nearest) * slopes[r] }
      }
    }
  }

  /// New cells and functions at points.
  func writeNewFunctions(
    input: Int, count: Int, _ x: UnsafePointer<Double>, cells: UnsafeMutablePointer<Int32>,
    values: UnsafeMutablePointer<Double>
  ) {
    new.evaluate(input: input, count: count, x, stride: 1, cells: cells, values: values)
  }

  private func project(
    _ input: Int, _ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>, values: WeightedValues,
    scratch: UnsafeMutablePointer<Double>, cells: UnsafeMutablePointer<Int32>
  ) {
    let (x, weights) = (scratch, scratch + capacity)
    let count = writePoints(input: input, x: x, weights: weights, values)
    let (oldValues, newValues) = (scratch + 2 * capacity, scratch + (2 + evaluated) * capacity)
    let (oldCells, newCells) = (cells, cells + capacity)
    writeOldFunctions(input: input, count: count, x, cells: oldCells, values: oldValues)
    writeNewFunctions(input: input, count: count, x, cells: newCells, values: newValues)
    let y = scratch + pointMemory(capacity)
    let system = PenalizedSystem(
      functions: newFunctions, outputs: outputs, width: localFunctions, memory: y + outputs)
    system.clear()
    for point in 0..<count {
      y.update(repeating: 0, count: outputs)
      for r in 0..<localFunctions {
        let value = oldValues[r * count + point]
        let source = from + (Int(oldCells[point]) + r) * outputs
        for output in 0..<outputs { y[output] += value * source[output] }
      }
      system.add(
        cell: Int(newCells[point]), newValues + point, stride: count, count: localFunctions, weight: weights[point], y)
    }
    system.solve(
      differences: new.differences(order: PenalizedSystem.order, input: input), penalty: SplinePenalty(),
      keepsUnmet: false, passes: 2)
    to.update(from: system.coefficients, count: newFunctions * outputs)
  }
}

/// Gauss points and weights on [-1, 1], exact for polynomials of degree 2·count - 1 (Abramowitz and Stegun, 25.4.30).
func gaussRule(_ count: Int) -> [(x: Double, weight: Double)] {
  (0..<count).map { index in
    // Newton's method on the Legendre polynomial.
    var x = Elementary.cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
    var slope = 1.0
    for _ in 0..<8 {
      var value = x
      var before = 1.0
      for n in stride(from: 2, through: count, by: 1) {
        (value, before) = ((Double(2 * n - 1) * x * value - Double(n - 1) * before) / Double(n), value)
      }
      slope = count == 1 ? 1 : Double(count) * (x * value - before) / (x * x - 1)
      x -= value / slope
    }
    return (x, 2 / ((1 - x * x) * slope * slope))
  }
}
