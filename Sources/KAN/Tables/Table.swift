/// A table as people keep it: columns of numbers or texts, any of which may have gaps.
///
/// It is what a file holds before anything is decided about it. ``TableEncoding`` turns it into the inputs and targets
/// of a network.
public struct Table: Sendable, Equatable {
  /// One column with its name.
  public struct Column: Sendable, Equatable {
    /// The name in the header.
    public var name: String
    /// A cell for each row.
    public var cells: Cells

    /// A column from its name and its cells.
    public init(name: String, cells: Cells) {
      self.name = name
      self.cells = cells
    }
  }

  /// The cells of a column: [rows]
  public enum Cells: Sendable, Equatable {
    /// Numbers; NaN for a gap.
    case numbers([Double])
    /// Points in time: seconds since 1970-01-01T00:00:00Z; NaN for a gap.
    case times([Double])
    /// Texts: `codes` index into `levels`, which are all different; -1 for a gap.
    case texts(codes: [Int32], levels: [String])

    /// The number of rows.
    public var count: Int {
      switch self {
      case .numbers(let values), .times(let values): values.count
      case .texts(let codes, _): codes.count
      }
    }
  }

  /// From left to right, as many cells in each.
  public private(set) var columns: [Column]
  /// The number of rows.
  public let rows: Int

  /// A table from its columns. Traps unless all have as many cells, and codes lie within their levels.
  public init(_ columns: [Column]) {
    rows = columns.first?.cells.count ?? 0
    for column in columns {
      require(
        column.cells.count == rows,
        "Table: \(column.cells.count) cells in \"\(column.name)\" of a table of \(rows) rows")
      guard case .texts(let codes, let levels) = column.cells else { continue }
      let wrong = codes.first { $0 < -1 || Int($0) >= levels.count }
      require(wrong == nil, "Table: code \(wrong ?? 0) in \"\(column.name)\", which has \(levels.count) levels")
    }
    self.columns = columns
  }

  /// The first column of a name, nil if there is none.
  public subscript(name: String) -> Column? { columns.first { $0.name == name } }

  /// Some rows, in the given order.
  public func selecting(rows selected: some Collection<Int>) -> Table {
    Table(
      columns.map { column in
        let cells: Cells =
          switch column.cells {
          case .numbers(let values): .numbers(selected.map { values[$0] })
          case .times(let values): .times(selected.map { values[$0] })
          case .texts(let codes, let levels): .texts(codes: selected.map { codes[$0] }, levels: levels)
          }
        return Column(name: column.name, cells: cells)
      })
  }
}
