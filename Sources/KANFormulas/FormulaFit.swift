import KAN
import KANLinearAlgebra

/// A formula for a table's target, found from data alone, with how sure it is.
public struct FormulaFit: Sendable {
  /// From simple to accurate, of all seeds.
  public let front: [Formula]
  /// The index of the one to take, see ``Formula/choice(of:rows:spread:)``.
  public let chosen: Int
  /// The share of the seeds whose own choice is the same formula, with constants equal to six digits.
  public let agreement: Double

  /// The formula to take.
  public var formula: Formula { front[chosen] }

  /// Searches once for each seed and judges all that was found together.
  ///
  /// - Parameters:
  ///   - columns: the variables: [variables][rows], at least two rows, all finite.
  ///   - targets: y: [rows]
  ///   - seeds: of the searches, which differ in the rows held out and the starts of their models.
  ///   - continues: asked between stages; when it returns false, what was found so far counts.
  /// - Throws: ``FormulaError`` where numbers are missing or not finite.
  public init(
    _ columns: [[Double]], targets: [Double], seeds: Range<UInt64> = 0..<3, pool: ThreadPool = .shared,
    continues: () -> Bool = { true }
  ) throws(FormulaError) {
    guard !columns.isEmpty, targets.count > 1, columns.allSatisfy({ $0.count == targets.count }) else {
      throw FormulaError("a formula needs at least one column and two rows, and a number for each")
    }
    guard columns.joined().allSatisfy(\.isFinite), targets.allSatisfy(\.isFinite) else {
      throw FormulaError("a column or the target is not finite")
    }
    let spread = ConstantFit.spread(of: targets)
    func choose(_ front: [Formula]) -> Int {
      Formula.choice(of: front, rows: targets.count, spread: spread)
    }
    var all: [Formula] = []
    var choices: [Expression] = []
    for seed in seeds where choices.isEmpty || continues() {
      let front = FormulaSearch(seed: seed).formulas(for: columns, targets: targets, pool: pool, continues: continues)
      choices.append(front[choose(front)].expression)
      all += front
    }
    front = Formula.front(of: all)
    chosen = choose(front)
    let same = front[chosen].expression
    agreement = Double(choices.count { $0.matches(same) }) / Double(max(1, choices.count))
  }
}

extension Expression {
  /// Whether two formulas are the same tree with free constants that agree to six digits.
  func matches(_ other: Expression) -> Bool {
    let (own, others) = (Tape(self).constants, Tape(other).constants)
    guard own.count == others.count, zip(own, others).allSatisfy({ abs($0 - $1) <= 1e-6 * max(abs($0), abs($1)) })
    else { return false }
    let zeros = [Double](repeating: 0, count: own.count)
    return replacing(constants: zeros).isPermutation(of: other.replacing(constants: zeros))
  }

  /// Whether two trees are equal up to the order of terms and factors.
  private func isPermutation(of other: Expression) -> Bool { sortedText == other.sortedText }

  /// The tree as text, terms and factors in the order of their texts.
  private var sortedText: String {
    switch self {
    case .sum(let terms): "(" + terms.map(\.sortedText).sorted().joined(separator: "+") + ")"
    case .product(let factors): "(" + factors.map(\.sortedText).sorted().joined(separator: "*") + ")"
    case .power(let base, let exponent): "(\(base.sortedText)^\(exponent.sortedText))"
    case .apply(let function, let argument): "\(function.rawValue)(\(argument.sortedText))"
    case .spline(let curve, let argument): "\(curve.name)(\(argument.sortedText))"
    case .constant(let value): "\(value)"
    case .exact(let exact): "\(exact.numerator)/\(exact.denominator)p\(exact.power)"
    case .variable(let index): "v\(index)"
    }
  }
}
