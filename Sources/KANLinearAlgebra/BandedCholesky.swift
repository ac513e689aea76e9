private import COpenBLAS

/// A = L·Lᵀ of a symmetric positive definite band matrix, in double precision and in the caller's memory.
///
/// `bands`: [n × (d + 1)] holds A: [n × n] with d subdiagonals in LAPACK's lower band storage, element (j + i, j) at
/// `bands[j·(d + 1) + i]`.
package enum BandedCholesky {
  /// Replaces A by L, with LAPACK's `dpbtrf`.
  ///
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``; A is then lost.
  package static func factor(
    _ bands: UnsafeMutablePointer<Double>, order n: Int, diagonals d: Int
  ) throws(LinearAlgebraError) {
    guard n > 0 else { return }
    guard n <= Int(Int32.max) else { throw .tooLarge(dimension: n) }
    // The variant without a NaN check, since it does not allocate; a NaN pivot is rejected as not positive.
    let info = LAPACKE_dpbtrf_work(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), Int32(n), Int32(d), bands, Int32(d + 1))
    if info > 0 { throw .notPositiveDefinite(order: Int(info)) }
    try LinearAlgebraError.check(Int(info), "dpbtrf")
  }

  /// Solves L·Lᵀ·X = B in place: [n × sides], row-major.
  ///
  /// LAPACK's `dpbtrs` solves one side at a time and takes a lock of OpenBLAS for each. Here the innermost loop runs
  /// over the sides, which are contiguous.
  package static func solve(
    factored bands: UnsafePointer<Double>, order n: Int, diagonals d: Int, _ b: UnsafeMutablePointer<Double>,
    sides: Int
  ) {
    for j in 0..<n {
      let column = bands + j * (d + 1)
      let row = b + j * sides
      scale(row, 1 / column[0], sides)
      for i in 1..<max(1, min(d + 1, n - j)) where column[i] != 0 {
        subtract(row, column[i], from: row + i * sides, sides)
      }
    }
    for j in stride(from: n - 1, through: 0, by: -1) {
      let column = bands + j * (d + 1)
      let row = b + j * sides
      for i in 1..<max(1, min(d + 1, n - j)) where column[i] != 0 {
        subtract(row + i * sides, column[i], from: row, sides)
      }
      scale(row, 1 / column[0], sides)
    }
  }

  @inline(__always)
  private static func scale(_ row: UnsafeMutablePointer<Double>, _ factor: Double, _ count: Int) {
    for index in 0..<count { row[index] *= factor }
  }

  @inline(__always)
  private static func subtract(
    _ other: UnsafeMutablePointer<Double>, _ factor: Double, from row: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    for index in 0..<count { row[index] -= factor * other[index] }
  }
}
