// The passes of a pruned layer, block by block (`EdgeBlocks`). The sums of a block are gathered from those of the layer,
// as are the columns of W, so that a block is a small layer of its own; one with all sums is used in place.
//
//   forward    Z[:, S] += Φ(X[:, I])·W[I, S]                    a block of inputs I and sums S after the other
//   backward   dW[I, S] = Φ(X[:, I])ᵀ·dZ[:, S]                  removed edges within a block are set to 0 after
//              dX[:, I] = Σₖ (dZ[:, S]·W[I, S]ᵀ)·f′ₖ(X[:, I])   each input has one block; without one dX is 0
//
// Forward, sums are formed in the order of a layer without blocks: the local contraction gives the bits that it would
// give with zeros in W.

extension ForwardLoop {
  /// Z += Φ·W for a tile of rows; z, with the bias in it, has all sums: [rows × sums].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func addBlocks(_ edges: EdgeBlocks, _ x: MatrixView<Element>, worker: Int, to z: MutableMatrixView<Element>) {
    z.forEachRun { Element.Kernels.broadcastRow($1, z.columns, bias, $0) }
    // W of a few rows' products would be gathered for too little.
    let isGathered = z.rows >= CompactScratch<Element>.fewRows
    if !isGathered && edges.areManyForFewRows {
      return add(0..<layer.inputs, x, weights, firstRow: 0, worker, to: z)
    }
    for block in edges.blocks {
      let sums = block.sums.count
      if sums == z.columns || !isGathered {
        let hull = block.hull
        add(
          block.inputs, x, weights.slice(rows: weights.rows, column: hull.lowerBound, columns: hull.count), firstRow: 0,
          worker, to: z.slice(rows: z.rows, column: hull.lowerBound, columns: hull.count))
        continue
      }
      let gathered = Gathered(scratch.gathered(worker), rows: z.rows, sums: sums)
      gathered.gather(z.readOnly, block.sums)
      let step = Tiling.gatheredInputs(layer, sums: sums)
      for first in stride(from: block.inputs.lowerBound, to: block.inputs.upperBound, by: step) {
        let inputs = first..<min(first + step, block.inputs.upperBound)
        let part = gathered.weights(of: inputs, weights, layer.functions, block.sums)
        add(inputs, x, part, firstRow: first * layer.functions, worker, to: gathered.rowsOfSums)
      }
      gathered.scatter(to: z, block.sums)
    }
  }

  /// Z += Φ·W of some inputs; row `firstRow` of W is the first of `weights`.
  private func add(
    _ inputs: Range<Int>, _ x: MatrixView<Element>, _ weights: MatrixView<Element>, firstRow: Int, _ worker: Int,
    to z: MutableMatrixView<Element>
  ) {
    let part = x.slice(rows: x.rows, column: inputs.lowerBound, columns: inputs.count)
    let own = weights.slice(
      row: inputs.lowerBound * layer.functions - firstRow, rows: inputs.count * layer.functions,
      columns: weights.columns)
    if tiling.isLocal {
      layer.compactAdd(
        part, inputsFrom: inputs.lowerBound, weights: own, to: z, scratch: scratch.start(worker))
    } else if layer.isIdentity {
      multiply(part, .no, own, .no, into: z, accumulate: true)
    } else {
      addTiles(part, first: inputs.lowerBound, own, worker: worker, to: z)
    }
  }
}

extension BackwardLoop {
  /// dW of one iteration's inputs, and dX in the local way.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func blockGradients(_ edges: EdgeBlocks, _ index: Int, worker: Int) {
    let first = index * tiling.gradientInputs
    let inputs = first..<min(first + tiling.gradientInputs, x.columns)
    if edges.isDense {
      tiling.isLocal ? localGradients(block: index, worker: worker) : weightGradient(block: index, worker: worker)
    } else {
      let rows = dWeights.slice(
        row: first * layer.functions, rows: inputs.count * layer.functions, columns: layer.sums)
      rows.base.update(repeating: 0, count: rows.rows * rows.columns)
      if let dx, tiling.isLocal { dx.slice(rows: dx.rows, column: first, columns: inputs.count).clear() }
      for block in edges.blocks where block.inputs.overlaps(inputs) {
        let own = block.inputs.clamped(to: inputs)
        let step = block.sums.count == layer.sums ? own.count : Tiling.gatheredInputs(layer, sums: block.sums.count)
        for start in stride(from: own.lowerBound, to: own.upperBound, by: step) {
          gradients(start..<min(start + step, own.upperBound), block.sums, worker)
        }
      }
    }
    edges.clearRemoved(dWeights.base, of: inputs, functions: layer.functions)
  }

  /// dW and, in the local way, dX of some inputs and sums.
  private func gradients(_ inputs: Range<Int>, _ sums: [Int], _ worker: Int) {
    let functions = layer.functions
    let (start, rowsOfW) = (inputs.lowerBound * functions, inputs.count * functions)
    let hasAll = sums.count == layer.sums
    let tile = min(tiling.gradientRows, x.rows)
    let gathered = Gathered(scratch.gathered(worker), rows: tile, sums: sums.count)
    let weights =
      hasAll || !tiling.isLocal
      ? weights.slice(row: start, rows: rowsOfW, columns: layer.sums)
      : gathered.weights(of: inputs, weights, functions, sums)
    let dW =
      hasAll
      ? dWeights.slice(row: start, rows: rowsOfW, columns: layer.sums)
      : gathered.gradient(rows: rowsOfW)
    if !hasAll { dW.base.update(repeating: 0, count: rowsOfW * sums.count) }
    for row in stride(from: 0, to: x.rows, by: tile) {
      let rows = min(tile, x.rows - row)
      let part = x.slice(row: row, rows: rows, column: inputs.lowerBound, columns: inputs.count)
      var errors = dz.slice(row: row, rows: rows, columns: layer.sums)
      if !hasAll {
        gathered.gather(errors, sums)
        errors = gathered.rowsOfSums.readOnly.slice(rows: rows, columns: sums.count)
      }
      if tiling.isLocal {
        layer.compactBackward(
          part, first: inputs.lowerBound, weights: weights, dz: errors, panels: nil, dWeights: dW,
          dx: dx?.slice(row: row, rows: rows, column: inputs.lowerBound, columns: inputs.count),
          scratch: scratch.start(worker))
      } else if layer.isIdentity {
        multiply(part, .yes, errors, .no, into: dW, accumulate: true)
      } else {
        let values = scratch.tile(0, worker, rows: rows, columns: rowsOfW)  // Φ: [rows × inputs·K]
        layer.basis.writeValues(of: part, first: inputs.lowerBound, to: values)
        multiply(values.readOnly, .yes, errors, .no, into: dW, accumulate: true)
      }
    }
    if !hasAll { scatterRows(dW.readOnly, to: dWeights.slice(row: start, rows: rowsOfW, columns: layer.sums), sums) }
  }
}

