/// Statistics of the values that reach a layer, from which its grid is made.
struct LayerInputs<Element: Scalar> {
  /// Evenly spaced rows, or all if there are few: [sample × in]
  private(set) var sample: Matrix<Element>
  /// Of all rows: [in] each.
  private(set) var lowest, highest: [Element]
  /// Rows below and above the grid, unless the layer has none.
  private(set) var outside: OutsideGridCounts?
  private let grid: Grid<Element>?

  /// Rows kept in the sample.
  static var sampleRows: Int { 8192 }

  fileprivate init(_ layer: Layer<Element>, sample rows: Int) {
    sample = Matrix(rows: rows, columns: layer.inputs)
    lowest = [Element](repeating: .infinity, count: layer.inputs)
    highest = [Element](repeating: -.infinity, count: layer.inputs)
    grid = layer.grid
    if grid != nil { outside = OutsideGridCounts(inputs: layer.inputs) }
  }

  /// Adds rows, of which the first is row `start` of `total`.
  fileprivate mutating func add(_ x: MatrixView<Element>, start: Int, total: Int) {
    noteRange(x)
    if let grid { outside!.add(x, lower: grid.lower, upper: grid.upper) }
    // Row r·total/sample is kept row r.
    let rows = sample.rows
    let to = sample.mutableView()
    var kept = (start * rows + total - 1) / total
    while kept < rows, kept * total / rows < start + x.rows {
      let source = x.base + (kept * total / rows - start) * x.stride
      (to.base + kept * to.stride).update(from: source, count: x.columns)
      kept += 1
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private mutating func noteRange(_ x: MatrixView<Element>) {
    lowest.withUnsafeMutableBufferPointer { lowest in
      highest.withUnsafeMutableBufferPointer { highest in
        for row in 0..<x.rows {
          for column in 0..<x.columns {
            let value = x[row, column]
            // Written so that NaN propagates.
            if !(value >= lowest[column]) { lowest[column] = value }
            if !(value <= highest[column]) { highest[column] = value }
          }
        }
      }
    }
  }

  /// Whether all rows were finite.
  var firstNonFinite: Int? { lowest.indices.first { !lowest[$0].isFinite || !highest[$0].isFinite } }
}

/// The number of rows outside the grid of each input of a layer.
public struct OutsideGridCounts: Sendable, Equatable, Codable {
  /// Rows counted.
  public var rows = 0
  /// x < a and x > b: [in] each.
  public var below, above: [Int]

  /// Zero counts for a layer of `inputs` inputs.
  public init(inputs: Int) {
    below = [Int](repeating: 0, count: inputs)
    above = below
  }

  /// The total over all inputs.
  public var total: Int { below.reduce(0, +) + above.reduce(0, +) }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  fileprivate mutating func add<Element: Scalar>(
    _ x: MatrixView<Element>, lower: AlignedArray<Element>, upper: AlignedArray<Element>
  ) {
    rows += x.rows
    let (a, b) = (lower.pointer, upper.pointer)
    below.withUnsafeMutableBufferPointer { below in
      above.withUnsafeMutableBufferPointer { above in
        for row in 0..<x.rows {
          for column in 0..<x.columns {
            let value = x[row, column]
            below[column] &+= value < a[column] ? 1 : 0
            above[column] &+= value > b[column] ? 1 : 0
          }
        }
      }
    }
    withExtendedLifetime((lower, upper)) {}
  }
}

extension Network {
  /// Counts rows outside each layer's grid; nil for a layer without a grid. `rows` are in the data's units: [rows ×
  /// in].
  public func outsideGridCounts(on rows: Matrix<Element>, pool: ThreadPool = .shared) -> [OutsideGridCounts?] {
    layerInputs(of: rows, sample: 0, pool: pool).map(\.outside)
  }

  /// Stores the counts of rows outside the grids in the training record, which is saved with the model.
  public mutating func noteRowsOutsideGrids(_ rows: Matrix<Element>, pool: ThreadPool = .shared) {
    let counts = outsideGridCounts(on: rows, pool: pool)
    record?.outside = counts
  }

  /// The inputs of each layer, in one pass over all rows.
  func layerInputs(
    of rows: Matrix<Element>, sample: Int = LayerInputs<Element>.sampleRows, pool: ThreadPool
  ) -> [LayerInputs<Element>] {
    require(
      rows.columns == inputs, "Network: rows of shape [\(rows.rows) × \(rows.columns)] for \(inputs) inputs")
    var result = layers.map { LayerInputs($0, sample: min(sample, rows.rows)) }
    if rows.rows == 0 { return result }
    let workspace = Workspace(
      self, capacity: min(rows.rows, Self.predictionRows), workers: pool.threads, training: false)
    for start in stride(from: 0, to: rows.rows, by: workspace.capacity) {
      let count = min(workspace.capacity, rows.rows - start)
      Element._scaleColumns(
        count, inputs, rows.elements.pointer + start * inputs, inputScaling.shift.pointer,
        inputScaling.factor.pointer, workspace.input(rows: count).base)
      forward(rows: count, in: workspace, on: pool, layers: layers.count - 1)
      for index in layers.indices {
        result[index].add(
          layerInput(index, count, workspace), start: start, total: rows.rows)
      }
    }
    return result
  }
}
