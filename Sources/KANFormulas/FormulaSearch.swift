import KAN
import KANLinearAlgebra

/// Formulas for a target from data alone.
///
/// Smooth models of the data, from the plainest on, are taken apart (``StructureSearch``); each plan is fitted to the
/// data, and its constants are replaced by closed forms where the fit stays as good.
public struct FormulaSearch: Sendable {
  /// Of the models' random starts.
  public var seed: UInt64
  /// √(Σ (y - f)²/n) over the spread of y at which a formula counts as exact, and the search ends.
  public var tolerance: Double

  /// A search with a seed; the same seed and data give the same formulas on any number of threads.
  public init(seed: UInt64 = 0, tolerance: Double = 1e-10) {
    self.seed = seed
    self.tolerance = tolerance
  }

  /// The front of formulas, from simple to accurate.
  ///
  /// - Parameters:
  ///   - columns: the variables: [variables][rows]
  ///   - targets: y: [rows]
  ///   - continues: asked between the stages of the search; when it returns false, what was found so far is returned.
  public func formulas(
    for columns: [[Double]], targets: [Double], pool: ThreadPool = .shared, continues: () -> Bool = { true }
  ) -> [Formula] {
    guard let rows = columns.first?.count, rows > 1 else { return [] }
    let fit = ConstantFit(columns: columns, targets: targets)
    var found: [FormulaCandidate] = []
    let mean = targets.reduce(0) { $0 + $1 / Double(rows) }
    found.append(FormulaCandidate(expression: .constant(mean), error: 1))
    // A fifth of the rows judges the models, another one for each seed.
    let held = Int(seed % 5)
    let inside = Self.insideRows(columns)
    let judged = inside.filter { $0 % 5 == held }
    let trained = (0..<rows).filter { $0 % 5 != held }
    func selected(_ values: [Double], _ places: [Int]) -> [Double] { places.map { values[$0] } }
    let training = columns.map { selected($0, trained) }
    let samples = Self.samples(inside.filter { $0 % 5 != held }, columns)
    let checks = columns.map { selected($0, judged) }
    let spread = ConstantFit.spread(of: selected(targets, judged))
    let search = StructureSearch(seed: seed, pool: pool)
    for transform in [OutputTransform.identity, .square, .inverseSquare] {
      guard let quotient = RationalFit.expression(columns, targets, transform: transform) else { continue }
      let isNegative = (targets.max() ?? 0) <= 0
      let start = fit.fit(transform.inverse(of: quotient, isNegative: isNegative).simplified())
      let plain = fit.fit(Snapping(fit, error: start.error).snapped(start.expression))
      found.append(plain)
      if plain.error <= tolerance { return front(found, columns, targets) }
    }
    for (number, stage) in SmoothModel.stages.enumerated() {
      // Sums and products are taken apart by their construction, however coarsely they fit heavy tails; of a model
      // that is neither, structure is only seen if it is accurate.
      let limit = number == 0 ? 0.3 : 0.05
      var models: [(ScalarField, Double)] = []
      for kind in stage where continues() {
        guard let model = SmoothModel(kind, training, selected(targets, trained), seed, pool) else { continue }
        let errors = zip(model.evaluate(checks), selected(targets, judged)).map { $0 - $1 }
        let error = rootMeanSquare(errors)
        guard !errors.isEmpty, error.isFinite, error < limit * spread else { continue }
        models.append(
          (ScalarField(samples: samples, noise: error, evaluate: model.evaluate), error / spread))
      }
      for (field, error) in models.sorted(by: { $0.1 < $1.1 }).prefix(3) where continues() {
        for structure in search.structures(of: field) {
          let best = structure.best(for: fit, noise: min(error, 1e-9))
          guard best.error.isFinite else { continue }
          let plain = fit.fit(Snapping(fit, error: best.error).snapped(best.expression))
          found.append(best)
          found.append(plain)
          if plain.error <= tolerance { return front(found, columns, targets) }
        }
      }
    }
    return front(found, columns, targets)
  }

  private func front(_ found: [FormulaCandidate], _ columns: [[Double]], _ targets: [Double]) -> [Formula] {
    Formula.front(of: found.map { Formula($0.expression, columns: columns, targets: targets) })
  }

  /// The rows whose columns all lie between their quantiles of 4 and 96 %, by which models are judged and taken apart: at
  /// the ends they are worst, and next to a pole no model is any good.
  private static func insideRows(_ columns: [[Double]]) -> [Int] {
    let all = Array(columns[0].indices)
    let inside = columns.reduce(all) { rows, column in
      let sorted = column.sorted()
      let (low, high) = (sorted[sorted.count / 25], sorted[sorted.count - 1 - sorted.count / 25])
      return rows.filter { column[$0] >= low && column[$0] <= high }
    }
    return inside.count >= 60 ? inside : all
  }

  /// At most 600 of some rows, evenly taken.
  private static func samples(_ rows: [Int], _ columns: [[Double]]) -> [[Double]] {
    let count = min(600, rows.count)
    return columns.map { column in (0..<count).map { column[rows[$0 * rows.count / count]] } }
  }
}
