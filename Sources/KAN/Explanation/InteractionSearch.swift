/// Places on one input at which functions of it are looked at.
struct InteractionAxis: Sendable {
  /// Rising.
  let points: [Double]
  /// Whether the input takes no values between; others count as the first point.
  let isCategory: Bool

  /// Points of a number, and levels of a category, in a pair: a product of two inputs is exact between any points, and
  /// more of them would need more rows.
  private static var ofPair: Int { 6 }

  /// - Parameters:
  ///   - sorted: values, rising.
  ///   - most: evenly spaced points at most; quantiles for a pair if nil.
  init(numbers sorted: [Double], most: Int?) {
    isCategory = false
    let distinct = distinctValues(sorted)
    let count = most ?? Self.ofPair
    if distinct.count <= count {
      points = distinct
    } else if most != nil {
      let (low, high) = (distinct[0], distinct[distinct.count - 1])
      points = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
    } else {
      points = distinctValues((0..<count).map { sorted[$0 * (sorted.count - 1) / (count - 1)] })
    }
  }

  /// - Parameter codes: of the rows, rising. A pair has the most frequent ones.
  init(categories codes: [Double], most: Int?) {
    isCategory = true
    var counts: [Double: Int] = [:]
    for code in codes { counts[code, default: 0] += 1 }
    let frequent = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    points = (most == nil ? Array(frequent.prefix(Self.ofPair)) : frequent).sorted()
  }

  /// The point at or below x, and the share of the next one.
  func place(_ x: Double) -> (index: Int, share: Double) {
    if isCategory { return (points.firstIndex(of: x) ?? 0, 0) }
    if points.count < 2 || x <= points[0] { return (0, 0) }
    var index = 0
    while index < points.count - 2 && x >= points[index + 1] { index += 1 }
    return (index, min(1, (x - points[index]) / (points[index + 1] - points[index])))
  }
}

/// Pairs of inputs that explain what an additive part leaves of an output, one after the other.
struct InteractionSearch<Element: Scalar> {
  /// One pair: values at the points of both, linear between them.
  struct Found {
    let first, second: Int
    let points: [[Double]]
    let values: Matrix<Double>
    let share: Double
  }

  private let axes: [InteractionAxis]
  /// Inputs that pairs are made of.
  private let inputs: [Int]
  /// Of each of these: [inputs][rows]
  private let places: [[(index: Int, share: Double)]]
  /// ``Network/mixedVariances(ofOutput:at:pool:)``, where they are known.
  private let mixed: Matrix<Double>?

  /// Pairs of more inputs would take seconds to look through.
  private static var mostInputs: Int { 64 }
  /// Pairs that are fitted, after a quick look at all, and that are kept.
  private static var mostCandidates: Int { 24 }
  private static var mostPairs: Int { 10 }
  /// The least share of a pair that is kept.
  private static var leastShare: Double { 0.001 }
  /// A pair has to take more than the best of all pairs would by chance in 19 of 20 cases: -ln 0.05.
  private static var surety: Double { 3 }

  /// - Parameters:
  ///   - importance: of each input; those of 0 are left out.
  ///   - mixed: by mixed derivatives, the variance of each pair; nil where they are not known.
  init(_ rows: Matrix<Element>, axes: [InteractionAxis], importance: [Double], mixed: Matrix<Double>? = nil) {
    self.axes = axes
    self.mixed = mixed
    let order = importance.indices.filter { importance[$0] > 0 && axes[$0].points.count > 1 }
      .sorted { (importance[$1], $0) < (importance[$0], $1) }
    inputs = order.prefix(Self.mostInputs).sorted()
    places = inputs.map { input in rows.column(input).map { axes[input].place(Double($0)) } }
  }

  /// - Parameters:
  ///   - residual: what the additive part leaves: [rows]
  ///   - total: Σ (f - mean)² of the output.
  func interactions(residual: [Double], total: Double) -> [Found] {
    var residual = residual
    var open = candidates(residual).map { PairFit(axes[inputs[$0.0]], axes[inputs[$0.1]], $0, places) }
    var result: [Found] = []
    while result.count < Self.mostPairs {
      let fits = open.map { $0.fit(residual) }
      guard let best = fits.indices.max(by: { fits[$0].gain < fits[$1].gain }),
        fits[best].gain >= max(Self.leastShare * total, chance(fits[best], open[best].freedom))
      else { break }
      let (pair, fit) = (open[best], fits[best])
      residual = fit.residual
      let (first, second) = (inputs[pair.pair.0], inputs[pair.pair.1])
      let points = [axes[first].points, axes[second].points]
      result.append(
        Found(
          first: first, second: second, points: points,
          values: Matrix(rows: points[0].count, columns: points[1].count, elements: fit.values),
          share: fit.gain / total))
      open.remove(at: best)
    }
    return result
  }

