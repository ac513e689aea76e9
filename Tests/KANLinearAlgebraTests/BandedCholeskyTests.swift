import Testing

@testable import KANLinearAlgebra

@Suite struct BandedCholeskyTests {
  @Test(arguments: [(1, 0), (1, 3), (2, 1), (7, 3), (40, 5), (9, 8)])
  func solvesWhatItMultiplies(order n: Int, diagonals d: Int) throws {
    var bands = Matrix<Double>(rows: n, columns: d + 1)
    var dense = Matrix<Double>(rows: n, columns: n)
    for j in 0..<n {
      for i in 0...d {
        let value = i == 0 ? 2 * Double(d + 1) : Double((j * 7 + i * 3) % 11) / 6 - 1
        bands[j, i] = value
        if j + i < n { (dense[j, j + i], dense[j + i, j]) = (value, value) }
      }
    }
    let x = Matrix<Double>(rows: n, columns: 3, elements: (0..<3 * n).map { Double($0 % 5) - 2 })
    let found = try solveBanded(bands: bands, dense.multiplied(by: x))
    #expect(zip(found.elements, x.elements).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func whatIsNotPositiveDefinite() {
    let b = Matrix<Double>(rows: 3, columns: 1)
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) {
      try solveBanded(bands: Matrix([[1, 2], [1, 0], [1, 0]]), b)
    }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 3)) {
      try solveBanded(bands: Matrix([[1, 0], [1, 0], [0, 0]]), b)
    }
    #expect(throws: LinearAlgebraError.nonFinite(operand: "A", row: 1, column: 0)) {
      try solveBanded(bands: Matrix([[1, 0], [.nan, 0], [1, 0]]), b)
    }
  }
}

/// Solves A·X = B for a symmetric positive definite band matrix A, with LAPACK's `dpbtrf`. bands: [n × (d + 1)],
/// element (j + i, j) of A at (j, i); B and X: [n × sides].
///
/// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``, and `nonFinite` for infinite or NaN elements.
private func solveBanded(
  bands: Matrix<Double>, _ b: Matrix<Double>
) throws(LinearAlgebraError) -> Matrix<Double> {
  require(
    bands.rows == b.rows && bands.columns > 0,
    "solveBanded: bands [\(bands.rows) × \(bands.columns)], B [\(b.rows) × \(b.columns)]")
  for (matrix, name) in [(bands, "A"), (b, "B")] {
    let index = Double.Kernels.firstNonFinite(matrix.elements.count, matrix.elements.pointer)
    if index >= 0 { throw .nonFinite(operand: name, row: index / matrix.columns, column: index % matrix.columns) }
  }
  var (factor, x) = (bands, b)
  let pointer = factor.elements.mutablePointer()
  try BandedCholesky.factor(pointer, order: bands.rows, diagonals: bands.columns - 1)
  BandedCholesky.solve(
    factored: pointer, order: bands.rows, diagonals: bands.columns - 1, x.elements.mutablePointer(), sides: b.columns)
  return x
}
