// Rows of a table as a network sees them.

/// Rows of a table as numbers, and what was met on the way.
public struct EncodedTable<Element: Scalar>: Sendable {
  /// The rows that have targets.
  public var data: Dataset<Element>
  /// Their places in the table, from 0; nil if all of them are there.
  public var rows: [Int]?
  /// By column: cells with a text that the training has hardly or not at all.
  public var unknown: [String: Int]
}

/// Which part of a table some rows are, where they are encoded part by part.
package struct TablePart: Sendable {
  /// Rows before them.
  package var firstRow: Int
  /// The largest weight of the whole table, if it has weights.
  package var largestWeight: Double?

  package init(firstRow: Int, largestWeight: Double?) {
    (self.firstRow, self.largestWeight) = (firstRow, largestWeight)
  }
}

extension TableEncoding {
  /// Names of inputs, targets and classes.
  public var names: Names {
    Names(inputs: inputs.map(\.name), targets: targets.map(\.column), classes: classes)
  }

  /// The inputs of a table's rows: [rows × inputs].
  ///
  /// - Parameter unknown: gets the number of unknown texts of each column that has any.
  /// - Throws: ``TableError`` for a column that is missing or of another kind than in the training.
  public func inputs<Element: Scalar>(
    of table: Table, as _: Element.Type = Element.self, unknown: inout [String: Int], pool: ThreadPool = .shared
  ) throws(TableError) -> Matrix<Element> {
    var readers: [InputReader] = []
    for input in inputs {
      let column = try Self.column(input.column, of: table).withGaps(missingWords, input)
      let reader = try InputReader(input, column)
      if let count = reader.unknown, count > 0 { unknown[input.column] = count }
      readers.append(reader)
    }
    var matrix = Matrix<Element>(rows: table.rows, columns: inputs.count)
    let loop = EncodeLoop(readers: readers, to: matrix.mutableView())
    withExtendedLifetime(matrix) { pool.run(loop.count, work: 4 * table.rows * inputs.count, loop) }
    return matrix
  }

  /// Gaps of each column in which the training had none: a usual value stands for them.
  package func unlearnedGaps(of table: Table) -> [String: Int] {
    var result: [String: Int] = [:]
    for input in inputs where result[input.column] == nil && !hasLearnedGaps(input) {
      guard let column = table[input.column]?.withGaps(missingWords, input) else { continue }
      let gaps =
        switch column.cells {
        case .numbers(let values), .times(let values): values.count(where: \.isNaN)
        case .texts(let codes, _): codes.count { $0 < 0 }
        }
      if gaps > 0 { result[input.column] = gaps }
    }
    return result
  }

  /// Whether the training had gaps in the column of an input.
  private func hasLearnedGaps(_ input: Input) -> Bool {
    if case .levels(_, let gap) = input.kind { return gap > 0 }
    return inputs.contains { $0.column == input.column && $0.kind == .gap }
  }

  /// Inputs, targets and weights of a table's rows. Rows without a target are left out.
  ///
  /// - Throws: ``TableError`` also for a target that is of another kind than in the training or of an unknown class, and
  ///   for a weight that is missing or negative.
  public func encode<Element: Scalar>(
    _ table: Table, as _: Element.Type = Element.self, pool: ThreadPool = .shared
  ) throws(TableError) -> EncodedTable<Element> {
    try encode(table, part: nil, pool: pool)
  }

