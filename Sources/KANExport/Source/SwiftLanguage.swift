enum SwiftLanguage: ScalarLanguage {
  static func declare(_ name: String, _ kind: Tape.Kind, _ expression: String) -> String {
    let type =
      switch kind {
      case .real: "Real"
      case .double: "Double"
      case .boolean: "Bool"
      }
    return "let \(name): \(type) = \(expression)"
  }

  static func literal(_ value: Double, _ kind: Tape.Kind, isDouble: Bool) -> String {
    if value.isNaN { return ".nan" }
    if value.isInfinite { return value > 0 ? "Double.infinity" : "-Double.infinity" }
    let text = kind == .real && !isDouble ? "\(Float(value))" : "\(value)"
    return text.hasPrefix("-") ? "(\(text))" : text
  }

  static func whole(_ value: String) -> String { "Int(\(value))" }

  static func apply(_ function: Tape.Unary, _ x: String, isDouble: Bool) -> String {
    switch function {
    case .negate: "-\(x)"
    case .magnitude: "\(x).magnitude"
    case .squareRoot: "\(x).squareRoot()"
    case .floor: "\(x).rounded(.down)"
    case .whole: "\(x).rounded(.towardZero)"
    case .exp, .log, .sin, .cos, .tan, .tanh, .asin, .acos, .atan, .atanh, .sinh, .cosh, .erf, .exponential, .silu,
      .sigmoid, .hyperbolicTangent:
      "\(function.rawValue)(\(x))"
    case .isNaN: "\(x).isNaN"
    case .toDouble: "Double(\(x))"
    case .toReal: "Real(\(x))"
    case .copy: x
    }
  }

  static func multiplyAdd(_ a: String, _ b: String, _ c: String) -> String { "\(a) * \(b) + \(c)" }

  static func count(_ array: String, _ start: String, _ count: Int, _ x: String) -> String {
    "countNotAbove(\(array), \(start), \(count), \(x))"
  }

  static func waves(_ amplitudes: String, _ frequencies: String, _ count: Int, areCosines: Bool, _ x: String) -> String
  {
    "zip(\(amplitudes), \(frequencies)).reduce(0) { $0 + $1.0 * \(areCosines ? "cos" : "sin")($1.1 * \(x)) }"
  }

  /// The functions that statements call; these repeat the engine's kernels for processors that do not multiply and add in
  /// one step.
  static func helpers(_ used: Set<Tape.Unary>, counts: Bool, _ isDouble: Bool) -> [String] {
    var result = [isDouble ? numbersInDouble : numbersInFloat]
    let usesExponential = !used.isDisjoint(with: [.exponential, .sigmoid, .hyperbolicTangent])
    if usesExponential || used.contains(.silu) { result.append(isDouble ? twiceExpInDouble : twiceExpInFloat) }
    if usesExponential { result.append(isDouble ? exponentialInDouble : exponentialInFloat) }
    if used.contains(.silu) { result.append(isDouble ? siluInDouble : siluInFloat) }
    if used.contains(.sigmoid) { result.append("static func sigmoid(_ x: Real) -> Real { 1 / (1 + exponential(-x)) }") }
    if used.contains(.hyperbolicTangent) { result.append(isDouble ? tangentInDouble : tangentInFloat) }
    if counts { result.append(countNotAbove) }
    return result
  }

  private static let numbersInDouble = numbers(digits: 16, bits: "UInt64")
  private static let numbersInFloat = numbers(digits: 8, bits: "UInt32")

  private static func numbers(digits: Int, bits: String) -> String {
    """
    /// Numbers by the hexadecimal digits of their bits, which compile faster than literals.
    private static func numbers(_ text: StaticString) -> [Real] {
      (0..<text.utf8CodeUnitCount / \(digits)).map { place in
        var bits: \(bits) = 0
        for k in 0..<\(digits) {
          let digit = text.utf8Start[place * \(digits) + k]
          bits = bits << 4 | \(bits)(digit < 58 ? digit - 48 : digit - 87)
        }
        return Real(bitPattern: bits)
      }
    }
    """
  }

  private static let countNotAbove = """
    /// How many of n rising numbers are not above x; none for NaN.
    private static func countNotAbove(_ from: [Real], _ start: Int, _ n: Int, _ x: Real) -> Real {
      var (low, n) = (0, n)
      while n > 0 {
        let half = n / 2
        if from[start + low + half] <= x {
          low += half + 1
          n -= half + 1
        } else {
          n = half
        }
      }
      return Real(low)
    }
    """

  private static let twiceExpInDouble = """
    /// 2exp(x - n·ln 2) by the Taylor polynomial.
    private static func twiceExp(_ x: Double, _ n: Double) -> Double {
      var f = x - n * 0.693145751953125
      f = f - n * 1.42860682030941723212e-6
      var p = 2.0 / 6227020800.0
      for divisor in [
        479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0,
      ] { p = p * f + 2.0 / divisor }
      return p
    }
    """

  private static let exponentialInDouble = """
    private static func exponential(_ number: Double) -> Double {
      let x = number > 710 ? 710 : number < -708 ? -708 : number
      let magic = 6755399441055744.0
      let shifted = x * 1.44269504088896340736 + magic
      let scale = Double(bitPattern: (shifted.bitPattern &- 0x4338_0000_0000_0000 &+ 1022) << 52)
      return twiceExp(x, shifted - magic) * scale
    }
    """

  private static let siluInDouble = """
    private static func silu(_ x: Double) -> Double {
      let above = x < -708 ? -708 : x
      let held = above > 708 ? 708 : above
      let magic = 6755399441055743.0
      let shifted = held * -1.44269504088896340736 + magic
      let p = Double(bitPattern: twiceExp(-held, shifted - magic).bitPattern &+ shifted.bitPattern << 52)
      return above * (1 / (1 + p))
    }
    """

  private static let tangentInDouble = """
    private static func hyperbolicTangent(_ x: Double) -> Double {
      let a = x < 0 ? -x : x
      let e = exponential(-2 * a)
      let u = -2 * a
      var q = 1.0 / 479001600.0
      for divisor in [
        39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0,
      ] { q = q * u + 1.0 / divisor }
      let m = q * u
      let y = a < 0.15 ? -m / (2 + m) : (1 - e) / (1 + e)
      return x < 0 ? -y : y
    }
    """

  private static let twiceExpInFloat = """
    /// 2exp(x - n·ln 2) by the Taylor polynomial.
    private static func twiceExp(_ x: Float, _ n: Float) -> Float {
      var f = x - n * 0.693359375
      f = f - n * -2.12194440054690583e-4
      var p: Float = 2 / 5040
      let divisors: [Float] = [720, 120, 24, 6, 2, 1, 1]
      for divisor in divisors { p = p * f + 2 / divisor }
      return p
    }
    """

  private static let exponentialInFloat = """
    private static func exponential(_ number: Float) -> Float {
      let x: Float = number > 89 ? 89 : number < -86.9 ? -86.9 : number
      let magic: Float = 12582912
      let shifted = x * 1.44269504088896341 + magic
      let scale = Float(bitPattern: (shifted.bitPattern &- 0x4B40_0000 &+ 126) << 23)
      return twiceExp(x, shifted - magic) * scale
    }
    """

  private static let siluInFloat = """
    private static func silu(_ x: Float) -> Float {
      let above: Float = x < -87 ? -87 : x
      let held: Float = above > 87 ? 87 : above
      let magic: Float = 12582911
      let shifted = held * -1.44269504088896341 + magic
      let p = Float(bitPattern: twiceExp(-held, shifted - magic).bitPattern &+ shifted.bitPattern << 23)
      return above * (1 / (1 + p))
    }
    """

  private static let tangentInFloat = """
    private static func hyperbolicTangent(_ x: Float) -> Float {
      let a = x < 0 ? -x : x
      let e = exponential(-2 * a)
      let s = x * x
      var q: Float = 62.0 / 2835
      let others: [Float] = [-17.0 / 315, 2.0 / 15, -1.0 / 3, 1]
      for other in others { q = s * q + other }
      let y = a < 0.25 ? a * q : (1 - e) / (1 + e)
      return x < 0 ? -y : y
    }
    """
}
