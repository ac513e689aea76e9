/// Extremes, means and standard deviations of columns, in double precision and one pass.
///
/// Means and squares of distances from them are updated row by row (West 1979, Communications of the ACM 22) and merged by
/// shards (Chan, Golub and LeVeque 1983, The American Statistician 37), so that neither a large offset nor many rows cost
/// digits, and the deviation of a constant column is exactly 0. A row of weight 0 counts for nothing.
struct ColumnStatistics<Element: Scalar>: Sendable {
  private(set) var lowest, highest: [Element]
  private(set) var means: [Double]
  /// Σ w·(x - x̄)²
  private var squares: [Double]
  /// Σ w
  private var weight = 0.0

  init(columns: Int) {
    lowest = [Element](repeating: .infinity, count: columns)
    highest = [Element](repeating: -.infinity, count: columns)
    means = [Double](repeating: 0, count: columns)
    squares = means
  }

  /// Of the rows of a matrix that is not a source by itself.
  init(_ x: Matrix<Element>) {
    self.init(columns: x.columns)
    add(x.view, weights: nil)
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  mutating func add(_ x: MatrixView<Element>, weights: UnsafePointer<Element>?) {
    let columns = means.count
    lowest.withUnsafeMutableBufferPointer { lowest in
      highest.withUnsafeMutableBufferPointer { highest in
        means.withUnsafeMutableBufferPointer { means in
          squares.withUnsafeMutableBufferPointer { squares in
            for row in 0..<x.rows {
              let own = weights.map { Double($0[row]) } ?? 1
              if own == 0 { continue }
              weight += own
              let share = own / weight
              for column in 0..<columns {
                let value = x[row, column]
                if value < lowest[column] { lowest[column] = value }
                if value > highest[column] { highest[column] = value }
                let distance = Double(value) - means[column]
                means[column] += share * distance
                squares[column] += own * distance * (Double(value) - means[column])
              }
            }
          }
        }
      }
    }
  }

  mutating func merge(_ other: ColumnStatistics) {
    if other.weight == 0 { return }
    let before = weight
    weight += other.weight
    let share = other.weight / weight
    for column in means.indices {
      if other.lowest[column] < lowest[column] { lowest[column] = other.lowest[column] }
      if other.highest[column] > highest[column] { highest[column] = other.highest[column] }
      let distance = other.means[column] - means[column]
      means[column] += share * distance
      squares[column] += other.squares[column] + before * share * distance * distance
    }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&lowest)
    coder.code(&highest)
    coder.code(&means)
    coder.code(&squares)
    coder.code(&weight)
  }

  /// √(Σ w·(x - x̄)² / Σ w), 0 of no rows
  var deviations: [Double] { squares.map { weight > 0 ? ($0 / weight).squareRoot() : 0 } }
}

/// Statistics of the inputs, and of targets that are numbers.
struct RowStatistics<Element: Scalar>: Reduction {
  private(set) var inputs: ColumnStatistics<Element>
  private(set) var targets: ColumnStatistics<Element>

  init(of source: some RowSource<Element>) {
    inputs = ColumnStatistics(columns: source.inputColumns)
    targets = ColumnStatistics(columns: source.targetShape.task == .regression ? source.targetShape.outputs : 0)
  }

  mutating func add(_ chunk: RowChunk<Element>) {
    if let x = chunk.inputs { inputs.add(x, weights: chunk.weights) }
    if let y = chunk.values { targets.add(y, weights: chunk.weights) }
  }

  mutating func merge(_ other: RowStatistics) {
    inputs.merge(other.inputs)
    targets.merge(other.targets)
  }

  mutating func code(_ coder: inout ReductionCoder) {
    inputs.code(&coder)
    targets.code(&coder)
  }
}
