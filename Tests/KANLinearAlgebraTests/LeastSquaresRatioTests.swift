import KANLinearAlgebra
import Testing

/// LAPACK's own tests of its drivers (its program xDRVLS): six kinds of matrices, by their ratios, all to be below 30.
@Suite struct LeastSquaresRatioTests {
  /// Singular values from 0.1 to 1, all of them or the first three quarters, and the matrix as it is, scaled up to where
  /// numbers end, or down.
  enum Kind: CaseIterable {
    case full, fullUp, fullDown, deficient, deficientUp, deficientDown

    var isDeficient: Bool { self == .deficient || self == .deficientUp || self == .deficientDown }

    func scale<Element: Scalar>(_: Element.Type) -> Element {
      switch self {
      case .full, .deficient: 1
      case .fullUp, .deficientUp: .greatestFiniteMagnitude * .ulpOfOne * .ulpOfOne
      case .fullDown, .deficientDown: .leastNormalMagnitude / (.ulpOfOne * .ulpOfOne)
      }
    }
  }

  static let sizes = [0, 1, 2, 3, 5, 50]

  @Test(arguments: Kind.allCases, [1, 2, 15])
  func ratios(kind: Kind, sides: Int) throws {
    for rows in Self.sizes {
      for columns in Self.sizes {
        try check(Double.self, kind, rows, columns, sides)
        try check(Float.self, kind, rows, columns, sides)
      }
    }
  }

  private func check<Element: Scalar>(
    _: Element.Type, _ kind: Kind, _ rows: Int, _ columns: Int, _ sides: Int
  ) throws {
    let name: Comment = "\(Element.self) \(kind), [\(rows) × \(columns)], \(sides) right-hand sides"
    var random = SeededGenerator(UInt64(rows + 100 * columns + 10_000 * sides))
    let most = min(rows, columns)
    let rank = kind.isDeficient ? 3 * most / 4 : most
    let spectrum = (0..<rank).map { _ in Double.random(in: 0.1...1, using: &random) }.sorted(by: >)
    let plain = matrix(rows, columns, spectrum, &random)
    let scale = kind.scale(Element.self)
    let a = Matrix<Element>(rows: rows, columns: columns, elements: plain.elements.map { Element($0) * scale })
    let tolerance = Element(max(rows, columns, 1)) * .ulpOfOne * 4
    let epsilon = Double(Element.ulpOfOne)
    let size = Double(max(rows, columns, sides))

    // xQRT16: ‖B - A·X‖/(max(m, n)·‖A‖·‖X‖·ε) for B in the range of A. All in units of the scale, which is a power of
    // two times what numbers can be: A/scale has the digits of A.
    let unscaled = Matrix<Double>(
      rows: rows, columns: columns, elements: a.elements.map { Double($0) / Double(scale) })
    let some: Matrix<Double> = random.matrix(columns, sides)
    let reachable = product(unscaled, some)
    let exact = try solveLeastSquares(a, scaled(reachable, by: scale), tolerance: tolerance)
    #expect(exact.rank == rank, name)
    let x = exact.solution.converted()
    let rounded = scaled(reachable, by: scale).converted(dividedBy: Double(scale))
    let residual = norm(minus(rounded, product(unscaled, x)))
    let bound = size * norm(unscaled) * norm(x) * epsilon
    #expect(residual <= 30 * bound, name)

    // xQRT17: ‖Aᵀ·(B - A·X)‖/(max(m, n, sides)·‖A‖·‖B‖·ε) for any B.
    let b: Matrix<Double> = random.matrix(rows, sides)
    let any = try solveLeastSquares(a, scaled(b, by: scale), tolerance: tolerance)
    let given = scaled(b, by: scale).converted(dividedBy: Double(scale))
    let rest = minus(given, product(unscaled, any.solution.converted()))
    #expect(norm(product(transposed(unscaled), rest)) <= 30 * size * norm(unscaled) * norm(given) * epsilon, name)

    // xQRT14: X lies in the range of Aᵀ, as the solution of least norm does: what it has beyond is nothing.
    let solution = any.solution.converted()
    // The rows of A themselves are known to ε, and X is up to ten times as long as B, since the spectrum ends at 0.1.
    let beyond = minus(solution, inRows(of: unscaled, solution, rank))
    #expect(norm(beyond) <= 30 * size * max(norm(solution), 10 * norm(given)) * epsilon, name)

    // xQRT12: ‖s - σ‖/(‖σ‖·max(m, n)·ε) of the singular values.
    if rank > 0 && sides == 1 {
      let found = any.singularValues.map { Double($0) / Double(scale) }
      let wrong = (0..<most).reduce(0.0) { $0 + square(found[$1] - ($1 < rank ? spectrum[$1] : 0)) }.squareRoot()
      let all = spectrum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(wrong <= 30 * size * all * epsilon, name)
    }
  }

