import KAN

/// A formula for a target, with how well it describes the data.
public struct Formula: Sendable, Equatable {
  /// In the data's columns and units.
  public var expression: Expression
  /// √(Σ (y - f)²/n) over the data, in the target's units.
  public var rmse: Double
  /// 1 - Σ (y - f)²/Σ (y - ȳ)²
  public var r2: Double

  /// Nodes of the formula's tree.
  public var complexity: Int { expression.complexity }

  /// A formula judged by data.
  ///
  /// - Parameters:
  ///   - columns: the variables: [variables][rows]
  ///   - targets: y: [rows]
  public init(_ expression: Expression, columns: [[Double]], targets: [Double]) {
    self.expression = expression
    let values = expression.values(at: columns)
    let errors = zip(targets, values).map { $0 - $1 }
    rmse = rootMeanSquare(errors)
    let spread = Self.spread(of: targets)
    let ratio = rmse / spread
    r2 = spread > 0 ? 1 - ratio * ratio : rmse == 0 ? 1 : -.infinity
  }

  /// √(Σ (y - ȳ)²/n)
  static func spread(of targets: [Double]) -> Double {
    let mean = targets.reduce(0) { $0 + $1 / Double(max(1, targets.count)) }
    return rootMeanSquare(targets.map { $0 - mean })
  }

  /// The formulas that no other one beats in both complexity and error, from simple to accurate.
  public static func front(of formulas: [Formula]) -> [Formula] {
    var front: [Formula] = []
    for formula in formulas.sorted(by: { ($0.complexity, $0.rmse) < ($1.complexity, $1.rmse) })
    where formula.rmse < (front.last?.rmse ?? .infinity) {
      front.append(formula)
    }
    // Of formulas that are all beyond the range of numbers, the simplest.
    if front.isEmpty, let first = formulas.min(by: { $0.complexity < $1.complexity }) { front = [first] }
    return front
  }
}
