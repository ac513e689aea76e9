import KANLinearAlgebra
import Testing

@Suite struct LeastSquaresTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    let a, b, x: [[Double]]
    let rank: Int
    let singularValues: [Double]
    var testDescription: String { name }
  }

  @Test(arguments: try reference("least_squares", as: [Case].self))
  func equalsNumpy(example: Case) throws {
    let a = Matrix(example.a)
    let result = try solveLeastSquares(a, Matrix(example.b))
    let truth = Matrix(example.x)
    #expect(result.rank == example.rank)
    #expect(largestDifference(result.solution, truth) <= 1e-12 * norm(truth))
    let largest = example.singularValues[0]
    #expect(result.singularValues.count == min(a.rows, a.columns))
    for (value, expected) in zip(result.singularValues, example.singularValues) {
      #expect(abs(value - expected) <= 1e-13 * largest)
    }
  }

  struct Shape: CustomTestStringConvertible {
    let rows, columns, rank, sides: Int
    var testDescription: String { "[\(rows) × \(columns)] of rank \(rank), \(sides) right-hand sides" }
  }

  static let shapes = [
    (30, 10, 10, 1), (30, 10, 4, 5), (10, 30, 10, 3), (10, 30, 6, 3), (20, 20, 19, 2), (50, 1, 1, 4),
  ]
  .map { Shape(rows: $0.0, columns: $0.1, rank: $0.2, sides: $0.3) }

  @Test(arguments: shapes)
  func residualRatios(shape: Shape) throws {
    try checkRatios(Double.self, shape)
    try checkRatios(Float.self, shape)
  }

  /// LAPACK's own test ratios (its routines xQRT16 and xQRT17), each to be below 30:
  /// ‖B - A·X‖/(max(m, n)·‖A‖·‖X‖·ε) where B lies in the range of A, and for any B
  /// ‖Aᵀ·(B - A·X)‖/(max(m, n, sides)·‖A‖·‖B‖·ε).
  private func checkRatios<Element: Scalar>(_: Element.Type, _ shape: Shape) throws {
    var random = SeededGenerator(UInt64(shape.rows + 100 * shape.rank))
    let left: Matrix<Element> = random.matrix(shape.rows, shape.rank)
    let a = left.multiplied(by: random.matrix(shape.rank, shape.columns))
    let tolerance = Element(100 * max(shape.rows, shape.columns)) * .ulpOfOne
    let epsilon = Double(Element.ulpOfOne)

    let reachable = a.multiplied(by: random.matrix(shape.columns, shape.sides))
    let exact = try solveLeastSquares(a, reachable, tolerance: tolerance)
    #expect(exact.rank == shape.rank)
    let largest = Double(max(shape.rows, shape.columns))
    let residual = difference(reachable, a.multiplied(by: exact.solution))
    #expect(norm(residual) / (largest * norm(a) * norm(exact.solution) * epsilon) < 30)

    let b: Matrix<Element> = random.matrix(shape.rows, shape.sides)
    let nearest = try solveLeastSquares(a, b, tolerance: tolerance)
    let rest = difference(b, a.multiplied(by: nearest.solution))
    let ratio =
      norm(transposed(a).multiplied(by: rest)) / (max(largest, Double(shape.sides)) * norm(a) * norm(b) * epsilon)
    #expect(ratio < 30)
    // Of all solutions the shortest: none of it lies in the null space of A.
    let again = try solveLeastSquares(a, a.multiplied(by: nearest.solution), tolerance: tolerance)
    #expect(largestDifference(again.solution, nearest.solution) <= 1e4 * epsilon * norm(nearest.solution))
  }

  private func transposed<Element: Scalar>(_ a: Matrix<Element>) -> Matrix<Element> {
    Matrix(rows: a.columns, columns: a.rows, elements: (0..<a.columns).flatMap { a.column($0) })
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func nonFiniteInput(value: Double) {
    var random = SeededGenerator(5)
    var a: Matrix<Double> = random.matrix(6, 3)
    var b: Matrix<Double> = random.matrix(6, 2)
    b[5, 1] = value
    #expect(throws: LinearAlgebraError.nonFinite(operand: "B", row: 5, column: 1)) { try solveLeastSquares(a, b) }
    a[2, 1] = value
    let error = #expect(throws: LinearAlgebraError.self) { try solveLeastSquares(a, b) }
    #expect(error?.description == "A is not finite at row 3, column 2")
  }

  @Test func toleranceDecidesTheRank() throws {
    let a = Matrix<Double>([[1, 0], [0, 1e-6], [0, 0]])
    let b = Matrix<Double>([[1], [1], [1]])
    #expect(try solveLeastSquares(a, b).solution.column(0).map { $0.rounded() } == [1, 1e6])
    let cut = try solveLeastSquares(a, b, tolerance: 1e-3)
    #expect(cut.rank == 1)
    #expect(cut.solution.column(0) == [1, 0])
  }

  @Test(arguments: [(0, 3, 2), (3, 0, 2), (3, 2, 0)])
  func emptyProblems(rows: Int, columns: Int, sides: Int) throws {
    let a = Matrix<Float>(rows: rows, columns: columns)
    let result = try solveLeastSquares(a, Matrix(rows: rows, columns: sides))
    #expect(result.solution == Matrix(rows: columns, columns: sides))
    #expect(result.rank == 0)
  }
}