  /// The same of some rows of a table.
  ///
  /// - Parameter part: where the rows are in it; nil for all of them.
  package func encode<Element: Scalar>(
    _ table: Table, as _: Element.Type = Element.self, part: TablePart?, pool: ThreadPool
  ) throws(TableError) -> EncodedTable<Element> {
    let firstRow = part?.firstRow ?? 0
    var unknown: [String: Int] = [:]
    let inputs = try inputs(of: table, as: Element.self, unknown: &unknown, pool: pool)
    var isComplete = [Bool](repeating: true, count: table.rows)
    let targets: Targets<Element>
    if classes.isEmpty {
      var values = Matrix<Element>(rows: table.rows, columns: self.targets.count)
      for (place, target) in self.targets.enumerated() {
        let cells = try Self.column(target.column, of: table).cells
        if case .texts(_, let levels) = cells, let word = levels.first {
          throw TableError("column \"\(target.column)\" holds texts such as \"\(word)\", which are no numbers")
        }
        let shift = target.number ?? Shift(shift: 0, scale: 1)
        for (row, value) in Self.numbers(cells).enumerated() {
          if value.isNaN {
            isComplete[row] = false
          } else {
            values[row, place] = Element((value - shift.shift) * shift.scale)
          }
        }
      }
      targets = .values(values)
    } else {
      targets = .classes(try classCodes(of: table, firstRow: firstRow, &isComplete), count: classes.count)
    }
    let weights: AlignedArray<Element>? = try weightColumn(of: table, part)
    let kept = isComplete.indices.filter { isComplete[$0] }
    if kept.isEmpty && part == nil { throw TableError("no row has a target") }
    let data = Dataset(
      inputs: inputs, targets: targets, weights: weights,
      names: names)
    let isWhole = kept.count == table.rows
    return EncodedTable(
      data: isWhole ? data : data.selecting(rows: kept), rows: isWhole ? nil : kept, unknown: unknown)
  }

  /// The columns of numbers and targets of which single precision loses more than a thousandth of what most rows differ
  /// by.
  package func columnsBeyondSinglePrecision(_ table: Table) -> [String] {
    let numbers = inputs.compactMap { input -> String? in
      if case .number = input.kind { input.column } else { nil }
    }
    let names = numbers + targets.filter { $0.number != nil }.map(\.column)
    return names.filter { name in
      guard let cells = table[name]?.cells else { return false }
      return ColumnSummary(Self.numbers(cells)).losesDigits
    }
  }

  /// The place of each row's class, 0 where it has none.
  private func classCodes(
    of table: Table, firstRow: Int, _ isComplete: inout [Bool]
  ) throws(TableError) -> [Int32] {
    let name = targets[0].column
    let cells = try Self.column(name, of: table).cells
    let places = Dictionary(classes.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    func unknownClass(_ row: Int, _ text: String) -> TableError {
      TableError("row \(firstRow + row + 1), column \"\(name)\": the model does not know the class \"\(text)\"")
    }
    var codes = [Int32](repeating: 0, count: table.rows)
    switch cells {
    case .numbers(let values), .times(let values):
      // Equal numbers are one class, however they are written.
      let known = Dictionary(
        classes.enumerated().compactMap { place, text in Double(text).map { ($0, Int32(place)) } },
        uniquingKeysWith: { first, _ in first })
      for (row, value) in values.enumerated() {
        if value.isNaN {
          isComplete[row] = false
        } else {
          guard let place = known[value] else { throw unknownClass(row, Self.shortText(value)) }
          codes[row] = place
        }
      }
    case .texts(let own, let levels):
      let map = levels.map { level in
        places[level] ?? truthPlace(level)
          ?? Double(level).flatMap { value in classes.firstIndex { Double($0) == value }.map { Int32($0) } }
      }
      for (row, code) in own.enumerated() {
        if code < 0 {
          isComplete[row] = false
        } else {
          guard let place = map[Int(code)] else { throw unknownClass(row, levels[Int(code)]) }
          codes[row] = place
        }
      }
    }
    return codes
  }

  /// The place of a class that is the same word of a truth in another case.
  private func truthPlace(_ level: String) -> Int32? {
    let word = level.lowercased()
    guard Self.truths.joined().contains(word) else { return nil }
    return classes.firstIndex { $0.lowercased() == word }.map { Int32($0) }
  }

  private func weightColumn<Element: Scalar>(
    of table: Table, _ part: TablePart?
  ) throws(TableError) -> AlignedArray<Element>? {
    guard let name = weights else { return nil }
    let values = Self.numbers(try Self.column(name, of: table).cells)
    if let row = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      let reason = values[row] < 0 ? "a weight must not be negative" : "a weight has to be a number"
      throw TableError("row \((part?.firstRow ?? 0) + row + 1), column \"\(name)\": \(reason)")
    }
    let largest = part?.largestWeight ?? values.max() ?? 1
    if largest == 0 { throw TableError("column \"\(name)\": all weights are 0") }
    // Only ratios matter. A power of two keeps their bits, where single precision does not hold the numbers themselves.
    let scale = ColumnSummary.scale(largest)
    return AlignedArray(values.map { Element($0 * scale) })
  }

