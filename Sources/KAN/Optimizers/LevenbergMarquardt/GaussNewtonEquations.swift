/// H = JᵀJ, lower triangle, and g = Jᵀr, accumulated row by row or, if rows are nearly full, by dense products.
struct GaussNewtonEquations {
  let count: Int
  /// H: [parameters × parameters]
  let matrix: UnsafeMutablePointer<Double>
  /// g: [parameters]
  let gradient: UnsafeMutablePointer<Double>
  /// Dense rows of J, if used: [rows × parameters]
  private let dense: UnsafeMutablePointer<Double>?

  /// A dense product is cheaper unless rows are very sparse: it runs at about 25 times the arithmetic rate.
  static func isDense(width: Int, parameters: Int) -> Bool { 5 * width > parameters }

  init(parameters count: Int, width: Int, rows: Int) {
    self.count = count
    matrix = .allocate(capacity: count * count)
    gradient = .allocate(capacity: count)
    dense = Self.isDense(width: width, parameters: count) ? .allocate(capacity: rows * count) : nil
  }

  func deallocate() {
    matrix.deallocate()
    gradient.deallocate()
    dense?.deallocate()
  }

  func clear() {
    matrix.update(repeating: 0, count: count * count)
    gradient.update(repeating: 0, count: count)
  }

  /// Adds JᵀJ and Jᵀr of some rows.
  func add(_ jacobian: JacobianRows, residual: UnsafePointer<Double>, rows: Int, pool: ThreadPool) {
    if let dense {
      let segments = jacobian.segments.count
      dense.update(repeating: 0, count: rows * count)
      for row in 0..<rows {
        for (index, segment) in jacobian.segments.enumerated() {
          let start = Int(jacobian.starts[row * segments + index])
          let from = jacobian.values + row * jacobian.width + segment.place
          (dense + row * count + start).update(from: from, count: segment.length)
        }
      }
      let loop = DenseLoop(equations: self, dense: dense, residual: residual, rows: rows)
      pool.run((count + loop.block - 1) / loop.block, work: rows * count * count / 2, loop)
    } else {
      let loop = SegmentLoop(equations: self, jacobian: jacobian, residual: residual, rows: rows)
      pool.run(jacobian.units, work: rows * jacobian.width * jacobian.width / 2, loop)
    }
  }

  /// The rows of H of one input of a layer; iterations write disjoint rows.
  private struct SegmentLoop: ParallelLoop {
    let equations: GaussNewtonEquations
    let jacobian: JacobianRows
    let residual: UnsafePointer<Double>
    let rows: Int

    func iterate(_ index: Int, worker: Int) {
      // Longest first: the last units have the most segments before them.
      let unit = jacobian.units - 1 - index
      jacobian.segments.withUnsafeBufferPointer { segments in
        let own = segments.indices.filter { segments[$0].unit == unit }
        let count = equations.count
        for row in 0..<rows {
          let starts = jacobian.starts + row * segments.count
          let values = jacobian.values + row * jacobian.width
          let error = residual[row]
          for a in own {
            let (start, length) = (Int(starts[a]), segments[a].length)
            let left = values + segments[a].place
            for i in 0..<length {
              let factor = left[i]
              equations.gradient[start + i] += factor * error
              let line = equations.matrix + (start + i) * count
              for b in 0..<a {
                let to = line + Int(starts[b])
                let right = values + segments[b].place
                for j in 0..<segments[b].length { to[j] += factor * right[j] }
              }
              let to = line + start
              for j in 0...i { to[j] += factor * left[j] }
            }
          }
        }
      }
    }
  }

  /// A block of rows of H.
  private struct DenseLoop: ParallelLoop {
    let equations: GaussNewtonEquations
    let dense: UnsafeMutablePointer<Double>
    let residual: UnsafePointer<Double>
    let rows: Int

    /// Rows of H in a block: a quarter of them, so that threads have work, but no fewer than a product runs well on, nor
    /// more than leave its diagonal block, of which half is needed, small.
    var block: Int { min(128, max(32, (equations.count / 4 + 15) / 16 * 16)) }

    func iterate(_ index: Int, worker: Int) {
      let count = equations.count
      let first = index * block
      let size = min(block, count - first)
      let jacobian = MatrixView(base: UnsafePointer(dense), rows: rows, columns: count, stride: count)
      let block = jacobian.slice(rows: rows, column: first, columns: size)
      let line = MutableMatrixView(
        base: equations.matrix + first * count, rows: size, columns: first + size, stride: count)
      multiply(
        block, .yes, jacobian.slice(rows: rows, columns: first), .no, into: line.slice(rows: size, columns: first),
        accumulate: true)
      addSquare(of: block, to: line.slice(rows: size, column: first, columns: size))
      multiply(
        block, .yes, MatrixView(base: residual, rows: rows, columns: 1, stride: 1), .no,
        into: MutableMatrixView(base: equations.gradient + first, rows: size, columns: 1, stride: 1), accumulate: true)
    }
  }
}
