// Forward mode: values and their first and second derivatives along directions, through all layers.
//
//   Z  = Φ(X)·W + b                Ż = (Φ′∘Ẋ)·W                Z̈ = (Φ″∘Ẋ∘Ẇ + Φ′∘Ẍ)·W
//   Y  = node(Z)                   Ẏ = ∂Y/∂Z·Ż                 Ÿ = ∂Y/∂Z·Z̈ + ∂²Y/∂Z²(Ż, Ẇ)
//
// where ∘ multiplies the K functions of an input by that input's tangent. Each tile of rows passes through all layers
// independently, and Φ, Φ′ and Φ″ are evaluated once for all directions.

/// The tangents to propagate: directions in input space, and pairs of them for second derivatives.
struct Tangents<Element: Scalar> {
  /// A direction for each row: [rows × in], or nil for the unit vector of an input.
  enum Direction {
    case unit(Int)
    case rows(MatrixView<Element>)
  }

  var directions: [Direction]
  var pairs: [(Int, Int)] = []

  /// Values, tangents and second derivatives: matrices that go through each layer.
  var count: Int { 1 + directions.count + pairs.count }
}

/// The destination of a result: element (row, output) is `base[row·rowStride + output·outputStride]`.
struct TangentResult<Element: Scalar> {
  let base: UnsafeMutablePointer<Element>
  let rowStride, outputStride: Int
}

/// A tile of rows through all layers, in the data's units.
struct TangentLoop<Element: Scalar>: ParallelLoop {
  let network: Network<Element>
  let tangents: Tangents<Element>
  let x: MatrixView<Element>  // [rows × in]
  /// The destinations of values, each direction and each pair; nil for results not needed.
  let results: [TangentResult<Element>?]
  private let tileRows, width, tile: Int
  /// Whether the products of a layer are contractions rather than products with tiles of Φ.
  private let isLocal: [Bool]
  private let memory: UnsafeMutablePointer<Element>
  private let memoryOfWorker: Int

  /// Free it with ``deallocate()``.
  init(
    _ network: Network<Element>, _ tangents: Tangents<Element>, at x: MatrixView<Element>,
    to results: [TangentResult<Element>?], workers: Int
  ) {
    self.network = network
    self.tangents = tangents
    self.x = x
    self.results = results
    let width = network.layers.reduce(0) { max($0, $1.inputs, $1.sums, $1.outputs) }
    // Depends on sizes alone, so that results are bit-identical for any number of threads.
    let rowBytes = 2 * tangents.count * width * MemoryLayout<Element>.stride
    let isLocal = network.layers.map { $0.resolvedContraction(network.contraction) == .local }
    // A contraction packs rows of W for a tile, a product with Φ writes four tiles of it.
    let most = isLocal.contains(true) ? 128 : 32
    let tileRows = max(1, min(most, x.rows, (8 << 20) / rowBytes))
    let tile = zip(network.layers, isLocal).reduce(0) { largest, entry in
      let (layer, isLocal) = entry
      if layer.isIdentity || isLocal { return largest }
      return max(largest, tileRows * layer.functions * Self.tileInputs(layer, tileRows))
    }
    self.isLocal = isLocal
    self.width = width
    self.tileRows = tileRows
    self.tile = tile
    let local = zip(network.layers, isLocal).compactMap { $1 ? $0 : nil }
    memoryOfWorker =
      2 * tangents.count * tileRows * width + max(4 * tile, Self.compactScratch(local, rows: tileRows))
    memory = AlignedMemory.allocate(workers * memoryOfWorker, of: Element.self)
  }

  func deallocate() { AlignedMemory.free(memory) }

  var count: Int { (x.rows + tileRows - 1) / tileRows }
  /// Approximate multiply-adds.
  var work: Int { network.layers.reduce(0) { $0 + x.rows * $1.inputs * $1.functions * $1.sums } * tangents.count }

