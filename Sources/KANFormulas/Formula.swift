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
    let mean = targets.reduce(0, +) / Double(max(1, targets.count))
    var (squares, total) = (0.0, 0.0)
    for (value, target) in zip(values, targets) {
      squares += (target - value) * (target - value)
      total += (target - mean) * (target - mean)
    }
    rmse = (squares / Double(max(1, targets.count))).squareRoot()
    r2 = total > 0 ? 1 - squares / total : squares == 0 ? 1 : -.infinity
  }

  /// The formulas that no other one beats in both complexity and error, from simple to accurate.
  public static func front(of formulas: [Formula]) -> [Formula] {
    var front: [Formula] = []
    for formula in formulas.sorted(by: { ($0.complexity, $0.rmse) < ($1.complexity, $1.rmse) })
    where formula.rmse < (front.last?.rmse ?? .infinity) {
      front.append(formula)
    }
    return front
  }
}
