import KANLinearAlgebra

/// The cells of a column as they were read.
enum FilledColumn {
  /// Numbers or times, and the different texts among them.
  case values([Double], strays: LevelTable)
  /// Texts, numbered in the order in which they came.
  case texts(codes: [Int32], levels: LevelTable)
}

extension DelimitedFile {
  /// Goes through all rows a second time and writes their cells into columns; nil for those that are passed over.
  func fill(
    _ survey: FileSurvey, _ plans: [ColumnPlan], _ rules: CellRules, pool: ThreadPool?
  ) throws(FileError) -> [FilledColumn?] {
    let bytesPerRow = plans.reduce(0) { $0 + $1.bytes }
    guard let needed = checkedProduct([survey.rows, bytesPerRow]), needed < memoryLimit() else { throw tooLarge(path) }
    let memory = ColumnMemory(plans, rows: survey.rows)
    var levels = Array(repeating: LevelTable(), count: plans.count)
    let wave = Self.wave(pool)
    for first in stride(from: 0, to: survey.parts.count, by: wave) {
      let parts = Array(survey.parts[first..<min(first + wave, survey.parts.count)])
      let results = parallelMap(parts, pool: pool) { fillPart($0, memory, rules) }
      var renumberings: [(part: FilePart, maps: [[Int32]])] = []
      for (part, result) in zip(parts, results) {
        renumberings.append((part, try merge(result.get(), into: &levels)))
      }
      _ = parallelMap(renumberings, pool: pool) { memory.renumber($0.part, $0.maps) }
    }
    return plans.indices.map { column in
      switch plans[column] {
      case .passOver: return nil
      case .numbers, .times: return .values(memory.takeValues(column), strays: levels[column])
      case .texts:
        defer { levels[column] = LevelTable() }
        return .texts(codes: memory.takeCodes(column), levels: levels[column])
      }
    }
  }

  private func fillPart(
    _ part: FilePart, _ memory: ColumnMemory, _ rules: CellRules
  ) -> Result<[LevelTable], FileError> {
    do throws(FileError) {
      let bytes = try source.bytes(part.range)
      var visitor = FillVisitor(
        rules: rules, rows: part.rows, destinations: memory.destinations(from: part.firstRow),
        levels: Array(repeating: LevelTable(), count: header.count))
      var walk = RowWalk(scanner, columns: header.count)
      do throws(ScanFailure) { try walk.run(bytes.span, &visitor) } catch { throw source.changedError() }
      guard walk.rows == part.rows else { throw source.changedError() }
      return .success(visitor.levels)
    } catch {
      return .failure(error)
    }
  }

  /// Adds the texts of a part, and returns what their numbers become, by column.
  private func merge(_ part: [LevelTable], into levels: inout [LevelTable]) throws(FileError) -> [[Int32]] {
    var maps: [[Int32]] = []
    for (column, found) in part.enumerated() {
      guard levels[column].count + found.count <= Int(Int32.max) else {
        throw FileError(.malformed, path: path, "column \(quoted(header[column])): too many different texts")
      }
      maps.append(levels[column].append(found))
    }
    return maps
  }
}

extension ColumnPlan {
  /// What a cell takes.
  fileprivate var bytes: Int {
    switch self {
    case .passOver: 0
    case .numbers, .times: MemoryLayout<Double>.size
    case .texts: MemoryLayout<Int32>.size
    }
  }
}

/// The columns of a table while threads fill them, each its own rows.
private final class ColumnMemory: Sendable {
  private let plans: [ColumnPlan]
  private let rows: Int
  // Every row is written by one thread; the pointers themselves never change before deinit.
  private nonisolated(unsafe) let values: UnsafeMutablePointer<UnsafeMutablePointer<Double>?>
  private nonisolated(unsafe) let codes: UnsafeMutablePointer<UnsafeMutablePointer<Int32>?>

  init(_ plans: [ColumnPlan], rows: Int) {
    self.plans = plans
    self.rows = rows
    values = .allocate(capacity: plans.count)
    codes = .allocate(capacity: plans.count)
    values.initialize(repeating: nil, count: plans.count)
    codes.initialize(repeating: nil, count: plans.count)
    for (column, plan) in plans.enumerated() {
      switch plan {
      case .passOver: break
      case .numbers, .times: values[column] = .allocate(capacity: rows)
      case .texts: codes[column] = .allocate(capacity: rows)
      }
    }
  }

  deinit {
    for column in plans.indices {
      values[column]?.deallocate()
      codes[column]?.deallocate()
    }
    values.deallocate()
    codes.deallocate()
  }

  func destinations(from row: Int) -> [FillVisitor.Destination] {
    plans.indices.map { column in
      FillVisitor.Destination(
        plan: plans[column], values: values[column].map { $0 + row }, codes: codes[column].map { $0 + row })
    }
  }

  /// Replaces the numbers that a part gave to texts.
  func renumber(_ part: FilePart, _ maps: [[Int32]]) {
    for column in plans.indices {
      guard let codes = codes[column] else { continue }
      let map = maps[column]
      for row in part.firstRow..<(part.firstRow + part.rows) where codes[row] >= 0 { codes[row] = map[Int(codes[row])] }
    }
  }

  /// Moves a column into an array; the memory of one column is held twice for a moment.
  func takeValues(_ column: Int) -> [Double] {
    defer {
      values[column]?.deallocate()
      values[column] = nil
    }
    return Array(UnsafeBufferPointer(start: values[column], count: rows))
  }

  func takeCodes(_ column: Int) -> [Int32] {
    defer {
      codes[column]?.deallocate()
      codes[column] = nil
    }
    return Array(UnsafeBufferPointer(start: codes[column], count: rows))
  }
}
