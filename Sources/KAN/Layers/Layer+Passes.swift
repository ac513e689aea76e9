// Forward and backward of one layer, each one or two parallel loops over tiles.
//
//   forward    Z = Φ(X)·W + b,  Y = f(Z)          a tile of rows each
//              Y = node(Z), where it joins sums   a tile of rows each
//   backward   dZ = (∂Y/∂Z)ᵀ·dY                   a tile of rows each
//              panels of dZ, where dW wants them  a tile of rows each
//              dW = Φᵀ·dZ,  db = Σ dZ             a block of inputs each, over all rows
//              dX = Σₖ (dZ·Wᵀ)·f′ₖ(X)             a tile of rows each; in the local way, with dW
//
// Iterations write disjoint memory: results are bit-identical for any number of threads.

/// Z = Φ(X)·W + b, and Y = f(Z) for an elementwise f.
struct ForwardLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let tiling: Tiling
  let weights: MatrixView<Element>  // W: [in·K × sums]
  let bias: UnsafePointer<Element>  // b: [sums]
  let x: MatrixView<Element>  // [rows × in]
  let z: MutableMatrixView<Element>  // [rows × sums], the same memory as y where possible
  let y: MutableMatrixView<Element>  // [rows × out]
  let scratch: Scratch<Element>

  var count: Int { tiling.rowTiles(x.rows) * tiling.columnTiles(layer.sums) }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    let tiles = tiling.rowTiles(x.rows)
    let row = index % tiles * tiling.rows
    let rows = min(tiling.rows, x.rows - row)
    let column = index / tiles * tiling.columns
    let columns = min(tiling.columns, layer.sums - column)
    let x = x.slice(row: row, rows: rows, columns: x.columns)
    let weights = weights.slice(rows: weights.rows, column: column, columns: columns)
    let z = z.slice(row: row, rows: rows, column: column, columns: columns)
    if let edges = layer.pruning, !edges.isDense {
      addBlocks(edges, x, worker: worker, to: z)
    } else if tiling.isLocal {
      layer.compactForward(x, weights: weights, bias: bias + column, to: z, scratch: scratch.start(worker))
    } else {
      z.forEachRun { Element.Kernels.broadcastRow($1, columns, bias + column, $0) }
      if layer.isIdentity {
        multiply(x, .no, weights, .no, into: z, accumulate: true)
      } else {
        addTiles(x, first: 0, weights, worker: worker, to: z)
      }
    }
    if let activation = layer.activation {
      if activation == .identity && y.base == self.z.base { return }
      let distance = y.base - self.z.base
      z.forEachRun { Element.Kernels.activate(activation.code, $1 * columns, $0, $0 + distance) }
    } else if layer.isElementwise {
      layer.node.apply(
        to: z.readOnly, y.slice(row: row, rows: rows, column: column, columns: columns))
    }
  }

  /// Z += Φ·W, tile of inputs by tile of inputs; x holds the columns of inputs `first` and following.
  func addTiles(
    _ x: MatrixView<Element>, first: Int, _ weights: MatrixView<Element>, worker: Int, to z: MutableMatrixView<Element>
  ) {
    let functions = layer.functions
    for start in stride(from: 0, to: x.columns, by: tiling.inputs) {
      let count = min(tiling.inputs, x.columns - start)
      let values = scratch.tile(0, worker, rows: z.rows, columns: count * functions)  // Φ: [rows × count·K]
      layer.basis.writeValues(
        of: x.slice(rows: z.rows, column: start, columns: count), first: first + start, to: values)
      let block = weights.slice(row: start * functions, rows: count * functions, columns: z.columns)
      multiply(values.readOnly, .no, block, .no, into: z, accumulate: true)
    }
  }
}

/// Y = node(Z) for a node function that joins sums.
struct NodeLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let tiling: Tiling
  let z: MatrixView<Element>  // [rows × sums]
  let y: MutableMatrixView<Element>  // [rows × out]

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    let row = index * tiling.rows
    let rows = min(tiling.rows, z.rows - row)
    layer.node.apply(
      to: z.slice(row: row, rows: rows, columns: z.columns), y.slice(row: row, rows: rows, columns: y.columns))
  }
}

