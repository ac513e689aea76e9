import KAN

/// c·f(a·x + b), or with a line s·x beside it, an edge's formula; the constant is in the bias of the edge's sum.
struct EdgeTerm: Sendable, Equatable {
  var function: NamedFunction
  /// c
  var factor: Double
  /// a
  var rate: Double
  /// b
  var shift: Double
  /// s, if there is a line.
  var line: Double?

  init(function: NamedFunction, factor: Double, rate: Double, shift: Double, line: Double? = nil) {
    self.function = function
    self.factor = factor
    self.rate = rate
    self.shift = shift
    self.line = line
  }

  func value(at x: Double) -> Double { factor * function.value(at: rate * x + shift) + (line ?? 0) * x }

  func slope(at x: Double) -> Double { factor * rate * function.slope(at: rate * x + shift) + (line ?? 0) }

  /// Free constants.
  var parameterCount: Int { freedom.count + (line == nil ? 0 : 1) }

  var freedom: Freedom { Freedom(function) }

  /// Which of a and b say what c and the bias cannot: c·(a·x)² is c·a²·x².
  struct Freedom {
    let rate, shift: Bool

    init(_ function: NamedFunction) {
      switch function {
      case .zero, .identity: (rate, shift) = (false, false)
      case .square, .cube, .fourth, .fifth, .inverse, .inverseSquare, .squareRoot, .abs, .log:
        (rate, shift) = (false, true)
      case .exp: (rate, shift) = (true, false)
      default: (rate, shift) = (true, true)
      }
    }

    /// Free constants of the term.
    var count: Int { 1 + (rate ? 1 : 0) + (shift ? 1 : 0) }
  }

  /// As a formula of x; ``Expression/simplified()`` makes it plain.
  func expression(of x: Expression) -> Expression {
    let argument: Expression =
      function == .identity ? x : .sum([.product([.constant(rate), x]), .constant(shift)])
    let curve = Expression.product([.constant(factor), .apply(function, argument)])
    return line.map { .sum([curve, .product([.constant($0), x])]) } ?? curve
  }
}

/// What stands on an edge on the way from a network to a formula.
enum EdgeForm: Sendable, Equatable {
  case zero
  /// The layer's own functions, by their coefficients: [functions]
  case own([Double])
  case term(EdgeTerm)

  /// Free constants.
  var parameterCount: Int {
    switch self {
    case .zero: 0
    case .own(let coefficients): coefficients.count
    case .term(let term): term.parameterCount
    }
  }

  var isOwn: Bool { if case .own = self { true } else { false } }

  /// Nodes that the edge adds to a formula; a curve of its own counts as none would be taken for it otherwise.
  var complexity: Int {
    switch self {
    case .zero: 0
    // As the formula's tree counts: a constant is three nodes, and each operation one.
    case .term(let term): term.function.complexity + 4 * term.parameterCount + 1
    case .own(let coefficients): 4 * coefficients.count
    }
  }
}

extension Activation {
  /// f(z)
  func value(at z: Double) -> Double {
    switch self {
    case .identity: z
    case .relu: max(0, z)
    case .silu: z * NamedFunction.sigmoid.value(at: z)
    case .tanh: NamedFunction.tanh.value(at: z)
    case .sigmoid: NamedFunction.sigmoid.value(at: z)
    }
  }

  /// f′(z)
  func slope(at z: Double) -> Double {
    switch self {
    case .identity: return 1
    case .relu: return z > 0 ? 1 : 0
    case .silu:
      let sigmoid = NamedFunction.sigmoid.value(at: z)
      return sigmoid + z * sigmoid * (1 - sigmoid)
    case .tanh: return NamedFunction.tanh.slope(at: z)
    case .sigmoid: return NamedFunction.sigmoid.slope(at: z)
    }
  }

  /// f as a formula of z; max(0, z) = (z + |z|)/2.
  func expression(of z: Expression) -> Expression {
    switch self {
    case .identity: z
    case .relu: .product([.exact(Exact(1, over: 2)), .sum([z, .apply(.abs, z)])])
    case .silu: .product([z, .apply(.sigmoid, z)])
    case .tanh: .apply(.tanh, z)
    case .sigmoid: .apply(.sigmoid, z)
    }
  }
}
