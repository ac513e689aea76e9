/// The rows of an additive classification, evaluated once: a step needs all of them.
package struct ClassRows: Sendable {
  /// K and p.
  let functions, total: Int
  let classes: Int
  fileprivate var tiles: [Tile] = []

  fileprivate struct Tile: Sendable {
    let inputs, rows, nonZero, fixed: Int
    let cells: [Int32]
    let values: AlignedArray<Double>
    let labels: [Int32]
    let weights: [Double]
    let folds: [UInt8]
  }

  init(functions: Int, total: Int, classes: Int) {
    (self.functions, self.total, self.classes) = (functions, total, classes)
  }

  mutating func add<Element: Scalar>(
    _ tile: EvaluatedTile<Element>, labels: [Int32], weights: [Double], folds: [UInt8]
  ) {
    tiles.append(
      Tile(
        inputs: tile.inputs, rows: tile.rows, nonZero: tile.nonZero, fixed: tile.fixed, cells: tile.cells,
        values: tile.values, labels: labels, weights: weights, folds: folds))
  }

  /// What a step needs of the rows.
  struct Gradient {
    /// Φᵀω·(Y - Q): [p × classes], Σ ω·(Y - Q): [classes]
    var sums, totals: [Double]
    /// Σ ω and Σ ω·q(1 - q).
    var weight = 0.0
    var spread = 0.0
  }

  /// The gradient of the log likelihood at W and b, without the rows of a fold. Tiles run in parallel and are summed in
  /// their order.
  func gradient(
    _ coefficients: [(function: Int, row: [Double])], _ bias: [Double], without fold: Int?, _ pool: ThreadPool
  ) -> Gradient {
    var weights = [Double](repeating: 0, count: total * classes)
    for (function, row) in coefficients {
      for output in 0..<classes { weights[function * classes + output] = row[output] }
    }
    let empty = Gradient(
      sums: [Double](repeating: 0, count: total * classes), totals: [Double](repeating: 0, count: classes))
    let parts = UnsafeMutablePointer<Gradient>.allocate(capacity: tiles.count)
    parts.initialize(repeating: empty, count: tiles.count)
    defer {
      parts.deinitialize(count: tiles.count)
      parts.deallocate()
    }
    pool.run(tiles.count, GradientLoop(rows: self, weights: weights, bias: bias, left: fold, parts: parts))
    var result = empty
    for place in tiles.indices {
      let part = parts[place]
      for index in result.sums.indices { result.sums[index] += part.sums[index] }
      for output in 0..<classes { result.totals[output] += part.totals[output] }
      result.weight += part.weight
      result.spread += part.spread
    }
    return result
  }
}

private struct GradientLoop: ParallelLoop {
  let rows: ClassRows
  let weights, bias: [Double]
  let left: Int?
  let parts: UnsafeMutablePointer<ClassRows.Gradient>

  func iterate(_ index: Int, worker: Int) {
    let tile = rows.tiles[index]
    let classes = rows.classes
    var residuals = [Double](repeating: 0, count: tile.rows * classes)
    residuals.withUnsafeMutableBufferPointer { residuals in
      for row in 0..<tile.rows { for output in 0..<classes { residuals[row * classes + output] = bias[output] } }
      weights.withUnsafeBufferPointer { weights in
        forEachFunction(of: tile) { row, function, value in
          let (to, from) = (residuals.baseAddress! + row * classes, weights.baseAddress! + function * classes)
          for output in 0..<classes { to[output] += value * from[output] }
        }
      }
      for row in 0..<tile.rows { subtractProbabilities(residuals.baseAddress! + row * classes, tile, row, index) }
      parts[index].sums.withUnsafeMutableBufferPointer { sums in
        forEachFunction(of: tile) { row, function, value in
          let (from, to) = (residuals.baseAddress! + row * classes, sums.baseAddress! + function * classes)
          for output in 0..<classes { to[output] += value * from[output] }
        }
      }
    }
  }

  /// Logits become ω·(Y - Q).
  private func subtractProbabilities(
    _ logits: UnsafeMutablePointer<Double>, _ tile: ClassRows.Tile, _ row: Int, _ index: Int
  ) {
    let classes = rows.classes
    let weight = left == Int(tile.folds[row]) ? 0 : tile.weights[row]
    var largest = -Double.infinity
    for output in 0..<classes { largest = max(largest, logits[output]) }
    var sum = 0.0
    for output in 0..<classes {
      logits[output] = Elementary.exp(logits[output] - largest)
      sum += logits[output]
    }
    for output in 0..<classes {
      let q = logits[output] / sum
      parts[index].spread += weight * q * (1 - q)
      logits[output] = weight * ((Int(tile.labels[row]) == output ? 1 : 0) - q)
      parts[index].totals[output] += logits[output]
    }
    parts[index].weight += weight
  }

  @inline(__always)
  private func forEachFunction(of tile: ClassRows.Tile, _ body: (Int, Int, Double) -> Void) {
    let (n, local) = (tile.nonZero, tile.nonZero - tile.fixed)
    let values = tile.values.pointer
    tile.cells.withUnsafeBufferPointer { cells in
      for input in 0..<tile.inputs {
        for row in 0..<tile.rows {
          let place = input * tile.rows + row
          let cell = Int(cells[place])
          for r in 0..<n {
            body(row, input * rows.functions + (r < local ? cell + r : rows.functions - 1), values[place * n + r])
          }
        }
      }
    }
  }
}

extension Network {
  /// The additive classification that the last layer solves, of a compact basis and in memory of about 40 bytes for each
  /// row and input. The network must have its scaling.
  ///
  /// - Parameters:
  ///   - data: rows with classes.
  ///   - foldOfRow: the fold of each row, below `folds`; all in one if nil.
  package func additiveClassification(
    on data: TrainingRows<Element>, folds: Int = 1, foldOfRow: [UInt8]? = nil, pool: ThreadPool = .shared
  ) throws(RowSourceError) -> AdditiveClassification<Element> {
    let (layer, last) = (layers[layers.count - 1], layers.count - 1)
    guard let basis = layer.compactBasis else {
      throw RowSourceError("\(type(of: layer.basis).kind): additive classes need a compact basis")
    }
    let classes = data.targetShape.outputs
    var system = AdditiveSystem(layer.basis, outputs: classes, folds: folds, pool: pool)
    var rows = ClassRows(functions: basis.functions, total: basis.inputs * basis.functions, classes: classes)
    try forEachChunk(of: data, reading: [.targets, .weights], layers: last, pool: pool) { chunk in
      let x = chunk.input(last)
      let labels = (0..<x.rows).map { chunk.classes![$0] }
      let own = foldOfRow.map { Array($0[chunk.range]) } ?? [UInt8](repeating: 0, count: x.rows)
      var indicators = Matrix<Double>(rows: x.rows, columns: classes)
      for (row, label) in labels.enumerated() { indicators[row, Int(label)] = 1 }
      own.withUnsafeBufferPointer {
        system.add(
          AdditiveRows(x: x, targets: indicators.view, weights: chunk.weights, folds: $0.baseAddress))
      }
      rows.add(
        EvaluatedTile(of: basis, at: x, pool: pool), labels: labels,
        weights: (0..<x.rows).map { row in chunk.weights.map { Double($0[row]) } ?? 1 }, folds: own)
    }
    return AdditiveClassification(system: system, rows: rows)
  }
}
