/// The rows in which the columns of the inputs have their extremes, the first of equals.
private struct ExtremeRows<Element: Scalar>: Reduction {
  private var lowest, highest: [(value: Element, row: Int)?]

  init(columns: Int) {
    lowest = Array(repeating: nil, count: columns)
    highest = lowest
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  mutating func add(_ chunk: RowChunk<Element>) {
    guard let x = chunk.inputs else { return }
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let value = x[row, column]
        if !(lowest[column].map { value >= $0.value } ?? false) {
          lowest[column] = (value, chunk.range.lowerBound + row)
        }
        if !(highest[column].map { value <= $0.value } ?? false) {
          highest[column] = (value, chunk.range.lowerBound + row)
        }
      }
    }
  }

  mutating func merge(_ other: ExtremeRows) {
    for column in lowest.indices {
      if let a = other.lowest[column], !(lowest[column].map { a.value >= $0.value } ?? false) { lowest[column] = a }
      if let a = other.highest[column], !(highest[column].map { a.value <= $0.value } ?? false) { highest[column] = a }
    }
  }

  var rows: [Int] { (lowest + highest).compactMap { $0?.row } }
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
