import KAN

extension DataSource {
  /// All that a checkup takes of a source.
  package struct Examined<Element: Scalar>: Sendable {
    /// [rows × in], whether they have targets or not.
    package var inputs: Matrix<Element>
    /// Counts of cells; nil unless the rows come from a table.
    package var cells: CellCounts?
    /// The rows that have targets; nil if the source has none.
    package var targets: Dataset<Element>?
    /// What may not be expected.
    package var notes: [String] = []
  }

  /// Inputs, and targets where they are: of a table that has their columns, of an array with a second one, of images.
  package func examined<Element: Scalar>(
    for network: Network<Element>, pool: ThreadPool
  ) throws(FileError) -> Examined<Element> {
    var result = Examined<Element>(inputs: Matrix(rows: 0, columns: network.inputs))
    if try hasTargets(network) {
      let rows = try rows(for: network, pool: pool)
      (result.targets, result.notes) = (rows.data, rows.notes)
    }
    if kind == .table || kind == .array && network.encoding != nil {
      let encoding = network.tableEncoding
      var ignored: [String] = []
      let table =
        kind == .table
        ? try read(encoding, targets: [], weights: nil, notes: &ignored) : try arrayTable(encoding, target: nil)
      var cells = CellCounts(table)
      do throws(TableError) {
        result.inputs = try encoding.inputs(of: table, unknown: &cells.unknown, pool: pool)
      } catch {
        throw FileError(.malformed, path: path, printable(error.description, limit: 300))
      }
      result.cells = cells
    } else if kind == .images, let targets = result.targets {
      result.inputs = targets.inputs
    } else {
      result.inputs = try inputs(for: network, notes: &result.notes, pool: pool)
    }
    return result
  }

  private func hasTargets<Element: Scalar>(_ network: Network<Element>) throws(FileError) -> Bool {
    switch kind {
    case .images: return network.task == .classification
    case .array: return !columns.targets.isEmpty
    case .table:
      if !columns.targets.isEmpty { return true }
      let header = try DelimitedFile(path: path).header
      let targets = network.tableEncoding.targets
      return !targets.isEmpty && targets.allSatisfy { header.contains($0.column) }
    }
  }
}
