import KAN
import KANLinearAlgebra

/// A smooth model of the data in the target's units.
struct SmoothModel {
  enum Kind {
    /// T(y) = Σ u_i(x_i)
    case additive(OutputTransform)
    /// T(y) = Σ_r Π u_ri(x_i)
    case products(OutputTransform, rank: Int)
    /// T(y) by a network of cubic splines, by Levenberg-Marquardt, with so many hidden nodes in each layer.
    case network(OutputTransform, [Int])
  }

  /// From the plainest to the most general.
  static let stages: [[Kind]] = [
    [
      .additive(.identity), .products(.identity, rank: 1), .additive(.logarithm), .additive(.inverse),
      .additive(.square), .additive(.squareRoot), .additive(.inverseSquare),
    ],
    [
      .products(.identity, rank: 2), .products(.inverse, rank: 2), .products(.logarithm, rank: 2),
      .products(.square, rank: 2),
    ],
    [
      .network(.identity, [1]), .products(.identity, rank: 3), .products(.inverse, rank: 3),
      .products(.square, rank: 3), .products(.logarithm, rank: 4),
    ],
    [.network(.identity, [2]), .products(.square, rank: 4), .network(.logarithm, [2, 1])],
    [.products(.identity, rank: 5), .network(.identity, [4]), .network(.logarithm, [4])],
  ]

  /// The model at rows, column by column.
  let evaluate: ([[Double]]) -> [Double]

  /// Nil if the model cannot be fitted to these targets.
  init?(_ kind: Kind, _ columns: [[Double]], _ targets: [Double], _ seed: UInt64, _ pool: ThreadPool) {
    let rows = targets.count
    let size = (targets.reduce(0) { $0 + $1 * $1 } / Double(rows)).squareRoot()
    guard size > 0, size.isFinite else { return nil }
    let unit = targets.map { $0 / size }
    let isNegative = (targets.max() ?? 0) <= 0
    // A tenth of the rows as unknowns at most; more than 40 intervals gain nothing at degree 5.
    func intervals(_ curves: Int) -> Int { min(40, max(3, rows / (5 * curves) - 5)) }
    switch kind {
    case .additive(let transform), .products(let transform, _):
      guard let values = transform.apply(to: unit) else { return nil }
      let mean = transform == .logarithm ? values.reduce(0, +) / Double(rows) : 0
      let model: SplineProducts?
      if case .products(_, let rank) = kind {
        model = SplineProducts(
          columns: columns, targets: values.map { $0 - mean }, rank: rank,
          intervals: min(24, intervals(rank * columns.count)),
          seed: seed)
      } else {
        model = SplineProducts(
          columns: columns, targets: values.map { $0 - mean }, rank: 1, additive: true,
          intervals: intervals(columns.count),
          seed: seed)
      }
      guard let model else { return nil }
      evaluate = { columns in
        model(columns).map { transform.inverse(of: $0 + mean, isNegative: isNegative) * size }
      }
    case .network(let transform, let hidden):
      guard let values = transform.apply(to: unit) else { return nil }
      let coordinates = columns.map { Coordinate($0) }
      let widths = [columns.count] + hidden + [1]
      let layers = zip(widths, widths.dropFirst()).map { Layer<Double>.spline($0, $1) }
      func matrix(_ columns: [[Double]]) -> Matrix<Double> {
        var result = Matrix<Double>(rows: columns[0].count, columns: columns.count)
        for (variable, column) in columns.enumerated() {
          for (row, x) in column.enumerated() { result[row, variable] = coordinates[variable](x) }
        }
        return result
      }
      var network = Network<Double>(layers, seed: seed)
      let data = Dataset(
        inputs: matrix(columns), targets: .values(Matrix(rows: rows, columns: 1, elements: values)))
      do {
        try network.train(
          on: data, with: LevenbergMarquardt(starts: 12),
          options: TrainingOptions(epochs: 100, seed: seed, grids: [5, 10, 20, 40]),
          pool: pool)
      } catch { return nil }
      let trained = network
      evaluate = { columns in
        let rows = matrix(columns)
        return trained.predict(rows, pool: pool).column(0).map {
          transform.inverse(of: $0, isNegative: isNegative) * size
        }
      }
    }
  }
}
