import KAN

/// The syntax of a formula's text.
public enum FormulaSyntax: String, Sendable, CaseIterable {
  /// Python's sympy: `exp(sin(pi*x) + y**2)`
  case sympy
  /// LaTeX in mathematical mode.
  case latex
  /// Swift with the functions of the C library.
  case swift
}

extension Expression {
  /// The formula as text.
  ///
  /// - Parameters:
  ///   - names: the variables' names; made into identifiers where they are none, see ``identifiers(for:)``.
  ///   - syntax: by default sympy's.
  public func text(names: [String], syntax: FormulaSyntax = .sympy) -> String {
    let words = syntax == .latex ? names.map(Self.latexName) : Self.identifiers(for: names)
    return FormulaWriter(names: words, syntax: syntax).text(self)
  }

  /// Names that Python and Swift take as variables: letters, digits and underscores, none of the words that sympy
  /// gives a meaning, all different.
  public static func identifiers(for names: [String]) -> [String] {
    // sympify reads these single letters and words as constants, functions or syntax.
    let taken: Set<String> = [
      "E", "I", "N", "O", "Q", "S", "pi", "exp", "log", "sin", "cos", "tan", "tanh", "sqrt", "Abs", "asin", "acos",
      "atan", "atanh", "sinh", "cosh", "erf", "besselj", "lambda", "beta", "gamma", "zeta", "zoo", "oo", "nan", "is",
      "in", "if", "else", "for", "and", "or", "not", "as", "def", "class", "from", "import", "return", "with", "var",
      "let", "func", "True", "False", "None", "pass", "while", "del", "try", "print", "test", "re", "im", "ff", "rf",
    ]
    var seen: Set<String> = []
    return names.enumerated().map { index, name in
      var word = String(
        name.unicodeScalars.map {
          $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0) ? Character($0) : "_"
        })
      if word.isEmpty || word.allSatisfy({ $0 == "_" }) { word = "x\(index + 1)" }
      if word.first!.isNumber || taken.contains(word) { word = "x_" + word }
      while !seen.insert(word).inserted { word += "_" }
      return word
    }
  }

  private static func latexName(_ name: String) -> String {
    name.count == 1 ? name : "\\mathrm{" + name.replacing("_", with: "\\_") + "}"
  }
}

/// Writes expressions by precedence: sum 1, product 2, power 3, atom 4.
private struct FormulaWriter {
  let names: [String]
  let syntax: FormulaSyntax

  func text(_ expression: Expression) -> String { write(expression).0 }

  private func write(_ expression: Expression) -> (String, Int) {
    switch expression {
    case .constant(let value): return number(value)
    case .exact(let exact): return number(exact)
    case .variable(let index): return (names[index], 4)
    case .sum(let terms):
      var text = ""
      for term in terms {
        let (part, _) = write(term)
        if text.isEmpty {
          text = part
        } else if part.hasPrefix("-") {
          text += " - " + part.dropFirst()
        } else {
          text += " + " + part
        }
      }
      return (text, 1)
    case .product(let factors): return product(factors)
    case .power(let base, let exponent): return power(base, exponent)
    case .apply(let function, let argument): return apply(function, argument)
    case .spline(let curve, let argument): return ("\(curve.name)(\(text(argument)))", 4)
    }
  }

  private func number(_ value: Double) -> (String, Int) {
    var text = "\(value)"
    if value == value.rounded(), abs(value) < 1e15 { text = "\(Int(value))" + (syntax == .swift ? ".0" : "") }
    if syntax == .latex, let e = text.firstIndex(of: "e") {
      text = "\(text[..<e]) \\cdot 10^{\(text[text.index(after: e)...])}"
      return (text, 2)
    }
    return (text, value < 0 ? 1 : 4)
  }

  private func number(_ exact: Exact) -> (String, Int) {
    let pi = syntax == .latex ? "\\pi" : syntax == .swift ? "Double.pi" : "pi"
    let dot = syntax == .swift ? ".0" : ""
    let sign = exact.numerator < 0 ? "-" : ""
    let size = abs(exact.numerator)
    let powers =
      abs(exact.power) == 1
      ? pi
      : syntax == .latex
        ? "\(pi)^{\(abs(exact.power))}"
        : syntax == .swift
          ? Array(repeating: pi, count: abs(exact.power)).joined(separator: "*") : "\(pi)**\(abs(exact.power))"
    var above = size == 1 && exact.power > 0 ? [] : ["\(size)\(dot)"]
    if exact.power > 0 { above.append(powers) }
    var below = exact.denominator == 1 ? [] : ["\(exact.denominator)\(dot)"]
    if exact.power < 0 { below.append(powers) }
    let times = syntax == .latex ? " " : "*"
    if below.isEmpty {
      return (sign + above.joined(separator: times), sign.isEmpty ? (above.count == 1 && exact.power < 2 ? 4 : 2) : 1)
    }
    if syntax == .latex {
      return (
        "\(sign)\\frac{\(above.joined(separator: times))}{\(below.joined(separator: times))}", sign.isEmpty ? 3 : 1
      )
    }
    let under = below.count > 1 ? "(" + below.joined(separator: times) + ")" : below[0]
    return (sign + above.joined(separator: times) + "/" + under, sign.isEmpty ? 2 : 1)
  }

