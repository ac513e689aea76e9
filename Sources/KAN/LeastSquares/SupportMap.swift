/// The functions of a network with rows in their support, and the occupied cells of its layers.
struct SupportMap {
  /// For each layer and each row of its W, whether the function is non-zero at some row; false for base functions and
  /// functions without bounded support.
  let functions: [[Bool]]
  /// For each layer, input and cell, whether a row falls into it; empty for layers without a compact basis.
  let cells: [[Bool]]

  /// Considers rows with a weight above 0; `data` is in the data's units.
  init<Element: Scalar>(
    of network: Network<Element>, on data: TrainingRows<Element>, pool: ThreadPool
  ) throws(RowSourceError) {
    let met = try network.reduce(
      data, SupportReduction(network), reading: .weights, layers: network.layers.count - 1, pool: pool)
    functions = met.functions
    cells = met.cells
  }

  /// Whether any function may change.
  var isEmpty: Bool { !functions.contains { $0.contains(true) } }
}

/// What some rows meet.
private struct SupportReduction<Element: Scalar>: Reduction {
  let bases: [(any CompactBasis<Element>)?]
  var functions, cells: [[Bool]]

  init(_ network: Network<Element>) {
    bases = network.layers.map(\.compactBasis)
    functions = network.layers.map { [Bool](repeating: false, count: $0.inputs * $0.functions) }
    cells = bases.map { basis in [Bool](repeating: false, count: basis.map { $0.inputs * $0.cells } ?? 0) }
  }

  mutating func add(_ chunk: NetworkChunk<Element>) {
    let widest = bases.map { $0?.nonZeroFunctions ?? 0 }.max()!
    var values = [Element](repeating: 0, count: chunk.range.count * widest)
    var places = [Int32](repeating: 0, count: chunk.range.count)
    for (index, basis) in bases.enumerated() {
      guard let basis else { continue }
      let x = chunk.input(index)
      values.withUnsafeMutableBufferPointer { values in
        places.withUnsafeMutableBufferPointer { places in
          for column in 0..<x.columns {
            basis.evaluate(
              input: column, count: x.rows, x.base + column, stride: x.stride, cells: places.baseAddress!,
              values: values.baseAddress!)
            note(basis, index, column, rows: x.rows, chunk.weights, places.baseAddress!, values.baseAddress!)
          }
        }
      }
    }
  }

  private mutating func note(
    _ basis: some CompactBasis<Element>, _ layer: Int, _ column: Int, rows: Int, _ weights: UnsafePointer<Element>?,
    _ places: UnsafePointer<Int32>, _ values: UnsafePointer<Element>
  ) {
    let local = basis.localFunctions
    for row in 0..<rows where weights.map({ $0[row] != 0 }) ?? true {
      cells[layer][column * basis.cells + Int(places[row])] = true
      let first = column * basis.functions + Int(places[row])
      for r in 0..<local where values[r * rows + row] != 0 { functions[layer][first + r] = true }
    }
  }

  mutating func merge(_ other: SupportReduction) {
    for layer in functions.indices {
      for place in functions[layer].indices where other.functions[layer][place] { functions[layer][place] = true }
      for place in cells[layer].indices where other.cells[layer][place] { cells[layer][place] = true }
    }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    for layer in functions.indices {
      coder.code(&functions[layer])
      coder.code(&cells[layer])
    }
  }
}
