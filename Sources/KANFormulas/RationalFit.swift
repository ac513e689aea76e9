import KAN
import KANLinearAlgebra

/// T(y) = P(x)/Q(x), a quotient of polynomials.
///
///     P(x) - T(y)·Q(x) = 0        linear in all coefficients: a dependence among the columns M and -T(y)·M
///
/// M holds the monomials at the rows. The columns are made orthogonal one by one, from low to high degree (modified
/// Gram-Schmidt); the first that depends on those before gives the simplest quotient that holds for every row. Chance
/// does not bring that about: there are many more rows than coefficients.
enum RationalFit {
  private struct Term {
    /// The exponents of the variables.
    let powers: [Int]
    let isAbove: Bool
  }

  /// The exponents of monomials, from low to high degree: all up to a degree that keeps them to some dozens, and
  /// products of different variables of any number.
  private static func monomials(_ variables: Int) -> [[Int]] {
    let degree = variables <= 4 ? 4 : variables == 5 ? 3 : 2
    var all: [[Int]] = [[]]
    for _ in 0..<variables { all = all.flatMap { start in (0...degree).map { start + [$0] } } }
    func order(_ powers: [Int]) -> Int { powers.reduce(0, +) }
    return all.filter { order($0) <= degree || $0.allSatisfy { $0 <= 1 } }.enumerated()
      .sorted { (order($0.element), $0.offset) < (order($1.element), $1.offset) }.map(\.element)
  }

  /// The quotient, or nil if none holds to about ten digits.
  static func expression(_ columns: [[Double]], _ targets: [Double], transform: OutputTransform) -> Expression? {
    let count = columns.count
    guard (1...6).contains(count), let values = transform.apply(to: targets) else { return nil }
    let powers = monomials(count)
    let rows = min(targets.count, max(400, 5 * powers.count))
    guard rows >= 5 * powers.count else { return nil }
    let places = (0..<rows).map { $0 * targets.count / rows }
    let units = columns.map { column in column.map(abs).max() ?? 1 }
    let unit = places.map { abs(values[$0]) }.max() ?? 1
    guard unit > 0, unit.isFinite, units.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let terms = powers.flatMap { [Term(powers: $0, isAbove: true), Term(powers: $0, isAbove: false)] }
    func column(_ term: Term) -> [Double] {
      places.map { row -> Double in
        var value = term.isAbove ? 1 : -values[row] / unit
        for (variable, power) in term.powers.enumerated() where power > 0 {
          value *= wholePower(columns[variable][row] / units[variable], power)
        }
        return value
      }
    }
    guard let coefficients = dependence(terms.lazy.map(column)) else { return nil }
    let used = zip(terms, coefficients).filter { $0.1 != 0 }
    guard used.count <= 12, used.contains(where: { $0.0.isAbove }), used.contains(where: { !$0.0.isAbove })
    else { return nil }
    func polynomial(_ isAbove: Bool) -> Expression {
      .sum(
        used.filter { $0.0.isAbove == isAbove }.map { term, coefficient in
          let scale = term.powers.enumerated().reduce(isAbove ? unit : 1) {
            $0 / wholePower(units[$1.offset], $1.element)
          }
          let factors = term.powers.enumerated().map { Expression.power(.variable($0.offset), .whole($0.element)) }
          return .product([.constant(coefficient * scale)] + factors)
        })
    }
    return .product([polynomial(true), .power(polynomial(false), .whole(-1))])
  }

  /// The coefficients of the first dependence among columns, the dependent one's 1; nil if there is none.
  private static func dependence(_ columns: some Sequence<[Double]>) -> [Double]? {
    var basis: [[Double]] = []
    // Column k of the triangle holds the parts of column k along the basis.
    var triangle: [[Double]] = []
    for column in columns {
      var rest = column
      let norm = dot(column, column).squareRoot()
      if norm == 0 { return nil }
      var parts = [Double](repeating: 0, count: basis.count)
      // Twice is enough (Giraud et al. 2005, Numerische Mathematik 101).
      for _ in 0..<2 {
        for (index, direction) in basis.enumerated() {
          let part = dot(rest, direction)
          parts[index] += part
          for row in rest.indices { rest[row] -= part * direction[row] }
        }
      }
      let left = dot(rest, rest).squareRoot()
      if left <= 1e-11 * norm {
        var solution = [Double](repeating: 0, count: basis.count)
        for row in basis.indices.reversed() {
          var sum = parts[row]
          for later in row + 1..<max(basis.count, row + 1) { sum -= triangle[later][row] * solution[later] }
          solution[row] = sum / triangle[row][row]
        }
        let largest = max(1, solution.map(abs).max() ?? 1)
        // What rounding alone has left is no term.
        return solution.map { abs($0) < 1e-7 * largest ? 0 : -$0 } + [1]
      }
      basis.append(rest.map { $0 / left })
      triangle.append(parts + [left])
    }
    return nil
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
