/// Rows of all inputs of a compact basis, evaluated: per input, the n values of a row stand together in double
/// precision.
struct EvaluatedTile<Element: Scalar> {
  let inputs, rows: Int
  /// n, and f of them fixed.
  let nonZero, fixed: Int
  /// [in × rows]
  private(set) var cells: [Int32]
  /// [in × rows × n]
  private(set) var values: AlignedArray<Double>

  init(of basis: any CompactBasis<Element>, at x: MatrixView<Element>, pool: ThreadPool) {
    (inputs, rows) = (basis.inputs, x.rows)
    (nonZero, fixed) = (basis.nonZeroFunctions, basis.fixedFunctions)
    cells = [Int32](repeating: 0, count: inputs * rows)
    values = AlignedArray(zeros: inputs * rows * nonZero)
    let to = values.mutablePointer()
    cells.withUnsafeMutableBufferPointer { cells in
      let loop = EvaluationLoop(basis: basis, x: x, cells: cells.baseAddress!, values: to)
      pool.run(inputs, work: inputs * rows * nonZero * 4, loop)
    }
  }
}

private struct EvaluationLoop<Element: Scalar>: ParallelLoop {
  let basis: any CompactBasis<Element>
  let x: MatrixView<Element>
  let cells: UnsafeMutablePointer<Int32>
  let values: UnsafeMutablePointer<Double>

  func iterate(_ input: Int, worker: Int) {
    let (rows, n) = (x.rows, basis.nonZeroFunctions)
    var own = AlignedArray<Element>(zeros: rows * n)
    let memory = own.mutablePointer()
    basis.evaluate(
      input: input, count: rows, x.base + input, stride: x.stride, cells: cells + input * rows, values: memory)
    transpose(memory, rows, n, values + input * rows * n)
    withExtendedLifetime(own) {}
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func transpose<Element: Scalar>(
  _ from: UnsafePointer<Element>, _ rows: Int, _ n: Int, _ to: UnsafeMutablePointer<Double>
) {
  for r in 0..<n { for row in 0..<rows { to[row * n + r] = Double(from[r * rows + row]) } }
}

/// Adds ω·φφᵀ and ω·φ·(t, 1) of the rows of a tile: an iteration does all columns of one input's rows of the triangle,
/// the longest first.
struct PairLoop<Element: Scalar>: ParallelLoop {
  let tile: EvaluatedTile<Element>
  let order: RowOrder<Element>
  /// K
  let functions: Int
  let outputs, folds, gramSize: Int
  /// p
  let total: Int
  let gram, sides: UnsafeMutablePointer<Double>

  func iterate(_ index: Int, worker: Int) {
    let input = tile.inputs - 1 - index
    let (rows, n) = (tile.rows, tile.nonZero)
    let own = UnsafeMutablePointer<Double>.allocate(capacity: rows * n)
    defer { own.deallocate() }
    tile.cells.withUnsafeBufferPointer { cells in
      let values = tile.values.pointer
      for row in 0..<rows {
        for r in 0..<n { own[row * n + r] = order.weights[row] * values[(input * rows + row) * n + r] }
      }
      for fold in 0..<folds {
        let range = order.starts[fold]..<order.starts[fold + 1]
        if range.isEmpty { continue }
        let triangle = gram + fold * gramSize
        for other in 0...input {
          let pair = PairSum(
            n: n, local: n - tile.fixed, functions: functions, row: input * functions, column: other * functions,
            isDiagonal: other == input)
          pair.add(
            range, cells.baseAddress! + input * rows, own, cells.baseAddress! + other * rows,
            values + other * rows * n, to: triangle)
        }
        addSides(range, cells.baseAddress! + input * rows, own, to: sides + fold * total * (outputs + 1), input)
      }
    }
  }

  private func addSides(
    _ range: Range<Int>, _ cells: UnsafePointer<Int32>, _ own: UnsafePointer<Double>,
    to sums: UnsafeMutablePointer<Double>, _ input: Int
  ) {
    let (n, local, count) = (tile.nonZero, tile.nonZero - tile.fixed, outputs + 1)
    let targets = order.targets.elements.pointer
    for row in range {
      for r in 0..<n {
        let function = input * functions + (r < local ? Int(cells[row]) + r : functions - 1)
        let (value, to) = (own[row * n + r], sums + function * count)
        for output in 0..<outputs { to[output] += value * targets[row * outputs + output] }
        to[outputs] += value
      }
    }
  }
}

/// One block of the packed lower triangle, of a pair of inputs.
private struct PairSum {
  let n, local, functions: Int
  /// Where the block begins.
  let row, column: Int
  let isDiagonal: Bool

  /// a: weighted values of the block's rows, b: values of its columns.
  func add(
    _ range: Range<Int>, _ cellsA: UnsafePointer<Int32>, _ a: UnsafePointer<Double>, _ cellsB: UnsafePointer<Int32>,
    _ b: UnsafePointer<Double>, to triangle: UnsafeMutablePointer<Double>
  ) {
    if local == 4 && !isDiagonal { return addFours(range, cellsA, a, cellsB, b, to: triangle) }
    for point in range {
      let (cellA, cellB) = (Int(cellsA[point]), Int(cellsB[point]))
      for r in 0..<n {
        let line = row + (r < local ? cellA + r : functions - 1)
        let to = triangle + line * (line + 1) / 2 + column
        let value = a[point * n + r]
        // Of a block on the diagonal, the lower part alone.
        for s in 0..<(isDiagonal ? min(r + 1, local) : local) { to[cellB + s] += value * b[point * n + s] }
        if n > local && (!isDiagonal || r == local) { to[functions - 1] += value * b[point * n + local] }
      }
    }
  }

  /// The same for cubic splines, whose four functions fill a vector. A fixed function is often 0.
  private func addFours(
    _ range: Range<Int>, _ cellsA: UnsafePointer<Int32>, _ a: UnsafePointer<Double>, _ cellsB: UnsafePointer<Int32>,
    _ b: UnsafePointer<Double>, to triangle: UnsafeMutablePointer<Double>
  ) {
    let last = row + functions - 1
    for point in range {
      let (first, cellB) = (row + Int(cellsA[point]), Int(cellsB[point]))
      let (own, other) = (a + point * n, b + point * n)
      let values = UnsafeRawPointer(other).loadUnaligned(as: SIMD4<Double>.self)
      let fixed = n > 4 ? other[4] : 0
      var line = triangle + first * (first + 1) / 2 + column
      for r in 0..<4 {
        let to = UnsafeMutableRawPointer(line + cellB)
        to.storeBytes(of: to.loadUnaligned(as: SIMD4<Double>.self) + own[r] * values, as: SIMD4<Double>.self)
        if fixed != 0 { line[functions - 1] += own[r] * fixed }
        // The next row of the triangle is one longer.
        line += first + r + 1
      }
      if n == 4 || own[4] == 0 { continue }
      line = triangle + last * (last + 1) / 2 + column
      for s in 0..<4 { line[cellB + s] += own[4] * other[s] }
      line[functions - 1] += own[4] * fixed
    }
  }
}
