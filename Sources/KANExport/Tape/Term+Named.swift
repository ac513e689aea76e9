import KAN
import KANLinearAlgebra

extension Term {
  private func constant(_ value: Double) -> Term { tape.constant(value, kind) }
  private var square: Term { self * self }

  /// f(x), with the operations of ``NamedFunction/value(at:)``.
  ///
  /// - Parameter most: the largest magnitude of x.
  func named(_ function: NamedFunction, upTo most: Double) throws(ExportError) -> Term {
    let x = self
    return switch function {
    case .zero: constant(0)
    case .identity: x
    case .square: x * x
    case .cube: x * x * x
    case .fourth: (x * x) * (x * x)
    case .fifth: (x * x) * (x * x) * x
    case .inverse: 1 / x
    case .inverseSquare: 1 / (x * x)
    case .squareRoot: x.apply(.squareRoot)
    case .exp: x.apply(.exp)
    case .log: (x > 0).select(x.apply(.log), constant(-.infinity))
    case .abs: x.apply(.magnitude)
    case .sin: x.apply(.sin)
    case .cos: x.apply(.cos)
    case .tan: x.apply(.tan)
    case .tanh: x.apply(.tanh)
    case .sigmoid: 1 / (1 + (-x).apply(.exp))
    case .asin: x.apply(.asin)
    case .acos: x.apply(.acos)
    case .atan: x.apply(.atan)
    case .atanh: x.apply(.atanh)
    case .sinh: x.apply(.sinh)
    case .cosh: x.apply(.cosh)
    case .gaussian: (-x * x).apply(.exp)
    case .besselJ0: try bessel(order: 0, upTo: most)
    case .erf: x.apply(.erf)
    }
  }

  /// f′(x), with the operations of ``NamedFunction/slope(at:)``.
  func slope(_ function: NamedFunction, upTo most: Double) throws(ExportError) -> Term {
    let x = self
    switch function {
    case .zero: return constant(0)
    case .identity: return constant(1)
    case .square: return 2 * x
    case .cube: return 3 * x * x
    case .fourth: return 4 * x * x * x
    case .fifth: return 5 * (x * x) * (x * x)
    case .inverse: return -1 / (x * x)
    case .inverseSquare: return -2 / (x * x * x)
    case .squareRoot: return 0.5 / x.apply(.squareRoot)
    case .exp: return x.apply(.exp)
    case .log: return 1 / x
    case .abs: return (x < 0).select(constant(-1), constant(1))
    case .sin: return x.apply(.cos)
    case .cos: return -x.apply(.sin)
    case .tan: return 1 + x.apply(.tan).square
    case .tanh: return 1 - x.apply(.tanh).square
    case .sigmoid:
      let value = try named(function, upTo: most)
      return value * (1 - value)
    case .asin: return 1 / (1 - x * x).apply(.squareRoot)
    case .acos: return -1 / (1 - x * x).apply(.squareRoot)
    case .atan: return 1 / (1 + x * x)
    case .atanh: return 1 / (1 - x * x)
    case .sinh: return x.apply(.cosh)
    case .cosh: return x.apply(.sinh)
    case .gaussian: return -2 * x * (-x * x).apply(.exp)
    case .besselJ0: return -(try bessel(order: 1, upTo: most))
    case .erf: return 1.1283791670955126 * (-x * x).apply(.exp)
    }
  }

  /// The largest argument of a Bessel function whose waves an export writes out.
  private static var mostBessel: Double { 1000 }

  /// Jₙ(x) = 1/π ∫ cos(x·sin θ - nθ) dθ from 0 to π, n = 0 or 1, by the midpoint rule, whose error falls faster than any
  /// power once there are more points than half of x (Abramowitz and Stegun, 9.1.21): no language here has them all.
  private func bessel(order: Int, upTo most: Double) throws(ExportError) -> Term {
    guard most <= Self.mostBessel else {
      throw ExportError("the Bessel function j0 of arguments up to \(most), where \(Self.mostBessel) is the most")
    }
    let points = 20 + Int(most)
    // sin θ at the points' angles; the integrand is symmetric about π/2.
    let sines = (0..<points).map { Elementary.sin((Double($0) + 0.5) * .pi / Double(2 * points)) }
    let amplitudes = sines.map { (order == 0 ? 1 : $0) / Double(points) }
    return tape.waves(amplitudes, sines, areCosines: order == 0, self)
  }
}
