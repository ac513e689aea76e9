/// Statistics of the values that reach a layer, from which its grid is made.
struct LayerInputs<Element: Scalar> {
  /// Evenly spaced rows, or all if there are few: [sample × in]
  private(set) var sample: Matrix<Element>
  /// Of all rows: [in] each.
  private(set) var lowest, highest: [Element]
  /// Rows below and above the grid, unless the layer has none.
  private(set) var outside: OutsideGridCounts?
  private let grid: Grid<Element>?
  /// Rows of the sample that have been met, one after another.
  private var met: (first: Int, end: Int)?

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
    var next = (start * rows + total - 1) / total
    while next < rows, next * total / rows < start + x.rows {
      let source = x.base + (next * total / rows - start) * x.stride
      (to.base + next * to.stride).update(from: source, count: x.columns)
      met = (met?.first ?? next, next + 1)
      next += 1
    }
  }

  /// Takes what the layer sees of the rows that follow, on another rank.
  fileprivate mutating func merge(_ other: LayerInputs) {
    for column in lowest.indices {
      // NaN sticks, as in `noteRange`.
      let (low, high) = (other.lowest[column], other.highest[column])
      if low < lowest[column] || low.isNaN { lowest[column] = low }
      if high > highest[column] || high.isNaN { highest[column] = high }
    }
    if let counts = other.outside {
      outside!.rows += counts.rows
      for column in counts.below.indices {
        outside!.below[column] += counts.below[column]
        outside!.above[column] += counts.above[column]
      }
    }
    guard let later = other.met else { return }
    let (to, from) = (sample.mutableView(), other.sample.view)
    (to.base + later.first * to.stride).update(
      from: from.base + later.first * from.stride, count: (later.end - later.first) * from.stride)
    withExtendedLifetime(other) {}
    met = (met?.first ?? later.first, later.end)
  }

  fileprivate mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&lowest)
    coder.code(&highest)
    if outside != nil {
      coder.code(&outside!.rows)
      coder.code(&outside!.below)
      coder.code(&outside!.above)
    }
    coder.code(&met)
    guard let met else { return }
    let to = sample.mutableView()
    coder.code(
      UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(start: to.base + met.first * to.stride, count: (met.end - met.first) * to.stride)))
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private mutating func noteRange(_ x: MatrixView<Element>) {
    lowest.withUnsafeMutableBufferPointer { lowest in
      highest.withUnsafeMutableBufferPointer { highest in
        for row in 0..<x.rows {
          for column in 0..<x.columns {
            let value = x[row, column]
            // NaN sticks: nothing is below or above it.
            let isNumber = value == value
            if value < lowest[column] || !isNumber { lowest[column] = value }
            if value > highest[column] || !isNumber { highest[column] = value }
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

  /// Takes the counts of rows that follow.
  ///
  /// Traps unless they are of as many inputs.
  public mutating func add(_ other: OutsideGridCounts) {
    require(below.count == other.below.count, "OutsideGridCounts: \(other.below.count) inputs, not \(below.count)")
    rows += other.rows
    for input in below.indices {
      below[input] += other.below[input]
      above[input] += other.above[input]
    }
  }

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

  /// The same for the rows of any source.
  ///
  /// - Throws: ``RowSourceError`` if a row cannot be read.
  public func outsideGridCounts(
    on source: some RowSource<Element>, pool: ThreadPool = .shared
  ) throws(RowSourceError) -> [OutsideGridCounts?] {
    try layerInputs(of: source, sample: 0, pool: pool).map(\.outside)
  }

  /// Stores the counts of the rows of a source.
  ///
  /// - Throws: ``RowSourceError`` if a row cannot be read.
  public mutating func noteRowsOutsideGrids(
    of source: some RowSource<Element>, pool: ThreadPool = .shared
  ) throws(RowSourceError) {
    let counts = try outsideGridCounts(on: source, pool: pool)
    record?.outside = counts
  }

  /// What each layer sees, in one pass over all rows: of a matrix [rows × in].
  func layerInputs(
    of rows: Matrix<Element>, sample: Int = LayerInputs<Element>.sampleRows, pool: ThreadPool
  ) -> [LayerInputs<Element>] {
    do throws(RowSourceError) {
      return try layerInputs(of: Dataset(withoutTargets: rows), sample: sample, pool: pool)
    } catch {
      fatalError("Network: \(error)")  // Rows in memory have no errors of reading.
    }
  }

  /// The same of the rows of a source.
  func layerInputs(
    of source: some RowSource<Element>, sample: Int = LayerInputs<Element>.sampleRows, pool: ThreadPool
  ) throws(RowSourceError) -> [LayerInputs<Element>] {
    var result = layers.map { LayerInputs($0, sample: min(sample, source.rows)) }
    // Within a process extremes and counts are the same in any order, and each row of the sample is written once: nothing to merge.
    try forEachChunk(of: TrainingRows(unweighted: source), layers: layers.count - 1, pool: pool) { chunk in
      for index in layers.indices {
        result[index].add(chunk.input(index), start: chunk.range.lowerBound, total: chunk.total)
      }
    }
    guard let communicator = source.sharingRanks else { return result }
    var all = SeenInputs(layers: result)
    communicator.merge(&all)
    return all.layers
  }
}

/// What the layers see of the rows of several ranks.
private struct SeenInputs<Element: Scalar>: Reduction {
  var layers: [LayerInputs<Element>]

  mutating func add(_ chunk: NetworkChunk<Element>) {
    for index in layers.indices {
      layers[index].add(chunk.input(index), start: chunk.range.lowerBound, total: chunk.total)
    }
  }

  mutating func merge(_ other: SeenInputs) {
    for index in layers.indices { layers[index].merge(other.layers[index]) }
  }

  mutating func code(_ coder: inout ReductionCoder) { for index in layers.indices { layers[index].code(&coder) } }
}
