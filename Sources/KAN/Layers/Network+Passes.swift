// Forward and backward through all layers, on scaled inputs and within a workspace. Nothing here allocates.
// What runs for each batch is specialised: generic code looks up the types that it uses at each call, and for a single
// row that takes longer than the products.

extension Network {
  /// Y of the last layer for the first `rows` rows of the workspace's input; every layer's Y stays in the workspace.
  ///
  /// - Parameter count: layers to go through, if not all.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(rows: Int, in workspace: Workspace<Element>, on pool: ThreadPool, layers count: Int = .max) {
    requireParameterCount()
    let parameters = parameters.pointer
    var offset = 0
    for index in 0..<min(count, layers.count) {
      let layer = layers[index]
      let tiling = Tiling(layer, rows: rows, threads: pool.threads, workspace.contraction)
      let loop = ForwardLoop(
        layer: layer, tiling: tiling,
        weights: MatrixView(
          base: parameters + offset, rows: layer.inputs * layer.functions, columns: layer.outputs,
          stride: layer.outputs),
        bias: parameters + offset + layer.weightCount, x: layerInput(index, rows, workspace),
        z: workspace.preactivation(index, rows: rows), y: workspace.output(index, rows: rows),
        scratch: workspace.scratch)
      pool.run(loop.count, work: layer.work(rows: rows), loop)
      offset += layer.parameterCount
    }
  }

  /// The gradient of every parameter, from dY of the last layer, which the workspace holds; reads what forward kept.
  ///
  /// - Parameters:
  ///   - inputGradient: [rows × in], if the gradient by the (scaled) inputs is wanted too.
  ///   - gather: the next batch, brought together by threads that find nothing else to do in the last loop.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(
    rows: Int, in workspace: Workspace<Element>, on pool: ThreadPool, gradients: UnsafeMutablePointer<Element>,
    inputGradient: MutableMatrixView<Element>? = nil, gather: BatchGather<Element>? = nil
  ) {
    let parameters = parameters.pointer
    var offset = parameterCount
    // Not `reversed()`, whose iterator is made on the heap in unoptimised builds.
    for index in stride(from: layers.count - 1, through: 0, by: -1) {
      let layer = layers[index]
      let tiling = Tiling(layer, rows: rows, threads: pool.threads, workspace.contraction)
      offset -= layer.parameterCount
      let dz = workspace.gradient(index, rows: rows)
      if layer.activation != .identity {
        let loop = ActivationBackwardLoop(
          layer: layer, tiling: tiling, kept: workspace.preactivation(index, rows: rows).readOnly, dy: dz)
        pool.run(tiling.rowTiles(rows), work: rows * layer.outputs, loop)
      }
      let panels = workspace.panels(of: layer, rows: rows)
      if let panels {
        let loop = PanelLoop(tiling: tiling, dz: dz.readOnly, panels: panels)
        pool.run(tiling.rowTiles(rows), work: rows * layer.outputs, loop)
      }
      let loop = BackwardLoop(
        layer: layer, tiling: tiling,
        weights: MatrixView(
          base: parameters + offset, rows: layer.inputs * layer.functions, columns: layer.outputs,
          stride: layer.outputs),
        x: layerInput(index, rows, workspace), dz: dz.readOnly, panels: panels,
        dWeights: MutableMatrixView(
          base: gradients + offset, rows: layer.inputs * layer.functions, columns: layer.outputs,
          stride: layer.outputs),
        dBias: gradients + offset + layer.weightCount,
        dx: index > 0 ? workspace.gradient(index - 1, rows: rows) : inputGradient, scratch: workspace.scratch,
        gather: index == 0 ? gather : nil)
      pool.run(loop.count, last: loop.last, work: 2 * layer.work(rows: rows), loop)
    }
  }

  /// X of a layer, in the workspace.
  func layerInput(_ index: Int, _ rows: Int, _ workspace: Workspace<Element>) -> MatrixView<Element> {
    (index == 0 ? workspace.input(rows: rows) : workspace.output(index - 1, rows: rows)).readOnly
  }
}
