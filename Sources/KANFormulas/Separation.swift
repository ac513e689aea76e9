import KANLinearAlgebra

/// How a function falls into parts of two groups of variables, A and B, after a transform T of its values:
///
///     sum       T(f) = a(A) + b(B)
///     product   T(f) = α + a(A)·b(B)
///     affine    T(f) = a(A) + b(A)·c(B)
struct Separation {
  enum Form { case sum, product, affine }
  let form: Form
  let transform: OutputTransform
  /// A; B are the others.
  let group: [Int]
  /// α of a product.
  let shift: Double
  /// The deviation from the form, over the noise.
  let ratio: Double

  /// The order in which separations are tried: what needs no transform and no constant first.
  var cost: Double {
    let base: Double =
      switch form {
      case .sum: 0
      case .product: shift == 0 ? 0 : 1
      case .affine: 2.5
      }
    return base + (transform == .identity ? 0 : 1) + max(0, Elementary.log10(ratio))
  }

  /// All separations that hold within the noise.
  ///
  /// f at all pairs of m points of A and m points of B is a matrix M. A sum is what vanishes when row and column means
  /// are taken off; a product is a matrix of rank 1; an affine form is of rank 1 when its means are taken off.
  static func all(of field: ScalarField) -> [Separation] {
    let count = field.variables
    if count < 2 { return [] }
    var result: [Separation] = []
    let size = 20
    let (i, j) = (field.places(size), field.places(size, offset: field.count / (2 * size)))
    for group in groups(of: count) {
      // Of a group and its complement one suffices for sums and products; the affine form tells them apart.
      let isFirst = group.contains(0)
      let matrix = field.evaluate(field.crossed(group, i, j))
      guard matrix.allSatisfy(\.isFinite) else { continue }
      for transform in OutputTransform.allCases {
        guard let values = transform.apply(to: matrix) else { continue }
        let noise = max(
          rootMeanSquare(matrix.map { field.noise * transform.slope(at: $0) }), 1e-13 * (values.map(abs).max() ?? 0))
        guard noise.isFinite, noise > 0 else { continue }
        let tests = MatrixForms(values, rows: i.count, columns: j.count)
        // Noise beyond a hundredth of the spread would let anything pass.
        if tests.spread < 100 * noise { continue }
        if isFirst, tests.interaction <= 4 * noise {
          result.append(
            .init(form: .sum, transform: transform, group: group, shift: 0, ratio: max(1, tests.interaction / noise)))
          continue
        }
        if tests.interaction < 10 * noise { continue }
        if isFirst {
          let plain = tests.distanceFromProduct(shift: 0)
          if plain <= 4 * noise, transform == .identity || transform == .exponential {
            result.append(
              .init(form: .product, transform: transform, group: group, shift: 0, ratio: max(1, plain / noise)))
            continue
          }
          if plain > 4 * noise, let shift = tests.shiftOfProduct {
            let shifted = tests.distanceFromProduct(shift: shift)
            if shifted <= 4 * noise {
              result.append(
                .init(form: .product, transform: transform, group: group, shift: shift, ratio: max(1, shifted / noise)))
              continue
            }
          }
        }
        let affine = tests.distanceFromAffine
        if affine <= 4 * noise, tests.interaction > 30 * noise {
          result.append(
            .init(form: .affine, transform: transform, group: group, shift: 0, ratio: max(1, affine / noise)))
        }
      }
    }
    return result.sorted { $0.cost < $1.cost }
  }

  /// Groups of variables that are asked about: all of up to four variables, and of more those of one or two and all but
  /// one or two; their number grows with the square of the variables' and not with a power of 2.
  private static func groups(of count: Int) -> [[Int]] {
    if count <= 4 {
      return (1..<(1 << count) - 1).map { subset in (0..<count).filter { subset >> $0 & 1 == 1 } }
    }
    let few = (0..<count).flatMap { a in [[a]] + (a + 1..<count).map { [a, $0] } }
    let most = few.map { group in (0..<count).filter { !group.contains($0) } }
    // In the order of the subsets' binary numbers, as above.
    return (few + most).sorted { $0.reversed().lexicographicallyPrecedes($1.reversed()) }
  }
}

