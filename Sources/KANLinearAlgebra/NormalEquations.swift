private import COpenBLAS

/// Ridge regression min Σ ‖B - A·X‖² + λ‖X‖² over X, from chunks of rows of A and B, in double precision.
///
/// A: [m × n], B: [m × r], X: [n × r]. A small problem keeps its rows and is solved by singular value decomposition,
/// which gives the minimum-norm X for any rank. A large one keeps only AᵀA and AᵀB, in memory of n² numbers, and is
/// solved by iterated Tikhonov regularisation: Cholesky factorisation of D·AᵀA·D + δ·1, where D makes the diagonal 1,
/// and iterative refinement, which removes the effect of δ in all but negligible singular directions (Engl, Hanke and
/// Neubauer, Regularization of Inverse Problems, section 5.1). X is then finite for any rank and of moderate norm.
///
/// Where rows are too many to keep, or come from several machines, kept rows can be reduced as they come: (A B) = Q·R, of
/// which R alone is kept, and two R are merged by the factorisation of one above the other (TSQR: Demmel, Grigori, Hoemmen
/// and Langou 2012, SIAM Journal on Scientific Computing 34). The last R has the singular values of A, so the solution by
/// singular value decomposition is that of all rows, at their own condition number.
package struct LeastSquaresAccumulator {
  package let columns: Int
  package let sides: Int
  /// The rows so far, if kept: [n + r] numbers each.
  private var rows: [Double]?
  private var rowCount = 0
  /// The upper triangle of AᵀA, and AᵀB, if rows are not kept.
  private var gram, sidesGram: Matrix<Double>

  /// Whether kept rows are reduced to a triangle.
  private let reduces: Bool

  /// The most elements of A to keep.
  package static let directElements = 1 << 21
  /// The most columns for a singular value decomposition, whose time grows with their cube.
  package static let directColumns = 1500

  /// - Parameters:
  ///   - rows: the most rows that will be added, which selects the method.
  ///   - direct: whether to keep rows; selected if nil.
  ///   - reducing: whether to keep no more than the triangular factor of kept rows.
  package init(rows: Int, columns: Int, sides: Int, direct: Bool? = nil, reducing: Bool = false) {
    self.columns = columns
    self.sides = sides
    reduces = reducing
    let isDirect = direct ?? (rows * columns <= Self.directElements && columns <= Self.directColumns)
    self.rows = isDirect ? [] : nil
    gram = isDirect ? Matrix(rows: 0, columns: 0) : Matrix(rows: columns, columns: columns)
    sidesGram = isDirect ? Matrix(rows: 0, columns: 0) : Matrix(rows: columns, columns: sides)
  }

  /// Memory in bytes, including the solution, if up to `parts` parts of the rows have to be merged.
  package static func bytes(rows: Int, columns: Int, sides: Int, parts: Int = 1) -> Int {
    rows * columns <= directElements && columns <= directColumns
      ? 24 * rows * (columns + sides) : 8 * columns * ((parts + 1) * columns + (parts + 3) * sides)
  }

  /// Takes some rows of A and B.
  package mutating func add(_ a: MatrixView<Double>, _ b: MatrixView<Double>) {
    require(
      a.rows == b.rows && a.columns == columns && b.columns == sides,
      "LeastSquaresAccumulator: [\(a.rows) × \(a.columns)] and [\(b.rows) × \(b.columns)] for \(columns) columns and "
        + "\(sides) right-hand sides")
    if a.rows == 0 { return }
    rowCount += a.rows
    if rows != nil {
      for row in 0..<a.rows {
        rows!.append(contentsOf: UnsafeBufferPointer(start: a.base + row * a.stride, count: columns))
        rows!.append(contentsOf: UnsafeBufferPointer(start: b.base + row * b.stride, count: sides))
      }
      // With three times the rows of the triangle, the factorisation costs a third more than of all rows at once.
      if rowCount > 4 * (columns + sides) { reduceRows() }
      return
    }
    BLAS.prepare()
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, blasint(columns), blasint(a.rows), 1, a.base, blasint(a.stride), 1,
      gram.mutableView().base, blasint(columns))
    multiply(a, .yes, b, .no, into: sidesGram.mutableView(), accumulate: true)
  }

  /// Takes what later rows came to: of an accumulator for the same number of rows.
  package mutating func merge(_ other: LeastSquaresAccumulator) {
    require(
      other.columns == columns && other.sides == sides && (other.rows == nil) == (rows == nil),
      "LeastSquaresAccumulator: [\(other.columns) × \(other.sides)] merged into [\(columns) × \(sides)]")
    rowCount += other.rowCount
    if let more = other.rows {
      rows!.append(contentsOf: more)
      reduceRows()
      return
    }
    add(other.gram, to: &gram)
    add(other.sidesGram, to: &sidesGram)
  }

  /// Replaces kept rows by the triangular factor of (A B), where that has fewer.
  private mutating func reduceRows() {
    let width = columns + sides
    guard reduces, rowCount > width, let kept = rows else { return }
    // By columns, as LAPACK has it.
    var a = [Double](repeating: 0, count: rowCount * width)
    for row in 0..<rowCount { for column in 0..<width { a[column * rowCount + row] = kept[row * width + column] } }
    a.withUnsafeMutableBufferPointer { OrthogonalReduction.reduce($0.baseAddress!, rows: rowCount, columns: width) }
    var triangle = [Double](repeating: 0, count: width * width)
    for row in 0..<width { for column in row..<width { triangle[row * width + column] = a[column * rowCount + row] } }
    (rows, rowCount) = (triangle, width)
  }

  /// What the rows so far have come to, for another process: kept rows, or else AᵀA and AᵀB.
  package var sums: [Double] {
    get { rows ?? Array(gram.elements) + Array(sidesGram.elements) }
    set {
      if rows != nil {
        (rows, rowCount) = (newValue, newValue.count / max(1, columns + sides))
      } else {
        let middle = gram.elements.count
        gram = Matrix(rows: columns, columns: columns, elements: AlignedArray(newValue[..<middle]))
        sidesGram = Matrix(rows: columns, columns: sides, elements: AlignedArray(newValue[middle...]))
      }
    }
  }

  private func add(_ other: Matrix<Double>, to matrix: inout Matrix<Double>) {
    let (from, to) = (other.elements.pointer, matrix.mutableView().base)
    for place in 0..<other.elements.count { to[place] += from[place] }
    withExtendedLifetime((other, matrix)) {}
  }

  /// X: [n × r]
  /// - Throws: ``LinearAlgebraError`` if a number of A or B is not finite, or LAPACK finds no solution.
  package func solve(ridge: Double = 0) throws(LinearAlgebraError) -> Matrix<Double> {
    rows != nil ? try solveDirectly(ridge: ridge) : try solveNormalEquations(ridge: ridge)
  }

  private func solveDirectly(ridge: Double) throws(LinearAlgebraError) -> Matrix<Double> {
    let extra = ridge > 0 ? columns : 0
    var a = Matrix<Double>(rows: rowCount + extra, columns: columns)
    var b = Matrix<Double>(rows: rowCount + extra, columns: sides)
    let (toA, toB) = (a.mutableView(), b.mutableView())
    rows!.withUnsafeBufferPointer { rows in
      for row in 0..<rowCount {
        let from = rows.baseAddress! + row * (columns + sides)
        (toA.base + row * columns).update(from: from, count: columns)
        (toB.base + row * sides).update(from: from + columns, count: sides)
      }
    }
    for column in 0..<extra { toA[rowCount + column, column] = ridge.squareRoot() }
    return try solveLeastSquares(a, b).solution
  }

  private func solveNormalEquations(ridge: Double) throws(LinearAlgebraError) -> Matrix<Double> {
    for matrix in [gram, sidesGram] {
      let index = Double.Kernels.firstNonFinite(matrix.elements.count, matrix.elements.pointer)
      if index >= 0 { throw .nonFinite(operand: "AᵀA", row: index / matrix.columns, column: index % matrix.columns) }
    }
    let n = columns
    let scale = (0..<n).map { column in
      let square = gram.view[column, column] + ridge
      return square > 0 ? 1 / square.squareRoot() : 0
    }
    var factor = gram
    var failure = 0
    let shift = Cholesky.leastShift(from: 1e-12, times: 100, upTo: 1e-3) { delta in
      factor = gram
      let f = factor.mutableView()
      for i in 0..<n {
        for j in i..<n { f[i, j] *= scale[i] * scale[j] }
        f[i, i] += (scale[i] == 0 ? 1 : ridge * scale[i] * scale[i]) + delta
      }
      // The upper triangle by rows is the lower one by columns.
      let info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 0x4C, Int32(n), f.base, Int32(n))
      failure = min(Int(info), 0)
      return info <= 0
    }
    try LinearAlgebraError.check(failure, "potrf")
    if shift == nil { throw .notConverged(routine: "potrf") }
    return refine(factor, scale, ridge)
  }

  /// X += D·(factor)⁻¹·D·(AᵀB - (AᵀA + λ)·X), a few times from 0.
  private func refine(_ factor: Matrix<Double>, _ scale: [Double], _ ridge: Double) -> Matrix<Double> {
    let n = columns
    var x = Matrix<Double>(rows: n, columns: sides)
    var residual = sidesGram
    // By columns, as LAPACK has it.
    var step = [Double](repeating: 0, count: n * sides)
    for _ in 0..<4 {
      for i in 0..<n { for j in 0..<sides { step[j * n + i] = scale[i] * residual.view[i, j] } }
      let info = LAPACKE_dpotrs(
        LAPACK_COL_MAJOR, 0x4C, Int32(n), Int32(sides), factor.elements.pointer, Int32(n), &step, Int32(n))
      require(info == 0, "potrs: \(info)")
      let to = x.mutableView()
      for i in 0..<n { for j in 0..<sides { to[i, j] += scale[i] * step[j * n + i] } }
      residual = sidesGram
      let r = residual.mutableView()
      cblas_dsymm(
        CblasRowMajor, CblasLeft, CblasUpper, blasint(n), blasint(sides), -1, gram.elements.pointer, blasint(n),
        x.elements.pointer, blasint(sides), 1, r.base, blasint(sides))
      if ridge > 0 { for index in 0..<n * sides { r.base[index] -= ridge * x.elements.pointer[index] } }
    }
    return x
  }
}
