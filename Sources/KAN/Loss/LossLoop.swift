/// The loss of a batch and its gradient, a tile of rows each: the sums of tiles are added up in their order, so that the
/// loss is the same bits for any number of threads.
struct LossLoop<Element: Scalar>: ParallelLoop {
  let outputs: MatrixView<Element>  // [rows × out]
  let targets: TargetView<Element>
  let weights: UnsafePointer<Element>?
  let gradient: MutableMatrixView<Element>  // [rows × out]
  /// A tile's share of the mean loss: ``count(rows:)`` of them.
  let sums: UnsafeMutablePointer<Double>

  static var tileRows: Int { 128 }
  static func count(rows: Int) -> Int { (rows + tileRows - 1) / tileRows }

  var count: Int { Self.count(rows: outputs.rows) }

  func iterate(_ index: Int, worker: Int) {
    let row = index * Self.tileRows
    let rows = min(Self.tileRows, outputs.rows - row)
    sums[index] = Loss.evaluate(
      outputs.slice(row: row, rows: rows, columns: outputs.columns), targets.advanced(by: row),
      weights: weights.map { $0 + row }, of: outputs.rows,
      gradient: gradient.slice(row: row, rows: rows, columns: gradient.columns))
  }

  /// The mean loss; the gradient is in place then.
  func run(on pool: ThreadPool) -> Double {
    pool.run(count, work: 4 * outputs.rows * outputs.columns, self)
    var sum = 0.0
    for index in 0..<count { sum += sums[index] }
    return sum
  }
}

extension TargetView {
  /// Without the first rows.
  fileprivate func advanced(by rows: Int) -> Self {
    switch self {
    case .values(let values):
      .values(values.slice(row: rows, rows: values.rows - rows, columns: values.columns))
    case .classes(let labels): .classes(labels + rows)
    }
  }
}
