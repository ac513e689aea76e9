import KANLinearAlgebra
import Testing

@Suite struct MultiplyTests {
  static let shapes = [(1, 1, 1), (3, 4, 5), (7, 1, 9), (1, 8, 1), (17, 33, 6), (40, 3, 70)]

  @Test(arguments: shapes, [Transpose.no, .yes])
  func equalsTheNaiveProduct(shape: (Int, Int, Int), transposeA: Transpose) {
    for transposeB in [Transpose.no, .yes] {
      for accumulate in [false, true] {
        check(Double.self, shape, transposeA, transposeB, accumulate, tolerance: 1e-14)
        check(Float.self, shape, transposeA, transposeB, accumulate, tolerance: 1e-5)
      }
    }
  }

  /// The lower triangle is the product's, and what stands above it or around it stays as it is.
  @Test(arguments: [(1, 1), (5, 3), (33, 40), (130, 7), (4, 0)])
  func squares(columns: Int, rows: Int) {
    var random = SeededGenerator(UInt64(columns))
    let a: Matrix<Double> = random.matrix(rows + 1, columns + 2)
    let before: Matrix<Double> = random.matrix(columns + 1, columns + 3)
    var c = before
    addSquare(
      of: a.view.slice(row: 1, rows: rows, column: 2, columns: columns),
      to: c.mutableView().slice(row: 1, rows: columns, column: 3, columns: columns))
    for i in 0..<columns + 1 {
      for j in 0..<columns + 3 {
        let isLower = i > 0 && j >= 3 && j - 3 <= i - 1
        let sum = (0..<rows).reduce(before[i, j]) { isLower ? $0 + a[$1 + 1, i + 1] * a[$1 + 1, j - 1] : $0 }
        #expect(isLower ? abs(c[i, j] - sum) <= 1e-13 * Double(rows + 1) : c[i, j] == before[i, j])
      }
    }
  }

  /// All three operands are slices of larger matrices; what surrounds the result stays as it is.
  private func check<Element: Scalar>(
    _: Element.Type, _ shape: (Int, Int, Int), _ transposeA: Transpose, _ transposeB: Transpose, _ accumulate: Bool,
    tolerance: Double
  ) {
    var random = SeededGenerator(UInt64(shape.0 * 100 + shape.1))
    let (m, n, k) = shape
    let (rowsA, columnsA) = transposeA == .no ? (m, k) : (k, m)
    let (rowsB, columnsB) = transposeB == .no ? (k, n) : (n, k)
    let a: Matrix<Element> = random.matrix(rowsA + 2, columnsA + 3)
    let b: Matrix<Element> = random.matrix(rowsB + 1, columnsB + 2)
    let before: Matrix<Element> = random.matrix(m + 2, n + 4)
    var c = before
    let target = c.mutableView().slice(row: 1, rows: m, column: 3, columns: n)
    multiply(
      a.view.slice(row: 2, rows: rowsA, column: 1, columns: columnsA), transposeA,
      b.view.slice(row: 1, rows: rowsB, column: 2, columns: columnsB), transposeB, into: target, accumulate: accumulate)

    var expected = before
    for i in 0..<m {
      for j in 0..<n {
        var sum = accumulate ? Double(before[1 + i, 3 + j]) : 0
        for l in 0..<k {
          let left = transposeA == .no ? a[2 + i, 1 + l] : a[2 + l, 1 + i]
          let right = transposeB == .no ? b[1 + l, 2 + j] : b[1 + j, 2 + l]
          sum += Double(left) * Double(right)
        }
        expected[1 + i, 3 + j] = Element(sum)
      }
    }
    #expect(
      largestDifference(c, expected) <= tolerance * Double(k),
      "\(Element.self) \(shape) \(transposeA) \(transposeB) \(accumulate)")
  }

  @Test func noInnerDimension() {
    let a = Matrix<Double>(rows: 2, columns: 0)
    let b = Matrix<Double>(rows: 0, columns: 3)
    var c = Matrix<Double>(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])
    let before = c
    multiply(a.view, .no, b.view, .no, into: c.mutableView(), accumulate: true)
    #expect(c == before)
    multiply(a.view, .no, b.view, .no, into: c.mutableView())
    #expect(c == Matrix(rows: 2, columns: 3))
    #expect(a.multiplied(by: b) == Matrix(rows: 2, columns: 3))
    #expect(b.multiplied(by: Matrix(rows: 3, columns: 2)).rows == 0)
  }

  @Test func publicProduct() {
    let a = Matrix<Float>([[1, 2], [3, 4], [5, 6]])
    #expect(a.multiplied(by: Matrix([[1, 0, -1], [2, 1, 0]])) == Matrix([[5, 2, -1], [11, 4, -3], [17, 6, -5]]))
  }
}
