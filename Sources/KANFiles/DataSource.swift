import KAN

/// A source of rows: a table with a header, a pair of NPY arrays, or a folder of images in MNIST's format.
package struct DataSource: Sendable {
  package enum Kind: Sendable { case table, array, images }

  package let path: String
  package let kind: Kind
  /// Names of target columns, or one path of an NPY file; empty for the default, a table's last column.
  package let targets: [String]
  /// The name of a table's column of weights.
  package let weights: String?

  /// The kind follows from the path: a folder, an `.npy` file, or else a table.
  package init(path: String, targets: [String] = [], weights: String? = nil) {
    self.path = path
    self.targets = targets
    self.weights = weights
    kind =
      status(of: path).map(NodeType.init) == .folder ? .images : path.lowercased().hasSuffix(".npy") ? .array : .table
  }

  package var exists: Bool { status(of: path) != nil }

  /// The training data, and the source's own test part if it has one.
  ///
  /// - Parameter task: by default a classification for text and images, a regression for numbers.
  /// - Throws: `FileError` if the rows cannot be used.
  package func training<Element: Scalar>(
    _: Element.Type, task: LearningTask?
  ) throws(FileError) -> (training: Dataset<Element>, test: Dataset<Element>?) {
    switch kind {
    case .table: return (try withClasses(Dataset(csv: path, targets: targets, task: task, weights: weights)), nil)
    case .array:
      return (try withClasses(Dataset(npy: path, target: targetArray(), task: task ?? .regression)), nil)
    case .images:
      if task == .regression {
        throw FileError(.malformed, path: path, "the labels of images are classes, not numbers")
      }
      let folder = try readIDXFolder(path)
      return (Dataset(folder, part: .training), Dataset(folder, part: .test))
    }
  }

  /// Returns the data; throws if hardly any class occurs twice, as with names or measurements.
  private func withClasses<Element: Scalar>(_ data: Dataset<Element>) throws(FileError) -> Dataset<Element> {
    if case .classes(_, let count) = data.targets, count > 2, 2 * count > data.rows {
      let name = data.names.targets.first.map(quoted) ?? "the target"
      throw FileError(
        .malformed, path: path,
        "\(name) has \(count) different values in \(data.rows) rows: they are names or measurements, not classes")
    }
    return data
  }

  /// Rows with targets for an existing network, with the same columns and classes; for images, the test part.
  package func rows<Element: Scalar>(for network: Network<Element>) throws(FileError) -> Dataset<Element> {
    switch kind {
    case .table: return try table(for: network)
    case .array:
      let data = try Dataset<Element>(npy: path, target: try targetArray(), task: network.task)
      try requireInputs(data.inputs.columns, network)
      return try matchingTargets(data, network)
    case .images:
      let data = Dataset<Element>(try readIDXFolder(path), part: .test)
      try requireInputs(data.inputs.columns, network)
      return try matchingTargets(data, network)
    }
  }

  /// Rows for prediction, without targets: [rows × in].
  package func inputs<Element: Scalar>(for network: Network<Element>) throws(FileError) -> Matrix<Element> {
    switch kind {
    case .table:
      let file = try DelimitedFile(path: path)
      let rows: NumericRows<Element> = try file.rows(features: inputColumns(of: file, network), targets: [])
      return rows.inputs
    case .array:
      let inputs: Matrix<Element> = try readMatrix(path)
      try requireInputs(inputs.columns, network)
      return inputs
    case .images:
      let data = Dataset<Element>(try readIDXFolder(path), part: .test)
      try requireInputs(data.inputs.columns, network)
      return data.inputs
    }
  }

  private func targetArray() throws(FileError) -> String {
    guard targets.count == 1, targets[0].lowercased().hasSuffix(".npy") else {
      throw FileError(.malformed, path: path, "an array needs its targets in a second one: --target FILE.npy")
    }
    return targets[0]
  }

  // MARK: What a network expects

  private func table<Element: Scalar>(for network: Network<Element>) throws(FileError) -> Dataset<Element> {
    let file = try DelimitedFile(path: path)
    let features = try inputColumns(of: file, network)
    let weightColumn = try file.weightColumn(named: weights)
    let wanted = try file.targetNames(targets.isEmpty ? network.names.targets : targets, weights: weights)
    let columns = try file.columns(named: wanted)
    let request: ColumnRequest = network.task == .classification ? .category : .number
    let read: NumericRows<Element> = try file.rows(
      features: features, targets: columns.map { ($0, request) }, weights: weightColumn)
    let targets: Targets<Element> = try makeTargets(read.targets, names: wanted, path: path)
    var names = network.names
    if case .texts(_, let classes) = read.targets.first { names.classes = classes }
    return try matchingTargets(
      Dataset(inputs: read.inputs, targets: targets, weights: read.weights, names: names), network)
  }

  private func inputColumns<Element: Scalar>(
    of file: DelimitedFile, _ network: Network<Element>
  ) throws(FileError) -> [Int] {
    if network.names.inputs.isEmpty {
      try requireInputs(file.namedColumns.count, network)
      return file.namedColumns
    }
    return try file.columns(named: network.names.inputs, purpose: "the model")
  }

  private func requireInputs<Element: Scalar>(_ columns: Int, _ network: Network<Element>) throws(FileError) {
    if columns != network.inputs {
      throw FileError(
        .malformed, path: path, "\(amount(columns, "column")), but the model has \(amount(network.inputs, "input"))")
    }
  }

  /// The data with its classes numbered as in the network.
  private func matchingTargets<Element: Scalar>(
    _ data: Dataset<Element>, _ network: Network<Element>
  ) throws(FileError) -> Dataset<Element> {
    switch data.targets {
    case .values:
      if network.task != .regression || data.targets.outputs != network.outputs {
        let found = amount(data.targets.outputs, "target column")
        throw FileError(
          .malformed, path: path, "\(found), but the model has \(amount(network.outputs, "output"))")
      }
      return data
    case .classes(let labels, _):
      let own = data.names.classes
      let known = network.names.classes
      // Models of older versions name classes as their table wrote them, such as 1.0 or Yes.
      let plain = known.map(plainLevel)
      let places = own.map { known.firstIndex(of: $0) ?? plain.firstIndex(of: $0) }
      for (row, label) in labels.enumerated() where places[Int(label)] == nil {
        throw FileError(
          .malformed, path: path, "row \(row + 1): the model does not know the class \(quoted(own[Int(label)]))")
      }
      return Dataset(
        inputs: data.inputs,
        targets: .classes(labels.map { Int32(places[Int($0)]!) }, count: network.outputs), weights: data.weights,
        names: network.names)
    }
  }
}
