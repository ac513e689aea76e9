/// The sums Σ f and Σ f·fᵀ of the functions of each input of a layer over rows, from which the spread of every curve
/// follows without evaluating it:
///
///     mean φ = wᵀm     mean φ² = wᵀMw     σ² = mean φ² - (mean φ)²        w: the K coefficients of an edge
///
/// Functions of a compact basis overlap with their neighbours alone, so M has a band, and a line for the fixed one.
struct FunctionMoments<Element: Scalar>: Sendable {
  private let basis: any Basis<Element>
  /// K, and f of them fixed.
  private let functions, fixed: Int
  /// Products of a function with itself and those after it.
  private let band: Int
  private(set) var rows = 0
  /// For each input: Σ fₖ: [K], Σ fₖ·fₖ₊ₔ: [K × band], Σ fₖ·f of the fixed one: [K].
  private var sums: AlignedArray<Double>
  /// Of what the layer sees.
  private(set) var inputs: ColumnStatistics<Element>

  /// Numbers of one input.
  private var size: Int { functions * (1 + band + fixed) }

  init(_ basis: any Basis<Element>) {
    let compact = basis as? any CompactBasis<Element>
    self.basis = basis
    functions = basis.functions
    fixed = compact?.fixedFunctions ?? 0
    band = compact?.localFunctions ?? functions
    sums = AlignedArray(zeros: basis.inputs * functions * (1 + band + fixed))
    inputs = ColumnStatistics(columns: basis.inputs)
  }

  /// Adds rows of what the layer sees: [rows × in]
  mutating func add(_ x: MatrixView<Element>, pool: ThreadPool) {
    rows += x.rows
    inputs.add(x, weights: nil)
    let loop = MomentLoop(
      basis: basis, x: x, functions: functions, fixed: fixed, band: band, size: size, sums: sums.mutablePointer())
    pool.run(basis.inputs, work: x.rows * basis.inputs * (band + fixed) * (band + fixed + 4), loop)
  }

  mutating func merge(_ other: FunctionMoments) {
    rows += other.rows
    inputs.merge(other.inputs)
    let (to, from) = (sums.mutablePointer(), other.sums.pointer)
    withExtendedLifetime(other) { for place in 0..<sums.count { to[place] += from[place] } }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&rows)
    inputs.code(&coder)
    coder.code(&sums)
  }

  /// Below this part of a curve's root mean square, a spread is rounding: of single precision in the functions, or of
  /// the difference of sums of squares.
  private static var leastSpread: Double { 5e-7 }

  /// σ of every curve: [in × sums], of W: [in·K × sums]
  func spreads(of weights: Matrix<Element>) -> Matrix<Double> {
    let columns = weights.columns
    var result = Matrix<Double>(rows: basis.inputs, columns: columns)
    if rows == 0 { return result }
    let to = result.mutableView()
    var means = [Double](repeating: 0, count: columns)
    for input in 0..<basis.inputs where inputs.lowest[input] < inputs.highest[input] {
      let own = sums.pointer + input * size
      let w = weights.view.slice(row: input * functions, rows: functions, columns: columns)
      let line = to.slice(row: input, rows: 1, columns: columns)
      for k in 0..<columns { means[k] = 0 }
      means.withUnsafeMutableBufferPointer { means in
        addSquares(w, own, band: band, fixed: fixed, means.baseAddress!, to: line.base)
      }
      for column in 0..<columns {
        let (mean, square) = (means[column] / Double(rows), line[0, column] / Double(rows))
        let variance = square - mean * mean
        line[0, column] = variance > Self.leastSpread * Self.leastSpread * square ? variance.squareRoot() : 0
      }
    }
    withExtendedLifetime((sums, weights)) {}
    return result
  }

  /// The mean of each of the K functions of an input.
  func means(ofInput input: Int) -> [Double] {
    (0..<functions).map { rows == 0 ? 0 : sums[input * size + $0] / Double(rows) }
  }
}

