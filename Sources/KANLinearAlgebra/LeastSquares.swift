/// The solution of a least-squares problem.
public struct LeastSquaresSolution<Element: Scalar>: Sendable {
  /// X: [n × right-hand sides]
  public let solution: Matrix<Element>
  /// The effective rank of A: how many singular values exceed `tolerance` times the largest.
  public let rank: Int
  /// The singular values of A in falling order: [min(m, n)]
  public let singularValues: [Element]
}

/// The minimum-norm X that minimises ‖B - A·X‖, column by column.
///
/// A: [m × n], B: [m × r], X: [n × r]. A may have any rank, zero or repeated columns, or more columns than rows: the
/// method is the singular value decomposition, LAPACK's `?gelsd` (LAPACK Users' Guide, 2.3.2).
///
/// - Parameter tolerance: singular values at most this times the largest count as zero; by default
///   max(m, n)·ε.
/// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)`` for infinite or NaN elements, which LAPACK would
///   propagate silently, and `notConverged`.
public func solveLeastSquares<Element: Scalar>(
  _ a: Matrix<Element>, _ b: Matrix<Element>, tolerance: Element? = nil
) throws(LinearAlgebraError) -> LeastSquaresSolution<Element> {
  require(
    a.rows == b.rows, "solveLeastSquares: A is [\(a.rows) × \(a.columns)], B is [\(b.rows) × \(b.columns)]")
  let (m, n, sides) = (a.rows, a.columns, b.columns)
  if m == 0 || n == 0 || sides == 0 {
    return LeastSquaresSolution(solution: Matrix(rows: n, columns: sides), rank: 0, singularValues: [])
  }
  for dimension in [m, n, sides] where dimension > Int(Int32.max) { throw .tooLarge(dimension: dimension) }
  try checkFinite(a, "A")
  try checkFinite(b, "B")
  BLAS.prepare()

  // Column-major copies for LAPACK; B's is tall enough to receive X.
  let tall = max(m, n)
  var columnsOfA = AlignedArray<Element>(zeros: m * n)
  var columnsOfB = AlignedArray<Element>(zeros: tall * sides)
  var singularValues = [Element](repeating: 0, count: min(m, n))
  let workA = columnsOfA.mutablePointer()
  let workB = columnsOfB.mutablePointer()
  for i in 0..<m { for j in 0..<n { workA[j * m + i] = a.view[i, j] } }
  for i in 0..<m { for j in 0..<sides { workB[j * tall + i] = b.view[i, j] } }

  var rank = 0
  let info = singularValues.withUnsafeMutableBufferPointer {
    Element.Kernels.leastSquares(
      m, n, sides, workA, workB, tall, $0.baseAddress!, tolerance ?? Element(tall) * .ulpOfOne, &rank)
  }
  try LinearAlgebraError.check(info, "gelsd")

  var solution = Matrix<Element>(rows: n, columns: sides)
  let x = solution.mutableView()
  for i in 0..<n { for j in 0..<sides { x[i, j] = workB[j * tall + i] } }
  return LeastSquaresSolution(solution: solution, rank: rank, singularValues: singularValues)
}

private func checkFinite<Element: Scalar>(_ matrix: Matrix<Element>, _ name: String) throws(LinearAlgebraError) {
  let index = Element.Kernels.firstNonFinite(matrix.elements.count, matrix.elements.pointer)
  if index >= 0 { throw .nonFinite(operand: name, row: index / matrix.columns, column: index % matrix.columns) }
}
