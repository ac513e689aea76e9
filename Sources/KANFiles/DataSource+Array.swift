import KAN

// Arrays with gaps, which are tables of numbers.

extension DataSource {
  /// The arrays as a table whose columns are `x0`, `x1` and so on, and targets `y`, or `y0`, `y1` and so on; or what a
  /// model calls them, in its order.
  ///
  /// - Parameters:
  ///   - own: the encoding of a model.
  ///   - targetPath: the array of the targets; nil for inputs alone.
  func arrayTable(_ own: TableEncoding?, target targetPath: String?) throws(FileError) -> Table {
    let limit = Double.greatestFiniteMagnitude
    let inputs = try readNPY(path, magnitudeLimit: limit, allowsGaps: true)
    var names = (0..<(inputs.shape.count > 1 ? inputs.shape[1] : 1)).map { "x\($0)" }
    if let own {
      // Several inputs may come from one column.
      let columns = own.inputs.map(\.column).enumerated().filter { own.inputs.map(\.column).firstIndex(of: $1) == $0 }
      guard columns.count == names.count else {
        throw FileError(
          .malformed, path: path,
          "\(amount(names.count, "column")), but the model has \(amount(columns.count, "input"))")
      }
      names = columns.map(\.element)
    }
    var columns = Self.columns(inputs, names)
    if let targetPath {
      let targets = try readNPY(targetPath, magnitudeLimit: limit)
      guard targets.shape[0] == inputs.shape[0] else {
        throw FileError(
          .malformed, path: targetPath,
          "\(amount(targets.shape[0], "row")) of targets for \(amount(inputs.shape[0], "row")) of inputs")
      }
      let count = targets.shape.count > 1 ? targets.shape[1] : 1
      if let own, own.targets.count != count {
        throw FileError(
          .malformed, path: path,
          "\(amount(count, "target column")), but the model has \(amount(own.targets.count, "output"))")
      }
      let own = own?.targets.map(\.column) ?? (count == 1 ? ["y"] : (0..<count).map { "y\($0)" })
      columns += Self.columns(targets, own)
    }
    return Table(columns)
  }

  private static func columns(_ array: NumericArray, _ names: [String]) -> [Table.Column] {
    names.enumerated().map { column, name in
      Table.Column(
        name: name, cells: .numbers((0..<array.shape[0]).map { array.values[$0 * names.count + column] }))
    }
  }

  /// A training on arrays of which an input has gaps, NaN; nil if none has.
  func trainingArrayWithGaps<Element: Scalar>(
    _ task: LearningTask?, _ pool: ThreadPool
  ) throws(FileError) -> Training<Element>? {
    let table = try arrayTable(nil, target: targetArray())
    let gaps = table.columns.count { column in
      if case .numbers(let values) = column.cells { values.contains(where: \.isNaN) } else { false }
    }
    if gaps == 0 || refusesGaps { return nil }
    do throws(TableError) {
      let targets = table.columns.map(\.name).filter { $0.hasPrefix("y") }
      let encoding = try TableEncoding(table, columns: TableColumns(targets: targets, task: task ?? .regression))
      let encoded: EncodedTable<Element> = try encoding.encode(table, pool: pool)
      let note = "\(amount(gaps, "input column")) with NaN, which is read as missing"
      return Training(data: encoded.data, encoding: encoding, notes: collapsed([note] + encoding.notes))
    } catch {
      throw FileError(.malformed, path: path, printable(error.description, limit: 300))
    }
  }

  /// Rows of arrays for a model that was trained on a table.
  func arrayRows<Element: Scalar>(_ own: TableEncoding, _ pool: ThreadPool) throws(FileError) -> Rows<Element> {
    let table = try arrayTable(own, target: targetArray())
    if refusesGaps { try requireNoGaps(table) }
    var encoding = own
    encoding.weights = nil
    do throws(TableError) {
      let encoded: EncodedTable<Element> = try encoding.encode(table, pool: pool)
      try requireNoGaps(encoded.data.inputs, encoding)
      return Rows(data: encoded.data)
    } catch {
      throw FileError(.malformed, path: path, printable(error.description, limit: 300))
    }
  }
}
