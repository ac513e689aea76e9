/// φ(α) = f(x + α·d) and φ′(α) = gᵀd at a step.
struct LineSearchPoint: Equatable {
  var step: Double
  var value: Double
  var slope: Double
  var isFinite: Bool { value.isFinite && slope.isFinite }
}

/// A line search for the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6).
struct StrongWolfeSearch {
  /// c₁ and c₂
  let decrease, curvature: Double
  /// The most points to try.
  let trials: Int

  enum Result: Equatable {
    /// Both conditions hold at the last point.
    case found(LineSearchPoint)
    /// The best point found is lower than the start, but violates the curvature condition.
    case lower(LineSearchPoint)
    /// No point is lower.
    case failed
  }

  /// - Parameters:
  ///   - start: step 0, with a negative slope
  ///   - first: the step to try first
  ///   - evaluate: φ and φ′; a point that is not finite counts as too far
  func search(from start: LineSearchPoint, first: Double, _ evaluate: (Double) -> LineSearchPoint) -> Result {
    var previous = start
    var step = first
    for trial in 1...trials {
      let point = evaluate(step)
      if !point.isFinite || point.value > bound(start, step) || (trial > 1 && point.value >= previous.value) {
        return zoom(start, previous, point, after: trial, evaluate)
      }
      if isFlat(point, start) { return .found(point) }
      if point.slope >= 0 { return zoom(start, point, previous, after: trial, evaluate) }
      // Still downhill: extrapolate by the cubic, by at least a little and at most tenfold.
      let further = cubicMinimum(previous, point) ?? .infinity
      let next = min(max(further, step + 0.1 * (step - previous.step)), 10 * step)
      if !next.isFinite { return .lower(point) }
      previous = point
      step = next
    }
    return previous.step > 0 ? .lower(previous) : .failed
  }

  /// L(p) + c₁·α·gᵀd
  private func bound(_ start: LineSearchPoint, _ step: Double) -> Double {
    start.value + decrease * step * start.slope
  }

  private func isFlat(_ point: LineSearchPoint, _ start: LineSearchPoint) -> Bool {
    abs(point.slope) <= -curvature * start.slope
  }

  /// Between `low`, the lowest point with sufficient decrease, and `high`, on the side to which it falls.
  private func zoom(
    _ start: LineSearchPoint, _ first: LineSearchPoint, _ second: LineSearchPoint, after trials: Int,
    _ evaluate: (Double) -> LineSearchPoint
  ) -> Result {
    var (low, high) = (first, second)
    var widths = (abs(high.step - low.step), Double.infinity)
    for _ in 0..<max(0, self.trials - trials) {
      let width = high.step - low.step
      var step = low.step + (high.isFinite ? 0.5 : 0.1) * width
      // The minimum of the cubic, away from both ends; bisection if two steps have not shrunk the interval to two
      // thirds.
      if high.isFinite, abs(width) <= 0.66 * widths.1, let minimum = cubicMinimum(low, high) {
        let (left, right) = (min(low.step, high.step), max(low.step, high.step))
        step = min(max(minimum, left + 0.1 * (right - left)), right - 0.1 * (right - left))
      }
      if step == low.step || step == high.step { break }
      let point = evaluate(step)
      if !point.isFinite || point.value > bound(start, step) || point.value >= low.value {
        high = point
        high.step = step
      } else {
        if isFlat(point, start) { return .found(point) }
        if point.slope * (high.step - low.step) >= 0 { high = low }
        low = point
      }
      widths = (abs(high.step - low.step), widths.0)
    }
    return low.step > 0 && low.value < start.value ? .lower(low) : .failed
  }

  /// The minimiser of the cubic through two points with their slopes (Nocedal and Wright, equation 3.59).
  private func cubicMinimum(_ a: LineSearchPoint, _ b: LineSearchPoint) -> Double? {
    let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return nil }
    let d2 = (b.step > a.step ? 1 : -1) * square.squareRoot()
    let minimum = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    return minimum.isFinite ? minimum : nil
  }
}
