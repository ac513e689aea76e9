import KAN
import KANLinearAlgebra

/// Curves that are linear in their coefficients for fixed parameters, such as c·f(a·x + b) + d for fixed a and b.
struct CurveFamily {
  /// Parameters to start from.
  let starts: [[Double]]
  /// The columns at a point, beside the constant: (parameters, t) with t = (x - middle)/half.
  let columns: ([Double], Double) -> [Double]
  /// The formula in variable 0: (parameters, coefficients, with the constant last).
  let formula: ([Double], [Double]) -> Expression
}

/// The families for points within middle ± half.
struct CurveFamilies {
  let middle, half: Double

  private var x: Expression { .variable(0) }

  /// a·t + b in x: (a/half)·x + (b - a·middle/half)
  private func affine(_ a: Double, _ b: Double) -> Expression {
    .sum([.product([.constant(a / half), x]), .constant(b - a * middle / half)])
  }

  private func term(_ coefficient: Double, _ expression: Expression) -> Expression {
    .product([.constant(coefficient), expression])
  }

  /// From the plainest on.
  var all: [CurveFamily] {
    var result: [CurveFamily] = []
    let offset = middle / half
    // x in units of half: t + offset.
    result.append(
      CurveFamily(starts: [[]]) { _, t in
        [t + offset]
      } formula: { _, c in
        .sum([self.term(c[0] / self.half, self.x), .constant(c[1])])
      })
    for degree in 2...5 {
      result.append(
        CurveFamily(starts: [[]]) { _, t in
          (1...degree).map { wholePower(t, $0) }
        } formula: { _, c in
          .sum(self.polynomial(c))
        })
    }
    let signless = -offset < -1 || -offset > 1  // 0 is outside the points
    let positive = offset > 1
    // Powers of x itself.
    var exponents: [Double] = [2, 3, 4, 5]
    if signless { exponents += [-1, -2, -3, -4] }
    if positive { exponents += [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1.0 / 3, 2.0 / 3] }
    for exponent in exponents {
      result.append(
        CurveFamily(starts: [[]]) { _, t in
          [self.power(t + offset, exponent)]
        } formula: { _, c in
          let unit = self.power(self.half, exponent)
          return .sum([self.term(c[0] / unit, .power(self.x, self.exact(exponent))), .constant(c[1])])
        })
    }
    // Powers and logarithms of x - x₀, with x₀ beyond the points: distances from a thousandth of the range on.
    let distances = (0..<15).map { Elementary.pow(10, Double($0) * 0.3 - 3) }
    let poles = distances.map { -1 - $0 } + distances.map { 1 + $0 }
    for exponent in [-3, -2, -1, -0.5, 0.5, 1.5, -1.5] as [Double] {
      result.append(
        CurveFamily(starts: poles.map { [$0] }) { p, t in
          [self.power(abs(t - p[0]), exponent)]
        } formula: { p, c in
          let distance = self.affine(p[0] < 0 ? 1 : -1, abs(p[0]))
          return .sum([self.term(c[0], .power(distance, self.exact(exponent))), .constant(c[1])])
        })
    }
    result.append(
      CurveFamily(starts: poles.map { [$0] } + (signless ? [[-offset]] : [])) { p, t in
        [Elementary.log(abs(t - p[0]))]
      } formula: { p, c in
        .sum([self.term(c[0], .apply(.log, self.affine(p[0] < 0 ? 1 : -1, abs(p[0])))), .constant(c[1])])
      })
    if positive {
      result.append(
        CurveFamily(starts: [-3.2, -1.7, -0.7, 0.3, 0.8, 1.3, 1.8, 2.7, 3.3].map { [$0] }) { p, t in
          [Elementary.pow(t + offset, p[0])]
        } formula: { p, c in
          .sum([self.term(c[0] / Elementary.pow(self.half, p[0]), .power(self.x, .constant(p[0]))), .constant(c[1])])
        })
    }
    // Whole powers and |x| about a point within.
    let centers = (-6...6).map { Double($0) / 5 }
    for exponent in [3, 4, 5] {
      result.append(
        CurveFamily(starts: centers.map { [$0] }) { p, t in
          [wholePower(t - p[0], exponent)]
        } formula: { p, c in
          .sum([self.term(c[0], .power(self.affine(1, -p[0]), .whole(exponent))), .constant(c[1])])
        })
    }
    result.append(
      CurveFamily(starts: (-19...19).map { [Double($0) / 20] } + [[-offset]]) { p, t in
        [abs(t - p[0])]
      } formula: { p, c in
        .sum([self.term(c[0], .apply(.abs, self.affine(1, -p[0]))), .constant(c[1])])
      })
    // Exponentials and circular functions, whose shifts are linear coefficients.
    let rates = (0..<14).map { 0.1 * Elementary.pow(1.5, Double($0)) }
    result.append(
      CurveFamily(starts: rates.flatMap { [[$0], [-$0]] }) { p, t in
        [Elementary.exp(p[0] * t - abs(p[0]))]
      } formula: { p, c in
        .sum([
          self.term(c[0], .apply(.exp, self.affine(p[0], -abs(p[0])))), .constant(c[1]),
        ])
      })
    result.append(
      CurveFamily(starts: (1...110).map { [Double($0) * 0.4] }) { p, t in
        [Elementary.sin(p[0] * t), Elementary.cos(p[0] * t)]
      } formula: { p, c in
        let size = (c[0] * c[0] + c[1] * c[1]).squareRoot()
        let phase = Elementary.atan2(c[1], c[0])
        // Of sin(u + φ) and cos(u + φ - π/2), the one with the smaller shift at x = 0.
        let shift = Elementary.remainder(phase - p[0] * offset, 2 * .pi)
        let (asSine, asCosine) = (shift, Elementary.remainder(shift - .pi / 2, 2 * .pi))
        func wave(_ function: NamedFunction, _ shift: Double) -> Expression {
          // sin(u ± π) = -sin(u)
          let folded = Elementary.remainder(shift, .pi)
          let sign = abs(shift - folded) > 1 ? -1.0 : 1.0
          return self.term(
            sign * size, .apply(function, .sum([self.term(p[0] / self.half, self.x), .constant(folded)])))
        }
        let sine = abs(Elementary.remainder(asSine, .pi)) <= abs(Elementary.remainder(asCosine, .pi)) + 1e-6
        return .sum([sine ? wave(.sin, asSine) : wave(.cos, asCosine), .constant(c[2])])
      })
    result.append(
      CurveFamily(starts: rates.map { [$0] }) { p, t in
        [
          Elementary.sinh(p[0] * (t + offset) / (1 + abs(offset))),
          Elementary.cosh(p[0] * (t + offset) / (1 + abs(offset))),
        ]
      } formula: { p, c in
        let a = p[0] / (1 + abs(offset)) / self.half
        return .sum([
          self.term(c[0], .apply(.sinh, self.term(a, self.x))), self.term(c[1], .apply(.cosh, self.term(a, self.x))),
          .constant(c[2]),
        ])
      })
    // A wave or an exponential on a slope.
    result.append(
      CurveFamily(starts: rates.flatMap { [[$0], [-$0]] }) { p, t in
        [Elementary.exp(p[0] * t - abs(p[0])), t]
      } formula: { p, c in
        .sum([
          self.term(c[0], .apply(.exp, self.affine(p[0], -abs(p[0])))), self.term(c[1], self.affine(1, 0)),
          .constant(c[2]),
        ])
      })
    result.append(
      CurveFamily(starts: (1...60).map { [Double($0) * 0.4] }) { p, t in
        [Elementary.sin(p[0] * t), Elementary.cos(p[0] * t), t]
      } formula: { p, c in
        .sum([
          self.term(c[0], .apply(.sin, self.affine(p[0], 0))), self.term(c[1], .apply(.cos, self.affine(p[0], 0))),
          self.term(c[2], self.affine(1, 0)), .constant(c[3]),
        ])
      })
    // Functions with a shape of their own: width and place.
    let places = (-5...5).map { Double($0) / 4 }
    let widths = (0..<9).map { 0.3 * Elementary.pow(1.7, Double($0)) }
    let both = widths.flatMap { width in places.map { [width, -width * $0] } }
    for function in [NamedFunction.tanh, .sigmoid, .atan, .erf, .gaussian, .besselJ0] {
      result.append(
        CurveFamily(starts: both) { p, t in
          [function.value(at: p[0] * t + p[1])]
        } formula: { p, c in
          .sum([self.term(c[0], .apply(function, self.affine(p[0], p[1]))), .constant(c[1])])
        })
    }
    // Those that end or have poles: the argument stays within (-1, 1), or (-π/2, π/2).
    let spans = [0.3, 0.6, 0.8, 0.9, 0.97, 0.999]
    let inner = spans.flatMap { span in [-1.0, -0.5, 0, 0.5, 1].map { [span, (1 - span) * $0] } }
    for (function, reach) in [(NamedFunction.asin, 1.0), (.acos, 1), (.atanh, 1), (.tan, Double.pi / 2)] {
      result.append(
        CurveFamily(starts: inner) { p, t in
          [function.value(at: reach * (p[0] * t + p[1]))]
        } formula: { p, c in
          .sum([
            self.term(c[0], .apply(function, self.affine(reach * p[0], reach * p[1]))), .constant(c[1]),
          ])
        })
    }
    return result
  }

  private func power(_ x: Double, _ exponent: Double) -> Double {
    exponent == exponent.rounded() ? wholePower(x, Int(exponent)) : Elementary.pow(x, exponent)
  }

  private func exact(_ exponent: Double) -> Expression {
    .exact(Exact.recognizing(exponent, within: 1e-9)!)
  }

  /// The terms of Σ cₖ·tᵏ in x, with the constant, which is last in `coefficients`.
  private func polynomial(_ coefficients: [Double]) -> [Expression] {
    let degree = coefficients.count - 1
    var expanded = [Double](repeating: 0, count: degree + 1)
    expanded[0] = coefficients[degree]
    for power in 1...degree {
      // ((x - m)/h)ᵏ by the binomial theorem.
      var binomial = 1.0
      for place in 0...power {
        expanded[place] +=
          coefficients[power - 1] * binomial * wholePower(-middle, power - place) / wholePower(half, power)
        binomial *= Double(power - place) / Double(place + 1)
      }
    }
    return (1...degree).map { term(expanded[$0], .power(x, .whole($0))) } + [.constant(expanded[0])]
  }
}
