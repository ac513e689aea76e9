// Networks that know a table's columns.

extension Network {
  /// What became of the columns of the table that the network was trained on; nil if it was trained on numbers.
  public var encoding: TableEncoding? { preprocessing.encoding }

  /// Keeps the encoding of the table that the network is about to be trained on.
  package mutating func take(_ encoding: TableEncoding?) {
    preprocessing.encoding = encoding
  }

  /// Chooses and trains a network by a table's own columns; see
  /// ``fit(_:options:objective:pool:progress:)``.
  ///
  /// Texts become categories, gaps are learned as such, and columns that can tell nothing are left out
  /// (``TableEncoding``); ``predict(_:pool:)-(Table,_)`` treats other tables alike.
  ///
  ///     let fit = try Network<Float>.fit(table, columns: TableColumns(targets: ["price"]))
  ///     let prices = try fit.network.predict(others)
  ///
  /// - Throws: ``TableError`` for a table that cannot be learned, and ``TrainingError``.
  public static func fit(
    _ table: Table, columns: TableColumns = TableColumns(), options: AutomaticOptions = AutomaticOptions(),
    objective: (any Objective)? = nil, pool: ThreadPool = .shared,
    progress: @escaping AutomaticReport = { _ in .continue }
  ) throws -> AutomaticFit<Element> {
    let encoding = try TableEncoding(table, columns: columns)
    let rows: EncodedTable<Element> = try encoding.encode(table, pool: pool)
    var result = try fit(rows.data, encoding, options: options, objective: objective, pool: pool, progress: progress)
    if Element.self == Float.self {
      result.warnings.add(.precision, Warnings.precision(encoding.columnsBeyondSinglePrecision(table)))
    }
    return result
  }

  /// The same on rows that have been encoded.
  package static func fit(
    _ data: Dataset<Element>, _ encoding: TableEncoding, options: AutomaticOptions, objective: (any Objective)?,
    pool: ThreadPool, progress: @escaping AutomaticReport = { _ in .continue }
  ) throws(TrainingError) -> AutomaticFit<Element> {
    var result = try fit(
      data, encoding, options: options, objective: objective, pool: pool, store: AutomaticStore(), progress: progress)
    result.warn(of: data, suggesting: objective == nil, pool: pool)
    for note in encoding.notes { result.warnings.add(.other, Warnings.sentence(note)) }
    return result
  }

  /// The same, with or without an encoding, and with checkpoints.
  package static func fit(
    _ data: Dataset<Element>, _ encoding: TableEncoding?, options: AutomaticOptions, objective: (any Objective)?,
    pool: ThreadPool, store: AutomaticStore<Element>, progress: @escaping AutomaticReport
  ) throws(TrainingError) -> AutomaticFit<Element> {
    let kinds = encoding?.inputKinds ?? [InputKind](repeating: .number, count: data.inputs.columns)
    var fit = try AutomaticTraining(
      data, kinds, options, objective ?? data.targets.task.objective, pool, progress, store: store
    ).run()
    if let encoding { fit.network.take(encoding) }
    return fit
  }

  /// Predictions for a table's rows, in its units: values or rates, or the probability of each class: [rows × out]
  ///
  /// Columns are found by their names, and others are passed over.
  ///
  /// - Throws: ``TableError`` for a column that is missing or of another kind than in the training, and for a network
  ///   that was not trained on a table.
  public func predict(_ table: Table, pool: ThreadPool = .shared) throws(TableError) -> Matrix<Double> {
    var unknown: [String: Int] = [:]
    return try predict(table, unknown: &unknown, pool: pool)
  }

  /// The same; `unknown` gets the number of cells of each column whose text the training has hardly or not at all.
  public func predict(
    _ table: Table, unknown: inout [String: Int], pool: ThreadPool = .shared
  ) throws(TableError) -> Matrix<Double> {
    guard let encoding else { throw TableError("the network was not trained on a table") }
    let inputs: Matrix<Element> = try encoding.inputs(of: table, unknown: &unknown, pool: pool)
    return inUnitsOfTable(predict(inputs, pool: pool))
  }

  /// Predictions for encoded rows, in the table's units.
  package func inUnitsOfTable(_ predictions: Matrix<Element>) -> Matrix<Double> {
    var result = Matrix<Double>(
      rows: predictions.rows, columns: predictions.columns,
      elements: AlignedArray(predictions.elements.map { Double($0) }))
    encoding?.restoreTargets(&result)
    return result
  }
}
