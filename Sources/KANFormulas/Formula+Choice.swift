import KANLinearAlgebra

extension Formula {
  /// The formula of a front to take: the simplest whose error is within the noise of the best.
  ///
  ///     s/(n - p) ≤ (1 + 2·√(2/n))·min s/(n - p)
  ///     n·ln(s/s₀) ≤ ln(n)·(p₀ - p)
  ///
  /// with sums of squares s and free constants p, of the most accurate s₀ and p₀. The first line is twice the standard
  /// deviation of a mean of n squared errors: what exceeds it is no noise, however many constants it saves. The second
  /// is the Bayesian information criterion (Schwarz 1978, Annals of Statistics 6): a small term stays as long as it earns
  /// its constants. A curve counts half of its points as constants. Errors below 1e-13 of the spread are rounding and
  /// count as equal.
  ///
  /// - Parameters:
  ///   - front: from simple to accurate; not empty.
  ///   - rows: n, on which errors are measured.
  ///   - spread: of the targets.
  /// - Returns: the index in the front.
  public static func choice(of front: [Formula], rows: Int, spread: Double) -> Int {
    guard let best = front.last else { return 0 }
    let count = Double(max(2, rows))
    func logarithm(_ formula: Formula) -> Double { 2 * Elementary.log(max(formula.rmse, 1e-13 * spread)) }
    // No more than half of the rows: formulas with more constants than that are judged by nothing.
    func variance(_ formula: Formula) -> Double {
      logarithm(formula) - Elementary.log(1 - min(formula.freeConstants / count, 0.5))
    }
    let least = front.map(variance).min()!
    let noise = Elementary.logOnePlus(2 * (2 / count).squareRoot())
    return front.firstIndex { formula in
      variance(formula) <= least + noise
        && count * (logarithm(formula) - logarithm(best))
          <= Elementary.log(count) * (best.freeConstants - formula.freeConstants)
    } ?? front.count - 1
  }

  /// Constants that were fitted, and half of the points of curves.
  private var freeConstants: Double {
    Double(Tape(expression).constants.count) + expression.splines.reduce(0) { $0 + Double($1.points.count) / 2 }
  }
}
