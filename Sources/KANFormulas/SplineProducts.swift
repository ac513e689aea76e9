import KAN
import KANLinearAlgebra

/// A smooth model of data as a sum of products of curves, Σ_r Π_i u_ri(x_i): the functions on which a search for
/// structure makes its tests.
///
/// Each curve is a B-spline of degree 5 in the column's ``Coordinate``. The curves of one variable are a linear
/// least-squares problem while those of the others are held; the variables take turns (alternating least squares for
/// the canonical decomposition, Kolda and Bader 2009, SIAM Review 51, 3.4; of functions, Beylkin et al. 2009, SIAM J.
/// Sci. Comput. 31). With `additive`, the model is Σ_i u_i(x_i), one linear problem.
struct SplineProducts {
  var rank: Int
  let isAdditive: Bool
  private let coordinates: [Coordinate]
  private let bases: [BSpline<Double>]
  /// [variables][functions × rank]; of an additive model, [functions × 1] each.
  var curves: [Matrix<Double>]
  /// The additive model of log|y| by which targets that span magnitudes are divided, so that small ones count as well.
  private indirect enum Magnitude {
    case one
    case additive(SplineProducts)
  }
  private var magnitude = Magnitude.one
  var functions: Int { bases[0].functions }

  /// Nil if a problem has no solution.
  init?(
    columns: [[Double]], targets: [Double], rank: Int, additive: Bool = false, intervals: Int, seed: UInt64,
    sweeps: Int = 250
  ) {
    self.rank = additive ? 1 : rank
    isAdditive = additive
    coordinates = columns.map { Coordinate($0) }
    bases = columns.map { _ in BSpline(grid: Grid(inputs: 1, intervals: intervals, degree: 5), base: .none) }
    let count = bases[0].functions
    curves = columns.map { _ in Matrix(rows: count, columns: additive ? 1 : rank) }
    let values = columns.indices.map { functionValues(of: $0, columns[$0]) }
    if additive {
      guard fitSum(values, targets) else { return nil }
    } else {
      var targets = targets
      if let sizes = Self.magnitude(of: targets, columns) {
        magnitude = .additive(sizes)
        targets = zip(targets, sizes(columns)).map { $0 / Elementary.exp($1) }
      }
      // Alternating fits may end in a valley: the best of a few starts goes on.
      var best: (curves: [Matrix<Double>], sum: Double) = (curves, .infinity)
      for attempt in 0..<4 {
        // Products found one after the other, each of what those before have left, are a start of another kind.
        if attempt == 0, rank > 1 { startByDeflation(values, targets, seed) } else { start(seed &+ UInt64(attempt)) }
        let sum = fitProducts(values, targets, 12)
        if sum < best.sum { best = (curves, sum) }
      }
      guard best.sum.isFinite else { return nil }
      curves = best.curves
      _ = fitProducts(values, targets, sweeps)
    }
  }

  /// The additive model of log|y|, if y spans more than a magnitude and the model explains half of that.
  private static func magnitude(of targets: [Double], _ columns: [[Double]]) -> SplineProducts? {
    let sizes = targets.map(abs).filter { $0 > 0 }.sorted()
    guard let last = sizes.last, sizes[sizes.count / 20] * 10 < last else { return nil }
    let least = sizes[sizes.count / 50]
    let logarithms = targets.map { Elementary.log(max(abs($0), least)) }
    guard
      let model = SplineProducts(
        columns: columns, targets: logarithms, rank: 1, additive: true, intervals: 6, seed: 0)
    else { return nil }
    let mean = logarithms.reduce(0, +) / Double(logarithms.count)
    let left = zip(model(columns), logarithms).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let total = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return left < 0.5 * total ? model : nil
  }

  /// Φ of a variable: [rows × functions]
  private func functionValues(of variable: Int, _ column: [Double]) -> Matrix<Double> {
    let x = Matrix(rows: column.count, columns: 1, elements: column.map { coordinates[variable]($0) })
    var values = Matrix<Double>(rows: column.count, columns: functions)
    let view = values.mutableView()
    withExtendedLifetime(x) { bases[variable].writeValues(of: x.view, first: 0, to: view) }
    return values
  }

  /// The model at rows, column by column.
  func callAsFunction(_ columns: [[Double]]) -> [Double] {
    let rows = columns[0].count
    var result = [Double](repeating: 0, count: rows)
    var products = [Double](repeating: 1, count: rows * rank)
    for variable in columns.indices {
      let values = functionValues(of: variable, columns[variable])
      var factors = Matrix<Double>(rows: rows, columns: rank)
      multiply(values.view, .no, curves[variable].view, .no, into: factors.mutableView())
      for row in 0..<rows {
        if isAdditive {
          result[row] += factors.view[row, 0]
        } else {
          for r in 0..<rank { products[row * rank + r] *= factors.view[row, r] }
        }
      }
    }
    if !isAdditive {
      for row in 0..<rows { for r in 0..<rank { result[row] += products[row * rank + r] } }
    }
    if case .additive(let model) = magnitude {
      for (row, size) in model(columns).enumerated() { result[row] *= Elementary.exp(size) }
    }
    return result
  }
}