  /// U·diag(spectrum)·Vᵀ with random orthonormal columns.
  private func matrix(
    _ rows: Int, _ columns: Int, _ spectrum: [Double], _ random: inout SeededGenerator
  ) -> Matrix<Double> {
    let left = orthonormal(rows, spectrum.count, &random)
    let right = orthonormal(columns, spectrum.count, &random)
    var result = Matrix<Double>(rows: rows, columns: columns)
    for i in 0..<rows {
      for j in 0..<columns {
        result[i, j] = spectrum.indices.reduce(0) { $0 + left[$1][i] * spectrum[$1] * right[$1][j] }
      }
    }
    return result
  }

  /// Columns by Gram and Schmidt, twice.
  private func orthonormal(_ length: Int, _ count: Int, _ random: inout SeededGenerator) -> [[Double]] {
    var result: [[Double]] = []
    while result.count < count {
      var column = (0..<length).map { _ in Double.random(in: -1...1, using: &random) }
      for _ in 0..<2 {
        for other in result {
          let part = zip(column, other).reduce(0) { $0 + $1.0 * $1.1 }
          for i in 0..<length { column[i] -= part * other[i] }
        }
        let size = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for i in 0..<length { column[i] /= size }
      }
      result.append(column)
    }
    return result
  }

  /// The projection of X's columns on the span of A's rows, whose orthonormal basis is made from the row that has most
  /// beyond those so far, again and again.
  private func inRows(of a: Matrix<Double>, _ x: Matrix<Double>, _ rank: Int) -> Matrix<Double> {
    var rows = (0..<a.rows).map { a.row($0) }
    var result = Matrix<Double>(rows: x.rows, columns: x.columns)
    for _ in 0..<rank {
      func size(_ row: [Double]) -> Double { row.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      guard let longest = rows.max(by: { size($0) < size($1) }), size(longest) > 0 else { break }
      let vector = longest.map { $0 / size(longest) }
      for index in rows.indices {
        for _ in 0..<2 {
          let part = zip(rows[index], vector).reduce(0) { $0 + $1.0 * $1.1 }
          for i in vector.indices { rows[index][i] -= part * vector[i] }
        }
      }
      for column in 0..<x.columns {
        let part = (0..<x.rows).reduce(0) { $0 + x[$1, column] * vector[$1] }
        for i in 0..<x.rows { result[i, column] += part * vector[i] }
      }
    }
    return result
  }

  private func square(_ x: Double) -> Double { x * x }

  private func product(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for j in 0..<b.columns { result[i, j] = (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
    }
    return result
  }

  private func transposed(_ a: Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: a.columns, columns: a.rows)
    for i in 0..<a.rows { for j in 0..<a.columns { result[j, i] = a[i, j] } }
    return result
  }

  private func minus(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    Matrix(rows: a.rows, columns: a.columns, elements: zip(a.elements, b.elements).map { $0 - $1 })
  }

  private func scaled<Element: Scalar>(_ a: Matrix<Double>, by scale: Element) -> Matrix<Element> {
    Matrix(rows: a.rows, columns: a.columns, elements: a.elements.map { Element($0) * scale })
  }
}

extension Matrix {
  fileprivate func converted(dividedBy scale: Double = 1) -> Matrix<Double> {
    Matrix<Double>(rows: rows, columns: columns, elements: elements.map { Double($0) / scale })
  }
}
