private import COpenBLAS

/// Whether an operand of a product is transposed.
package enum Transpose: Sendable { case no, yes }

/// C += op(A)·op(B), or C = op(A)·op(B): [m × n] = [m × k]·[k × n], each a slice of a larger matrix if need be.
///
/// Row-major, one call of `cblas_?gemm`, on the calling thread. Traps with the shapes if they do not fit.
package func multiply<Element: Scalar>(
  _ a: MatrixView<Element>, _ transposeA: Transpose, _ b: MatrixView<Element>, _ transposeB: Transpose,
  into c: MutableMatrixView<Element>, accumulate: Bool = false
) {
  let (m, k) = transposeA == .no ? (a.rows, a.columns) : (a.columns, a.rows)
  let (kB, n) = transposeB == .no ? (b.rows, b.columns) : (b.columns, b.rows)
  require(
    k == kB && c.rows == m && c.columns == n,
    "multiply: [\(m) × \(k)]·[\(kB) × \(n)] into [\(c.rows) × \(c.columns)]")
  if m == 0 || n == 0 { return }
  if k == 0 {
    if !accumulate { for row in 0..<m { (c.base + row * c.stride).update(repeating: 0, count: n) } }
    return
  }
  BLAS.prepare()
  Element.Kernels.product(
    transposeA == .yes, transposeB == .yes, m, n, k, 1, a.base, a.stride, b.base, b.stride, accumulate ? 1 : 0,
    c.base, c.stride)
}

/// C += AᵀA, the lower triangle alone, with half the work of a product: A: [k × n], C: [n × n], each a slice of a larger
/// matrix if need be. What stands above the diagonal is not touched. Traps with the shapes if they do not fit.
package func addSquare<Element: Scalar>(of a: MatrixView<Element>, to c: MutableMatrixView<Element>) {
  require(
    c.rows == a.columns && c.columns == a.columns,
    "addSquare: of [\(a.rows) × \(a.columns)] to [\(c.rows) × \(c.columns)]")
  if a.rows == 0 || a.columns == 0 { return }
  BLAS.prepare()
  Element.Kernels.addSquare(a.columns, a.rows, a.base, a.stride, c.base, c.stride)
}

extension Matrix {
  /// The matrix product self·other: [rows × k]·[k × columns]; traps with both shapes if they do not fit.
  public func multiplied(by other: Matrix) -> Matrix {
    require(
      columns == other.rows, "Matrix: [\(rows) × \(columns)]·[\(other.rows) × \(other.columns)]")
    var result = Matrix(rows: rows, columns: other.columns)
    multiply(view, .no, other.view, .no, into: result.mutableView())
    return result
  }
}

/// OpenBLAS, restricted to the calling thread: the engine owns the threads.
package enum BLAS {
  /// Sets OpenBLAS to one thread, the first time it is called. The setting is an unsynchronised global of that library.
  package static func prepare() { _ = once }
  private static let once: Void = openblas_set_num_threads(1)

  /// The processor whose kernels OpenBLAS has chosen.
  package static var core: String { String(cString: openblas_get_corename()) }
}
