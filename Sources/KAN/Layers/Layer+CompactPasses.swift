// Products over non-zero functions only: a block of inputs is evaluated at a tile of rows and contracted with its rows
// of W and with dZ.

extension Layer {
  /// Z = b + Φ(X)·W for a tile of rows; x: [rows × in], weights: [in·K × columns], bias: [columns], z: [rows ×
  /// columns].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func compactForward(
    _ x: MatrixView<Element>, weights: MatrixView<Element>, bias: UnsafePointer<Element>,
    to z: MutableMatrixView<Element>, scratch base: UnsafeMutablePointer<Element>
  ) {
    compactForward(x, inputsFrom: 0, weights: weights, from: bias, 0, to: z, scratch: base)
  }

  /// Z += Φ(X)·W for the inputs `origin ..< origin + x.columns`.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func compactAdd(
    _ x: MatrixView<Element>, inputsFrom origin: Int, weights: MatrixView<Element>, to z: MutableMatrixView<Element>,
    scratch base: UnsafeMutablePointer<Element>
  ) {
    compactForward(x, inputsFrom: origin, weights: weights, from: z.base, z.stride, to: z, scratch: base)
  }

  private func compactForward(
    _ x: MatrixView<Element>, inputsFrom origin: Int, weights: MatrixView<Element>, from start: UnsafePointer<Element>,
    _ startStride: Int, to z: MutableMatrixView<Element>, scratch base: UnsafeMutablePointer<Element>
  ) {
    let shape = compactShape!
    let scratch = CompactScratch(shape, rows: x.rows, at: base)
    if x.rows < CompactScratch<Element>.fewRows {
      for row in 0..<x.rows {
        compactForward(
          x.slice(row: row, rows: 1, columns: x.columns), origin, shape, weights, start + row * startStride,
          startStride, z.slice(row: row, rows: 1, columns: z.columns), CompactScratch<Element>.rowInputs, scratch.row)
      }
    } else {
      compactForward(
        x, origin, shape, weights, start, startStride, z, compactBlockInputs(shape, columns: z.columns), scratch.block)
    }
  }

  private func compactForward(
    _ x: MatrixView<Element>, _ origin: Int, _ shape: CompactShape, _ weights: MatrixView<Element>,
    _ start: UnsafePointer<Element>, _ startStride: Int, _ z: MutableMatrixView<Element>, _ most: Int,
    _ evaluation: PointEvaluation<Element>
  ) {
    let basis = localBasis!
    var first = 0
    while first < x.columns {
      let count = min(most, x.columns - first)
      basis.evaluate(
        x.slice(rows: x.rows, column: first, columns: count), first: origin + first, order: 0, to: evaluation)
      let block = ContractionBlock(
        shape, inputs: count, rows: x.rows, evaluation, values: UnsafePointer(evaluation.values))
      let rows = weights.slice(row: first * shape.stored, rows: count * shape.stored, columns: z.columns)
      Element.Kernels.contractForward(
        block, x.columns - first - count, rows, first == 0 ? start : UnsafePointer(z.base),
        first == 0 ? startStride : z.stride, z)
      first += count
    }
  }

  /// Inputs of a block of the forward pass: halved if their rows of W, 256 bytes of each at a time, would not fit three
  /// quarters of a 32 KiB first-level cache.
  private func compactBlockInputs(_ shape: CompactShape, columns: Int) -> Int {
    let bytes = shape.stored * min(columns * MemoryLayout<Element>.stride, 256)
    let most = CompactScratch<Element>.blockInputs
    return most * bytes <= 24 << 10 ? most : most / 2
  }

  /// dX = Σₖ (dZ·Wᵀ)·f′ₖ(X) for a tile of rows; x and dx: [rows × in], weights: [in·K × out], dz: [rows × out].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func compactInputGradient(
    _ x: MatrixView<Element>, weights: MatrixView<Element>, dz: MatrixView<Element>, to dx: MutableMatrixView<Element>,
    scratch base: UnsafeMutablePointer<Element>
  ) {
    let (basis, shape) = (localBasis!, compactShape!)
    let scratch = CompactScratch(shape, rows: x.rows, at: base)
    let evaluation = scratch.block
    for start in stride(from: 0, to: x.columns, by: CompactScratch<Element>.blockInputs) {
      let count = min(CompactScratch<Element>.blockInputs, x.columns - start)
      basis.evaluate(
        x.slice(rows: x.rows, column: start, columns: count), first: start, order: 1, to: evaluation)
      let slopes = ContractionBlock(
        shape, inputs: count, rows: x.rows, evaluation, values: UnsafePointer(evaluation.slopes))
      Element.Kernels.orderRows(slopes, dz.columns, scratch.contraction)
      Element.Kernels.contractInputs(
        slopes, dz, weights.slice(row: start * shape.stored, rows: count * shape.stored, columns: dz.columns),
        dx.slice(rows: x.rows, column: start, columns: count), scratch.contraction)
    }
  }

  /// dW += Φᵀ·dZ and, unless `dx` is nil, dX = Σₖ (dZ·Wᵀ)·f′ₖ(X), for the inputs `first ..< first + x.columns` and a
  /// tile of rows. x and dx: [rows × columns], weights and dWeights: [columns·K × out], dz: [rows × out]; panels: the
  /// panels of dz.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func compactBackward(
    _ x: MatrixView<Element>, first: Int, weights: MatrixView<Element>, dz: MatrixView<Element>,
    panels: Panels<Element>?, dWeights: MutableMatrixView<Element>, dx: MutableMatrixView<Element>?,
    scratch base: UnsafeMutablePointer<Element>
  ) {
    let (basis, shape) = (localBasis!, compactShape!)
    let scratch = CompactScratch(shape, rows: x.rows, at: base)
    let evaluation = scratch.block
    for start in stride(from: 0, to: x.columns, by: CompactScratch<Element>.blockInputs) {
      let count = min(CompactScratch<Element>.blockInputs, x.columns - start)
      basis.evaluate(
        x.slice(rows: x.rows, column: start, columns: count), first: first + start, order: dx == nil ? 0 : 1,
        to: evaluation)
      let values = ContractionBlock(
        shape, inputs: count, rows: x.rows, evaluation, values: UnsafePointer(evaluation.values))
      let (row, rows) = (start * shape.stored, count * shape.stored)
      Element.Kernels.orderRows(values, dz.columns, scratch.contraction)
      Element.Kernels.contractWeights(
        values, dz, panels?.base, panels?.stride ?? 0, dWeights.slice(row: row, rows: rows, columns: dz.columns),
        scratch.contraction)
      if let dx {
        let slopes = ContractionBlock(
          shape, inputs: count, rows: x.rows, evaluation, values: UnsafePointer(evaluation.slopes))
        Element.Kernels.contractInputs(
          slopes, dz, weights.slice(row: row, rows: rows, columns: dz.columns),
          dx.slice(rows: x.rows, column: start, columns: count), scratch.contraction)
      }
    }
  }
}

/// A matrix cut into panels of neighbouring columns, each [rows × width] and contiguous, the last padded with zeros, so
/// that few columns of many rows occupy few cache lines.
package struct Panels<Element: Scalar> {
  /// The first row of the first panel.
  let base: UnsafeMutablePointer<Element>
  /// From a panel to the next, in elements.
  let stride: Int
  let width: Int

  func slice(row: Int) -> Panels { Panels(base: base + row * width, stride: stride, width: width) }
}
