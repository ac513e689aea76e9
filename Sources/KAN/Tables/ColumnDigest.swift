/// What the encoding of a column depends on: of numbers a summary, of texts how often each is there. It takes little memory
/// however many rows a table has.
package enum ColumnDigest: Sendable {
  /// - Parameter countsRows: whether they are 0, 1, 2 … or 1, 2, 3 … in the order of the rows.
  case numbers(ColumnSummary, countsRows: Bool)
  case times(ColumnSummary)
  /// Each level with its rows, and the gaps.
  case texts(levels: [String], counts: [Int], gaps: Int)
}

extension ColumnDigest {
  /// Of a column in memory.
  ///
  /// - Parameter isCategorical: whether numbers are names.
  init(_ cells: Table.Cells, isCategorical: Bool) {
    switch cells {
    case .numbers(let values) where isCategorical:
      var counts: [Double: Int] = [:]
      for value in values where !value.isNaN { counts[value, default: 0] += 1 }
      var levels: [Double] = []
      var seen: Set<Double> = []
      for value in values where !value.isNaN && seen.insert(value).inserted { levels.append(value) }
      self = .texts(
        levels: levels.map(TableEncoding.shortText), counts: levels.map { counts[$0]! },
        gaps: values.count(where: \.isNaN))
    case .numbers(let values):
      var digest = NumberDigest(rows: values.count)
      digest.add(values)
      self = digest.numbers
    case .times(let values): self = .times(ColumnSummary(values))
    case .texts(let codes, let levels):
      var counts = [Int](repeating: 0, count: levels.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      self = .texts(levels: levels, counts: counts, gaps: codes.count { $0 < 0 })
    }
  }

  /// Of numbers and times.
  var summary: ColumnSummary? {
    switch self {
    case .numbers(let summary, _), .times(let summary): summary
    case .texts: nil
    }
  }
}

/// Takes a column of numbers, or times, part by part.
package struct NumberDigest: Sendable {
  private var (lowest, highest) = (Double.infinity, -Double.infinity)
  package private(set) var gaps = 0
  private var sample: [Double] = []
  /// Rows from one of the sample to the next, and rows so far.
  private let step: Int
  private var count = 0
  private var first = Double.nan
  private var countsRows = true

  /// - Parameter rows: of all parts together.
  package init(rows: Int) { step = max(1, rows / ColumnSummary.sample) }

  /// Takes the values of the rows that follow.
  package mutating func add(_ values: [Double]) {
    if count == 0, let value = values.first { first = value }
    for (offset, value) in values.enumerated() {
      if value.isNaN {
        gaps += 1
      } else {
        if value < lowest { lowest = value }
        if value > highest { highest = value }
        if (count + offset) % step == 0 { sample.append(value) }
      }
      if countsRows && !(value == first + Double(count + offset)) { countsRows = false }
    }
    count += values.count
  }

  /// The largest value, -∞ of none.
  package var largest: Double { highest }

  package var summary: ColumnSummary {
    ColumnSummary(lowest: lowest, highest: highest, gaps: gaps, sorted: sample.sorted())
  }

  package var numbers: ColumnDigest {
    .numbers(summary, countsRows: countsRows && count > 2 && (first == 0 || first == 1))
  }
}

/// The columns of a table as digests, in the order of the table.
package struct TableDigest: Sendable {
  package var columns: [(name: String, digest: ColumnDigest)]

  /// Of columns that were read part by part.
  package init(_ columns: [(name: String, digest: ColumnDigest)]) { self.columns = columns }

  /// Of a table in memory.
  init(_ table: Table, _ columns: TableColumns) {
    let last = table.columns.last { $0.name != columns.weights }.map { [$0.name] } ?? []
    let targets = columns.targets.isEmpty ? last : columns.targets
    self.columns = table.columns.map { column in
      let isClass = columns.task == .classification && targets.contains(column.name)
      // Classes that are numbers go by value.
      if isClass, case .numbers(let values) = column.cells { return (column.name, Self.classes(values)) }
      if isClass, case .times(let values) = column.cells { return (column.name, Self.classes(values)) }
      return (
        column.name, ColumnDigest(column.cells, isCategorical: columns.categorical.contains(column.name))
      )
    }
  }

  private static func classes(_ values: [Double]) -> ColumnDigest {
    var counts: [Double: Int] = [:]
    for value in values where !value.isNaN { counts[value, default: 0] += 1 }
    let levels = counts.keys.sorted()
    return .texts(
      levels: levels.map(TableEncoding.shortText), counts: levels.map { counts[$0]! },
      gaps: values.count(where: \.isNaN))
  }

  func digest(_ name: String) throws(TableError) -> ColumnDigest {
    guard let column = columns.first(where: { $0.name == name }) else {
      throw TableError("there is no column \"\(name)\"")
    }
    return column.digest
  }
}
