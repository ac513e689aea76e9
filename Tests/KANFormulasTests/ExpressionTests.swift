import Foundation
import KAN
import Testing

@testable import KANFormulas

@Suite struct ExpressionTests {
  /// A random formula of two variables that is finite for them in 0.5 … 1.5.
  private func random(_ generator: inout RandomGenerator, depth: Int) -> Expression {
    let pick = Int(generator.uniform() * (depth > 0 ? 9 : 3))
    func next() -> Expression { random(&generator, depth: depth - 1) }
    switch pick {
    case 0: return .variable(Int(generator.uniform() * 2))
    case 1: return .constant(generator.uniform() + 0.2)
    case 2: return .exact(Exact(1 + Int(generator.uniform() * 5), over: 1 + Int(generator.uniform() * 3)))
    case 3: return .sum([next(), next()])
    case 4: return .product([next(), next()])
    case 5: return .power(.sum([.power(next(), .whole(2)), .constant(1)]), .exact(Exact(1, over: 2)))
    case 6: return .power(.sum([.power(next(), .whole(2)), .constant(1)]), .whole(-1))
    case 7: return .apply(.sin, next())
    default: return .apply(.exp, .apply(.tanh, next()))
    }
  }

  private let columns = [[0.5, 0.8, 1.1, 1.5], [1.4, 0.6, 0.9, 1.2]]

  @Test(arguments: 0..<200)
  func simplifiedFormulaHasTheSameValues(seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    let formula = random(&generator, depth: 4)
    let plain = formula.simplified()
    for (a, b) in zip(formula.values(at: columns), plain.values(at: columns)) {
      #expect(abs(a - b) <= 1e-11 * max(1, abs(a)))
    }
    #expect(plain.complexity <= formula.complexity + 12)
  }

  @Test(arguments: 0..<60)
  func derivativesByConstantsAreThoseOfDifferences(seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    let formula = random(&generator, depth: 4)
    let tape = Tape(formula)
    let (rows, count) = (columns[0].count, tape.constants.count)
    if count == 0 { return }
    var values = [Double](repeating: 0, count: rows)
    var jacobian = [Double](repeating: 0, count: rows * count)
    tape.derivatives(at: columns, constants: tape.constants, rows: rows, values: &values, to: &jacobian, stride: rows)
    for place in 0..<count {
      func moved(_ step: Double) -> [Double] {
        var constants = tape.constants
        constants[place] += step
        return tape.values(at: columns, constants: constants, rows: rows)
      }
      let (above, below) = (moved(1e-5), moved(-1e-5))
      for row in 0..<rows {
        let slope = (above[row] - below[row]) / 2e-5
        #expect(abs(slope - jacobian[place * rows + row]) <= 1e-6 * max(1, abs(slope)))
      }
    }
  }

  static let closedForms: [(Double, Double, Exact?)] = [
    (3, 1e-6, Exact(3)), (.pi / 2, 1e-9, Exact(1, over: 2, piTo: 1)), (-0.75, 1e-6, Exact(-3, over: 4)),
    (2 * .pi * .pi, 1e-9, Exact(2, piTo: 2)), (0.3989, 1e-4, nil), (3.14, 1e-3, Exact(1, piTo: 1)), (3.05, 1e-3, nil),
  ]

  @Test(arguments: closedForms)
  func closedFormsAreRecognised(value: Double, tolerance: Double, expected: Exact?) {
    #expect(Exact.recognizing(value, within: tolerance) == expected)
  }

  @Test func namesBecomeIdentifiers() {
    #expect(
      Expression.identifiers(for: ["price (€)", "lambda", "2nd", "x", "x", "E", "größe"])
        == ["price____", "x_lambda", "x_2nd", "x", "x_", "x_E", "gr__e"])
  }

  @Test func splineIsNatural() {
    // scipy.interpolate.CubicSpline([0, 1, 3], [0, 2, 1], bc_type="natural")([0.5, 2, 4]); beyond the ends a line
    let curve = SplineCurve(name: "spline1", points: [0, 1, 3], values: [0, 2, 1])
    for (x, expected) in [(0.5, 1.15625), (2.0, 2.125)] { #expect(abs(curve.evaluate(at: x).value - expected) < 1e-12) }
    let (end, beyond) = (curve.evaluate(at: 3), curve.evaluate(at: 4))
    #expect(abs(beyond.value - end.value - end.slope) < 1e-12)
  }
}