  /// Predictions in the table's units, in place: [rows × targets]. Probabilities of classes stay as they are.
  public func restoreTargets(_ predictions: inout Matrix<Double>) {
    for (column, target) in targets.enumerated() {
      guard let shift = target.number, shift != Shift(shift: 0, scale: 1) else { continue }
      for row in 0..<predictions.rows {
        let value = predictions[row, column] / shift.scale + shift.shift
        let largest = Double.greatestFiniteMagnitude
        predictions[row, column] = value.isInfinite ? (value > 0 ? largest : -largest) : value
      }
    }
  }
}

extension Table.Column {
  /// The column with gaps in the place of words that a model takes for gaps.
  fileprivate func withGaps(_ words: [String]?, _ input: TableEncoding.Input) -> Table.Column {
    guard let words, !words.isEmpty else { return self }
    var result = self
    switch cells {
    case .times: break
    case .numbers(let values):
      let numbers = words.compactMap { Double($0) }
      if !numbers.isEmpty { result.cells = .numbers(values.map { numbers.contains($0) ? .nan : $0 }) }
    case .texts(let codes, let levels):
      let known = Set(words.map { $0.lowercased() })
      let isGap = levels.map { known.contains($0.lowercased()) }
      let own = codes.map { $0 >= 0 && isGap[Int($0)] ? -1 : $0 }
      result.cells = .texts(codes: own, levels: levels)
      // Words among the numbers of a column make texts of it, where they are not yet known as gaps.
      let numbers = levels.map { Double($0) }
      if !input.isText, levels.indices.allSatisfy({ isGap[$0] || numbers[$0] != nil }) {
        result.cells = .numbers(own.map { $0 < 0 ? .nan : numbers[Int($0)] ?? .nan })
      }
    }
    return result
  }
}

/// Writes one input's column.
private struct InputReader: Sendable {
  private enum Source {
    case numbers([Double], shift: Double, scale: Double, gap: Double)
    case magnitudes([Double], center: Double, unit: Double, gap: Double)
    case gaps([Double])
    case codes([Int32], map: [Int32], gap: Int32)
    case times([Double], TableEncoding.TimePart, start: Double, gap: Double)
  }
  private let source: Source
  /// Cells with unknown texts.
  let unknown: Int?

