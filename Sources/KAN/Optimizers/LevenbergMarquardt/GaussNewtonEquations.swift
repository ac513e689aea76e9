/// H = JᵀJ, lower triangle, and g = Jᵀr, from chunks of rows of J: by products of their segments or, if rows are nearly
/// full, by dense products.
final class GaussNewtonEquations {
  let count: Int
  /// H: [parameters × parameters]
  let matrix: UnsafeMutablePointer<Double>
  /// g: [parameters]
  let gradient: UnsafeMutablePointer<Double>
  let isDense: Bool
  /// Products with the common derivatives, until ``finish()`` moves them to H: [parameters × common]
  private let side: UnsafeMutablePointer<Double>
  private let plan: JacobianPlan

  /// Dense products run at three times the arithmetic rate of the products of segments, which load and store H for each
  /// of their sums.
  static func isDense(width: Int, parameters: Int) -> Bool { 3 * width * width > parameters * parameters }

  init(_ plan: JacobianPlan, isDense: Bool? = nil) {
    self.plan = plan
    self.isDense = isDense ?? plan.isDense
    count = plan.parameterCount
    matrix = .allocate(capacity: count * count)
    gradient = .allocate(capacity: count)
    side = .allocate(capacity: count * plan.commonCount)
  }

  deinit {
    matrix.deallocate()
    gradient.deallocate()
    side.deallocate()
  }

  func clear() {
    // The upper triangle is left alone: of a large H, half of the memory is then never touched.
    for row in 0..<count { (matrix + row * count).update(repeating: 0, count: row + 1) }
    gradient.update(repeating: 0, count: count)
    side.update(repeating: 0, count: count * plan.commonCount)
  }

  /// Adds JᵀJ and Jᵀr of some rows.
  func add(_ jacobian: JacobianRows, rows: Int, pool: ThreadPool) {
    if isDense {
      let loop = DenseLoop(
        equations: self, jacobian: jacobian.expanded(rows: rows, pool: pool), residuals: jacobian.residuals)
      pool.run((count + loop.block - 1) / loop.block, work: rows * count * count / 2, loop)
    } else {
      let loop = SegmentLoop(equations: self, jacobian: jacobian, rows: rows)
      pool.run(plan.runs.count + 1, work: rows * plan.width * plan.width / 2, loop)
    }
  }

  /// Adds what later rows came to.
  func merge(_ other: GaussNewtonEquations, pool: ThreadPool) {
    let blocks = (count + MergeLoop.block - 1) / MergeLoop.block
    pool.run(blocks, work: count * count / 2, MergeLoop(equations: self, other: other))
  }

  /// Numbers of H's lower triangle, the products with common derivatives and g.
  var packedCount: Int { count * (count + 1) / 2 + count * plan.commonCount + count }

  /// Calls `body` with one part of these after another, and its place among them.
  func forEachPart(_ body: (_ part: UnsafeMutablePointer<Double>, _ place: Int, _ count: Int) -> Void) {
    for row in 0..<count { body(matrix + row * count, row * (row + 1) / 2, row + 1) }
    let place = count * (count + 1) / 2
    body(side, place, count * plan.commonCount)
    body(gradient, place + count * plan.commonCount, count)
  }

  /// Completes H after the last rows.
  func finish() {
    if isDense { return }
    var isCommon = [Bool](repeating: false, count: count)
    for segment in plan.common {
      for parameter in segment.start..<segment.start + segment.length { isCommon[parameter] = true }
    }
    var place = 0
    for segment in plan.common {
      for parameter in segment.start..<segment.start + segment.length {
        // A product of two common derivatives stands in the rows of both.
        for row in 0..<count where row >= parameter || !isCommon[row] {
          matrix[max(row, parameter) * count + min(row, parameter)] += side[row * plan.commonCount + place]
        }
        place += 1
      }
    }
  }

  /// The rows of H of one run; the last iteration has those of the common derivatives.
  private struct SegmentLoop: ParallelLoop {
    let equations: GaussNewtonEquations
    let jacobian: JacobianRows
    let rows: Int

    func iterate(_ index: Int, worker: Int) {
      let plan = equations.plan
      if index == plan.runs.count { return addCommon() }
      // Longest first: the last runs have the most before them.
      addOuterProducts(
        jacobian.shape, run: plan.runs.count - 1 - index, rows: rows, starts: jacobian.starts, values: jacobian.values,
        residuals: jacobian.residuals, to: equations.matrix, stride: equations.count, side: equations.side,
        gradient: equations.gradient)
    }

    private func addCommon() {
      let (plan, width) = (equations.plan, equations.plan.width)
      let all = MatrixView(
        base: UnsafePointer(jacobian.values + width - plan.commonCount), rows: rows, columns: plan.commonCount,
        stride: width)
      var place = 0
      for segment in plan.common {
        let block = all.slice(rows: rows, column: place, columns: segment.length)
        multiply(
          block, .yes, all, .no,
          into: MutableMatrixView(
            base: equations.side + segment.start * plan.commonCount, rows: segment.length, columns: plan.commonCount,
            stride: plan.commonCount), accumulate: true)
        multiply(
          block, .yes, MatrixView(base: UnsafePointer(jacobian.residuals), rows: rows, columns: 1, stride: 1), .no,
          into: MutableMatrixView(
            base: equations.gradient + segment.start, rows: segment.length, columns: 1, stride: 1), accumulate: true)
        place += segment.length
      }
    }
  }

  /// A block of rows of H.
  private struct DenseLoop: ParallelLoop {
    let equations: GaussNewtonEquations
    let jacobian: MatrixView<Double>  // [rows × parameters]
    let residuals: UnsafePointer<Double>

    /// Rows of H in a block: a quarter of them, so that threads have work, but no fewer than a product runs well on, nor
    /// more than leave its diagonal block, of which half is needed, small.
    var block: Int { min(128, max(32, (equations.count / 4 + 15) / 16 * 16)) }

    func iterate(_ index: Int, worker: Int) {
      let (count, rows) = (equations.count, jacobian.rows)
      let first = index * block
      let size = min(block, count - first)
      let block = jacobian.slice(rows: rows, column: first, columns: size)
      let line = MutableMatrixView(
        base: equations.matrix + first * count, rows: size, columns: first + size, stride: count)
      multiply(
        block, .yes, jacobian.slice(rows: rows, columns: first), .no, into: line.slice(rows: size, columns: first),
        accumulate: true)
      addSquare(of: block, to: line.slice(rows: size, column: first, columns: size))
      multiply(
        block, .yes, MatrixView(base: residuals, rows: rows, columns: 1, stride: 1), .no,
        into: MutableMatrixView(base: equations.gradient + first, rows: size, columns: 1, stride: 1), accumulate: true)
    }
  }

  private struct MergeLoop: ParallelLoop {
    static let block = 64
    let equations, other: GaussNewtonEquations

    func iterate(_ index: Int, worker: Int) {
      let (count, common) = (equations.count, equations.plan.commonCount)
      for row in index * Self.block..<min(count, (index + 1) * Self.block) {
        add(other.matrix + row * count, to: equations.matrix + row * count, row + 1)
        add(other.side + row * common, to: equations.side + row * common, common)
        equations.gradient[row] += other.gradient[row]
      }
    }

    private func add(_ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>, _ count: Int) {
      for place in 0..<count { to[place] += from[place] }
    }
  }
}