/// Σ f: [K] and Σ f·fᵀ of one input in each iteration.
private struct MomentLoop<Element: Scalar>: ParallelLoop {
  let basis: any Basis<Element>
  let x: MatrixView<Element>
  let functions, fixed, band, size: Int
  let sums: UnsafeMutablePointer<Double>

  func iterate(_ input: Int, worker: Int) {
    let to = sums + input * size
    let column = x.slice(rows: x.rows, column: input, columns: 1)
    let count = band + fixed
    var values = AlignedArray<Element>(zeros: x.rows * count)
    let memory = values.mutablePointer()
    if basis.isIdentity {
      addDense(column, functions: 1, to: to)
    } else if let compact = basis as? any CompactBasis<Element> {
      var cells = [Int32](repeating: 0, count: x.rows)
      cells.withUnsafeMutableBufferPointer { cells in
        compact.evaluate(
          input: input, count: x.rows, column.base, stride: x.stride, cells: cells.baseAddress!, values: memory)
        addCompact(
          memory, UnsafePointer(cells.baseAddress!), rows: x.rows, functions: functions, band: band, fixed: fixed,
          to: to)
      }
    } else {
      let tile = MutableMatrixView(base: memory, rows: x.rows, columns: functions, stride: functions)
      basis.writeValues(of: column, first: input, to: tile)
      addDense(tile.readOnly, functions: functions, to: to)
    }
    withExtendedLifetime(values) {}
  }
}

/// Values [rows × K] of all functions.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func addDense<Element: Scalar>(
  _ values: MatrixView<Element>, functions: Int, to sums: UnsafeMutablePointer<Double>
) {
  for row in 0..<values.rows {
    let f = values.base + row * values.stride
    for k in 0..<functions {
      let value = Double(f[k])
      sums[k] += value
      let line = sums + functions * (1 + k)
      for d in 0..<functions - k { line[d] += value * Double(f[k + d]) }
    }
  }
}

/// Values [n × rows] of the functions from each row's cell on, and of the fixed one.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func addCompact<Element: Scalar>(
  _ values: UnsafePointer<Element>, _ cells: UnsafePointer<Int32>, rows: Int, functions: Int, band: Int, fixed: Int,
  to sums: UnsafeMutablePointer<Double>
) {
  let cross = sums + functions * (1 + band)
  for row in 0..<rows {
    let cell = Int(cells[row])
    let own = fixed > 0 ? Double(values[band * rows + row]) : 0
    for r in 0..<band {
      let value = Double(values[r * rows + row])
      sums[cell + r] += value
      let line = sums + functions + (cell + r) * band
      for d in 0..<band - r { line[d] += value * Double(values[(r + d) * rows + row]) }
      if fixed > 0 { cross[cell + r] += value * own }
    }
    if fixed > 0 {
      sums[functions - 1] += own
      cross[functions - 1] += own * own
    }
  }
}

/// Σ φ and Σ φ² of the curves of one input from its sums; W of the input: [K × sums].
@specialized(where Element == Float)
@specialized(where Element == Double)
private func addSquares<Element: Scalar>(
  _ w: MatrixView<Element>, _ sums: UnsafePointer<Double>, band: Int, fixed: Int, _ means: UnsafeMutablePointer<Double>,
  to squares: UnsafeMutablePointer<Double>
) {
  let functions = w.rows
  func add(_ k: Int, _ l: Int, _ product: Double) {
    if product == 0 { return }
    let factor = k == l ? product : 2 * product
    for column in 0..<w.columns { squares[column] += factor * Double(w[k, column]) * Double(w[l, column]) }
  }
  for k in 0..<functions {
    for column in 0..<w.columns { means[column] += sums[k] * Double(w[k, column]) }
    for d in 0..<min(band, functions - fixed - k) { add(k, k + d, sums[functions + k * band + d]) }
    if fixed > 0 { add(k, functions - 1, sums[functions * (1 + band) + k]) }
  }
}
