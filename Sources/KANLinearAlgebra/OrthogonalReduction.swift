private import COpenBLAS

/// The triangular factor of a tall matrix, A = Q·R, by LAPACK's `dgeqrf`.
package enum OrthogonalReduction {
  /// Replaces the upper triangle of A: [rows × columns], column-major, rows ≥ columns, by R. Of a matrix with the
  /// right-hand side as its last column, that column of R is Qᵀb, and its last element the norm of the residual.
  package static func reduce(_ a: UnsafeMutablePointer<Double>, rows: Int, columns: Int) {
    require(rows >= columns && rows <= Int(Int32.max), "OrthogonalReduction: [\(rows) × \(columns)]")
    BLAS.prepare()
    var tau = [Double](repeating: 0, count: columns)
    var work = [Double](repeating: 0, count: 64 * columns)
    let info = LAPACKE_dgeqrf_work(
      LAPACK_COL_MAJOR, Int32(rows), Int32(columns), a, Int32(rows), &tau, &work, Int32(work.count))
    require(info == 0, "OrthogonalReduction: dgeqrf returned \(info)")
  }
}
