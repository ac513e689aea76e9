// Passes over the rows, tile by tile on all threads. What they come to is summed up over the tree of shards.

extension LeastSquaresProblem {
  /// The sum over all rows, over the tree of shards, of what a row's outputs come to; NaN if interrupted.
  func sum(_ value: @escaping (_ row: Int, _ y: UnsafeBufferPointer<Double>) -> Double) -> Double {
    // Tiles do not reach across shards.
    let tiles = shards.own.map { shard in
      let range = ownRange(shard)
      return stride(from: range.lowerBound, to: range.upperBound, by: JacobianTile.rows).map {
        $0..<min($0 + JacobianTile.rows, range.upperBound)
      }
    }
    let all = Array(tiles.joined())
    var sums = [Double](repeating: 0, count: all.count)
    // Interruptible every 64 tiles for each thread, some milliseconds at most.
    let group = 64 * pool.threads
    for first in stride(from: 0, to: all.count, by: group) {
      if !mayContinue() { return .nan }
      sums.withUnsafeMutableBufferPointer { sums in
        let count = min(group, all.count - first)
        let loop = SumLoop(problem: self, tiles: all, first: first, sums: sums.baseAddress!, value: value)
        pool.run(count, work: count * JacobianTile.rows * work, loop)
      }
    }
    // Shards are taken in their order.
    var (shard, next) = (0, 0)
    return shards.sum { _ in
      var sum = 0.0
      for _ in tiles[shard] {
        sum += sums[next]
        next += 1
      }
      shard += 1
      return sum
    }
  }

  private struct SumLoop: ParallelLoop {
    let problem: LeastSquaresProblem
    let tiles: [Range<Int>]
    let first: Int
    let sums: UnsafeMutablePointer<Double>
    let value: (Int, UnsafeBufferPointer<Double>) -> Double

    func iterate(_ index: Int, worker: Int) {
      let start = tiles[first + index].lowerBound
      let y = problem.outputs(from: start, to: tiles[first + index].upperBound, worker)
      var sum = 0.0
      for row in 0..<y.rows {
        sum += value(start + row, UnsafeBufferPointer(start: y.base + row * y.stride, count: y.columns))
      }
      sums[first + index] = sum
    }
  }

  /// Approximate multiply-adds of a row's forward pass.
  private var work: Int { network.layers.reduce(0) { $0 + $1.work(rows: 1) } }

  func mayContinue() -> Bool {
    if !isInterrupted && !continues() { isInterrupted = true }
    return !isInterrupted
  }

  /// Y of a tile that begins at `start` and ends at `end` at the latest.
  private func outputs(from start: Int, to end: Int, _ worker: Int) -> MatrixView<Double> {
    let rows = min(JacobianTile.rows, end - start)
    return tiles[worker].forward(network, inputs.view.slice(row: start, rows: rows, columns: inputs.columns))
  }

  /// Calls `body` with rows of J and residuals, row by row and output by output, chunk by chunk of the shards.
  ///
  /// - Parameter body: given how many rows of J there are, and how many have come before.
  func forEachChunk(_ body: (_ jacobian: JacobianRows, _ rows: Int, _ first: Int) -> Void) {
    for shard in shards.own { forEachChunk(of: ownRange(shard), body) }
  }

  func forEachChunk(of range: Range<Int>, _ body: (JacobianRows, Int, Int) -> Void) {
    let jacobian = jacobian ?? makeJacobian()
    self.jacobian = jacobian
    let outputs = network.outputs
    for start in stride(from: range.lowerBound, to: range.upperBound, by: jacobian.capacity / outputs) {
      if !mayContinue() { return }
      let end = min(start + jacobian.capacity / outputs, range.upperBound)
      rowFactors.withUnsafeMutableBufferPointer { factors in
        let loop = JacobianLoop(problem: self, jacobian: jacobian, range: start..<end, factors: factors.baseAddress!)
        pool.run(loop.count, work: (end - start) * outputs * 3 * work, loop)
      }
      body(jacobian, (end - start) * outputs, start * outputs)
    }
  }

  private func makeJacobian() -> JacobianRows {
    let plan = JacobianPlan(network)
    let capacity = max(network.outputs, plan.chunk(rows: residuals))
    rowFactors = [Double](repeating: 1, count: capacity)
    return JacobianRows(plan, capacity: capacity)
  }

  private struct JacobianLoop: ParallelLoop {
    let problem: LeastSquaresProblem
    let jacobian: JacobianRows
    let range: Range<Int>
    let factors: UnsafeMutablePointer<Double>

    var count: Int { (range.count + JacobianTile.rows - 1) / JacobianTile.rows }

    func iterate(_ index: Int, worker: Int) {
      let start = range.lowerBound + index * JacobianTile.rows
      let y = problem.outputs(from: start, to: range.upperBound, worker)
      let first = (start - range.lowerBound) * y.columns
      problem.writeResiduals(y, from: start, to: jacobian.residuals + first, factors + first)
      problem.tiles[worker].write(
        problem.network, rows: y.rows, to: jacobian, first: first,
        factors: problem.isLeastSquares && problem.factors == nil ? nil : UnsafePointer(factors + first))
    }
  }

  /// Residuals of some rows, and the factors of their rows of J: [rows × out] each.
  private func writeResiduals(
    _ y: MatrixView<Double>, from start: Int, to residuals: UnsafeMutablePointer<Double>,
    _ rowFactors: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<y.rows {
      for output in 0..<y.columns {
        let place = row * y.columns + output
        if isLeastSquares {
          rowFactors[place] = factors.map { $0.pointer[start + row] } ?? 1
          residuals[place] = rowFactors[place] * (targets.view[start + row, output] - y[row, output])
        } else {
          (residuals[place], rowFactors[place]) = reweighted(objective, start + row, output, y[row, output])
        }
      }
    }
  }

  func reweighted(
    _ objective: some PointwiseObjective, _ row: Int, _ output: Int, _ y: Double
  ) -> (residual: Double, factor: Double) {
    let point = objective.point(output: y, target: targets.view[row, output])
    // A floor, so that a loss flat to rounding still contributes its slope.
    let root = max(point.curvature / 2, tuning.leastCurvature).squareRoot()
    let factor = factors.map { $0.pointer[row] } ?? 1
    return (-factor * point.slope / (2 * root), factor * root)
  }
}
