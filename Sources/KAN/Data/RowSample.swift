/// The rows in which the columns of the inputs have their extremes, the first of equals.
private struct ExtremeRows<Element: Scalar>: Reduction {
  private var lowest, highest: [Element]
  /// -1 of no rows.
  private var rowsOfLowest, rowsOfHighest: [Int]

  init(columns: Int) {
    lowest = Array(repeating: .infinity, count: columns)
    highest = Array(repeating: -.infinity, count: columns)
    rowsOfLowest = Array(repeating: -1, count: columns)
    rowsOfHighest = rowsOfLowest
  }

  mutating func add(_ chunk: RowChunk<Element>) {
    if let x = chunk.inputs { add(x, chunk.range.lowerBound) }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private mutating func add(_ x: MatrixView<Element>, _ first: Int) {
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let value = x[row, column]
        if value < lowest[column] { (lowest[column], rowsOfLowest[column]) = (value, first + row) }
        if value > highest[column] { (highest[column], rowsOfHighest[column]) = (value, first + row) }
      }
    }
  }

  mutating func merge(_ other: ExtremeRows) {
    for column in lowest.indices {
      if other.lowest[column] < lowest[column] {
        (lowest[column], rowsOfLowest[column]) = (other.lowest[column], other.rowsOfLowest[column])
      }
      if other.highest[column] > highest[column] {
        (highest[column], rowsOfHighest[column]) = (other.highest[column], other.rowsOfHighest[column])
      }
    }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&lowest)
    coder.code(&highest)
    coder.code(&rowsOfLowest)
    coder.code(&rowsOfHighest)
  }

  var rows: [Int] { (rowsOfLowest + rowsOfHighest).filter { $0 >= 0 } }
}

extension RowSource {
  /// Rows in memory that stand for all of a source where ranges, quantiles and the shape of a network are chosen: about
  /// `most` evenly spaced ones, and those in which a column of the inputs has its lowest and highest value. All rows if
  /// they are no more.
  ///
  /// A quantile of n evenly spaced rows is off by some 1/√n of the rows, 0.4 % of 65,536; ranges are exact.
  ///
  /// - Throws: ``RowSourceError`` if a row cannot be read.
  package func sample(of most: Int, pool: ThreadPool) throws(RowSourceError) -> Dataset<Element> {
    if rows <= most { return try Dataset(reading: self) }
    let extremes = try reduce(ExtremeRows<Element>(columns: inputColumns), reading: .inputs, pool: pool).rows
    let selected = Set((0..<most).map { $0 * rows / most } + extremes).sorted()
    return try Dataset(reading: RowSelection(source: self, selected: selected))
  }
}