/// What a matrix of values tells about the function behind it. All distances are root mean squares.
private struct MatrixForms {
  let values: [Double]
  let rows, columns: Int
  /// Without row means and column means.
  private let centered: [Double]
  /// Of all values about their mean.
  let spread: Double

  init(_ values: [Double], rows: Int, columns: Int) {
    self.values = values
    self.rows = rows
    self.columns = columns
    let mean = values.reduce(0, +) / Double(values.count)
    let rowMeans = (0..<rows).map { r in (0..<columns).reduce(0) { $0 + values[r * columns + $1] } / Double(columns) }
    let columnMeans = (0..<columns).map { c in (0..<rows).reduce(0) { $0 + values[$1 * columns + c] } / Double(rows) }
    centered = values.indices.map { values[$0] - rowMeans[$0 / columns] - columnMeans[$0 % columns] + mean }
    spread = rootMeanSquare(values.map { $0 - mean })
  }

  var interaction: Double { rootMeanSquare(centered) }
  var distanceFromAffine: Double { rootMeanSquare(rest(of: centered)) }
  func distanceFromProduct(shift: Double) -> Double { rootMeanSquare(rest(of: values.map { $0 - shift })) }

  /// α from (M₁₁ - α)(M₂₂ - α) = (M₁₂ - α)(M₂₁ - α), the median over many pairs of rows and columns.
  var shiftOfProduct: Double? {
    var found: [Double] = []
    for r in stride(from: 0, to: rows - 1, by: 2) {
      for c in stride(from: 0, to: columns - 1, by: 2) {
        let (a, b) = (values[r * columns + c], values[(r + 1) * columns + c + 1])
        let (d, e) = (values[r * columns + c + 1], values[(r + 1) * columns + c])
        let below = a + b - d - e
        if abs(below) > 0.1 * interaction { found.append((a * b - d * e) / below) }
      }
    }
    if found.count < 5 { return nil }
    found.sort()
    // Newton's method on the second singular value would be more exact; the median is close enough to start from, and a
    // golden section around it finishes.
    var (low, high) = (found[found.count * 2 / 5], found[found.count * 3 / 5])
    let middle = (low + high) / 2
    let width = max(high - low, 1e-9 * spread)
    (low, high) = (middle - width, middle + width)
    for _ in 0..<40 {
      let (one, two) = (low + 0.382 * (high - low), low + 0.618 * (high - low))
      if distanceFromProduct(shift: one) < distanceFromProduct(shift: two) { high = two } else { low = one }
    }
    return (low + high) / 2
  }

  /// The matrix without its nearest of rank 1, by power iteration.
  private func rest(of matrix: [Double]) -> [Double] {
    // The row with the largest norm to start from.
    let norms = (0..<rows).map { r in (0..<columns).reduce(0) { $0 + squared(matrix[r * columns + $1]) } }
    let first = norms.indices.max { norms[$0] < norms[$1] } ?? 0
    var right = (0..<columns).map { matrix[first * columns + $0] }
    var left = [Double](repeating: 0, count: rows)
    for _ in 0..<6 {
      let size = right.reduce(0) { $0 + $1 * $1 }
      if size == 0 { return matrix }
      for r in 0..<rows { left[r] = (0..<columns).reduce(0) { $0 + matrix[r * columns + $1] * right[$1] } / size }
      let other = left.reduce(0) { $0 + $1 * $1 }
      if other == 0 { return matrix }
      for c in 0..<columns { right[c] = (0..<rows).reduce(0) { $0 + matrix[$1 * columns + c] * left[$1] } / other }
    }
    return matrix.indices.map { matrix[$0] - left[$0 / columns] * right[$0 % columns] }
  }

}
