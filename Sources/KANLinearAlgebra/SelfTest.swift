private import CKANKernels

/// What a kernel of this machine computes, compared with plain loops.
package struct KernelCheck: Sendable, Equatable, Codable {
  /// Of the engine's own kernel, or of a function of OpenBLAS or LAPACK.
  package var name: String
  /// What it is built for; nil of a library.
  package var instructionSet: String?
  /// `float` or `double`.
  package var precision: String
  /// The largest difference, relative to the largest number; infinite for NaN.
  package var error: Double
  /// What rounding explains.
  package var tolerance: Double

  /// Whether the difference is one of rounding.
  package var isRight: Bool { error <= tolerance }
}

/// The comparison of all kernels that this machine can run with plain loops.
package enum SelfTest {
  /// Every kernel of every instruction set in both precisions, then OpenBLAS and LAPACK. Takes about a second.
  ///
  /// - Throws: ``LinearAlgebraError/outOfMemory(routine:)`` without the memory that it needs.
  package static func run() throws(LinearAlgebraError) -> [KernelCheck] {
    var checks: [KernelCheck] = []
    for set in [KAN_BASELINE, KAN_X86_64_V3, KAN_X86_64_V4] {
      let name = String(cString: kan_instruction_set_name(set))
      if let table = kan_kernels_for_f(set) {
        checks += try kernels(name, "float") { kan_self_test_f(table, $0) }
      }
      if let table = kan_kernels_for_d(set) {
        checks += try kernels(name, "double") { kan_self_test_d(table, $0) }
      }
    }
    return try checks + libraries(Float.self, "float") + libraries(Double.self, "double")
  }

  private static func kernels(
    _ set: String, _ precision: String, _ run: (UnsafeMutablePointer<kan_self_test_result>) -> Bool
  ) throws(LinearAlgebraError) -> [KernelCheck] {
    let count = Int(KAN_SELF_TEST_KERNELS)
    let results = UnsafeMutablePointer<kan_self_test_result>.allocate(capacity: count)
    defer { results.deallocate() }
    guard run(results) else { throw .outOfMemory(routine: "the self-test") }
    return (0..<count).filter { results[$0].error >= 0 }.map {
      KernelCheck(
        name: String(cString: results[$0].kernel), instructionSet: set, precision: precision,
        error: results[$0].error, tolerance: results[$0].tolerance)
    }
  }

  /// A product, a square and a least-squares problem of odd sizes, larger than OpenBLAS's blocks in one direction.
  private static func libraries<Element: Scalar>(
    _: Element.Type, _ precision: String
  ) throws(LinearAlgebraError) -> [KernelCheck] {
    var state: UInt64 = 1
    func matrix(_ rows: Int, _ columns: Int) -> Matrix<Element> {
      Matrix(
        rows: rows, columns: columns,
        elements: (0..<rows * columns).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Element(Double(state >> 40) / Double(1 << 23) - 1)
        })
    }
    let (a, b) = (matrix(67, 389), matrix(389, 41))
    var square = Matrix<Element>(rows: a.columns, columns: a.columns)
    addSquare(of: a.view, to: square.mutableView())
    let (x, y) = (matrix(120, 17), matrix(120, 3))
    let solution = try solveLeastSquares(x, y).solution
    let exact = (product(transposed(a), a), naiveLeastSquares(x, y))
    var lower: [(Double, Double)] = []
    for row in 0..<a.columns {
      for column in 0...row { lower.append((Double(square[row, column]), exact.0[row][column])) }
    }
    func check(_ name: String, _ pairs: [(Double, Double)], _ units: Double) -> KernelCheck {
      KernelCheck(
        name: name, instructionSet: nil, precision: precision, error: distance(pairs),
        tolerance: units * Double(Element.ulpOfOne))
    }
    // Sums of hundreds of products; the condition of random columns is below 10.
    return [
      check("OpenBLAS product", pairs(a.multiplied(by: b), product(rows(a), b)), 512),
      check("OpenBLAS square", lower, 512),
      check("LAPACK least squares", pairs(solution, exact.1), 1024),
    ]
  }

  private static func rows<Element: Scalar>(_ a: Matrix<Element>) -> [[Double]] {
    (0..<a.rows).map { a.row($0).map { Double($0) } }
  }

  private static func transposed<Element: Scalar>(_ a: Matrix<Element>) -> [[Double]] {
    (0..<a.columns).map { a.column($0).map { Double($0) } }
  }

  /// The naive twin of a product, in double precision.
  private static func product<Element: Scalar>(_ a: [[Double]], _ b: Matrix<Element>) -> [[Double]] {
    let columns = transposed(b)
    return a.map { row in columns.map { column in zip(row, column).reduce(0) { $0 + $1.0 * $1.1 } } }
  }

  /// The normal equations by elimination.
  private static func naiveLeastSquares<Element: Scalar>(_ x: Matrix<Element>, _ y: Matrix<Element>) -> [[Double]] {
    var left = product(transposed(x), x)
    var right = product(transposed(x), y)
    let order = left.count
    for pivot in 0..<order {
      for row in 0..<order where row != pivot {
        let factor = left[row][pivot] / left[pivot][pivot]
        for column in pivot..<order { left[row][column] -= factor * left[pivot][column] }
        for side in right[row].indices { right[row][side] -= factor * right[pivot][side] }
      }
    }
    return right.enumerated().map { row, sides in sides.map { $0 / left[row][row] } }
  }

  private static func pairs<Element: Scalar>(_ found: Matrix<Element>, _ exact: [[Double]]) -> [(Double, Double)] {
    zip(rows(found), exact).flatMap { zip($0, $1).map { ($0, $1) } }
  }

  private static func distance(_ pairs: [(Double, Double)]) -> Double {
    let largest = pairs.reduce(1) { max($0, abs($1.1)) }
    return pairs.reduce(0) { sofar, pair in
      let distance = abs(pair.0 - pair.1) / largest
      return distance.isNaN ? .infinity : max(sofar, distance)
    }
  }
}
