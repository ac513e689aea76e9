extension Network {
  /// Examines the network on some rows: how the data differs from the training, which parts of the network do nothing or
  /// are not determined, and whether anything is not finite.
  ///
  /// Takes some twenty times as long as predictions for the rows, most of it for the functions that they meet. Rows with
  /// NaN count as empty cells and are then left out.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit.
  ///   - cells: counts of the table that the rows were made from.
  public func checkup(
    on rows: Matrix<Element>, cells: CellCounts? = nil, pool: ThreadPool = .shared
  ) -> Checkup {
    checkup(on: rows, targets: nil, cells: cells, pool: pool)
  }

  /// The same, and the loss on rows with targets.
  public func checkup(
    on data: Dataset<Element>, cells: CellCounts? = nil, pool: ThreadPool = .shared
  ) -> Checkup {
    checkup(on: data.inputs, targets: data, cells: cells, pool: pool)
  }

  /// The same on a table, without its targets, by a network that was trained on one.
  ///
  /// - Throws: ``TableError`` as ``predict(_:pool:)-(Table,_)`` does.
  public func checkup(on table: Table, pool: ThreadPool = .shared) throws(TableError) -> Checkup {
    guard let encoding else { throw TableError("the network was not trained on a table") }
    var cells = CellCounts(table)
    let rows: Matrix<Element> = try encoding.inputs(of: table, unknown: &cells.unknown, pool: pool)
    return checkup(on: rows, cells: cells, pool: pool)
  }

  /// - Parameter targets: rows with targets, from which the loss is taken: all of `rows` or those that have them.
  package func checkup(
    on rows: Matrix<Element>, targets: Dataset<Element>?, cells: CellCounts?, pool: ThreadPool
  ) -> Checkup {
    requireColumns(of: rows)
    requireParameterCount()
    var result = Checkup(
      rows: rows.rows, columns: columnHealth(of: rows, cells), hasTrainingData: inputDistributions != nil)
    let complete = rows.finiteRows
    if let place = firstPlace(withNonFinite: parameters) {
      result.nonFinite = "a parameter of layer \(place.layer)\(place.part.map { ", of \($0)," } ?? "")"
    } else if complete.rows > 0 {
      result.nonFinite = nonFiniteOutput(at: complete, pool)
      if result.nonFinite == nil {
        result.layers = layerHealth(on: complete, pool)
        if let targets, targets.rows > 0 { result.loss = lossHealth(on: targets, pool) }
      }
    }
    result.findings = findings(of: result)
    return result
  }

  /// The first output that is not finite, and where it arises; nil if there is none.
  private func nonFiniteOutput(at rows: Matrix<Element>, _ pool: ThreadPool) -> String? {
    let outputs = predict(rows, pool: pool)
    let index = Element.Kernels.firstNonFinite(outputs.elements.count, outputs.elements.pointer)
    withExtendedLifetime(outputs) {}
    if index < 0 { return nil }
    let row = rows.selecting(rows: [index / outputs.columns])
    let values = row.elements.prefix(8).map { "\($0)" }.joined(separator: ", ")
    let inputs = "the row with the inputs \(values)\(row.columns > 8 ? ", …" : "")"
    let layers = activations(at: row, pool: pool)
    guard let layer = layers.firstIndex(where: { !$0.sums.elements.allSatisfy(\.isFinite) }) else {
      return "the output of \(inputs)"
    }
    let x = layer == 0 ? inputScaling.applied(to: row) : layers[layer - 1].outputs
    let place = withExtendedLifetime(x) { overflowingEdge(ofLayer: layer, at: x.view) }
    return "the output of \(inputs), by layer \(place.layer)\(place.part.map { ", \($0)," } ?? "")"
  }

  private func lossHealth(on data: Dataset<Element>, _ pool: ThreadPool) -> LossHealth? {
    let fit = evaluate(on: data, pool: pool)
    // Rows in memory have no errors of reading.
    guard let losses = try? losses(on: TrainingRows(data), pool: pool) else { return nil }
    let count = Double(losses.count)
    let mean = losses.reduce(0, +) / count
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    return LossHealth(
      here: fit.loss, standardError: (variance / count).squareRoot(), training: record?.finalLoss, r2: fit.r2)
  }
}

extension TrainingRecord {
  /// The loss at the end of the training: the best one on validation rows, or the last of the training.
  fileprivate var finalLoss: Double? {
    let own = grid.map { choice in history.filter { $0.grid == nil || $0.grid == choice.intervals } } ?? history
    return own.compactMap(\.validationLoss).min() ?? own.last?.loss
  }
}

extension CellCounts {
  /// The gaps of a table.
  package init(_ table: Table) {
    self.init()
    for column in table.columns {
      let count =
        switch column.cells {
        case .numbers(let values), .times(let values): values.count(where: \.isNaN)
        case .texts(let codes, _): codes.count { $0 < 0 }
        }
      if count > 0 { empty[column.name] = count }
    }
  }
}

extension Matrix {
  /// The rows without infinite and NaN values; the matrix itself if all are.
  fileprivate var finiteRows: Matrix {
    if Element.Kernels.firstNonFinite(elements.count, elements.pointer) < 0 { return self }
    return selecting(rows: (0..<rows).filter { row($0).allSatisfy(\.isFinite) })
  }
}
