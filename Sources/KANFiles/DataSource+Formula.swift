import KAN

extension DataSource {
  /// The rows of a table from which a formula is found: numbers alone. Rows with a gap are left out, which `notes` tell.
  ///
  /// - Throws: `FileError` for a column that is not there or holds no numbers, and where no row is complete.
  package func completeRows(notes: inout [String]) throws(FileError) -> Dataset<Double> {
    let file = try DelimitedFile(path: path)
    var (columns, reading) = try trainingColumns(of: file, .regression)
    let names = reading.columns ?? []
    let inputs = names.filter { !columns.targets.contains($0) && !$0.isEmpty }
    if inputs.isEmpty { throw FileError(.malformed, path: path, "no column is left to learn from") }
    // A word among numbers is an error rather than a gap.
    reading.targets = names
    let table = try file.table(reading, notes: &notes)
    func values(_ names: [String]) throws(FileError) -> [[Double]] {
      var result: [[Double]] = []
      for name in names {
        guard case .numbers(let values) = table[name]?.cells else {
          throw FileError(.malformed, path: path, "column \(quoted(name)) is not one of numbers, as a formula needs")
        }
        result.append(values)
      }
      return result
    }
    let (x, y) = (try values(inputs), try values(columns.targets))
    let all = x + y
    let rows = (0..<table.rows).filter { row in all.allSatisfy { !$0[row].isNaN } }
    if rows.isEmpty { throw FileError(.malformed, path: path, "no row is without a gap") }
    let left = table.rows - rows.count
    if left > 0 { notes.append("\(amount(left, "row")) with a gap \(left == 1 ? "is" : "are") left out") }
    func matrix(_ columns: [[Double]]) -> Matrix<Double> {
      Matrix(
        rows: rows.count, columns: columns.count,
        elements: AlignedArray(rows.flatMap { row in columns.map { $0[row] } }))
    }
    return Dataset(
      inputs: matrix(x), targets: .values(matrix(y)), names: Names(inputs: inputs, targets: columns.targets))
  }
}
