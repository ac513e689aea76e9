/// How often the targets of some rows lie in their intervals, for one target column.
public struct IntervalCoverage: Sendable, Equatable, Codable {
  /// The target's name, or `y`, `y0`, `y1`, …
  public var target: String
  /// The share asked for.
  public var level: Double
  /// The share found. Of n rows it scatters about the true one by √(level·(1 - level)/n).
  public var coverage: Double
  /// The mean width of the intervals, in the target's units.
  public var width: Double
  /// The same by tenths of the rows, in the order of their predictions; as many as there are rows if fewer than ten.
  public var tenths: [Tenth]

  /// Some of the rows.
  public struct Tenth: Sendable, Equatable, Codable {
    /// The lowest prediction, in the target's units.
    public var from: Double
    /// The highest prediction.
    public var to: Double
    /// The number of rows.
    public var rows: Int
    /// The share of targets within.
    public var coverage: Double
    /// The mean width.
    public var width: Double
  }
}

extension Network {
  /// The coverage of the intervals on some rows, of each target; rows count by their weights.
  ///
  /// - Parameters:
  ///   - data: rows that neither training nor calibration has seen; traps if there is no target for each output.
  ///   - level: the share asked for.
  /// - Throws: ``IntervalError``
  public func intervalCoverage(
    on data: Dataset<Element>, level: Double = 0.9, pool: ThreadPool = .shared
  ) throws(IntervalError) -> [IntervalCoverage] {
    guard case .values(let targets) = data.targets, targets.columns == outputs else {
      fatalError("Network: \(data.targets.outputs) targets for intervals of \(outputs) outputs")
    }
    let intervals = try predictionIntervals(at: data.inputs, level: level, pool: pool)
    return (0..<outputs).map { output in
      let unit = encoding?.targetScales[output] ?? 1
      let shift = encoding?.targets[output].number?.shift ?? 0
      let rows = (0..<data.rows).map { row in
        let (low, high) = (intervals.lower[row, output], intervals.upper[row, output])
        let target = Double(targets[row, output])
        return CoveredRow(
          prediction: (low + high) / 2 / unit + shift, width: (high - low) / unit,
          isCovered: low <= target && target <= high, weight: data.weights.map { Double($0[row]) } ?? 1)
      }.sorted { $0.prediction < $1.prediction }
      let all = CoveredRow.summary(rows[...])
      let parts = min(10, rows.count)
      return IntervalCoverage(
        target: names.target(output, of: outputs), level: level, coverage: all.coverage, width: all.width,
        tenths: (0..<parts).map {
          CoveredRow.summary(rows[$0 * rows.count / parts..<($0 + 1) * rows.count / parts])
        })
    }
  }
}

private struct CoveredRow {
  let prediction, width: Double
  let isCovered: Bool
  let weight: Double

  static func summary(_ rows: ArraySlice<CoveredRow>) -> IntervalCoverage.Tenth {
    let weight = rows.reduce(0) { $0 + $1.weight }
    return IntervalCoverage.Tenth(
      from: rows.first?.prediction ?? .nan, to: rows.last?.prediction ?? .nan, rows: rows.count,
      coverage: rows.reduce(0) { $0 + ($1.isCovered ? $1.weight : 0) } / weight,
      width: rows.reduce(0) { $0 + $1.width * $1.weight } / weight)
  }
}
