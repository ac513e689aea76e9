import KANLinearAlgebra

extension Formula {
  /// The formula of a front to take: the simplest whose error is within the noise of the most accurate one's.
  ///
  ///     n·ln(s/s₀) ≤ ln(n)·(C₀ - C)/3
  ///
  /// with mean squared errors s and complexities C, of the most accurate s₀ and C₀. This is the Bayesian information
  /// criterion (Schwarz 1978, Annals of Statistics 6) with a parameter for three nodes, what a free constant counts: a
  /// formula grows only by what lowers the error more than chance does. Errors below 1e-13 of the spread are rounding
  /// and count as equal.
  ///
  /// - Parameters:
  ///   - front: from simple to accurate; not empty.
  ///   - rows: n, on which errors are measured.
  ///   - spread: of the targets.
  /// - Returns: the index in the front.
  public static func choice(of front: [Formula], rows: Int, spread: Double) -> Int {
    guard let best = front.last else { return 0 }
    let floor = 1e-13 * spread
    func logarithm(_ formula: Formula) -> Double { 2 * Elementary.log(max(formula.rmse, floor)) }
    let count = Double(max(2, rows))
    return front.firstIndex { formula in
      count * (logarithm(formula) - logarithm(best))
        <= Elementary.log(count) * Double(best.complexity - formula.complexity) / 3
    } ?? front.count - 1
  }
}
