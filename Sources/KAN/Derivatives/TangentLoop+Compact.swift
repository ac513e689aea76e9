// Products of a layer with a compact basis: one evaluation of some inputs at a tile of rows, and the forward contraction
// fed what it came to, times a number of each point:
//
//   Z += v·W            Ż += (s·ẋ)·W            Z̈ += (c·ẋ·ẇ + s·ẍ)·W
//
// v, s and c are values, slopes and second derivatives.

extension TangentLoop {
  /// Elements of a worker's memory for the evaluation of some inputs of these layers and one product.
  static func compactScratch(_ layers: [Layer<Element>], rows: Int) -> Int {
    layers.compactMap(\.compactShape).map { TangentScratch<Element>.elements($0, rows: rows) }.max() ?? 0
  }

  /// Z, Ż and Z̈, to be added to: bias and zeros.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func contract(
    _ layer: Layer<Element>, _ weights: MatrixView<Element>, from buffer: UnsafeMutablePointer<Element>, rows: Int,
    to sums: UnsafeMutablePointer<Element>, _ memory: UnsafeMutablePointer<Element>
  ) {
    let (basis, shape) = (layer.localBasis!, layer.compactShape!)
    let scratch = TangentScratch(shape, rows: rows, at: memory)
    let evaluation = scratch.evaluation
    let order = tangents.pairs.isEmpty ? tangents.directions.isEmpty ? 0 : 1 : 2
    for first in stride(from: 0, to: layer.inputs, by: CompactScratch<Element>.blockInputs) {
      let count = min(CompactScratch<Element>.blockInputs, layer.inputs - first)
      func part(_ index: Int) -> MatrixView<Element> {
        view(buffer, index, rows: rows, columns: layer.inputs).readOnly
          .slice(rows: rows, column: first, columns: count)
      }
      basis.evaluate(part(0), first: first, order: order, to: evaluation)
      let block = weights.slice(row: first * shape.stored, rows: count * shape.stored, columns: layer.sums)
      for index in 0..<tangents.count {
        var values = UnsafePointer(evaluation.values)
        if index > 0 {
          values = UnsafePointer(scratch.product)
          scratch.write(evaluation.slopes, times: part(index))
          if index > tangents.directions.count {
            let (a, b) = tangents.pairs[index - 1 - tangents.directions.count]
            scratch.add(evaluation.seconds, times: part(1 + a), part(1 + b))
          }
        }
        let z = view(sums, index, rows: rows, columns: layer.sums)
        Element.Kernels.contractForward(
          ContractionBlock(shape, inputs: count, rows: rows, evaluation, values: values),
          layer.inputs - first - count, block, UnsafePointer(z.base), z.stride, z)
      }
    }
  }
}

/// The evaluation of up to 8 inputs at the rows of a tile with two derivatives, and a product of the same layout.
private struct TangentScratch<Element: Scalar> {
  let shape: CompactShape
  let base: UnsafeMutablePointer<Element>
  /// From a function to the next, as in ``CompactScratch``.
  let stride: Int

  init(_ shape: CompactShape, rows: Int, at base: UnsafeMutablePointer<Element>) {
    self.shape = shape
    self.base = base
    stride = CompactScratch<Element>.stride(rows)
  }

  private static var inputs: Int { CompactScratch<Element>.blockInputs }

  static func elements(_ shape: CompactShape, rows: Int) -> Int {
    (inputs * (1 + 4 * shape.functions) + 1) * CompactScratch<Element>.stride(rows)
  }

  private var size: Int { Self.inputs * shape.functions * stride }
  private var values: UnsafeMutablePointer<Element> { base + Self.inputs * stride }
  var product: UnsafeMutablePointer<Element> { values + 3 * size }
  /// Factors of the points of one input.
  private var factors: UnsafeMutablePointer<Element> { values + 4 * size }

  var evaluation: PointEvaluation<Element> {
    PointEvaluation(
      // A cell is no wider than an element, and this memory holds only cells.
      cells: UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int32.self), cellStride: stride, values: values,
      slopes: values + size, seconds: values + 2 * size, inputStride: shape.functions * stride,
      functionStride: stride, paddedRows: stride)
  }

  /// product = functions·x
  func write(_ functions: UnsafePointer<Element>, times x: MatrixView<Element>) {
    for input in 0..<x.columns {
      for row in 0..<x.rows { factors[row] = x[row, input] }
      multiply(functions + input * shape.functions * stride, input, x.rows, adds: false)
    }
  }

  /// product += functions·x·w
  func add(_ functions: UnsafePointer<Element>, times x: MatrixView<Element>, _ w: MatrixView<Element>) {
    for input in 0..<x.columns {
      for row in 0..<x.rows { factors[row] = x[row, input] * w[row, input] }
      multiply(functions + input * shape.functions * stride, input, x.rows, adds: true)
    }
  }

  private func multiply(_ functions: UnsafePointer<Element>, _ input: Int, _ rows: Int, adds: Bool) {
    for function in 0..<shape.functions {
      let from = functions + function * stride
      multiplyPoints(rows, from, factors, adds: adds, product + (input * shape.functions + function) * stride)
    }
  }
}

/// to = a·b, or added to it.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func multiplyPoints<Element: Scalar>(
  _ count: Int, _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, adds: Bool,
  _ to: UnsafeMutablePointer<Element>
) {
  if adds {
    for point in 0..<count { to[point] += a[point] * b[point] }
  } else {
    for point in 0..<count { to[point] = a[point] * b[point] }
  }
}
