import KANLinearAlgebra

/// A function of one variable that formulas are made of.
public enum NamedFunction: String, CaseIterable, Sendable, Codable {
  /// 0, for an edge that contributes nothing.
  case zero = "0"
  /// x
  case identity = "x"
  /// x²
  case square = "x^2"
  /// x³
  case cube = "x^3"
  /// x⁴
  case fourth = "x^4"
  /// x⁵
  case fifth = "x^5"
  /// 1/x
  case inverse = "1/x"
  /// 1/x²
  case inverseSquare = "1/x^2"
  /// √x
  case squareRoot = "sqrt"
  /// eˣ
  case exp
  /// The natural logarithm.
  case log
  /// |x|
  case abs
  /// The sine, of radians.
  case sin
  /// The cosine, of radians.
  case cos
  /// The tangent, of radians.
  case tan
  /// The hyperbolic tangent.
  case tanh
  /// 1/(1 + e⁻ˣ)
  case sigmoid
  /// The inverse of the sine.
  case asin
  /// The inverse of the cosine.
  case acos
  /// The inverse of the tangent.
  case atan
  /// The inverse of the hyperbolic tangent.
  case atanh
  /// The hyperbolic sine.
  case sinh
  /// The hyperbolic cosine.
  case cosh
  /// exp(-x²)
  case gaussian
  /// The Bessel function J₀.
  case besselJ0 = "j0"
  /// The error function.
  case erf

  /// f(x); NaN or infinite outside the domain.
  public func value(at x: Double) -> Double {
    switch self {
    case .zero: 0
    case .identity: x
    case .square: x * x
    case .cube: x * x * x
    case .fourth: (x * x) * (x * x)
    case .fifth: (x * x) * (x * x) * x
    case .inverse: 1 / x
    case .inverseSquare: 1 / (x * x)
    case .squareRoot: x.squareRoot()
    case .exp: Elementary.exp(x)
    case .log: x > 0 ? Elementary.log(x) : .nan
    case .abs: Swift.abs(x)
    case .sin: Elementary.sin(x)
    case .cos: Elementary.cos(x)
    case .tan: Elementary.tan(x)
    case .tanh: Elementary.tanh(x)
    case .sigmoid: 1 / (1 + Elementary.exp(-x))
    case .asin: Elementary.asin(x)
    case .acos: Elementary.acos(x)
    case .atan: Elementary.atan(x)
    case .atanh: Elementary.atanh(x)
    case .sinh: Elementary.sinh(x)
    case .cosh: Elementary.cosh(x)
    case .gaussian: Elementary.exp(-x * x)
    case .besselJ0: Elementary.besselJ0(x)
    case .erf: Elementary.erf(x)
    }
  }

  /// f′(x); the one from the right at a kink.
  public func slope(at x: Double) -> Double {
    switch self {
    case .zero: 0
    case .identity: 1
    case .square: 2 * x
    case .cube: 3 * x * x
    case .fourth: 4 * x * x * x
    case .fifth: 5 * (x * x) * (x * x)
    case .inverse: -1 / (x * x)
    case .inverseSquare: -2 / (x * x * x)
    case .squareRoot: 0.5 / x.squareRoot()
    case .exp: Elementary.exp(x)
    case .log: 1 / x
    case .abs: x < 0 ? -1 : 1
    case .sin: Elementary.cos(x)
    case .cos: -Elementary.sin(x)
    case .tan: 1 + squared(Elementary.tan(x))
    case .tanh: 1 - squared(Elementary.tanh(x))
    case .sigmoid: value(at: x) * (1 - value(at: x))
    case .asin: 1 / (1 - x * x).squareRoot()
    case .acos: -1 / (1 - x * x).squareRoot()
    case .atan: 1 / (1 + x * x)
    case .atanh: 1 / (1 - x * x)
    case .sinh: Elementary.cosh(x)
    case .cosh: Elementary.sinh(x)
    case .gaussian: -2 * x * Elementary.exp(-x * x)
    case .besselJ0: -Elementary.besselJ1(x)
    case .erf: Self.erfSlope * Elementary.exp(-x * x)
    }
  }

  /// f″(x); 0 at a kink.
  public func curvature(at x: Double) -> Double {
    switch self {
    case .zero, .identity, .abs: return 0
    case .square: return 2
    case .cube: return 6 * x
    case .fourth: return 12 * x * x
    case .fifth: return 20 * x * x * x
    case .inverse: return 2 / (x * x * x)
    case .inverseSquare: return 6 / squared(x * x)
    case .squareRoot: return -0.25 / (x * x.squareRoot())
    case .exp: return Elementary.exp(x)
    case .log: return -1 / (x * x)
    case .sin: return -Elementary.sin(x)
    case .cos: return -Elementary.cos(x)
    case .tan: return 2 * Elementary.tan(x) * slope(at: x)
    case .tanh: return -2 * Elementary.tanh(x) * slope(at: x)
    case .sigmoid: return slope(at: x) * (1 - 2 * value(at: x))
    case .asin: return x / ((1 - x * x) * (1 - x * x).squareRoot())
    case .acos: return -x / ((1 - x * x) * (1 - x * x).squareRoot())
    case .atan: return -2 * x / squared(1 + x * x)
    case .atanh: return 2 * x / squared(1 - x * x)
    case .sinh: return Elementary.sinh(x)
    case .cosh: return Elementary.cosh(x)
    case .gaussian: return (4 * x * x - 2) * Elementary.exp(-x * x)
    case .besselJ0:
      // J₀″ = J₁/x - J₀; J₁/x → 1/2 at 0 (Abramowitz and Stegun, 9.1.27).
      return (Swift.abs(x) < 1e-8 ? 0.5 : Elementary.besselJ1(x) / x) - Elementary.besselJ0(x)
    case .erf: return -2 * x * Self.erfSlope * Elementary.exp(-x * x)
    }
  }

  /// The arguments for which the function is real: an interval, from which 0 is excluded where the function has a pole
  /// there. `tan` has poles of its own.
  public var domain: ClosedRange<Double> {
    switch self {
    case .squareRoot, .log: 0...Double.infinity
    case .asin, .acos, .atanh: -1...1
    default: -Double.infinity...Double.infinity
    }
  }

  /// Whether the function has a pole at 0.
  public var hasPoleAtZero: Bool { self == .inverse || self == .inverseSquare || self == .log }

  /// How much a formula grows by the function, in nodes of its tree.
  public var complexity: Int {
    switch self {
    case .zero, .identity: 0
    case .square, .inverse, .squareRoot, .exp, .log, .abs, .sin, .cos: 1
    case .cube, .inverseSquare, .tan, .tanh: 2
    case .fourth, .fifth, .sigmoid, .asin, .acos, .atan, .sinh, .cosh, .gaussian: 3
    case .atanh, .besselJ0, .erf: 4
    }
  }

  /// 2/√π
  private static let erfSlope = 1.1283791670955126
}

private func squared(_ x: Double) -> Double { x * x }
