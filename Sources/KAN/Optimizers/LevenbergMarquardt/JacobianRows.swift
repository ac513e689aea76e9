/// The layout of a row of the Jacobian of a network's outputs by its parameters.
struct JacobianPlan {
  /// A run of parameters.
  struct Segment {
    /// The number of parameters.
    let length: Int
    /// The offset of its derivatives within a row.
    let place: Int
    /// The input of a layer, or the layer's biases, to which it belongs.
    let unit: Int
  }

  /// The functions of a layer that a row evaluates.
  struct LayerShape {
    let inputs: Int
    /// Columns of W.
    let sums: Int
    /// K
    let functions: Int
    /// n - f of a compact basis, those from a cell on; K of any other.
    let localFunctions: Int
    let fixedFunctions: Int
    let isCompact: Bool
    /// The sums to which edges from each input have been removed: their derivatives are 0. Nil for none.
    let removed: [[Int]]?

    /// - Parameter intervals: assumes at least this many intervals of the grid.
    init(_ layer: Layer<some Scalar>, atLeast intervals: Int = 0) {
      let compact = layer.compactBasis
      inputs = layer.inputs
      sums = layer.sums
      functions = layer.functions + max(0, intervals - (layer.gridIntervals ?? intervals))
      isCompact = compact != nil
      localFunctions = compact?.localFunctions ?? layer.functions
      fixedFunctions = compact?.fixedFunctions ?? 0
      removed = layer.pruning.map { pruning in
        (0..<layer.inputs).map { input in (0..<layer.sums).filter { !pruning.mask[input, $0] } }
      }
    }

    var parameterCount: Int { inputs * functions * sums + sums }
    /// n
    var evaluated: Int { localFunctions + fixedFunctions }
  }

  let layers: [LayerShape]
  /// Layer after layer: for each input one segment and, if the basis has one, a segment of its fixed function; then the
  /// biases.
  let segments: [Segment]
  /// All units, the work items of the threads.
  let units: Int
  /// Non-zero derivatives of a row, at most.
  let width: Int
  /// Function values of a row.
  let functionsWidth: Int
  let parameterCount: Int

  /// - Parameter intervals: of the finest grid to come.
  init(_ network: Network<some Scalar>, atLeast intervals: Int = 0) {
    layers = network.layers.map { LayerShape($0, atLeast: intervals) }
    var segments: [Segment] = []
    var width = 0
    var unit = 0
    func add(_ length: Int) {
      if length == 0 { return }
      segments.append(Segment(length: length, place: width, unit: unit))
      width += length
    }
    for layer in layers {
      for _ in 0..<layer.inputs {
        add(layer.localFunctions * layer.sums)
        add(layer.fixedFunctions * layer.sums)
        unit += 1
      }
      add(layer.sums)
      unit += 1
    }
    self.segments = segments
    self.width = width
    units = unit
    functionsWidth = layers.reduce(0) { $0 + $1.inputs * $1.evaluated }
    parameterCount = layers.reduce(0) { $0 + $1.parameterCount }
  }

  /// Values of a tile per row: the functions of one input of a compact basis, else of a whole layer.
  func tileWidth() -> Int {
    layers.map { $0.isCompact ? $0.evaluated : $0.inputs * $0.functions }.max() ?? 0
  }

  /// Whether the normal equations are formed by dense products.
  var isDense: Bool { GaussNewtonEquations.isDense(width: width, parameters: parameterCount) }

  /// Bytes of a row: derivatives, functions, a tile, segment starts, and the dense row if products are dense.
  var bytesOfARow: Int {
    8 * (width + functionsWidth + tileWidth() + (isDense ? parameterCount : 0)) + 4 * (segments.count + 1)
  }

  /// Rows of a chunk: at most 32 MiB, so that they are read again from the last-level cache.
  func chunk(rows: Int) -> Int { min(rows, 1024, max(16, (32 << 20) / max(1, bytesOfARow))) }
}

/// Sparse rows of the Jacobian of a network's outputs by its parameters.
///
/// By the chain rule the derivative of output m by a coefficient of layer l is fₖ(xᵢ)·δₒ, with δ = ∂y_m/∂z the result
/// of the engine's backward pass. A row is a fixed number of *segments*, runs of neighbouring parameters
/// (``JacobianPlan``): of each input the n - f functions from its cell on and the one of fixed place, or all K
/// functions where the basis is not compact; and of each layer its biases. Only where an input's first segment starts
/// differs from row to row.
struct JacobianRows {
  let plan: JacobianPlan
  let capacity: Int
  /// First parameters: [rows × segments]
  let starts: UnsafeMutablePointer<Int32>
  /// Derivatives: [rows × width]
  let values: UnsafeMutablePointer<Double>
  /// fₖ(x) of each layer, to be multiplied by δ: [rows × functions]
  private let functions: UnsafeMutablePointer<Double>
  private let cells: UnsafeMutablePointer<Int32>
  private let tile: UnsafeMutablePointer<Double>

  var segments: [JacobianPlan.Segment] { plan.segments }
  var units: Int { plan.units }
  var width: Int { plan.width }

  /// Memory for `capacity` rows; free it with ``deallocate()``.
  init(_ plan: JacobianPlan, capacity: Int) {
    self.plan = plan
    self.capacity = capacity
    starts = .allocate(capacity: capacity * plan.segments.count)
    values = .allocate(capacity: capacity * plan.width)
    functions = .allocate(capacity: capacity * plan.functionsWidth)
    cells = .allocate(capacity: capacity)
    tile = .allocate(capacity: capacity * plan.tileWidth())
  }