  /// What noise as large as a fit's residual gives the best of all pairs: a bound of χ² beyond its mean (Laurent and
  /// Massart 2000, Annals of Statistics 28, 1338).
  private func chance(_ fit: (values: [Double], residual: [Double], gain: Double), _ freedom: Double) -> Double {
    let tail = Elementary.log(Double(max(1, inputs.count * (inputs.count - 1) / 2))) + Self.surety
    let variance = fit.residual.reduce(0) { $0 + $1 * $1 } / Double(fit.residual.count)
    return variance * (2 * (freedom * tail).squareRoot() + 2 * tail)
  }

  /// The pairs to fit: of numbers those whose mixed derivatives are largest, of categories, which have none, those whose
  /// cells' means vary most, beyond what chance makes of as many cells. Both are sums of squares over the rows.
  ///
  /// Cells' means count for numbers too where they say more, or derivatives are not known: kinks have no second
  /// derivatives. Derivatives know pairs whose effect changes its sign within cells.
  func candidates(_ residual: [Double]) -> [(Int, Int)] {
    let cells = inputs.indices.map { place in places[place].map { $0.share < 0.5 ? $0.index : $0.index + 1 } }
    let variance = residual.reduce(0) { $0 + $1 * $1 } / Double(residual.count)
    var scored: [(pair: (Int, Int), score: Double)] = []
    for a in inputs.indices {
      for b in 0..<a {
        let width = axes[inputs[b]].points.count
        let size = axes[inputs[a]].points.count * width
        var (sums, counts) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
        for (row, value) in residual.enumerated() {
          let cell = cells[a][row] * width + cells[b][row]
          sums[cell] += value
          counts[cell] += 1
        }
        var score = 0.0
        for cell in 0..<size where counts[cell] > 0 { score += sums[cell] * sums[cell] / counts[cell] - variance }
        if let mixed, !axes[inputs[a]].isCategory, !axes[inputs[b]].isCategory {
          score = max(score, mixed[inputs[a], inputs[b]] * Double(residual.count))
        }
        if score > 0 { scored.append(((b, a), score)) }
      }
    }
    return scored.sorted { $0.score > $1.score }.prefix(Self.mostCandidates).map(\.pair)
  }
}

/// Least squares of one pair: products of hat functions at the points of both inputs, of which four are not 0 at a row.
private struct PairFit {
  let pair: (Int, Int)
  private let size: Int
  /// Which products, and their values: [rows × 4]
  private let functions: [Int]
  private let products: [Double]
  /// L of ΦᵀΦ + I: [size × size]. The penalty of one row pulls functions that hardly any row meets to 0.
  private let factor: Matrix<Double>
  /// What the products have beyond functions of one of the inputs.
  let freedom: Double

  init(
    _ a: InteractionAxis, _ b: InteractionAxis, _ pair: (Int, Int), _ places: [[(index: Int, share: Double)]]
  ) {
    self.pair = pair
    let width = b.points.count
    size = a.points.count * width
    freedom = Double((a.points.count - 1) * (width - 1))
    var (functions, products): ([Int], [Double]) = ([], [])
    for (own, other) in zip(places[pair.0], places[pair.1]) {
      for corner in 0..<4 {
        let (u, v) = (corner / 2, corner % 2)
        let value = (u == 0 ? 1 - own.share : own.share) * (v == 0 ? 1 - other.share : other.share)
        // A share of 0 may be that of a point beyond the last.
        functions.append(value == 0 ? 0 : (own.index + u) * width + other.index + v)
        products.append(value)
      }
    }
    var gram = Matrix<Double>(rows: size, columns: size)
    let to = gram.mutableView()
    for place in 0..<size { to[place, place] = 1 }
    for row in stride(from: 0, to: functions.count, by: 4) {
      for i in row..<row + 4 {
        for j in row..<row + 4 { to[functions[i], functions[j]] += products[i] * products[j] }
      }
    }
    // Positive definite by the penalty.
    _ = Cholesky.factor(to.base, order: size, pool: ThreadPool.shared)
    (factor, self.functions, self.products) = (gram, functions, products)
  }

  /// Values at the points, what they leave, and the squares that they take beyond what chance would.
  func fit(_ residual: [Double]) -> (values: [Double], residual: [Double], gain: Double) {
    var values = [Double](repeating: 0, count: size)
    for (row, value) in residual.enumerated() {
      for place in 4 * row..<4 * row + 4 { values[functions[place]] += products[place] * value }
    }
    values.withUnsafeMutableBufferPointer {
      Cholesky.solve(factored: factor.elements.pointer, order: size, $0.baseAddress!)
    }
    withExtendedLifetime(factor) {}
    var left = residual
    for row in residual.indices {
      for place in 4 * row..<4 * row + 4 { left[row] -= products[place] * values[functions[place]] }
    }
    let before = residual.reduce(0) { $0 + $1 * $1 }
    let after = left.reduce(0) { $0 + $1 * $1 }
    let rows = Double(residual.count)
    let gain = rows > freedom + 1 ? before - after * rows / (rows - freedom) : 0
    return (values, left, max(0, gain))
  }
}
