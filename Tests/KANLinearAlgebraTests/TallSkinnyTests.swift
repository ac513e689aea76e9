import KANLinearAlgebra
import Testing

/// Least squares from the triangular factors of parts of the rows, against those of all rows at once.
@Suite struct TallSkinnyTests {
  struct Shape: CustomTestStringConvertible {
    let rows, columns, rank, sides: Int
    var testDescription: String { "[\(rows) × \(columns)] of rank \(rank), \(sides) right-hand sides" }
  }

  static let shapes = [
    (2000, 12, 12, 1), (2000, 12, 5, 3), (500, 40, 39, 2), (90, 30, 30, 4), (20, 30, 20, 2), (64, 1, 1, 1),
    (7, 5, 3, 1),
  ]
  .map { Shape(rows: $0.0, columns: $0.1, rank: $0.2, sides: $0.3) }

  /// Rows cut into `parts` that are merged two by two, as over a tree of ranks.
  private func merged(
    _ a: Matrix<Double>, _ b: Matrix<Double>, parts: Int
  ) -> LeastSquaresAccumulator {
    var leaves = (0..<parts).map { part in
      var leaf = LeastSquaresAccumulator(
        rows: a.rows, columns: a.columns, sides: b.columns, direct: true, reducing: true)
      let rows = a.rows * part / parts..<a.rows * (part + 1) / parts
      withExtendedLifetime((a, b)) {
        // Chunks of a size that divides nothing.
        for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 37) {
          let count = min(37, rows.upperBound - start)
          leaf.add(
            a.view.slice(row: start, rows: count, columns: a.columns),
            b.view.slice(row: start, rows: count, columns: b.columns))
        }
      }
      return leaf
    }
    while leaves.count > 1 {
      leaves = (0..<leaves.count / 2).map { place in
        var left = leaves[2 * place]
        // As another rank gets it.
        var right = LeastSquaresAccumulator(
          rows: a.rows, columns: a.columns, sides: b.columns, direct: true, reducing: true)
        right.sums = leaves[2 * place + 1].sums
        left.merge(right)
        return left
      }
    }
    return leaves[0]
  }

  /// LAPACK's ratios (xQRT16 and xQRT17), each to be below 30, and the solution of all rows at once: of rank deficiency
  /// the smallest one, since the factor has the singular values of all rows.
  @Test(arguments: shapes, [1, 4, 64]) func residualRatios(shape: Shape, parts: Int) throws {
    var random = SeededGenerator(UInt64(shape.rows + 100 * shape.rank))
    let left: Matrix<Double> = random.matrix(shape.rows, shape.rank)
    let a = left.multiplied(by: random.matrix(shape.rank, shape.columns))
    let epsilon = Double.ulpOfOne
    let largest = Double(max(shape.rows, shape.columns))

    let reachable = a.multiplied(by: random.matrix(shape.columns, shape.sides))
    let exact = try merged(a, reachable, parts: parts).solve()
    let rest = difference(reachable, a.multiplied(by: exact))
    #expect(norm(rest) / (largest * norm(a) * norm(exact) * epsilon) < 30)

    let b: Matrix<Double> = random.matrix(shape.rows, shape.sides)
    let accumulator = merged(a, b, parts: parts)
    #expect(accumulator.sums.count <= (4 * (shape.columns + shape.sides) + 37) * (shape.columns + shape.sides))
    let solution = try accumulator.solve()
    let residual = difference(b, a.multiplied(by: solution))
    var transposed = Matrix<Double>(rows: shape.columns, columns: shape.sides)
    multiply(a.view, .yes, residual.view, .no, into: transposed.mutableView())
    withExtendedLifetime((a, residual)) {}
    #expect(norm(transposed) / (max(largest, Double(shape.sides)) * norm(a) * norm(b) * epsilon) < 30)

    let whole = try solveLeastSquares(a, b)
    #expect(norm(difference(solution, whole.solution)) <= 1e-10 * norm(whole.solution))
  }
}
