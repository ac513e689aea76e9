/// Sparse rows of the Jacobian of a network's outputs by its parameters, in the layout of a ``JacobianPlan``, with a
/// residual each.
final class JacobianRows {
  let plan: JacobianPlan
  let shape: SparseRowShape
  let capacity: Int
  /// First parameters: [rows × runs]
  let starts: UnsafeMutablePointer<Int32>
  /// Derivatives: [rows × width]
  let values: UnsafeMutablePointer<Double>
  /// [rows]
  let residuals: UnsafeMutablePointer<Double>
  /// J by all parameters, made when first asked for: [rows × parameters]
  private(set) lazy var dense = UnsafeMutablePointer<Double>.allocate(capacity: capacity * plan.parameterCount)
  private var hasDense = false

  init(_ plan: JacobianPlan, capacity: Int) {
    self.plan = plan
    self.capacity = capacity
    shape = plan.rowShape
    starts = .allocate(capacity: capacity * plan.runs.count)
    values = .allocate(capacity: capacity * plan.width)
    residuals = .allocate(capacity: capacity)
  }

  deinit {
    starts.deallocate()
    values.deallocate()
    residuals.deallocate()
    if hasDense { dense.deallocate() }
  }

  var width: Int { plan.width }

  /// Calls `body` for the segments of a row with the first parameter, the derivatives and their number.
  func forEachSegment(ofRow row: Int, _ body: (_ start: Int, _ values: UnsafePointer<Double>, _ count: Int) -> Void) {
    let (starts, values) = (starts + row * plan.runs.count, UnsafePointer(values + row * width))
    for (index, run) in plan.runs.enumerated() { body(Int(starts[index]), values + run.place, run.length) }
    for segment in plan.common { body(segment.start, values + segment.place, segment.length) }
  }

  /// Rows with a number for each parameter: [rows × parameters].
  func expanded(rows: Int, pool: ThreadPool) -> MatrixView<Double> {
    let count = plan.parameterCount
    hasDense = true
    pool.run(
      (rows + ExpansionLoop.block - 1) / ExpansionLoop.block, work: rows * count,
      ExpansionLoop(jacobian: self, rows: rows, to: dense))
    return MatrixView(base: UnsafePointer(dense), rows: rows, columns: count, stride: count)
  }

  private struct ExpansionLoop: ParallelLoop {
    static let block = 64
    let jacobian: JacobianRows
    let rows: Int
    let to: UnsafeMutablePointer<Double>

    func iterate(_ index: Int, worker: Int) {
      let count = jacobian.plan.parameterCount
      for row in index * Self.block..<min(rows, (index + 1) * Self.block) {
        let line = to + row * count
        line.update(repeating: 0, count: count)
        jacobian.forEachSegment(ofRow: row) { (line + $0).update(from: $1, count: $2) }
      }
    }
  }

  /// Leverages: ‖L⁻¹Jᵀ‖² of each row of J, from L⁻ᵀ: [parameters × parameters], whose row j holds column j of L⁻¹ from
  /// j on.
  func writeLeverages(
    rows: Int, inverse: UnsafePointer<Double>, to leverages: UnsafeMutablePointer<Double>, pool: ThreadPool
  ) {
    let order = plan.parameterCount
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: pool.threads * order)
    defer { memory.deallocate() }
    let loop = LeverageLoop(
      jacobian: self, rows: rows, inverse: inverse, order: order, leverages: leverages, memory: memory)
    pool.run((rows + LeverageLoop.block - 1) / LeverageLoop.block, work: rows * width * order, loop)
  }

  private struct LeverageLoop: ParallelLoop {
    static let block = 32
    let jacobian: JacobianRows
    let rows: Int
    let inverse: UnsafePointer<Double>
    let order: Int
    let leverages: UnsafeMutablePointer<Double>
    /// L⁻¹Jᵀ of a row, for each worker: [workers × order]
    let memory: UnsafeMutablePointer<Double>

    func iterate(_ index: Int, worker: Int) {
      let z = memory + worker * order
      for row in index * Self.block..<min(rows, (index + 1) * Self.block) {
        z.update(repeating: 0, count: order)
        jacobian.forEachSegment(ofRow: row) { start, values, count in
          for place in 0..<count where values[place] != 0 {
            let (value, first) = (values[place], start + place)
            let column = inverse + first * order
            for j in first..<order { z[j] += value * column[j] }
          }
        }
        var sum = 0.0
        for j in 0..<order { sum += z[j] * z[j] }
        leverages[row] = sum
      }
    }
  }
}
