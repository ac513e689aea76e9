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
  static let curvePoints = 96

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
      return !(rootMeanSquare(zip(values, field.values).map { $0 - $1 }) <= 3 * field.noise)
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
    let points = evenQuantiles(of: sorted, count: count)
    let values = field.evaluate([points])
    let match = CurveMatch(points: points, values: values, noise: field.spread > 0 ? field.noise / field.spread : 1)
    let found = match.candidates()
    return found.isEmpty ? [.constant(values.reduce(0, +) / Double(count))] : found.map(\.expression)
  }

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
}
