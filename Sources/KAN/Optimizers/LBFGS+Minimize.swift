/// The state of a minimisation by ``LBFGS``: the point, its gradient, and the pairs.
struct LBFGSMinimization<Element: Scalar> {
  let rule: LBFGS
  /// The current point, f and its gradient there; `isFinite` tells whether all are finite.
  private(set) var point: AlignedArray<Element>
  private(set) var value: Double
  private(set) var gradient: AlignedArray<Element>
  /// s and y of the last iterations, the oldest first.
  private(set) var pairs: [Pair]
  /// Points at which f was evaluated.
  private(set) var evaluations = 1

  private var trial, trialGradient, direction: AlignedArray<Element>
  private var vectors: VectorOperations<Element>
  private var factors: [Double]

  struct Pair {
    let s, y: AlignedArray<Element>
    /// sᵀy and yᵀy
    let curvature, square: Double
  }

  enum Outcome: Equatable {
    /// Moved to a lower point; the line search's start and end.
    case moved(from: LineSearchPoint, to: LineSearchPoint, isWolfe: Bool)
    /// The gradient is within its tolerance, or no point along the gradient is lower.
    case arrived
  }

  /// Starts at a point, with earlier pairs s₀, y₀, s₁, y₁ ….
  init<Function: DifferentiableFunction>(
    _ rule: LBFGS, of function: inout Function, from start: AlignedArray<Element>,
    moments: [AlignedArray<Element>] = [], pool: ThreadPool
  ) where Function.Element == Element {
    self.rule = rule
    point = start
    gradient = AlignedArray(zeros: start.count)
    trial = AlignedArray(zeros: start.count)
    trialGradient = AlignedArray(zeros: start.count)
    direction = AlignedArray(zeros: start.count)
    vectors = VectorOperations(count: start.count, pool: pool)
    factors = [Double](repeating: 0, count: rule.pairs)
    pairs = []
    value = function.value(at: point, gradient: &gradient)
    for index in stride(from: 0, to: moments.count - 1, by: 2) {
      remember(s: moments[index], y: moments[index + 1])
    }
  }

  var isFinite: Bool {
    value.isFinite && Element.Kernels.firstNonFinite(gradient.count, gradient.pointer) < 0
  }

  /// The pairs in order, as stored in a model file.
  var moments: [AlignedArray<Element>] { pairs.flatMap { [$0.s, $0.y] } }

  private var hasSmallGradient: Bool {
    gradient.withMagnitude { $0 <= Element(rule.gradientTolerance) }
  }

  /// One iteration.
  mutating func iterate<Function: DifferentiableFunction>(
    _ function: inout Function
  ) -> Outcome where Function.Element == Element {
    if hasSmallGradient { return .arrived }
    while true {
      findDirection()
      var slope = vectors.dot(gradient, direction)
      if !(slope < 0) && !pairs.isEmpty {
        pairs = []
        findDirection()
        slope = vectors.dot(gradient, direction)
      }
      // Not negative: the squares may have underflowed.
      if !(slope < 0) { return .arrived }
      let start = LineSearchPoint(step: 0, value: value, slope: slope)
      // Without pairs the gradient's length gives no scale: the first step has at most length 1.
      let first = pairs.isEmpty ? min(1, 1 / (-slope).squareRoot()) : 1
      let search = StrongWolfeSearch(decrease: rule.decrease, curvature: rule.curvature, trials: rule.trials)
      switch search.search(from: start, first: first, { evaluate(&function, step: $0) }) {
      case .found(let end):
        accept(end)
        return .moved(from: start, to: end, isWolfe: true)
      case .lower(let end):
        accept(evaluate(&function, step: end.step))
        return .moved(from: start, to: end, isWolfe: false)
      case .failed:
        if pairs.isEmpty { return .arrived }
        pairs = []
      }
    }
  }

  /// d = -H·g by the two-loop recursion (Nocedal and Wright, algorithm 7.4).
  private mutating func findDirection() {
    let d = direction.mutablePointer()
    // g - 2g, which is exact.
    vectors.add(gradient.pointer, -2, gradient.pointer, to: d)
    guard let last = pairs.last else { return }
    for index in pairs.indices.reversed() {
      factors[index] = vectors.dot(pairs[index].s, direction) / pairs[index].curvature
      vectors.add(d, -factors[index], pairs[index].y.pointer, to: d)
    }
    vectors.scale(d, by: last.curvature / last.square)
    for index in pairs.indices {
      let factor = vectors.dot(pairs[index].y, direction) / pairs[index].curvature
      vectors.add(d, factors[index] - factor, pairs[index].s.pointer, to: d)
    }
  }

  /// φ and φ′ at a step, whose point and gradient stay in `trial` and `trialGradient`.
  private mutating func evaluate<Function: DifferentiableFunction>(
    _ function: inout Function, step: Double
  ) -> LineSearchPoint where Function.Element == Element {
    vectors.add(point.pointer, step, direction.pointer, to: trial.mutablePointer())
    evaluations += 1
    guard Element.Kernels.firstNonFinite(trial.count, trial.pointer) < 0 else {
      return LineSearchPoint(step: step, value: .infinity, slope: .nan)
    }
    let value = function.value(at: trial, gradient: &trialGradient)
    guard value.isFinite, Element.Kernels.firstNonFinite(trialGradient.count, trialGradient.pointer) < 0 else {
      return LineSearchPoint(step: step, value: .infinity, slope: .nan)
    }
    return LineSearchPoint(step: step, value: value, slope: vectors.dot(trialGradient, direction))
  }

  /// Accepts the last point tried, and the pair that leads to it.
  private mutating func accept(_ end: LineSearchPoint) {
    var (s, y) = (AlignedArray<Element>(zeros: point.count), AlignedArray<Element>(zeros: point.count))
    vectors.add(trial.pointer, -1, point.pointer, to: s.mutablePointer())
    vectors.add(trialGradient.pointer, -1, gradient.pointer, to: y.mutablePointer())
    remember(s: s, y: y)
    swap(&point, &trial)
    swap(&gradient, &trialGradient)
    value = end.value
  }

  /// Keeps a pair unless its curvature is lost in rounding, which would spoil H.
  private mutating func remember(s: AlignedArray<Element>, y: AlignedArray<Element>) {
    let (curvature, square) = (vectors.dot(s, y), vectors.dot(y, y))
    guard curvature > Double(Element.ulpOfOne) * square, curvature.isFinite, square.isFinite, square > 0 else { return }
    if pairs.count == rule.pairs { pairs.removeFirst() }
    pairs.append(Pair(s: s, y: y, curvature: curvature, square: square))
  }
}

extension AlignedArray {
  /// Whether all magnitudes satisfy the condition.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  fileprivate func withMagnitude(_ holds: (Element) -> Bool) -> Bool {
    let pointer = pointer
    for index in 0..<count where !holds(abs(pointer[index])) { return false }
    return true
  }
}
