private import COpenBLAS

/// A = L·Lᵀ of a dense symmetric positive definite matrix, in double precision and in the caller's memory.
///
/// Row-major. Only the lower triangle is read; the upper one is undefined afterwards.
package enum Cholesky {
  /// Rows and columns of a block, the work item of a thread.
  private static let block = 160

  /// Replaces the lower triangle of A: [n × n] by L. False if A is not positive definite; A is then lost.
  ///
  /// Blocked and right-looking (Golub and Van Loan, Matrix Computations, 4.2.6): the diagonal block by `dpotrf`, its
  /// panel by `dtrsm`, the trailing matrix by `dgemm`, in parallel. Results are bit-identical for any number of
  /// threads.
  package static func factor(_ a: UnsafeMutablePointer<Double>, order n: Int, pool: ThreadPool) -> Bool {
    require(n <= Int(Int32.max), "Cholesky: order \(n)")
    BLAS.prepare()
    for start in stride(from: 0, to: n, by: block) {
      let size = min(block, n - start)
      // A row-major lower triangle is a column-major upper one.
      let info = LAPACKE_dpotrf_work(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(size), a + start * n + start, Int32(n))
      if info != 0 { return false }
      let rest = n - start - size
      if rest == 0 { return true }
      let blocks = (rest + block - 1) / block
      pool.run(blocks, work: rest * size * size / 2, PanelLoop(a: a, order: n, start: start, size: size))
      pool.run(blocks, work: rest * rest * size / 2, TrailingLoop(a: a, order: n, start: start, size: size))
    }
    return true
  }

  /// The smallest diagonal shift with which a nearly singular matrix has a factor, of `first`, `first·factor`, … up to
  /// `last`; nil if there is none.
  ///
  /// - Parameter attempt: factors the shifted matrix; returns whether it succeeded.
  package static func leastShift(
    from first: Double, times factor: Double, upTo last: Double, _ attempt: (Double) -> Bool
  ) -> Double? {
    var shift = first
    while !attempt(shift) {
      shift *= factor
      if !(shift <= last) { return nil }
    }
    return shift
  }

  /// The rows of a panel: A_ik·L_kk⁻ᵀ.
  private struct PanelLoop: ParallelLoop {
    let a: UnsafeMutablePointer<Double>
    let order, start, size: Int

    func iterate(_ index: Int, worker: Int) {
      let row = start + size + index * Cholesky.block
      let rows = min(Cholesky.block, order - row)
      cblas_dtrsm(
        CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, blasint(rows), blasint(size), 1,
        a + start * order + start, blasint(order), a + row * order + start, blasint(order))
    }
  }

  /// A row of blocks of the trailing matrix: A_ij -= L_ik·L_jkᵀ for j ≤ i; longest first.
  private struct TrailingLoop: ParallelLoop {
    let a: UnsafeMutablePointer<Double>
    let order, start, size: Int

    func iterate(_ index: Int, worker: Int) {
      let first = start + size
      let blocks = (order - first + Cholesky.block - 1) / Cholesky.block
      let row = first + (blocks - 1 - index) * Cholesky.block
      let rows = min(Cholesky.block, order - row)
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(row + rows - first), blasint(size), -1,
        a + row * order + start, blasint(order), a + first * order + start, blasint(order), 1,
        a + row * order + first, blasint(order))
    }
  }

  /// Solves L·Lᵀ·x = b in place: [n].
  package static func solve(factored a: UnsafePointer<Double>, order n: Int, _ b: UnsafeMutablePointer<Double>) {
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, blasint(n), a, blasint(n), b, 1)
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, blasint(n), a, blasint(n), b, 1)
  }

  /// Solves L·x = b in place: [n].
  package static func solveLower(factored a: UnsafePointer<Double>, order n: Int, _ b: UnsafeMutablePointer<Double>) {
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, blasint(n), a, blasint(n), b, 1)
  }

  /// Writes the upper triangle L⁻ᵀ: [n × n]; row j holds column j of L⁻¹ from j on, and is undefined before.
  package static func invert(
    factored a: UnsafePointer<Double>, order n: Int, to inverse: UnsafeMutablePointer<Double>, pool: ThreadPool
  ) {
    pool.run((n + block - 1) / block, work: n * n * n / 3, InverseLoop(factor: a, order: n, inverse: inverse))
  }

  /// Rows of a block of X·Lᵀ = I; longest first.
  private struct InverseLoop: ParallelLoop {
    let factor: UnsafePointer<Double>
    let order: Int
    let inverse: UnsafeMutablePointer<Double>

    func iterate(_ index: Int, worker: Int) {
      let start = index * Cholesky.block
      let (rows, columns) = (min(Cholesky.block, order - start), order - start)
      for row in start..<start + rows {
        (inverse + row * order + start).update(repeating: 0, count: columns)
        inverse[row * order + row] = 1
      }
      cblas_dtrsm(
        CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, blasint(rows), blasint(columns), 1,
        factor + start * order + start, blasint(order), inverse + start * order + start, blasint(order))
    }
  }
}

/// min ‖A·x - b‖ by Householder QR with column pivoting, LAPACK's `dgelsy`, for problems whose normal equations lose
/// too many digits.
///
/// - Parameters:
///   - a: [m × n], column-major; overwritten.
///   - b: [max(m, n)]; its first n elements become x.
///   - tolerance: columns beyond this estimate of the inverse condition number count as dependent.
/// - Throws: ``LinearAlgebraError``
package func solveByQR(
  _ a: UnsafeMutablePointer<Double>, rows m: Int, columns n: Int, _ b: UnsafeMutablePointer<Double>, tolerance: Double
) throws(LinearAlgebraError) {
  for dimension in [m, n] where dimension > Int(Int32.max) { throw .tooLarge(dimension: dimension) }
  BLAS.prepare()
  var pivots = [Int32](repeating: 0, count: n)
  var rank: Int32 = 0
  let info = LAPACKE_dgelsy(
    LAPACK_COL_MAJOR, Int32(m), Int32(n), 1, a, Int32(m), b, Int32(max(m, n)), &pivots, tolerance, &rank)
  try LinearAlgebraError.check(Int(info), "dgelsy")
}