  /// Inputs of a tile of Φ; four such tiles share the memory of one training tile.
  private static func tileInputs(_ layer: Layer<Element>, _ rows: Int) -> Int {
    let elements = Tiling.tileBytes / 4 / MemoryLayout<Element>.stride
    return min(layer.inputs, max(1, elements / (rows * layer.functions)))
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    let row = index * tileRows
    let rows = min(tileRows, x.rows - row)
    let base = memory + worker * memoryOfWorker
    let outputs = base
    let sums = base + tangents.count * tileRows * width
    let tiles = sums + tangents.count * tileRows * width
    start(row: row, rows: rows, at: outputs)
    var offset = 0
    for (index, layer) in network.layers.enumerated() {
      let parameters = network.parameters.pointer + offset
      startSums(layer, parameters, rows: rows, from: outputs, to: sums)
      if isLocal[index] {
        contract(layer, layer.weights(at: parameters), from: outputs, rows: rows, to: sums, tiles)
      } else if !layer.isIdentity {
        multiply(layer, layer.weights(at: parameters), rows: rows, from: outputs, to: sums, tiles)
      }
      applyNode(layer, rows: rows, from: sums, to: outputs)
      offset += layer.parameterCount
    }
    finish(row: row, rows: rows, from: outputs)
  }

  /// The matrix of values, a direction or a pair within a buffer.
  func view(
    _ buffer: UnsafeMutablePointer<Element>, _ index: Int, rows: Int, columns: Int
  ) -> MutableMatrixView<Element> {
    MutableMatrixView(base: buffer + index * tileRows * width, rows: rows, columns: columns, stride: columns)
  }