  private func wrapped(_ expression: Expression, _ least: Int) -> String {
    let (text, level) = write(expression)
    if level >= least { return text }
    return syntax == .latex ? "\\left(\(text)\\right)" : "(\(text))"
  }

  private func product(_ factors: [Expression]) -> (String, Int) {
    var (above, below): ([Expression], [Expression]) = ([], [])
    for factor in factors {
      if case .power(let base, .exact(let exact)) = factor, exact.numerator < 0, exact.power == 0 {
        below.append(
          exact == Exact(-1) ? base : .power(base, .exact(Exact(-exact.numerator, over: exact.denominator))))
      } else {
        above.append(factor)
      }
    }
    var sign = ""
    if let first = above.first, let value = first.number, value < 0 {
      sign = "-"
      if value == -1 {
        above.removeFirst()
      } else if case .exact(let exact) = first {
        above[0] = .exact(Exact(-exact.numerator, over: exact.denominator, piTo: exact.power))
      } else {
        above[0] = .constant(-value)
      }
    }
    let times = syntax == .latex ? " \\, " : "*"
    if syntax == .latex, !below.isEmpty {
      let top =
        above.isEmpty ? "1" : above.count == 1 ? text(above[0]) : above.map { wrapped($0, 2) }.joined(separator: times)
      let bottom = below.count == 1 ? text(below[0]) : below.map { wrapped($0, 2) }.joined(separator: times)
      return ("\(sign)\\frac{\(top)}{\(bottom)}", sign.isEmpty ? 3 : 1)
    }
    let one = syntax == .swift ? "1.0" : "1"
    let top = above.isEmpty ? one : above.map { wrapped($0, 2) }.joined(separator: times)
    if below.isEmpty { return (sign + top, sign.isEmpty ? (above.count == 1 ? 3 : 2) : 1) }
    let bottom = below.map { wrapped($0, below.count > 1 ? 2 : 3) }.joined(separator: times)
    return (sign + top + "/" + (below.count > 1 ? "(\(bottom))" : bottom), sign.isEmpty ? 2 : 1)
  }

  private func power(_ base: Expression, _ exponent: Expression) -> (String, Int) {
    let half = Expression.exact(Exact(1, over: 2))
    if exponent == half {
      return (syntax == .latex ? "\\sqrt{\(text(base))}" : "sqrt(\(text(base)))", 4)
    }
    if case .exact(let exact) = exponent, exact.numerator < 0, exact.power == 0 {
      return product([.power(base, exponent)])
    }
    switch syntax {
    case .sympy: return (wrapped(base, 4) + "**" + wrapped(exponent, 4), 3)
    case .latex: return (wrapped(base, 4) + "^{" + text(exponent) + "}", 3)
    case .swift: return ("pow(\(text(base)), \(text(exponent)))", 4)
    }
  }

  private func apply(_ function: NamedFunction, _ argument: Expression) -> (String, Int) {
    let inner = text(argument)
    func call(_ name: String) -> (String, Int) {
      (syntax == .latex ? "\\\(name)\\left(\(inner)\\right)" : "\(name)(\(inner))", 4)
    }
    func named(_ name: String) -> (String, Int) {
      (syntax == .latex ? "\\operatorname{\(name)}\\left(\(inner)\\right)" : "\(name)(\(inner))", 4)
    }
    switch function {
    case .zero: return ("0", 4)
    case .identity: return write(argument)
    case .square, .cube, .fourth, .fifth, .inverse, .inverseSquare:
      let exponents: [NamedFunction: Int] = [
        .square: 2, .cube: 3, .fourth: 4, .fifth: 5, .inverse: -1, .inverseSquare: -2,
      ]
      return write(.power(argument, .whole(exponents[function]!)))
    case .squareRoot: return power(argument, .exact(Exact(1, over: 2)))
    case .exp: return syntax == .latex ? ("e^{\(inner)}", 3) : call("exp")
    case .log, .sin, .cos, .tan, .tanh, .sinh, .cosh: return call(function.rawValue)
    case .abs:
      return switch syntax {
      case .sympy: ("Abs(\(inner))", 4)
      case .latex: ("\\left|\(inner)\\right|", 4)
      case .swift: ("abs(\(inner))", 4)
      }
    case .asin, .acos, .atan:
      return syntax == .latex
        ? ("\\arc\(function.rawValue.dropFirst())\\left(\(inner)\\right)", 4) : call(function.rawValue)
    case .atanh: return named("atanh")
    case .erf: return named("erf")
    case .sigmoid:
      return syntax == .latex
        ? ("\\frac{1}{1 + e^{-\(wrapped(argument, 2))}}", 3) : ("1/(1 + exp(-\(wrapped(argument, 2))))", 2)
    case .gaussian:
      return syntax == .latex
        ? ("e^{-\(wrapped(argument, 4))^{2}}", 3)
        : (syntax == .swift ? "exp(-pow(\(inner), 2.0))" : "exp(-\(wrapped(argument, 4))**2)", 4)
    case .besselJ0:
      return switch syntax {
      case .sympy: ("besselj(0, \(inner))", 4)
      case .latex: ("J_0\\left(\(inner)\\right)", 4)
      case .swift: ("j0(\(inner))", 4)
      }
    }
  }
}
