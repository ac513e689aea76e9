import KAN

/// A formula: a tree of variables, constants, sums, products, powers and named functions.
public indirect enum Expression: Sendable, Hashable {
  /// A number found by fitting.
  case constant(Double)
  /// A number with a closed form.
  case exact(Exact)
  /// A column of the data, from 0.
  case variable(Int)
  /// Σ of terms.
  case sum([Expression])
  /// Π of factors.
  case product([Expression])
  /// The base to a constant exponent.
  case power(Expression, Expression)
  /// A named function of an argument.
  case apply(NamedFunction, Expression)
  /// A curve without formula.
  case spline(SplineCurve, Expression)

  /// A whole number.
  static func whole(_ value: Int) -> Expression { .exact(Exact(value)) }

  /// The expression's number, if it is one.
  var number: Double? {
    switch self {
    case .constant(let value): value
    case .exact(let exact): exact.value
    default: nil
    }
  }

  /// The operands.
  var children: [Expression] {
    switch self {
    case .constant, .exact, .variable: []
    case .sum(let terms): terms
    case .product(let factors): factors
    case .power(let base, let exponent): [base, exponent]
    case .apply(_, let argument), .spline(_, let argument): [argument]
    }
  }

  /// The expression with other operands, as many as ``children``.
  func replacing(children: [Expression]) -> Expression {
    switch self {
    case .constant, .exact, .variable: self
    case .sum: .sum(children)
    case .product: .product(children)
    case .power: .power(children[0], children[1])
    case .apply(let function, _): .apply(function, children[0])
    case .spline(let curve, _): .spline(curve, children[0])
    }
  }

  /// The expression with other expressions in the place of its variables.
  func substituting(_ value: (Int) -> Expression) -> Expression {
    if case .variable(let index) = self { return value(index) }
    return replacing(children: children.map { $0.substituting(value) })
  }

  /// Nodes of the tree: variables, numbers, operations, functions by their ``NamedFunction/complexity``.
  public var complexity: Int {
    switch self {
    // More than any closed form, which needs no digits.
    case .constant: 3
    case .exact(let exact): exact.complexity
    case .variable: 1
    case .sum(let terms): terms.reduce(terms.count - 1) { $0 + $1.complexity }
    case .product(let factors): factors.reduce(factors.count - 1) { $0 + $1.complexity }
    case .power(let base, let exponent): 1 + base.complexity + (exponent == .whole(2) ? 0 : exponent.complexity)
    case .apply(let function, let argument): function.complexity + argument.complexity
    case .spline(let curve, let argument): 2 * curve.values.count + argument.complexity
    }
  }

  /// The variables that occur, rising.
  public var variables: [Int] {
    var found: Set<Int> = []
    func walk(_ expression: Expression) {
      if case .variable(let index) = expression { found.insert(index) }
      expression.children.forEach(walk)
    }
    walk(self)
    return found.sorted()
  }

  /// The curves without formula, each once, from left to right.
  public var splines: [SplineCurve] {
    var found: [SplineCurve] = []
    func walk(_ expression: Expression) {
      if case .spline(let curve, _) = expression, !found.contains(curve) { found.append(curve) }
      expression.children.forEach(walk)
    }
    walk(self)
    return found
  }

  /// Whether a curve without formula occurs.
  public var hasSpline: Bool {
    if case .spline = self { return true }
    return children.contains { $0.hasSpline }
  }
}

/// A natural cubic spline through points, for a curve that no named function describes.
public struct SplineCurve: Sendable, Hashable {
  /// A name such as `spline1`.
  public let name: String
  /// Rising abscissae.
  public let points: [Double]
  /// The curve there.
  public let values: [Double]
  /// Second derivatives there.
  let bends: [Double]

  /// The natural spline through at least two points at rising abscissae.
  ///
  /// The tridiagonal system is that of Press et al., Numerical Recipes, 3.3.
  public init(name: String, points: [Double], values: [Double]) {
    self.name = name
    self.points = points
    self.values = values
    var (second, rest) = ([Double](repeating: 0, count: points.count), [Double](repeating: 0, count: points.count))
    for i in 1..<max(1, points.count - 1) {
      let share = (points[i] - points[i - 1]) / (points[i + 1] - points[i - 1])
      let pivot = share * second[i - 1] + 2
      second[i] = (share - 1) / pivot
      let bend =
        (values[i + 1] - values[i]) / (points[i + 1] - points[i]) - (values[i] - values[i - 1])
        / (points[i] - points[i - 1])
      rest[i] = (6 * bend / (points[i + 1] - points[i - 1]) - share * rest[i - 1]) / pivot
    }
    second[points.count - 1] = 0
    for i in (0..<max(0, points.count - 1)).reversed() { second[i] = second[i] * second[i + 1] + rest[i] }
    bends = second
  }

  /// The curve and its slope; a straight line outside the points.
  func evaluate(at x: Double) -> (value: Double, slope: Double) {
    var (low, high) = (0, points.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle] > x { high = middle } else { low = middle }
    }
    let step = points[high] - points[low]
    let inside = min(max(x, points[0]), points[points.count - 1])
    let (a, b) = ((points[high] - inside) / step, (inside - points[low]) / step)
    let value =
      a * values[low] + b * values[high] + ((a * a * a - a) * bends[low] + (b * b * b - b) * bends[high]) * step * step
      / 6
    let slope =
      (values[high] - values[low]) / step
      + ((3 * b * b - 1) * bends[high] - (3 * a * a - 1) * bends[low]) * step / 6
    return (value + slope * (x - inside), slope)
  }
}
