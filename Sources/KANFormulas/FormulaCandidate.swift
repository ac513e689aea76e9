import KANLinearAlgebra

/// A formula with its relative error on the points that it was fitted to.
struct FormulaCandidate: Sendable {
  var expression: Expression
  /// √(Σ (y - f)²/n) over the spread of y.
  var error: Double

  /// What a candidate costs: half a unit for each node, four for each digit of accuracy that it lacks against the
  /// noise. The formula that a curve was made of reaches the noise; one that is only close does not.
  func cost(noise: Double) -> Double {
    error.isFinite
      ? Double(expression.complexity) / 2 + 4 * Elementary.log10(max(error, noise) / noise) : .infinity
  }
}
