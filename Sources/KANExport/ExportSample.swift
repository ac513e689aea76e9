import KAN
import KANLinearAlgebra

/// Rows on which an export is compared with its model: within the ranges of the training, at their ends and a tenth beyond,
/// with gaps and unknown texts where the model takes them.
public struct ExportSample: Sendable {
  /// What the exported function takes: [rows][columns]
  public let rows: [[Double]]
  /// The same as a table.
  public let table: Table

  /// - Parameter count: rows.
  public init(_ plan: ExportPlan, rows count: Int, seed: UInt64 = 0) {
    var generator = RandomGenerator(seed: seed)
    let columns = plan.columns.map { column in
      (0..<count).map { row in Self.cell(of: column, row, &generator) }
    }
    rows = (0..<count).map { row in columns.map { $0[row] } }
    table = Table(
      zip(plan.columns, columns).map { column, cells in
        let own: Table.Cells =
          switch column.kind {
          case .number, .flag: .numbers(cells)
          case .time: .times(cells)
          case .text(let levels):
            // One more for the text that is not known.
            .texts(
              codes: cells.map { $0.isNaN ? -1 : $0 == 0 ? Int32(levels.count) : Int32($0) - 1 },
              levels: levels + [Self.unknownText])
          }
        return Table.Column(name: column.name, cells: own)
      })
  }

  private static let unknownText = "a text that no training has seen"

  private static func cell(of column: ExportColumn, _ row: Int, _ generator: inout RandomGenerator) -> Double {
    let share = generator.uniform()
    if column.takesGaps && generator.uniform() < 0.05 { return .nan }
    switch column.kind {
    case .flag: return share < 0.5 ? 0 : 1
    case .text(let levels): return (share * Double(levels.count + 1)).rounded(.down)
    case .number, .time:
      let range = column.range ?? -1...1
      let width = range.upperBound - range.lowerBound
      // The first rows are the ends.
      if row == 0 { return range.lowerBound }
      if row == 1 { return range.upperBound }
      let value = range.lowerBound + (1.2 * share - 0.1) * width
      return column.kind == .time ? value.rounded() : value
    }
  }

  /// The model's own predictions for the rows: [rows][outputs]
  public func predictions<Element: Scalar>(of network: Network<Element>, pool: ThreadPool = .shared) throws
    -> [[Double]]
  {
    if network.encoding != nil {
      let result = try network.predict(table, pool: pool)
      return (0..<result.rows).map { result.row($0) }
    }
    let inputs = Matrix<Element>(rows.map { $0.map { Element($0) } })
    let result: Matrix<Element> = network.predict(inputs, pool: pool)
    return (0..<result.rows).map { result.row($0).map { Double($0) } }
  }
}

/// The largest difference between two programs' outputs, where both are numbers, relative to the larger of 1 and the
/// model's; infinite where one is NaN or infinite alone.
public func largestError(of outputs: [[Double]], from predictions: [[Double]]) -> Double {
  var largest = 0.0
  for (row, expected) in zip(outputs, predictions) {
    for (value, expected) in zip(row, expected) {
      if value == expected || value.isNaN && expected.isNaN { continue }
      let error = abs(value - expected) / max(1, abs(expected))
      largest = max(largest, error.isNaN ? .infinity : error)
    }
  }
  return largest
}
