import KAN
import KANLinearAlgebra

/// Takes a function apart until curves of one variable are left: sums and products of groups of variables, after a
/// transform of the values; variables that only enter together; curves of a sum of curves.
///
/// The tests ask a smooth model of the data at points of their own choice, as AI Feynman asks its network (Udrescu and
/// Tegmark 2020, Science Advances 6). What they find is a hypothesis: the data decide.
struct StructureSearch {
  let seed: UInt64
  /// Curves of curves are fitted by this many threads.
  let pool: ThreadPool
  /// Points of a curve that are matched.
  private static let curvePoints = 96

  /// Plans for a function, the likeliest first, in its variables.
  func structures(of field: ScalarField, depth: Int = 0) -> [Structure] {
    let relevant = relevantVariables(of: field)
    if relevant.count < field.variables {
      return structures(of: fixing(field, all: relevant), depth: depth).map { structure in
        structure.substituting { .variable(relevant[$0]) }
      }
    }
    if field.variables == 0 { return [.leaf([.constant(field.values.first ?? 0)])] }
    if field.variables == 1 { return [.leaf(curve(of: field))] }
    if depth > 5 { return [] }
    let limit = depth == 0 ? 4 : depth == 1 ? 2 : 1
    var result: [Structure] = []
    let separations = Separation.all(of: field)
    // Sums and products as they are, then variables that enter together, then sums and products of a transform: the
    // less a plan assumes, the less it takes noise for structure.
    for separation in separations where separation.form != .affine && separation.transform == .identity {
      if result.count >= limit { return result }
      if let structure = parts(of: field, separation, depth) { result.append(structure) }
    }
    if result.isEmpty, let structure = joined(field, depth) { result.append(structure) }
    for separation in separations where separation.form != .affine && separation.transform != .identity {
      if result.count >= limit { return result }
      if let structure = parts(of: field, separation, depth) { result.append(structure) }
    }
    for separation in separations where separation.form == .affine {
      if result.count >= limit { return result }
      if let structure = affineParts(of: field, separation, depth) { result.append(structure) }
    }
    if result.count < limit, let structure = curveOfSum(field) { result.append(structure) }
    return result
  }

  // MARK: Variables

