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