  /// X′, Ẋ′ and Ẍ′ = 0 of the first layer, scaled.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func start(row: Int, rows: Int, at buffer: UnsafeMutablePointer<Element>) {
    let inputs = x.columns
    let factor = network.inputScaling.factor.pointer
    for index in 0..<tangents.count {
      let to = view(buffer, index, rows: rows, columns: inputs)
      if index == 0 {
        for r in 0..<rows {
          Element.Kernels.scaleColumns(
            1, inputs, x.base + (row + r) * x.stride, network.inputScaling.shift.pointer, factor, to.base + r * inputs)
        }
        continue
      }
      to.base.update(repeating: 0, count: rows * inputs)
      if index > tangents.directions.count { continue }
      switch tangents.directions[index - 1] {
      case .unit(let input):
        for r in 0..<rows { to[r, input] = factor[input] }
      case .rows(let tangent):
        for r in 0..<rows {
          for input in 0..<inputs { to[r, input] = tangent[row + r, input] * factor[input] }
        }
      }
    }
  }

  /// The bias and zeros, and all of the products of a linear layer.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func startSums(
    _ layer: Layer<Element>, _ parameters: UnsafePointer<Element>, rows: Int,
    from buffer: UnsafeMutablePointer<Element>, to sums: UnsafeMutablePointer<Element>
  ) {
    let weights = layer.weights(at: parameters)
    for index in 0..<tangents.count {
      let z = view(sums, index, rows: rows, columns: layer.sums)
      if index == 0 {
        Element.Kernels.broadcastRow(rows, layer.sums, parameters + layer.weightCount, z.base)
      } else {
        z.base.update(repeating: 0, count: rows * layer.sums)
      }
      if layer.isIdentity {
        let x = view(buffer, index, rows: rows, columns: layer.inputs)
        KANLinearAlgebra.multiply(x.readOnly, .no, weights, .no, into: z, accumulate: true)
      }
    }
  }

  /// Z, Ż and Z̈ of a layer, to be added to: products with tiles of Φ.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func multiply(
    _ layer: Layer<Element>, _ weights: MatrixView<Element>, rows: Int, from buffer: UnsafeMutablePointer<Element>,
    to sums: UnsafeMutablePointer<Element>, _ tiles: UnsafeMutablePointer<Element>
  ) {
    let functions = layer.functions
    let step = Self.tileInputs(layer, tileRows)
    for first in stride(from: 0, to: layer.inputs, by: step) {
      let count = min(step, layer.inputs - first)
      let columns = count * functions
      func tile(_ which: Int) -> MutableMatrixView<Element> {
        MutableMatrixView(base: tiles + which * self.tile, rows: rows, columns: columns, stride: columns)
      }
      func part(_ index: Int) -> MatrixView<Element> {
        view(buffer, index, rows: rows, columns: layer.inputs).readOnly
          .slice(rows: rows, column: first, columns: count)
      }
      let (values, slopes, bends, product) = (tile(0), tile(1), tile(2), tile(3))
      let block = weights.slice(row: first * functions, rows: columns, columns: layer.sums)
      layer.basis.writeValues(of: part(0), first: first, to: values)
      if !tangents.directions.isEmpty { layer.basis.writeDerivatives(of: part(0), first: first, to: slopes) }
      if !tangents.pairs.isEmpty { layer.basis.writeSecondDerivatives(of: part(0), first: first, to: bends) }
      for index in 0..<tangents.count {
        let z = view(sums, index, rows: rows, columns: layer.sums)
        if index == 0 {
          KANLinearAlgebra.multiply(values.readOnly, .no, block, .no, into: z, accumulate: true)
          continue
        }
        if index <= tangents.directions.count {
          scale(slopes.readOnly, by: part(index), functions, to: product)
        } else {
          let (a, b) = tangents.pairs[index - 1 - tangents.directions.count]
          scale(slopes.readOnly, by: part(index), functions, to: product)
          addScaled(bends.readOnly, by: part(1 + a), part(1 + b), functions, to: product)
        }
        KANLinearAlgebra.multiply(product.readOnly, .no, block, .no, into: z, accumulate: true)
      }
    }
  }

  /// Y, Ẏ and Ÿ of a layer.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func applyNode(
    _ layer: Layer<Element>, rows: Int, from sums: UnsafeMutablePointer<Element>,
    to outputs: UnsafeMutablePointer<Element>
  ) {
    func z(_ index: Int) -> MatrixView<Element> { view(sums, index, rows: rows, columns: layer.sums).readOnly }
    func y(_ index: Int) -> MutableMatrixView<Element> { view(outputs, index, rows: rows, columns: layer.outputs) }
    layer.node.apply(to: z(0), y(0))
    for index in 1..<max(1, tangents.count) {
      if index <= tangents.directions.count {
        layer.node.pushForward(z(index), sums: z(0), outputs: y(0).readOnly, to: y(index))
      } else {
        let (a, b) = tangents.pairs[index - 1 - tangents.directions.count]
        layer.node.pushForward(
          second: z(index), z(1 + a), z(1 + b), sums: z(0), outputs: y(0).readOnly, to: y(index))
      }
    }
  }

  /// Results in the data's units.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func finish(row: Int, rows: Int, from outputs: UnsafeMutablePointer<Element>) {
    let columns = network.outputs
    let (shift, factor) = (network.outputScaling.shift.pointer, network.outputScaling.factor.pointer)
    for (index, result) in results.enumerated() {
      guard let result else { continue }
      let y = view(outputs, index, rows: rows, columns: columns)
      for r in 0..<rows {
        for output in 0..<columns {
          result.base[(row + r) * result.rowStride + output * result.outputStride] =
            y[r, output] / factor[output] + (index == 0 ? shift[output] : 0)
        }
      }
    }
  }
}

/// Φ′∘Ẋ: [rows × columns·K]
@specialized(where Element == Float)
@specialized(where Element == Double)
private func scale<Element: Scalar>(
  _ functions: MatrixView<Element>, by x: MatrixView<Element>, _ count: Int, to result: MutableMatrixView<Element>
) {
  for row in 0..<x.rows {
    for column in 0..<x.columns {
      let factor = x[row, column]
      for k in column * count..<(column + 1) * count { result[row, k] = functions[row, k] * factor }
    }
  }
}

/// Φ″∘Ẋ∘Ẇ is added: [rows × columns·K]
@specialized(where Element == Float)
@specialized(where Element == Double)
private func addScaled<Element: Scalar>(
  _ functions: MatrixView<Element>, by x: MatrixView<Element>, _ w: MatrixView<Element>, _ count: Int,
  to result: MutableMatrixView<Element>
) {
  for row in 0..<x.rows {
    for column in 0..<x.columns {
      let factor = x[row, column] * w[row, column]
      for k in column * count..<(column + 1) * count { result[row, k] += functions[row, k] * factor }
    }
  }
}
