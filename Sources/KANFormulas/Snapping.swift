import KAN
import KANLinearAlgebra

/// Replaces free constants by closed forms, and drops those without effect, as long as the fit stays as good.
///
/// Each trial fixes one constant at 0, ±1 or the closed form next to it and fits all others anew, so that a constant
/// counts as π only if the data say so together with everything else.
struct Snapping {
  let fit: ConstantFit
  /// The relative error up to which a formula is as good as the one that came in.
  let limit: Double
  /// How close a constant has to be to its closed form: no closer than it is determined.
  let tolerance: Double

  /// - Parameters:
  ///   - error: the relative error before.
  ///   - noise: the relative error of the targets, if it is known.
  init(_ fit: ConstantFit, error: Double, noise: Double = 0) {
    self.fit = fit
    // A constant less may cost a hundredth of the error, which is what it earns by chance among some hundred rows, or
    // a third of a noise that is only estimated; 3e-14 is the rounding of a formula of some dozens of operations.
    limit = max(1.01 * error, 1.3 * noise, 3e-14)
    // Constants of a fit with t digits are known to about t digits, the less the more they depend on each other.
    tolerance = min(1e-3, max(30 * max(error, noise), 1e-9))
  }

  func snapped(_ expression: Expression) -> Expression {
    var present = expression.simplified()
    var place = 0
    var budget = 60
    while budget > 0 {
      let constants = Tape(present).constants
      if place >= constants.count { break }
      var found: Expression?
      for replacement in replacements(of: constants[place]) {
        budget -= 1
        let trial = present.replacing(constant: place, by: replacement).simplified()
        guard trial.complexity < present.complexity else { continue }
        let result = fit.fit(trial, iterations: 12)
        if result.error <= limit {
          found = result.expression
          break
        }
      }
      if let found {
        present = found
        place = 0
      } else {
        place += 1
      }
    }
    return present
  }

  private func replacements(of value: Double) -> [Expression] {
    var result: [Expression] = [.whole(0)]
    if abs(value - 1) < 0.5 { result.append(.whole(1)) }
    if abs(value + 1) < 0.5 { result.append(.whole(-1)) }
    if let exact = Exact.recognizing(value, within: tolerance) { result.append(.exact(exact)) }
    return result
  }
}

extension Expression {
  /// The expression with one of its free constants, counted in the order of the tree, replaced.
  func replacing(constant place: Int, by replacement: Expression) -> Expression {
    var next = 0
    func walk(_ expression: Expression) -> Expression {
      if case .constant = expression {
        next += 1
        return next - 1 == place ? replacement : expression
      }
      return expression.replacing(children: expression.children.map(walk))
    }
    return walk(self)
  }
}
