/// Residuals R = T - Φ·W - b of rows, and what a correction of W needs of them: Φᵀω·R and Σ ω·R, in double precision.
struct ResidualSums<Element: Scalar>: Reduction {
  private let basis: any Basis<Element>
  private let weights: Matrix<Double>
  private let bias: [Double]
  private let targets: LayerTargets<Element>
  private let pool: ThreadPool
  /// Φᵀω·R: [p × out], Σ ω·R: [out], Σ ω·R²: [out]
  private(set) var gradient: Matrix<Double>
  private(set) var totals, squares: [Double]

  init(
    _ basis: any Basis<Element>, _ weights: Matrix<Double>, _ bias: [Double], _ targets: LayerTargets<Element>,
    pool: ThreadPool
  ) {
    (self.basis, self.weights, self.bias, self.targets, self.pool) = (basis, weights, bias, targets, pool)
    gradient = Matrix(rows: weights.rows, columns: weights.columns)
    totals = [Double](repeating: 0, count: bias.count)
    squares = totals
  }

  mutating func add(_ chunk: NetworkChunk<Element>) {
    let x = chunk.input(targets.layer)
    var residuals = targets.scaled(chunk)
    let r = residuals.mutableView()
    let weight = { (row: Int) in chunk.weights.map { Double($0[row]) } ?? 1 }
    for row in 0..<r.rows { for output in 0..<r.columns { r[row, output] -= bias[output] } }
    if let basis = basis as? any CompactBasis<Element> {
      let tile = EvaluatedTile(of: basis, at: x, pool: pool)
      forEachFunction(of: tile) { row, function, value in
        for output in 0..<r.columns { r[row, output] -= value * weights.view[function, output] }
      }
      addSquares(r, weight)
      let to = gradient.mutableView()
      forEachFunction(of: tile) { row, function, value in
        for output in 0..<r.columns { to[function, output] += value * r[row, output] }
      }
    } else {
      let values = Matrix<Double>(layerValues: x, of: basis)
      let fitted = values.multiplied(by: weights)
      for row in 0..<r.rows { for output in 0..<r.columns { r[row, output] -= fitted.view[row, output] } }
      addSquares(r, weight)
      multiply(values.view, .yes, r.readOnly, .no, into: gradient.mutableView(), accumulate: true)
      withExtendedLifetime((values, fitted)) {}
    }
    withExtendedLifetime((residuals, weights)) {}
  }

  /// Adds Σ ω·R² and Σ ω·R; residuals become ω·R.
  private mutating func addSquares(_ r: MutableMatrixView<Double>, _ weight: (Int) -> Double) {
    for row in 0..<r.rows {
      let own = weight(row)
      for output in 0..<r.columns {
        squares[output] += own * r[row, output] * r[row, output]
        r[row, output] *= own
        totals[output] += r[row, output]
      }
    }
  }

  private func forEachFunction(of tile: EvaluatedTile<Element>, _ body: (Int, Int, Double) -> Void) {
    let (n, local) = (tile.nonZero, tile.nonZero - tile.fixed)
    for input in 0..<tile.inputs {
      for row in 0..<tile.rows {
        let cell = Int(tile.cells[input * tile.rows + row])
        for place in 0..<n {
          let function = input * basis.functions + (place < local ? cell + place : basis.functions - 1)
          body(row, function, tile.values.pointer[(input * tile.rows + row) * n + place])
        }
      }
    }
  }

  mutating func merge(_ other: ResidualSums) {
    for place in gradient.elements.indices { gradient.elements[place] += other.gradient.elements[place] }
    for output in totals.indices {
      totals[output] += other.totals[output]
      squares[output] += other.squares[output]
    }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&gradient.elements)
    coder.code(&totals)
    coder.code(&squares)
  }
}

/// The targets of a layer's least-squares problem, scaled as in a training.
struct LayerTargets<Element: Scalar> {
  let layer: Int
  let scaling: Scaling<Element>

  /// T: [rows × out], (target - shift)·factor in double precision.
  func scaled(_ chunk: NetworkChunk<Element>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: chunk.values.rows, columns: chunk.values.columns)
    scale(chunk.values, scaling, to: result.mutableView())
    return result
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func scale<Element: Scalar>(
  _ targets: MatrixView<Element>, _ scaling: Scaling<Element>, to: MutableMatrixView<Double>
) {
  let (shift, factor) = (scaling.shift.pointer, scaling.factor.pointer)
  for row in 0..<targets.rows {
    for column in 0..<targets.columns {
      to[row, column] = (Double(targets[row, column]) - Double(shift[column])) * Double(factor[column])
    }
  }
}

extension Matrix<Double> {
  /// Φ of what a layer sees, in double precision: [rows × in·K]
  init<Scalar>(layerValues x: MatrixView<Scalar>, of basis: any Basis<Scalar>) {
    var values = Matrix<Scalar>(rows: x.rows, columns: basis.inputs * basis.functions)
    let to = values.mutableView()
    if basis.isIdentity {
      for row in 0..<x.rows { (to.base + row * to.stride).update(from: x.base + row * x.stride, count: x.columns) }
    } else {
      basis.writeValues(of: x, first: 0, to: to)
    }
    self.init(rows: values.rows, columns: values.columns, elements: AlignedArray(values.elements.map { Double($0) }))
  }
}
