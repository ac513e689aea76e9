import KAN
import KANLinearAlgebra

extension StructureSearch {
  // MARK: Sums and products

  func parts(of field: ScalarField, _ separation: Separation, _ depth: Int) -> Structure? {
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
    return inverse(of: inner, separation.transform, field)
  }

  /// T⁻¹ of a structure, with the sign of the function's values.
  private func inverse(of structure: Structure, _ transform: OutputTransform, _ field: ScalarField) -> Structure {
    transform == .identity ? structure : .transformed(transform, isNegative: field.values[0] < 0, structure)
  }

  /// The noise of T(f).
  private func noise(of field: ScalarField, _ transform: OutputTransform) -> Double {
    rootMeanSquare(field.values.map { field.noise * transform.slope(at: $0) })
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
  func affineParts(of field: ScalarField, _ separation: Separation, _ depth: Int) -> Structure? {
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
    return inverse(of: inner, transform, field)
  }
}
