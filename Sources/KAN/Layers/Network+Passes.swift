// Forward and backward through all layers, on scaled inputs and within a workspace. Nothing here allocates. Functions
// called for each batch are specialised: unspecialised generic code looks up type metadata at each call, which takes
// longer than the products of a single row.

extension Network {
  /// Y of the last layer for the first `rows` rows of the workspace's input; every layer's Y stays in the workspace.
  ///
  /// - Parameter count: the number of layers to evaluate, if not all.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(rows: Int, in workspace: Workspace<Element>, on pool: ThreadPool, layers count: Int = .max) {
    requireParameterCount()
    let parameters = parameters.pointer
    var offset = 0
    for index in 0..<min(count, layers.count) {
      let layer = layers[index]
      let tiling = Tiling(layer, rows: rows, threads: pool.threads, workspace.contraction)
      let z = workspace.sums(index, rows: rows)
      let y = workspace.output(index, rows: rows)
      let loop = ForwardLoop(
        layer: layer, tiling: tiling, weights: layer.weights(at: parameters + offset),
        bias: parameters + offset + layer.weightCount, x: layerInput(index, rows, workspace), z: z, y: y,
        scratch: workspace.scratch)
      pool.run(loop.count, work: layer.work(rows: rows), loop)
      if layer.separatesSums {
        let loop = NodeLoop(layer: layer, tiling: tiling, z: z.readOnly, y: y)
        pool.run(tiling.rowTiles(rows), work: rows * layer.sums, loop)
      }
      offset += layer.parameterCount
    }
  }

  /// The gradient of every parameter, from dY of the last layer in the workspace and the values kept by the forward
  /// pass.
  ///
  /// - Parameters:
  ///   - inputGradient: [rows × in], for the gradient by the (scaled) inputs; nil to omit it.
  ///   - gather: the next batch, gathered by idle threads in the last loop.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(
    rows: Int, in workspace: Workspace<Element>, on pool: ThreadPool, gradients: UnsafeMutablePointer<Element>,
    inputGradient: MutableMatrixView<Element>? = nil, gather: BatchGather<Element>? = nil
  ) {
    let parameters = parameters.pointer
    var offset = parameterCount
    // Not `reversed()`, whose iterator is heap-allocated in unoptimised builds.
    for index in stride(from: layers.count - 1, through: 0, by: -1) {
      let layer = layers[index]
      let tiling = Tiling(layer, rows: rows, threads: pool.threads, workspace.contraction)
      offset -= layer.parameterCount
      pullBackNode(index, tiling, rows, workspace, pool)
      let dz = workspace.sumGradient(index, rows: rows)
      let panels = workspace.panels(of: layer, rows: rows)
      if let panels {
        let loop = PanelLoop(tiling: tiling, dz: dz.readOnly, panels: panels)
        pool.run(tiling.rowTiles(rows), work: rows * layer.sums, loop)
      }
      let loop = BackwardLoop(
        layer: layer, tiling: tiling, weights: layer.weights(at: parameters + offset),
        x: layerInput(index, rows, workspace), dz: dz.readOnly, panels: panels,
        dWeights: MutableMatrixView(
          base: gradients + offset, rows: layer.inputs * layer.functions, columns: layer.sums, stride: layer.sums),
        dBias: gradients + offset + layer.weightCount,
        dx: index > 0 ? workspace.gradient(index - 1, rows: rows) : inputGradient, scratch: workspace.scratch,
        gather: index == 0 ? gather : nil)
      pool.run(loop.count, last: loop.last, work: 2 * layer.work(rows: rows), loop)
    }
  }

  /// A backward pass without the parameters' gradient: from dY of the last layer, dZ and dY of every layer, left in the
  /// workspace.
  ///
  /// - Parameter inputGradient: [rows × in], for the gradient by the (scaled) inputs; nil to omit it.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func deltas(
    rows: Int, in workspace: Workspace<Element>, on pool: ThreadPool, inputGradient: MutableMatrixView<Element>? = nil
  ) {
    let parameters = parameters.pointer
    var offset = parameterCount
    for index in stride(from: layers.count - 1, through: 0, by: -1) {
      let layer = layers[index]
      let tiling = Tiling(layer, rows: rows, threads: pool.threads, layer.deltaContraction(workspace.contraction))
      offset -= layer.parameterCount
      pullBackNode(index, tiling, rows, workspace, pool)
      guard let dx = index > 0 ? workspace.gradient(index - 1, rows: rows) : inputGradient else { return }
      let loop = InputGradientLoop(
        layer: layer, tiling: tiling, weights: layer.weights(at: parameters + offset),
        x: layerInput(index, rows, workspace), dz: workspace.sumGradient(index, rows: rows).readOnly, dx: dx,
        scratch: workspace.scratch)
      pool.run(tiling.rowTiles(rows), work: layer.work(rows: rows), loop)
    }
  }

  /// dZ of a layer from its dY.
  private func pullBackNode(
    _ index: Int, _ tiling: Tiling, _ rows: Int, _ workspace: Workspace<Element>, _ pool: ThreadPool
  ) {
    let layer = layers[index]
    if layer.activation == .identity { return }
    let loop = NodeBackwardLoop(
      layer: layer, tiling: tiling, z: workspace.sums(index, rows: rows).readOnly,
      y: workspace.output(index, rows: rows).readOnly, dy: workspace.gradient(index, rows: rows).readOnly,
      dz: workspace.sumGradient(index, rows: rows))
    pool.run(tiling.rowTiles(rows), work: rows * layer.sums, loop)
  }

  /// X of a layer, in the workspace.
  func layerInput(_ index: Int, _ rows: Int, _ workspace: Workspace<Element>) -> MatrixView<Element> {
    (index == 0 ? workspace.input(rows: rows) : workspace.output(index - 1, rows: rows)).readOnly
  }
}

extension Layer {
  /// W, in the network's flat buffer: [in·K × sums]
  func weights(at base: UnsafePointer<Element>) -> MatrixView<Element> {
    MatrixView(base: base, rows: inputs * functions, columns: sums, stride: sums)
  }

  /// The contraction of a backward pass without dW: blocks of a pruned layer go through tiles of dΦ.
  func deltaContraction(_ contraction: Contraction) -> Contraction { pruning?.isDense == false ? .gemm : contraction }
}