/// dZ = (∂Y/∂Z)ᵀ·dY, in place if the node function is elementwise.
struct NodeBackwardLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let tiling: Tiling
  let z: MatrixView<Element>  // [rows × sums], the same memory as y where Z is not kept
  let y: MatrixView<Element>  // [rows × out]
  let dy: MatrixView<Element>  // [rows × out]
  let dz: MutableMatrixView<Element>  // [rows × sums]

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    let row = index * tiling.rows
    let rows = min(tiling.rows, dy.rows - row)
    if let activation = layer.activation {
      let start = row * layer.sums
      Element.Kernels.activationPullBack(
        activation.code, rows * layer.sums, (layer.keepsSums ? z : y).base + start, dz.base + start)
    } else {
      layer.node.pullBack(
        dy.slice(row: row, rows: rows, columns: dy.columns), sums: z.slice(row: row, rows: rows, columns: z.columns),
        outputs: y.slice(row: row, rows: rows, columns: y.columns),
        to: dz.slice(row: row, rows: rows, columns: dz.columns))
    }
  }
}

/// Copies dZ into panels.
struct PanelLoop<Element: Scalar>: ParallelLoop {
  let tiling: Tiling
  let dz: MatrixView<Element>  // [rows × sums]
  let panels: Panels<Element>

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    let row = index * tiling.rows
    let rows = dz.slice(row: row, rows: min(tiling.rows, dz.rows - row), columns: dz.columns)
    Element.Kernels.writePanels(rows, panels.slice(row: row).base, panels.stride)
  }
}

/// dW = Φᵀ·dZ, db and, if asked for, dX from dZ·Wᵀ. The first iterations are blocks of inputs, the next tiles of rows,
/// and one is db. The local contraction needs the same functions for dW and dX, so it has blocks of inputs only.
struct BackwardLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let tiling: Tiling
  let weights: MatrixView<Element>  // W: [in·K × sums]
  let x: MatrixView<Element>  // [rows × in]
  let dz: MatrixView<Element>  // [rows × sums]
  let panels: Panels<Element>?  // of dZ
  let dWeights: MutableMatrixView<Element>  // [in·K × sums]
  let dBias: UnsafeMutablePointer<Element>  // [sums]
  let dx: MutableMatrixView<Element>?  // [rows × in]
  let scratch: Scratch<Element>
  /// Gathers the next batch in the last iterations; independent of this batch.
  let gather: BatchGather<Element>?

  var blocks: Int { tiling.inputBlocks(x.columns) }
  private var passes: Int { blocks + (dx == nil || tiling.isLocal ? 0 : tiling.rowTiles(x.rows)) }
  /// db and the next batch.
  var last: Int { 1 + (gather?.count ?? 0) }
  var count: Int { passes + last }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    if index < blocks {
      if let edges = layer.pruning {
        blockGradients(edges, index, worker: worker)
      } else {
        tiling.isLocal ? localGradients(block: index, worker: worker) : weightGradient(block: index, worker: worker)
      }
    } else if let dx, index < passes {
      InputGradientLoop(layer: layer, tiling: tiling, weights: weights, x: x, dz: dz, dx: dx, scratch: scratch)
        .iterate(index - blocks, worker: worker)
    } else if index == passes {
      Element.Kernels.columnSums(dz.rows, layer.sums, dz.base, dBias)
    } else {
      gather?.iterate(index - passes - 1, worker: worker)
    }
  }

  func weightGradient(block index: Int, worker: Int) {
    let outputs = layer.sums
    let functions = layer.functions
    let first = index * tiling.gradientInputs
    let count = min(tiling.gradientInputs, x.columns - first)
    let block = dWeights.slice(row: first * functions, rows: count * functions, columns: outputs)
    for row in stride(from: 0, to: x.rows, by: tiling.gradientRows) {
      let rows = min(tiling.gradientRows, x.rows - row)
      let inputs = x.slice(row: row, rows: rows, column: first, columns: count)
      let errors = dz.slice(row: row, rows: rows, columns: outputs)
      if layer.isIdentity {
        multiply(inputs, .yes, errors, .no, into: block, accumulate: row > 0)
      } else {
        let values = scratch.tile(0, worker, rows: rows, columns: count * functions)  // Φ: [rows × count·K]
        layer.basis.writeValues(of: inputs, first: first, to: values)
        multiply(values.readOnly, .yes, errors, .no, into: block, accumulate: row > 0)
      }
    }
  }

  func localGradients(block index: Int, worker: Int) {
    let first = index * tiling.gradientInputs
    let count = min(tiling.gradientInputs, x.columns - first)
    let start = first * layer.functions
    let rowsOfW = count * layer.functions
    let block = dWeights.slice(row: start, rows: rowsOfW, columns: layer.sums)
    // As bytes, so that it is a memset even in generic code.
    UnsafeMutableRawPointer(block.base).initializeMemory(
      as: UInt8.self, repeating: 0, count: rowsOfW * layer.sums * MemoryLayout<Element>.stride)
    let tileRows = panels == nil ? tiling.gradientRows : Tiling.panelRows(functions: layer.functions)
    for row in stride(from: 0, to: x.rows, by: tileRows) {
      let rows = min(tileRows, x.rows - row)
      layer.compactBackward(
        x.slice(row: row, rows: rows, column: first, columns: count), first: first,
        weights: weights.slice(row: start, rows: rowsOfW, columns: layer.sums),
        dz: dz.slice(row: row, rows: rows, columns: layer.sums), panels: panels?.slice(row: row), dWeights: block,
        dx: dx?.slice(row: row, rows: rows, column: first, columns: count), scratch: scratch.start(worker))
    }
  }
}