  init(_ input: TableEncoding.Input, _ column: Table.Column) throws(TableError) {
    func failure(_ expected: String) -> TableError {
      let found =
        switch column.cells {
        case .numbers: "numbers"
        case .times: "times"
        case .texts: "texts"
        }
      return TableError("column \"\(column.name)\" holds \(found), but the model has learned it as \(expected)")
    }
    var unknown: Int?
    switch (input.kind, column.cells) {
    case (.number(let shift, let scale, let gap), .numbers(let values)),
      (.number(let shift, let scale, let gap), .times(let values)):
      source = .numbers(values, shift: shift, scale: scale, gap: gap)
    case (.number(let shift, let scale, let gap), .texts(let codes, let levels)) where levels.isEmpty:
      source = .numbers([Double](repeating: .nan, count: codes.count), shift: shift, scale: scale, gap: gap)
    case (.magnitude(let center, let unit, let gap), .numbers(let values)),
      (.magnitude(let center, let unit, let gap), .times(let values)):
      source = .magnitudes(values, center: center, unit: unit, gap: gap)
    case (.number, _), (.magnitude, _): throw failure("numbers")
    case (.gap, .numbers(let values)), (.gap, .times(let values)): source = .gaps(values)
    case (.gap, .texts(let codes, _)): source = .gaps(codes.map { $0 < 0 ? .nan : 0 })
    case (.flag(let gap), .texts(let codes, let levels)):
      let values = levels.map { level in
        let word = level.lowercased()
        return ["true", "yes"].contains(word) ? 1.0 : ["false", "no"].contains(word) ? 0 : .nan
      }
      source = .numbers(
        codes.map { $0 < 0 ? .nan : values[Int($0)] }, shift: 0, scale: 1, gap: gap)
      unknown = codes.count { $0 >= 0 && values[Int($0)].isNaN }
    case (.flag(let gap), .numbers(let values)):
      source = .numbers(values.map { $0 == 0 || $0 == 1 ? $0 : .nan }, shift: 0, scale: 1, gap: gap)
      unknown = values.count { !($0.isNaN || $0 == 0 || $0 == 1) }
    case (.flag, .times): throw failure("true and false")
    case (.levels(let levels, let gap), .texts(let codes, let own)):
      let places = Dictionary(levels.enumerated().map { ($1, Int32($0 + 1)) }, uniquingKeysWith: { first, _ in first })
      let map = own.map { places[$0] ?? 0 }
      source = .codes(codes, map: map, gap: Int32(gap))
      unknown = codes.count { $0 >= 0 && map[Int($0)] == 0 }
    case (.levels(let levels, let gap), .numbers(let values)), (.levels(let levels, let gap), .times(let values)):
      // The same column, in which this table happens to have numbers alone.
      let places = Dictionary(levels.enumerated().map { ($1, Int32($0 + 1)) }, uniquingKeysWith: { first, _ in first })
      let codes = values.map { $0.isNaN ? -1 : places[TableEncoding.shortText($0)] ?? 0 }
      source = .codes(codes, map: (0...Int32(levels.count)).map { $0 }, gap: Int32(gap))
      unknown = codes.count { $0 == 0 }
    case (.level(let level), .texts(let codes, let levels)):
      source = .numbers(codes.map { $0 >= 0 && levels[Int($0)] == level ? 1 : 0 }, shift: 0, scale: 1, gap: 0)
    case (.level(let level), .numbers(let values)), (.level(let level), .times(let values)):
      source = .numbers(
        values.map { TableEncoding.shortText($0) == level ? 1 : 0 }, shift: 0, scale: 1, gap: 0)
    case (.time(let part, let start, let gap), .times(let values)):
      source = .times(values, part, start: start, gap: gap)
    case (.time(let part, let start, let gap), .numbers(let values)) where values.allSatisfy(\.isNaN):
      source = .times(values, part, start: start, gap: gap)
    case (.time, _): throw failure("times")
    }
    self.unknown = unknown
  }

  private static func asinh(_ x: Double) -> Double {
    let size = x.magnitude
    // Beyond, the square is all of the sum, and may be too large.
    let value =
      size > 1e8 ? Elementary.log(2) + Elementary.log(size) : Elementary.log(size + (size * size + 1).squareRoot())
    return x < 0 ? -value : value
  }

  /// Far beyond all that a training scales its numbers to, and near enough that no product of a network overflows.
  private static func bounded(_ value: Double) -> Double { value.isNaN ? value : min(max(value, -1e18), 1e18) }

  func write<Element: Scalar>(_ rows: Range<Int>, column: Int, to matrix: MutableMatrixView<Element>) {
    switch source {
    case .numbers(let values, let shift, let scale, let gap):
      for row in rows {
        let value = values[row].isNaN ? gap : values[row]
        matrix[row, column] = Element(Self.bounded((value - shift) * scale))
      }
    case .magnitudes(let values, let center, let unit, let gap):
      for row in rows {
        let value = values[row].isNaN ? gap : values[row]
        matrix[row, column] = Element(Self.asinh(value / unit - center / unit))
      }
    case .gaps(let values):
      for row in rows { matrix[row, column] = values[row].isNaN ? 1 : 0 }
    case .codes(let codes, let map, let gap):
      for row in rows { matrix[row, column] = Element(codes[row] < 0 ? gap : map[Int(codes[row])]) }
    case .times(let values, let part, let start, let gap):
      for row in rows {
        matrix[row, column] = Element(values[row].isNaN ? gap : part.value(of: values[row], start: start))
      }
    }
  }
}

private struct EncodeLoop<Element: Scalar>: ParallelLoop {
  let readers: [InputReader]
  nonisolated(unsafe) let to: MutableMatrixView<Element>
  /// Few enough that a block of rows stays in the cache from column to column.
  private static var block: Int { 512 }
  var count: Int { (to.rows + Self.block - 1) / Self.block }

  func iterate(_ index: Int, worker: Int) {
    let rows = index * Self.block..<min((index + 1) * Self.block, to.rows)
    for (column, reader) in readers.enumerated() { reader.write(rows, column: column, to: to) }
  }
}
