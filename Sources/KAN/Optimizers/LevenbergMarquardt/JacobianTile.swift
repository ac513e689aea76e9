/// One worker's passes over a tile of rows: outputs, and rows of J by the engine's backward pass.
final class JacobianTile {
  /// Rows of a tile: those of the kernels' own, whose activations and functions stay in the first-level caches.
  static let rows = 128

  private let plan: JacobianPlan
  private let workspace: Workspace<Double>
  /// The engine's loops within a tile run on the worker itself.
  private let pool = ThreadPool(threads: 1)
  /// fₖ(x) of each layer, to be multiplied by δ: of a compact basis [in × n × rows], else [rows × in·K]
  private let functions: UnsafeMutablePointer<Double>
  private let cells: UnsafeMutablePointer<Int32>

  init(_ network: Network<Double>, _ plan: JacobianPlan) {
    self.plan = plan
    workspace = Workspace(network, capacity: Self.rows, workers: 1, training: true)
    functions = .allocate(capacity: Self.rows * plan.functionsWidth)
    cells = .allocate(capacity: Self.rows)
  }

  deinit {
    functions.deallocate()
    cells.deallocate()
  }

  /// What a layer sees at the rows of the last forward pass: [rows × in]
  func input(ofLayer index: Int, of network: Network<Double>, rows: Int) -> MatrixView<Double> {
    network.layerInput(index, rows, workspace)
  }

  /// Y of the last layer for scaled rows: [rows × out]
  func forward(_ network: Network<Double>, _ x: MatrixView<Double>) -> MatrixView<Double> {
    workspace.input(rows: x.rows).copyElements(from: x)
    network.forward(rows: x.rows, in: workspace, on: pool)
    return workspace.output(network.layers.count - 1, rows: x.rows).readOnly
  }

  /// Writes the rows of J of all outputs at the rows of the last forward pass: row by row, output by output, from row
  /// `first` of `jacobian` on.
  ///
  /// - Parameter factors: by which rows of J are multiplied, laid out as these; nil for 1.
  func write(
    _ network: Network<Double>, rows: Int, to jacobian: JacobianRows, first: Int, factors: UnsafePointer<Double>?
  ) {
    let outputs = network.outputs
    evaluate(network, rows: rows, starts: jacobian.starts + first * plan.runs.count, every: outputs)
    for output in 0..<outputs {
      // dY = e_m, so that the backward pass leaves ∂y_m/∂z in the workspace.
      let seed = workspace.gradient(network.layers.count - 1, rows: rows)
      seed.base.update(repeating: 0, count: rows * outputs)
      for row in 0..<rows { seed[row, output] = factors?[row * outputs + output] ?? 1 }
      network.deltas(rows: rows, in: workspace, on: pool)
      writeValues(rows: rows, to: jacobian.values + (first + output) * plan.width, every: outputs)
    }
  }

  /// Stores the functions of all layers, and where the runs of each row begin, once for each of its `outputs`.
  private func evaluate(
    _ network: Network<Double>, rows: Int, starts: UnsafeMutablePointer<Int32>, every outputs: Int
  ) {
    var to = functions
    var run = 0
    for (index, layer) in network.layers.enumerated() {
      let x = network.layerInput(index, rows, workspace)
      let shape = plan.layers[index]
      guard let basis = layer.compactBasis else {
        let all = layer.inputs * layer.functions
        layer.writeValues(of: x, to: MutableMatrixView(base: to, rows: rows, columns: all, stride: all))
        to += rows * all
        continue
      }
      for input in 0..<layer.inputs {
        basis.evaluate(input: input, count: rows, x.base + input, stride: x.stride, cells: cells, values: to)
        let (first, count) = (plan.runs[run].start, plan.runs.count)
        for row in 0..<rows {
          let start = Int32(first + Int(cells[row]) * shape.sums)
          for output in 0..<outputs { starts[(row * outputs + output) * count + run] = start }
        }
        to += rows * shape.evaluated
        run += 1
      }
    }
  }

  /// Functions times each layer's δ, left in the workspace by the backward pass; rows of J are `outputs` rows apart.
  private func writeValues(rows: Int, to values: UnsafeMutablePointer<Double>, every outputs: Int) {
    let stride = outputs * plan.width
    var from = UnsafePointer(functions)
    var (run, common) = (0, 0)
    for (index, layer) in plan.layers.enumerated() {
      let delta = UnsafePointer(workspace.sumGradient(index, rows: rows).base)
      let sums = layer.sums
      for input in 0..<layer.inputs {
        func write(_ functions: UnsafePointer<Double>, _ steps: (row: Int, function: Int), _ count: Int, _ place: Int) {
          multiply(functions, steps, count, delta, sums, values + place, stride, rows)
          if let removed = layer.removed?[input] { clear(removed, count, sums, values + place, stride, rows) }
        }
        if layer.isCompact {
          write(from, (1, rows), layer.localFunctions, plan.runs[run].place)
          from += rows * layer.localFunctions
          run += 1
          if layer.fixedFunctions == 0 { continue }
          write(from, (1, rows), layer.fixedFunctions, plan.common[common].place)
          from += rows * layer.fixedFunctions
        } else {
          write(
            from + input * layer.functions, (layer.inputs * layer.functions, 1), layer.functions,
            plan.common[common].place)
        }
        common += 1
      }
      if !layer.isCompact { from += rows * layer.inputs * layer.functions }
      for row in 0..<rows {
        (values + plan.common[common].place + row * stride).update(from: delta + row * sums, count: sums)
      }
      common += 1
    }
  }

  /// to[row][r·sums + o] = functions[row][r]·delta[row][o]
  private func multiply(
    _ functions: UnsafePointer<Double>, _ steps: (row: Int, function: Int), _ count: Int,
    _ delta: UnsafePointer<Double>, _ sums: Int, _ to: UnsafeMutablePointer<Double>, _ stride: Int, _ rows: Int
  ) {
    for row in 0..<rows {
      let (from, error, line) = (functions + row * steps.row, delta + row * sums, to + row * stride)
      for r in 0..<count {
        let value = from[r * steps.function]
        for o in 0..<sums { line[r * sums + o] = value * error[o] }
      }
    }
  }

  /// Derivatives by removed edges are 0.
  private func clear(
    _ removed: [Int], _ count: Int, _ sums: Int, _ values: UnsafeMutablePointer<Double>, _ stride: Int, _ rows: Int
  ) {
    for row in 0..<rows {
      for r in 0..<count { for o in removed { values[row * stride + r * sums + o] = 0 } }
    }
  }
}