  private func relevantVariables(of field: ScalarField) -> [Int] {
    (0..<field.variables).filter { variable in
      var moved = field.samples
      let column = moved[variable]
      moved[variable] = column.indices.map { column[($0 + column.count / 3 + 1) % column.count] }
      let values = field.evaluate(moved)
      let change = zip(values, field.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(values.count)
      return !(change.squareRoot() <= 3 * field.noise)
    }
  }

  /// The function of some variables, with the others at the middle of their values.
  private func fixing(_ field: ScalarField, all kept: [Int]) -> ScalarField {
    let middles = field.samples.map { $0.sorted()[$0.count / 2] }
    let samples = kept.map { field.samples[$0] }
    func evaluate(_ columns: [[Double]]) -> [Double] {
      let count = columns.first?.count ?? field.count
      var next = -1
      return field.evaluate(
        (0..<field.variables).map { variable in
          if !kept.contains(variable) { return [Double](repeating: middles[variable], count: count) }
          next += 1
          return columns[next]
        })
    }
    if kept.isEmpty {
      let mean = field.values.reduce(0, +) / Double(field.count)
      return ScalarField(samples: [], count: field.count, noise: field.noise) { _ in
        [Double](repeating: mean, count: field.count)
      }
    }
    return ScalarField(samples: samples, noise: field.noise, evaluate: evaluate)
  }

  private func curve(of field: ScalarField) -> [Expression] {
    let sorted = field.samples[0].sorted()
    let count = min(Self.curvePoints, sorted.count)
    let points = (0..<count).map { sorted[min(sorted.count - 1, ($0 * 2 + 1) * sorted.count / (2 * count))] }
    let values = field.evaluate([points])
    let match = CurveMatch(points: points, values: values, noise: field.spread > 0 ? field.noise / field.spread : 1)
    let found = match.candidates()
    return found.isEmpty ? [.constant(values.reduce(0, +) / Double(count))] : found.map(\.expression)
  }

  // MARK: Sums and products

  private func parts(of field: ScalarField, _ separation: Separation, _ depth: Int) -> Structure? {
    let others = (0..<field.variables).filter { !separation.group.contains($0) }
    guard let (first, second) = twoParts(of: field, separation, others) else { return nil }
    guard let a = structures(of: first, depth: depth + 1).first,
      let b = structures(of: second, depth: depth + 1).first
    else { return nil }
    let (left, right) = (
      a.substituting { .variable(separation.group[$0]) }, b.substituting { .variable(others[$0]) }
    )
    let inner: Structure =
      switch separation.form {
      case .sum: .sum([left, right])
      default:
        separation.shift == 0
          ? .product([left, right]) : .sum([.product([left, right]), .leaf([.constant(separation.shift)])])
      }
    return separation.transform == .identity
      ? inner : .transformed(separation.transform, isNegative: field.values[0] < 0, inner)
  }

  /// The noise of T(f).
  private func noise(of field: ScalarField, _ transform: OutputTransform) -> Double {
    let sum = field.values.reduce(0) { $0 + squared(field.noise * transform.slope(at: $1)) }
    return (sum / Double(field.count)).squareRoot()
  }

  /// a(A) and b(B), each averaged over some points of the other group.
  private func twoParts(
    of field: ScalarField, _ separation: Separation, _ others: [Int]
  ) -> (ScalarField, ScalarField)? {
    let (i, j) = (field.places(8, offset: 3), field.places(8, offset: field.count / 16 + 5))
    let matrix = field.evaluate(field.crossed(separation.group, i, j))
    guard let values = separation.transform.apply(to: matrix) else { return nil }
    let transform = separation.transform
    let noise = noise(of: field, transform)
    if separation.form == .sum {
      let mean = values.reduce(0, +) / Double(values.count)
      let first = slice(field, separation.group, at: j) { column in
        transform.apply(to: column).map { $0.reduce(0, +) / Double($0.count) } ?? .nan
      }
      let second = slice(field, others, at: i) { column in
        transform.apply(to: column).map { $0.reduce(0, +) / Double($0.count) - mean } ?? .nan
      }
      return (
        ScalarField(samples: separation.group.map { field.samples[$0] }, noise: noise, evaluate: first),
        ScalarField(samples: others.map { field.samples[$0] }, noise: noise, evaluate: second)
      )
    }
    // u and v of the matrix's product, with the largest u as 1.
    let columns = j.count
    let shifted = values.map { $0 - separation.shift }
    let norms = i.indices.map { r in (0..<columns).reduce(0) { $0 + squared(shifted[r * columns + $1]) } }
    guard let top = norms.indices.max(by: { norms[$0] < norms[$1] }), norms[top] > 0 else { return nil }
    let v = (0..<columns).map { shifted[top * columns + $0] }
    let sizeOfV = v.reduce(0) { $0 + $1 * $1 }
    let u = i.indices.map { r in (0..<columns).reduce(0) { $0 + shifted[r * columns + $1] * v[$1] } / sizeOfV }
    let sizeOfU = u.reduce(0) { $0 + $1 * $1 }
    let shift = separation.shift
    let first = slice(field, separation.group, at: j) { column in
      guard let column = transform.apply(to: column) else { return .nan }
      return zip(column, v).reduce(0) { $0 + ($1.0 - shift) * $1.1 } / sizeOfV
    }
    let second = slice(field, others, at: i) { column in
      guard let column = transform.apply(to: column) else { return .nan }
      return zip(column, u).reduce(0) { $0 + ($1.0 - shift) * $1.1 } / sizeOfU
    }
    return (
      ScalarField(
        samples: separation.group.map { field.samples[$0] }, noise: noise / sizeOfV.squareRoot(), evaluate: first),
      ScalarField(samples: others.map { field.samples[$0] }, noise: noise / sizeOfU.squareRoot(), evaluate: second)
    )
  }

  /// A function of the variables in `kept`, from the values with the others at some points.
  private func slice(
    _ field: ScalarField, _ kept: [Int], at places: [Int], _ combine: @escaping ([Double]) -> Double
  ) -> ([[Double]]) -> [Double] {
    { columns in
      let count = columns[0].count
      let all = (0..<field.variables).map { variable -> [Double] in
        if let own = kept.firstIndex(of: variable) {
          return (0..<count).flatMap { [Double](repeating: columns[own][$0], count: places.count) }
        }
        let values = places.map { field.samples[variable][$0] }
        return (0..<count).flatMap { _ in values }
      }
      let values = field.evaluate(all)
      return (0..<count).map { combine(Array(values[$0 * places.count..<($0 + 1) * places.count])) }
    }
  }

  // MARK: Affine parts

  /// T(f) = a(A) + b(A)·c(B)
  private func affineParts(of field: ScalarField, _ separation: Separation, _ depth: Int) -> Structure? {
    let others = (0..<field.variables).filter { !separation.group.contains($0) }
    let (i, j) = (field.places(12, offset: 3), field.places(24, offset: field.count / 48 + 5))
    let transform = separation.transform
    guard let values = transform.apply(to: field.evaluate(field.crossed(separation.group, i, j))) else { return nil }
    // The two points of B farthest apart for the row of A in which most happens.
    let columns = j.count
    func range(_ row: Int) -> (Int, Int) {
      let own = (0..<columns).map { values[row * columns + $0] }
      return (own.indices.min { own[$0] < own[$1] }!, own.indices.max { own[$0] < own[$1] }!)
    }
    func width(_ row: Int) -> Double {
      let (low, high) = range(row)
      return values[row * columns + high] - values[row * columns + low]
    }
    guard let top = i.indices.max(by: { width($0) < width($1) }) else { return nil }
    let (zero, one) = range(top)
    // c(B), 0 at one point and 1 at the other, by least squares over the rows of A.
    let steps = i.indices.map { values[$0 * columns + one] - values[$0 * columns + zero] }
    let starts = i.indices.map { values[$0 * columns + zero] }
    let size = steps.reduce(0) { $0 + $1 * $1 }
    guard size > 0 else { return nil }
    let noise = noise(of: field, transform)
    let c = ScalarField(
      samples: others.map { field.samples[$0] }, noise: noise / size.squareRoot(),
      evaluate: slice(field, others, at: i) { column in
        guard let column = transform.apply(to: column) else { return .nan }
        return column.indices.reduce(0) { $0 + (column[$1] - starts[$1]) * steps[$1] } / size
      })
    guard let structure = structures(of: c, depth: depth + 1).first else { return nil }
    // The constant of c belongs to a: c(θ) = p·θ² + q gives a + q·b, in which no trace is left of the two points.
    let fit = ConstantFit(columns: c.samples, targets: c.values)
    let found = structure.best(for: fit, noise: c.spread > 0 ? c.noise / c.spread : 0).expression
    var (shape, shift) = (found, 0.0)
    if case .sum(let terms) = found, let constant = terms.last?.number {
      shift = constant
      shape = Expression.sum(Array(terms.dropLast())).simplified()
    }
    let pair = [j[zero], j[one]]
    func part(_ combine: @escaping (Double, Double) -> Double) -> ScalarField {
      ScalarField(
        samples: separation.group.map { field.samples[$0] }, noise: 2 * noise,
        evaluate: slice(field, separation.group, at: pair) { column in
          guard let column = transform.apply(to: column) else { return .nan }
          return combine(column[0], column[1])
        })
    }
    guard let b = structures(of: part { $1 - $0 }, depth: depth + 1).first,
      let a = structures(of: part { $0 + shift * ($1 - $0) }, depth: depth + 1).first
    else { return nil }
    let inner = Structure.sum([
      a.substituting { .variable(separation.group[$0]) },
      .product([
        b.substituting { .variable(separation.group[$0]) },
        .leaf([shape.substituting { .variable(others[$0]) }]),
      ]),
    ])
    return transform == .identity
      ? inner : .transformed(transform, isNegative: self.isNegative(field), inner)
  }

  private func isNegative(_ field: ScalarField) -> Bool { field.values[0] < 0 }

  // MARK: Variables that enter together

  /// The function of x∘y and the rest, where two variables enter together alone (``PairOperation``), but for a power of
  /// one of them in front: f = xᵖ·g(x∘y, …).
  private func joined(_ field: ScalarField, _ depth: Int) -> Structure? {
    for power in [0, 1, -1, 2, -2] {
      for first in 0..<field.variables {
        if power != 0, field.samples[first].map(abs).min()! == 0 { continue }
        let reduced = power == 0 ? field : field.dividing(by: first, power: power)
        for second in 0..<field.variables where second != first && (power != 0 || second > first) {
          for operation in PairOperation.candidates(for: reduced, first, second) {
            guard let merged = operation.merge(reduced, first, second) else { continue }
            guard let structure = structures(of: merged, depth: depth + 1).first else { continue }
            let rest = (0..<field.variables).filter { $0 != first && $0 != second }
            let inner = structure.substituting { index in
              index == 0 ? operation.expression(.variable(first), .variable(second)) : .variable(rest[index - 1])
            }
            return power == 0
              ? inner : .product([.leaf([.power(.variable(first), .whole(power))]), inner])
          }
        }
      }
    }
    return nil
  }

  // MARK: A curve of a sum of curves

  /// g(Σ h_i(x_i)), by a network with one hidden node, if one describes the function within its noise.
  private func curveOfSum(_ field: ScalarField) -> Structure? {
    let count = field.variables
    let places = field.places(min(field.count, 800))
    let coordinates = field.samples.map { Coordinate($0) }
    let rows = Matrix(
      rows: places.count, columns: count,
      elements: places.flatMap { place in (0..<count).map { coordinates[$0](field.samples[$0][place]) } })
    let unit = max(field.spread, .leastNormalMagnitude)
    let targets = Matrix(rows: places.count, columns: 1, elements: places.map { field.values[$0] / unit })
    var network = Network<Double>([.spline(count, 1), .spline(1, 1)], seed: seed)
    do {
      try network.train(
        on: Dataset(inputs: rows, targets: .values(targets)), with: LevenbergMarquardt(starts: 12),
        options: TrainingOptions(epochs: 60, grids: [5, 10, 20, 40]), pool: pool)
    } catch { return nil }
    let predictions = network.predict(rows, pool: pool)
    let errors = (0..<places.count).reduce(0) { $0 + squared(predictions[$1, 0] - targets[$1, 0]) }
    let error = (errors / Double(places.count)).squareRoot() * unit
    guard error <= max(10 * field.noise, 1e-4 * field.spread) else { return nil }
    let noise = max(error, field.noise) / max(field.spread, .leastNormalMagnitude)
    // The hidden node's curves, and the curve of their sum.
    let sums = network.activations(at: rows, pool: pool)[0].sums
    var inner: [Structure] = []
    for variable in 0..<count {
      let sorted = field.samples[variable].sorted()
      let points = (0..<Self.curvePoints).map {
        sorted[min(sorted.count - 1, ($0 * 2 + 1) * sorted.count / (2 * Self.curvePoints))]
      }
      let curve = network.curve(ofLayer: 0, input: variable, output: 0, at: points.map { coordinates[variable]($0) })
      let found = CurveMatch(points: points, values: curve.values, noise: 3 * noise).candidates()
      guard !found.isEmpty else { return nil }
      inner.append(.leaf(found.map { $0.expression.substituting { _ in .variable(variable) } }))
    }
    let z = (0..<places.count).map { sums[$0, 0] }.sorted()
    let points = (0..<Self.curvePoints).map { z[min(z.count - 1, ($0 * 2 + 1) * z.count / (2 * Self.curvePoints))] }
    let curve = network.curve(ofLayer: 1, input: 0, output: 0, at: points, units: .layers)
    let factor = network.outputScaling.factor[0]
    let bias = (network.bias(ofLayer: 1)[0] / factor + network.outputScaling.shift[0]) * unit
    let outer = CurveMatch(
      points: points, values: curve.values.map { $0 / factor * unit + bias }, noise: noise
    ).candidates()
    guard !outer.isEmpty else { return nil }
    return .composed(outer.map(\.expression), .sum(inner + [.leaf([.constant(network.bias(ofLayer: 0)[0])])]))
  }
}

private func squared(_ x: Double) -> Double { x * x }
