/// Rows of the Jacobian of a network's outputs by its parameters, with only what is not 0.
///
/// By the chain rule the derivative of output m by a coefficient of layer l is fₖ(xᵢ)·δₒ, with δ = ∂y_m/∂z the result
/// of the engine's backward pass. A row is a fixed number of *segments*, runs of neighbouring parameters: of each input
/// the k + 1 splines that are not 0 there and the base function, or all K functions where the basis is not local; and of
/// each layer its biases. Only where a spline's segment starts differs from row to row.
struct JacobianRows {
  /// A run of parameters.
  struct Segment {
    /// Parameters of it.
    let length: Int
    /// Where its derivatives stand within a row's.
    let place: Int
    /// The input of a layer, or the layer's biases, that it belongs to.
    let unit: Int
  }

  let segments: [Segment]
  /// Units in all: what the threads share out.
  let units: Int
  /// Derivatives of a row that may not be 0.
  let width: Int
  let capacity: Int
  /// First parameters: [rows × segments]
  let starts: UnsafeMutablePointer<Int32>
  /// Derivatives: [rows × width]
  let values: UnsafeMutablePointer<Double>
  /// fₖ(x) of each layer, as long as all of a row's values but for the factor δ: [rows × functions]
  private let functions: UnsafeMutablePointer<Double>
  private let functionsWidth: Int
  private let cells: UnsafeMutablePointer<Int32>
  private let tile: UnsafeMutablePointer<Double>

  /// Memory for so many rows; free it with ``deallocate()``.
  init(_ network: Network<Double>, capacity: Int) {
    var (segments, place, unit, tileWidth, functionsWidth) = ([Segment](), 0, 0, 0, 0)
    func add(_ length: Int) {
      segments.append(Segment(length: length, place: place, unit: unit))
      place += length
    }
    for layer in network.layers {
      for _ in 0..<layer.inputs {
        if let spline = layer.basis as? BSpline<Double> {
          add((spline.grid.degree + 1) * layer.outputs)
          if spline.base != .none { add(layer.outputs) }
          functionsWidth += spline.grid.degree + 2
        } else {
          add(layer.functions * layer.outputs)
          functionsWidth += layer.functions
        }
        unit += 1
      }
      if layer.basis as? BSpline<Double> == nil { tileWidth = max(tileWidth, layer.inputs * layer.functions) }
      add(layer.outputs)
      unit += 1
    }
    self.segments = segments
    units = unit
    width = place
    self.capacity = capacity
    self.functionsWidth = functionsWidth
    starts = .allocate(capacity: capacity * segments.count)
    values = .allocate(capacity: capacity * place)
    functions = .allocate(capacity: capacity * functionsWidth)
    cells = .allocate(capacity: capacity)
    tile = .allocate(capacity: capacity * max(tileWidth, 6))
  }

  func deallocate() {
    starts.deallocate()
    values.deallocate()
    functions.deallocate()
    cells.deallocate()
    tile.deallocate()
  }

  /// Bytes of so many rows.
  static func bytes(_ network: Network<Double>, rows: Int) -> Int {
    let width = network.layers.reduce(0) { sum, layer in
      let local = (layer.basis as? BSpline<Double>).map { $0.grid.degree + 2 } ?? layer.functions
      return sum + layer.inputs * local * (layer.outputs + 3) + layer.outputs
    }
    return rows * width * 8
  }

  /// Notes the functions of all layers at the rows that went forward last, and where their segments start.
  func writeFunctions(_ network: Network<Double>, rows: Int, in workspace: Workspace<Double>) {
    var (offset, segment, place) = (0, 0, 0)
    for (index, layer) in network.layers.enumerated() {
      let x = network.layerInput(index, rows, workspace)
      let (count, out) = (layer.functions, layer.outputs)
      if let spline = layer.basis as? BSpline<Double> {
        let order = spline.grid.degree + 1
        for input in 0..<layer.inputs {
          withExtendedLifetime(spline) {
            Double._splinePoints(spline.parameters, input, rows, x.base + input, x.stride, cells, tile)
          }
          for row in 0..<rows {
            let to = functions + row * functionsWidth + place
            for r in 0..<order { to[r] = tile[r * rows + row] }
            starts[row * segments.count + segment] = Int32(offset + (input * count + Int(cells[row])) * out)
          }
          segment += 1
          if spline.base != .none {
            for row in 0..<rows {
              let value = x[row, input]
              functions[row * functionsWidth + place + order] =
                spline.base == .silu ? value / (1 + Elementary.exp(-value)) : value
              starts[row * segments.count + segment] = Int32(offset + (input * count + count - 1) * out)
            }
            segment += 1
          }
          place += order + 1
        }
      } else {
        let all = layer.inputs * count
        let phi = MutableMatrixView(base: tile, rows: rows, columns: all, stride: all)
        layer.basis.writeValues(of: x, first: 0, to: phi)
        for row in 0..<rows {
          (functions + row * functionsWidth + place).update(from: tile + row * all, count: all)
          for input in 0..<layer.inputs {
            starts[row * segments.count + segment + input] = Int32(offset + input * count * out)
          }
        }
        segment += layer.inputs
        place += all
      }
      for row in 0..<rows { starts[row * segments.count + segment] = Int32(offset + layer.weightCount) }
      segment += 1
      offset += layer.parameterCount
    }
  }

  /// Derivatives = functions times δ of each layer, which the workspace holds after a backward pass, times a factor for
  /// each row.
  func writeValues(
    _ network: Network<Double>, rows: Int, in workspace: Workspace<Double>, factors: UnsafePointer<Double>?
  ) {
    for row in 0..<rows {
      let to = values + row * width
      let from = functions + row * functionsWidth
      let factor = factors?[row] ?? 1
      var (place, read) = (0, 0)
      for (index, layer) in network.layers.enumerated() {
        let out = layer.outputs
        let delta = workspace.gradient(index, rows: rows).base + row * out
        for o in 0..<out { delta[o] *= factor }
        let spline = layer.basis as? BSpline<Double>
        let stored = spline.map { $0.grid.degree + 2 } ?? layer.functions
        let used = spline.map { $0.grid.degree + 1 + $0.base.count } ?? layer.functions
        for _ in 0..<layer.inputs {
          for f in 0..<used {
            let value = from[read + f]
            for o in 0..<out { to[place + o] = value * delta[o] }
            place += out
          }
          read += stored
        }
        for o in 0..<out { to[place + o] = delta[o] }
        place += out
      }
    }
  }

  /// ‖L⁻¹Jᵀ‖² of each row of J, from L⁻ᵀ, whose row j holds column j of L⁻¹ from j on: [parameters × parameters]
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