extension InputGradientLoop {
  /// dX of a tile of rows that begins at `row`; errors: dZ, [rows × sums].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func pullBackBlocks(_ edges: EdgeBlocks, _ errors: MatrixView<Element>, row: Int, worker: Int) {
    let rows = errors.rows
    dx.slice(row: row, rows: rows, columns: dx.columns).clear()
    for block in edges.blocks {
      let sums = block.sums.count
      let hasAll = sums == layer.sums
      let gathered = Gathered(scratch.gathered(worker), rows: rows, sums: sums)
      if !hasAll { gathered.gather(errors, block.sums) }
      let own = hasAll ? errors : gathered.rowsOfSums.readOnly
      let step = min(tiling.inputs, hasAll ? .max : Tiling.gatheredInputs(layer, sums: sums))
      for first in stride(from: block.inputs.lowerBound, to: block.inputs.upperBound, by: step) {
        let inputs = first..<min(first + step, block.inputs.upperBound)
        let (start, rowsOfW) = (first * layer.functions, inputs.count * layer.functions)
        let part =
          hasAll
          ? weights.slice(row: start, rows: rowsOfW, columns: layer.sums)
          : gathered.weights(of: inputs, weights, layer.functions, block.sums)
        let to = dx.slice(row: row, rows: rows, column: first, columns: inputs.count)
        if layer.isIdentity {
          multiply(own, .no, part, .yes, into: to)
          continue
        }
        let dValues = scratch.tile(0, worker, rows: rows, columns: rowsOfW)  // dΦ: [rows × inputs·K]
        multiply(own, .no, part, .yes, into: dValues)
        layer.basis.pullBack(
          dValues.readOnly, at: x.slice(row: row, rows: rows, column: first, columns: inputs.count), first: first,
          scratch: scratch.tile(1, worker, rows: rows, columns: rowsOfW), to: to)
      }
    }
  }
}

/// One worker's memory for some sums of a layer: a tile of rows of Z or dZ, and W and dW of a piece of a block.
private struct Gathered<Element: Scalar> {
  /// [rows × sums]
  let rowsOfSums: MutableMatrixView<Element>
  private let rest: UnsafeMutablePointer<Element>

  init(_ base: UnsafeMutablePointer<Element>, rows: Int, sums: Int) {
    rowsOfSums = MutableMatrixView(base: base, rows: rows, columns: sums, stride: sums)
    rest = base + rows * sums
  }

  /// Copies columns of the first rows.
  func gather(_ z: MatrixView<Element>, _ sums: [Int]) { gatherRows(z, to: rowsOfSums, sums) }

  func scatter(to z: MutableMatrixView<Element>, _ sums: [Int]) { scatterRows(rowsOfSums.readOnly, to: z, sums) }

  /// W of some inputs and sums, copied: [inputs·K × sums]
  func weights(
    of inputs: Range<Int>, _ weights: MatrixView<Element>, _ functions: Int, _ sums: [Int]
  ) -> MatrixView<Element> {
    let rows = inputs.count * functions
    let to = MutableMatrixView(base: rest, rows: rows, columns: sums.count, stride: sums.count)
    gatherRows(weights.slice(row: inputs.lowerBound * functions, rows: rows, columns: weights.columns), to: to, sums)
    return to.readOnly
  }

  /// dW of as many rows, behind W.
  func gradient(rows: Int) -> MutableMatrixView<Element> {
    let columns = rowsOfSums.columns
    return MutableMatrixView(base: rest + rows * columns, rows: rows, columns: columns, stride: columns)
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func gatherRows<Element: Scalar>(
  _ from: MatrixView<Element>, to: MutableMatrixView<Element>, _ columns: [Int]
) {
  columns.withUnsafeBufferPointer { columns in
    for row in 0..<from.rows {
      let (source, target) = (from.base + row * from.stride, to.base + row * to.stride)
      for place in 0..<columns.count { target[place] = source[columns[place]] }
    }
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func scatterRows<Element: Scalar>(
  _ from: MatrixView<Element>, to: MutableMatrixView<Element>, _ columns: [Int]
) {
  columns.withUnsafeBufferPointer { columns in
    for row in 0..<from.rows {
      let (source, target) = (from.base + row * from.stride, to.base + row * to.stride)
      for place in 0..<columns.count { target[columns[place]] = source[place] }
    }
  }
}

extension MutableMatrixView {
  fileprivate func clear() {
    for row in 0..<rows { (base + row * stride).update(repeating: 0, count: columns) }
  }
}
