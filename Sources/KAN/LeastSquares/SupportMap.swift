/// The functions of a network with rows in their support, and the occupied cells of its layers.
struct SupportMap {
  /// For each layer and each row of its W, whether the function is non-zero at some row; false for base functions and
  /// functions without bounded support.
  private(set) var functions: [[Bool]]
  /// For each layer, input and cell, whether a row falls into it; empty for layers without a compact basis.
  private(set) var cells: [[Bool]]

  /// Considers rows with a weight above 0; `data` is in the data's units.
  init<Element: Scalar>(of network: Network<Element>, on data: Dataset<Element>, pool: ThreadPool) {
    let bases = network.layers.map(\.compactBasis)
    var functions = network.layers.map { [Bool](repeating: false, count: $0.inputs * $0.functions) }
    var cells = bases.map { basis in
      [Bool](repeating: false, count: basis.map { $0.inputs * $0.cells } ?? 0)
    }
    let widest = bases.map { $0?.nonZeroFunctions ?? 0 }.max()!
    let chunk = max(1, min(data.rows, 1024))
    var values = [Element](repeating: 0, count: chunk * widest)
    var places = [Int32](repeating: 0, count: chunk)
    network.forEachChunk(of: data, rows: chunk, pool: pool) { range, input, _ in
      let weights = data.weights.map { $0.pointer + range.lowerBound }
      for (index, basis) in bases.enumerated() {
        guard let basis else { continue }
        let x = input(index)
        values.withUnsafeMutableBufferPointer { values in
          places.withUnsafeMutableBufferPointer { places in
            for column in 0..<x.columns {
              let (values, places) = (values.baseAddress!, places.baseAddress!)
              basis.evaluate(
                input: column, count: x.rows, x.base + column, stride: x.stride, cells: places, values: values)
              let local = basis.localFunctions
              for row in 0..<x.rows where weights.map({ $0[row] != 0 }) ?? true {
                cells[index][column * basis.cells + Int(places[row])] = true
                let first = column * basis.functions + Int(places[row])
                for r in 0..<local where values[r * x.rows + row] != 0 { functions[index][first + r] = true }
              }
            }
          }
        }
      }
    }
    self.functions = functions
    self.cells = cells
  }

  /// Whether any function may change.
  var isEmpty: Bool { !functions.contains { $0.contains(true) } }
}
