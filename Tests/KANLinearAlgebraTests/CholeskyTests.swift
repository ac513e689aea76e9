import KANLinearAlgebra
import Testing

@Suite struct CholeskyTests {
  /// G·Gᵀ/n + I in full, row after row.
  private func positiveDefinite(_ n: Int) -> [Double] {
    var random = SeededGenerator(UInt64(n))
    let g: Matrix<Double> = random.matrix(n, n)
    let transpose = Matrix(rows: n, columns: n, elements: (0..<n).flatMap { g.column($0) })
    var a = Array(g.multiplied(by: transpose).elements).map { $0 / Double(n) }
    for i in 0..<n { a[i * n + i] += 1 }
    return a
  }

  /// L row by row (Golub and Van Loan, Matrix Computations, 4.2.5); nil without a positive pivot.
  private func naiveFactor(_ a: [Double], _ n: Int) -> [Double]? {
    var l = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        let sum = l.withUnsafeBufferPointer { l in
          (0..<j).reduce(a[i * n + j]) { $0 - l[i * n + $1] * l[j * n + $1] }
        }
        if i == j && !(sum > 0) { return nil }
        l[i * n + j] = i == j ? sum.squareRoot() : sum / l[j * n + j]
      }
    }
    return l
  }

  private func factor(_ a: [Double], _ n: Int, threads: Int = 1) -> [Double]? {
    var l = a
    return l.withUnsafeMutableBufferPointer {
      Cholesky.factor($0.baseAddress!, order: n, pool: ThreadPool(threads: threads))
    } ? l : nil
  }

  /// Below, at and above one block of 160 and two.
  @Test(arguments: [1, 2, 17, 159, 160, 161, 320, 333])
  func equalsNaiveTwin(order n: Int) throws {
    let a = positiveDefinite(n)
    let truth = try #require(naiveFactor(a, n))
    // What stands above the diagonal is not read.
    var lower = a
    for i in 0..<n { for j in i + 1..<max(n, i + 1) { lower[i * n + j] = .nan } }
    func found(threads: Int) throws -> [Double] {
      var l = try #require(factor(lower, n, threads: threads))
      for i in 0..<n { for j in i + 1..<max(n, i + 1) { l[i * n + j] = 0 } }
      return l
    }
    let factored = try found(threads: 1)
    let largest = zip(factored, truth).map { abs($0 - $1) }.max()!
    #expect(largest <= 1e-13)
    for threads in [2, 3] { #expect(try found(threads: threads) == factored) }

    var random = SeededGenerator(7)
    let x = (0..<n).map { _ in random.uniform() as Double }
    var b = (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i * n + $1] * x[$1] } }
    b.withUnsafeMutableBufferPointer { Cholesky.solve(factored: factored, order: n, $0.baseAddress!) }
    #expect(zip(b, x).allSatisfy { abs($0 - $1) <= 1e-11 })

    // Row i of L⁻ᵀ times row j of L, each column of the inverse from its diagonal on.
    func inverse(threads: Int) -> [Double] {
      var result = [Double](repeating: .nan, count: n * n)
      result.withUnsafeMutableBufferPointer {
        Cholesky.invert(
          factored: factored, order: n, to: $0.baseAddress!, pool: ThreadPool(threads: threads))
      }
      for i in 0..<n { for j in 0..<i { result[i * n + j] = 0 } }
      return result
    }
    let inverted = inverse(threads: 1)
    for i in 0..<n {
      for j in 0..<n {
        // (L·L⁻¹)_ji
        let product = (min(i, j)...j).reduce(0) { $0 + factored[j * n + $1] * inverted[i * n + $1] }
        #expect(abs(product - (i == j ? 1 : 0)) <= 1e-12)
      }
    }
    for threads in [2, 3] { #expect(inverse(threads: threads) == inverted) }
  }

  @Test(arguments: [(1, 0), (10, 4), (200, 30), (200, 159), (200, 160), (200, 199)])
  func indefinite(order n: Int, pivot: Int) {
    var a = positiveDefinite(n)
    a[pivot * n + pivot] = -1
    #expect(naiveFactor(a, n) == nil && factor(a, n) == nil && factor(a, n, threads: 2) == nil)
  }

  // MARK: QR

  struct Shape: CustomTestStringConvertible {
    let rows, columns, rank: Int
    var testDescription: String { "[\(rows) × \(columns)] of rank \(rank)" }
  }

  /// The shortest of the nearest, as by singular values.
  @Test(
    arguments: [(30, 10, 10), (30, 10, 4), (10, 30, 10), (10, 30, 6), (20, 20, 19), (5, 1, 1)]
      .map { Shape(rows: $0.0, columns: $0.1, rank: $0.2) })
  func qrEqualsSingularValues(shape: Shape) throws {
    let (m, n) = (shape.rows, shape.columns)
    var random = SeededGenerator(UInt64(m + 100 * shape.rank))
    let left: Matrix<Double> = random.matrix(m, shape.rank)
    let a = left.multiplied(by: random.matrix(shape.rank, n))
    let b: Matrix<Double> = random.matrix(m, 1)
    let truth = try solveLeastSquares(a, b, tolerance: 1e-12)
    #expect(truth.rank == shape.rank)
    let x = try byQR(a, b)
    let distance = zip(x, truth.solution.elements).map { abs($0 - $1) }.max()!
    #expect(distance <= 1e-11 * norm(truth.solution))
  }

  private func byQR(_ a: Matrix<Double>, _ b: Matrix<Double>) throws -> [Double] {
    var columns = (0..<a.columns).flatMap { a.column($0) }
    var side = Array(b.elements) + Array(repeating: 0, count: max(0, a.columns - a.rows))
    try columns.withUnsafeMutableBufferPointer { columns in
      try side.withUnsafeMutableBufferPointer { side in
        try solveByQR(columns.baseAddress!, rows: a.rows, columns: a.columns, side.baseAddress!, tolerance: 1e-12)
      }
    }
    return Array(side[..<a.columns])
  }

  /// Läuchli's matrix, whose normal equations are singular in double precision.
  @Test func qrKeepsDigitsThatNormalEquationsLose() throws {
    let small = 1e-9
    let a = Matrix<Double>([[1, 1, 1], [small, 0, 0], [0, small, 0], [0, 0, small]])
    let normal = (0..<9).map { index in
      (0..<4).reduce(0) { $0 + a[$1, index / 3] * a[$1, index % 3] }
    }
    #expect(factor(normal, 3) == nil)
    let x = try byQR(a, Matrix([[6], [small], [2 * small], [3 * small]]))
    #expect(zip(x, [1.0, 2, 3]).allSatisfy { abs($0 - $1) <= 1e-6 })
  }
}
