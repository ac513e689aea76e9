/// The loss of a batch and its gradient, tile by tile. The sums of tiles are added in order, so that the loss is
/// bit-identical for any number of threads.
struct ObjectiveLoop<Element: Scalar>: ParallelLoop {
  let objective: any Objective
  /// The whole batch.
  let batch: ObjectiveTile<Element>
  let gradient: MutableMatrixView<Element>  // [rows × out]
  /// Each tile's contribution to the mean loss: [``count(rows:)``]
  let sums: UnsafeMutablePointer<Double>

  static var tileRows: Int { 128 }
  static func count(rows: Int) -> Int { (rows + tileRows - 1) / tileRows }

  var count: Int { Self.count(rows: batch.rows) }

  func iterate(_ index: Int, worker: Int) {
    let row = index * Self.tileRows
    let rows = min(Self.tileRows, batch.rows - row)
    sums[index] = objective.loss(
      of: batch.slice(row, rows: rows), gradient: gradient.slice(row: row, rows: rows, columns: gradient.columns))
  }

  /// Returns the mean loss and writes the gradient.
  func run(on pool: ThreadPool) -> Double {
    pool.run(count, work: 4 * batch.rows * batch.outputs.columns, self)
    var sum = 0.0
    for index in 0..<count { sum += sums[index] }
    return sum
  }
}