/// dX = Σₖ (dZ·Wᵀ)·f′ₖ(X) for a tile of rows: part of a backward pass through tiles of dΦ, or the whole of one without dW.
struct InputGradientLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let tiling: Tiling
  let weights: MatrixView<Element>  // W: [in·K × sums]
  let x: MatrixView<Element>  // [rows × in]
  let dz: MatrixView<Element>  // [rows × sums]
  let dx: MutableMatrixView<Element>  // [rows × in]
  let scratch: Scratch<Element>

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    let functions = layer.functions
    let row = index * tiling.rows
    let rows = min(tiling.rows, x.rows - row)
    let errors = dz.slice(row: row, rows: rows, columns: layer.sums)
    if let edges = layer.pruning, !edges.isDense {
      return pullBackBlocks(edges, errors, row: row, worker: worker)
    }
    if layer.isIdentity {
      multiply(errors, .no, weights, .yes, into: dx.slice(row: row, rows: rows, columns: x.columns))
      return
    }
    if tiling.isLocal {
      layer.compactInputGradient(
        x.slice(row: row, rows: rows, columns: x.columns), weights: weights, dz: errors,
        to: dx.slice(row: row, rows: rows, columns: x.columns), scratch: scratch.start(worker))
      return
    }
    for first in stride(from: 0, to: x.columns, by: tiling.inputs) {
      let count = min(tiling.inputs, x.columns - first)
      let dValues = scratch.tile(0, worker, rows: rows, columns: count * functions)  // dΦ: [rows × count·K]
      let block = weights.slice(row: first * functions, rows: count * functions, columns: layer.sums)
      multiply(errors, .no, block, .yes, into: dValues)
      layer.basis.pullBack(
        dValues.readOnly, at: x.slice(row: row, rows: rows, column: first, columns: count), first: first,
        scratch: scratch.tile(1, worker, rows: rows, columns: count * functions),
        to: dx.slice(row: row, rows: rows, column: first, columns: count))
    }
  }
}