  func deallocate() {
    starts.deallocate()
    values.deallocate()
    functions.deallocate()
    cells.deallocate()
    tile.deallocate()
  }

  /// Stores the functions of all layers at the rows of the last forward pass, and the starts of their segments.
  func writeFunctions(_ network: Network<Double>, rows: Int, in workspace: Workspace<Double>) {
    var offset = 0
    var segment = 0
    var place = 0
    for (index, layer) in network.layers.enumerated() {
      let x = network.layerInput(index, rows, workspace)
      if let basis = layer.compactBasis {
        for input in 0..<layer.inputs {
          writeFunctions(of: basis, plan.layers[index], x, rows, input: input, offset, &segment, &place)
        }
      } else {
        writeDenseFunctions(of: layer, x, rows, offset, &segment, &place)
      }
      let biases = offset + layer.parameterCount - plan.layers[index].sums
      for row in 0..<rows { starts[row * segments.count + segment] = Int32(biases) }
      segment += 1
      offset += layer.parameterCount
    }
  }

  /// The functions of one input of a compact basis.
  private func writeFunctions(
    of basis: any CompactBasis<Double>, _ shape: JacobianPlan.LayerShape, _ x: MatrixView<Double>, _ rows: Int,
    input: Int, _ offset: Int, _ segment: inout Int, _ place: inout Int
  ) {
    basis.evaluate(input: input, count: rows, x.base + input, stride: x.stride, cells: cells, values: tile)
    let (evaluated, out) = (shape.evaluated, shape.sums)
    let first = offset + input * shape.functions * out
    for row in 0..<rows {
      let to = functions + row * plan.functionsWidth + place
      for r in 0..<evaluated { to[r] = tile[r * rows + row] }
      starts[row * segments.count + segment] = Int32(first + Int(cells[row]) * out)
      if shape.fixedFunctions > 0 {
        starts[row * segments.count + segment + 1] = Int32(first + (shape.functions - 1) * out)
      }
    }
    segment += 1 + shape.fixedFunctions
    place += evaluated
  }

  /// The functions of all inputs of a layer with a dense basis.
  private func writeDenseFunctions(
    of layer: Layer<Double>, _ x: MatrixView<Double>, _ rows: Int, _ offset: Int, _ segment: inout Int,
    _ place: inout Int
  ) {
    let (count, all) = (layer.functions, layer.inputs * layer.functions)
    layer.writeValues(of: x, to: MutableMatrixView(base: tile, rows: rows, columns: all, stride: all))
    for row in 0..<rows {
      (functions + row * plan.functionsWidth + place).update(from: tile + row * all, count: all)
      for input in 0..<layer.inputs {
        starts[row * segments.count + segment + input] = Int32(offset + input * count * layer.sums)
      }
    }
    segment += layer.inputs
    place += all
  }

  /// Derivatives: functions times each layer's δ, left in the workspace by the backward pass, times a factor for each
  /// row.
  func writeValues(rows: Int, in workspace: Workspace<Double>, factors: UnsafePointer<Double>?) {
    for row in 0..<rows {
      var to = values + row * width
      var from = UnsafePointer(functions + row * plan.functionsWidth)
      let factor = factors?[row] ?? 1
      for (index, layer) in plan.layers.enumerated() {
        let out = layer.sums
        let delta = workspace.sumGradient(index, rows: rows).base + row * out
        for o in 0..<out { delta[o] *= factor }
        for input in 0..<layer.inputs {
          for _ in 0..<layer.evaluated {
            let value = from[0]
            for o in 0..<out { to[o] = value * delta[o] }
            from += 1
            to += out
          }
          if let removed = layer.removed?[input] {
            for o in removed { for r in 1...layer.evaluated { to[o - r * out] = 0 } }
          }
        }
        for o in 0..<out { to[o] = delta[o] }
        to += out
      }
    }
  }

  /// Leverages: ‖L⁻¹Jᵀ‖² of each row of J, from L⁻ᵀ: [parameters × parameters], whose row j holds column j of L⁻¹ from
  /// j on.
  func writeLeverages(
    rows: Int, inverse: UnsafePointer<Double>, order: Int, to leverages: UnsafeMutablePointer<Double>,
    pool: ThreadPool
  ) {
    let loop = LeverageLoop(
      jacobian: self, rows: rows, inverse: inverse, order: order, leverages: leverages, workers: pool.threads)
    pool.run((rows + LeverageLoop.block - 1) / LeverageLoop.block, work: rows * width * order, loop)
    loop.memory.deallocate()
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

    init(
      jacobian: JacobianRows, rows: Int, inverse: UnsafePointer<Double>, order: Int,
      leverages: UnsafeMutablePointer<Double>, workers: Int
    ) {
      self.jacobian = jacobian
      self.rows = rows
      self.inverse = inverse
      self.order = order
      self.leverages = leverages
      memory = .allocate(capacity: workers * order)
    }

    func iterate(_ index: Int, worker: Int) {
      let z = memory + worker * order
      for row in index * Self.block..<min(rows, (index + 1) * Self.block) {
        z.update(repeating: 0, count: order)
        for (number, segment) in jacobian.segments.enumerated() {
          let start = Int(jacobian.starts[row * jacobian.segments.count + number])
          let values = jacobian.values + row * jacobian.width + segment.place
          for place in 0..<segment.length where values[place] != 0 {
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
