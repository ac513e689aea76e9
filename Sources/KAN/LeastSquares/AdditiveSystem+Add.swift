extension AdditiveSystem {
  /// Adds rows; traps if shapes do not fit.
  package mutating func add(_ rows: AdditiveRows<Element>) {
    require(
      rows.x.columns == basis.inputs && rows.targets.columns == outputs && rows.x.rows == rows.targets.rows,
      "AdditiveSystem: [\(rows.x.rows) × \(rows.x.columns)] and [\(rows.targets.rows) × \(rows.targets.columns)] for "
        + "\(basis.inputs) inputs and \(outputs) targets")
    if rows.x.rows == 0 { return }
    let order = RowOrder(rows, folds: folds)
    addTotals(rows, order)
    if !isDense, let basis = basis as? any CompactBasis<Element> {
      addPairs(EvaluatedTile(of: basis, at: order.x.view, pool: pool), order)
    } else {
      addTiles(order)
    }
  }

  private mutating func addTotals(_ rows: AdditiveRows<Element>, _ order: RowOrder<Element>) {
    for fold in 0..<folds {
      for row in order.starts[fold]..<order.starts[fold + 1] {
        let weight = order.weights[row]
        if weight > 0 { counts[fold] += 1 }
        totals[fold * (outputs + 1) + outputs] += weight
        for output in 0..<outputs {
          let target = order.targets[row, output]
          totals[fold * (outputs + 1) + output] += weight * target
          squares[fold * outputs + output] += weight * target * target
        }
      }
    }
  }

  /// Whole rows of √ω·Φ, fold by fold.
  private mutating func addTiles(_ order: RowOrder<Element>) {
    let (p, sideCount, size) = (functions, outputs + 1, gramSize)
    var values = Matrix<Element>(rows: order.x.rows, columns: p)
    if basis.isIdentity {
      values = order.x
    } else {
      let view = values.mutableView()
      withExtendedLifetime(order) { basis.writeValues(of: order.x.view, first: 0, to: view) }
    }
    var tile = Matrix<Double>(rows: order.x.rows, columns: p)
    var weighted = Matrix<Double>(rows: order.x.rows, columns: sideCount)
    scaleRows(values, by: order.weights, to: tile.mutableView())
    let to = weighted.mutableView()
    for row in 0..<to.rows {
      let root = order.weights[row].squareRoot()
      for output in 0..<outputs { to[row, output] = root * order.targets[row, output] }
      to[row, outputs] = root
    }
    let (square, sums) = (gram.mutablePointer(), sides.mutablePointer())
    for fold in 0..<folds {
      let (first, count) = (order.starts[fold], order.starts[fold + 1] - order.starts[fold])
      if count == 0 { continue }
      let own = tile.view.slice(row: first, rows: count, columns: p)
      SquareLoop(a: own, to: MutableMatrixView(base: square + fold * size, rows: p, columns: p, stride: p)).run(
        on: pool)
      multiply(
        own, .yes, weighted.view.slice(row: first, rows: count, columns: sideCount), .no,
        into: MutableMatrixView(base: sums + fold * p * sideCount, rows: p, columns: sideCount, stride: sideCount),
        accumulate: true)
    }
    withExtendedLifetime((tile, weighted)) {}
  }

  /// The non-zero functions of each pair of inputs; an iteration owns the rows of one input.
  private mutating func addPairs(_ tile: EvaluatedTile<Element>, _ order: RowOrder<Element>) {
    let loop = PairLoop(
      tile: tile, order: order, functions: basis.functions, outputs: outputs, folds: folds, gramSize: gramSize,
      total: functions, gram: gram.mutablePointer(), sides: sides.mutablePointer())
    let n = basis.inputs * tile.nonZero
    pool.run(basis.inputs, work: order.x.rows * n * (n / 2 + outputs), loop)
  }
}

/// Rows sorted by fold, with weights and targets in double precision.
struct RowOrder<Element: Scalar> {
  let x: Matrix<Element>
  let targets: Matrix<Double>
  let weights: [Double]
  /// The first row of each fold, and the end: [folds + 1]
  let starts: [Int]

  init(_ rows: AdditiveRows<Element>, folds: Int) {
    var counts = [Int](repeating: 0, count: folds + 1)
    for row in 0..<rows.x.rows {
      let fold = rows.folds.map { Int($0[row]) } ?? 0
      require(fold < folds, "AdditiveSystem: fold \(fold) of \(folds)")
      counts[fold + 1] += 1
    }
    for fold in 0..<folds { counts[fold + 1] += counts[fold] }
    starts = counts
    var next = counts
    var (x, targets) = (
      Matrix<Element>(rows: rows.x.rows, columns: rows.x.columns),
      Matrix<Double>(rows: rows.x.rows, columns: rows.targets.columns)
    )
    var weights = [Double](repeating: 1, count: rows.x.rows)
    let (toX, toTargets) = (x.mutableView(), targets.mutableView())
    for row in 0..<rows.x.rows {
      let fold = rows.folds.map { Int($0[row]) } ?? 0
      let place = next[fold]
      next[fold] += 1
      (toX.base + place * toX.stride).update(from: rows.x.base + row * rows.x.stride, count: x.columns)
      (toTargets.base + place * toTargets.stride).update(
        from: rows.targets.base + row * rows.targets.stride, count: targets.columns)
      if let given = rows.weights { weights[place] = Double(given[row]) }
    }
    (self.x, self.targets, self.weights) = (x, targets, weights)
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func scaleRows<Element: Scalar>(
  _ values: Matrix<Element>, by weights: [Double], to: MutableMatrixView<Double>
) {
  let from = values.view
  for row in 0..<to.rows {
    let root = weights[row].squareRoot()
    for column in 0..<to.columns { to[row, column] = root * Double(from[row, column]) }
  }
  withExtendedLifetime(values) {}
}

/// C += AᵀA in blocks of rows of the lower triangle, longest first.
struct SquareLoop: ParallelLoop {
  let a: MatrixView<Double>
  let to: MutableMatrixView<Double>
  private static var block: Int { 256 }

  func iterate(_ index: Int, worker: Int) {
    let blocks = (to.rows + Self.block - 1) / Self.block
    let start = (blocks - 1 - index) * Self.block
    let count = min(Self.block, to.rows - start)
    let own = a.slice(rows: a.rows, column: start, columns: count)
    if start > 0 {
      multiply(
        own, .yes, a.slice(rows: a.rows, columns: start), .no, into: to.slice(row: start, rows: count, columns: start),
        accumulate: true)
    }
    addSquare(of: own, to: to.slice(row: start, rows: count, column: start, columns: count))
  }

  func run(on pool: ThreadPool) {
    pool.run((to.rows + Self.block - 1) / Self.block, work: a.rows * to.rows * to.rows / 2, self)
  }
}
