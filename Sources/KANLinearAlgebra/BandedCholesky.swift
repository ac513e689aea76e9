private import COpenBLAS

/// A = L·Lᵀ of a symmetric positive definite matrix with few diagonals, in double precision and in memory that the
/// caller owns.
///
/// A: [n × n] with d diagonals below the main one stands in `bands`: [n × (d + 1)], the element (j + i, j) at
/// `bands[j·(d + 1) + i]`: LAPACK's lower band storage.
package enum BandedCholesky {
  /// Puts L in the place of A, by LAPACK's `dpbtrf`.
  ///
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``; A is then lost.
  package static func factor(
    _ bands: UnsafeMutablePointer<Double>, order n: Int, diagonals d: Int
  ) throws(LinearAlgebraError) {
    guard n > 0 else { return }
    guard n <= Int(Int32.max) else { throw .tooLarge(dimension: n) }
    // The form without a search for NaN, which allocates nothing; a pivot that is NaN is not positive either.
    let info = LAPACKE_dpbtrf_work(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), Int32(n), Int32(d), bands, Int32(d + 1))
    if info > 0 { throw .notPositiveDefinite(order: Int(info)) }
    try LinearAlgebraError.check(Int(info), "dpbtrf")
  }

  /// Puts X of L·Lᵀ·X = B in the place of B: [n × sides], row after row.
  ///
  /// Not LAPACK's `dpbtrs`, which takes one side after another, each through a lock of OpenBLAS: here the innermost loop
  /// runs over the sides, which stand next to each other.
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

/// X of A·X = B for a symmetric positive definite A with few diagonals; bands: [n × (d + 1)], the element (j + i, j) of A
/// at (j, i); B and X: [n × sides]. By LAPACK's `dpbtrf`.
///
/// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``, and `nonFinite` for infinite or NaN elements.
package func solveBanded(
  bands: Matrix<Double>, _ b: Matrix<Double>
) throws(LinearAlgebraError) -> Matrix<Double> {
  require(
    bands.rows == b.rows && bands.columns > 0,
    "solveBanded: bands [\(bands.rows) × \(bands.columns)], B [\(b.rows) × \(b.columns)]")
  for (matrix, name) in [(bands, "A"), (b, "B")] {
    let index = Double._firstNonFinite(matrix.elements.count, matrix.elements.pointer)
    if index >= 0 { throw .nonFinite(operand: name, row: index / matrix.columns, column: index % matrix.columns) }
  }
  var (factor, x) = (bands, b)
  let pointer = factor.elements.mutablePointer()
  try BandedCholesky.factor(pointer, order: bands.rows, diagonals: bands.columns - 1)
  BandedCholesky.solve(
    factored: pointer, order: bands.rows, diagonals: bands.columns - 1, x.elements.mutablePointer(), sides: b.columns)
  return x
}
