import Glibc
import KAN

/// A source of rows: a table with a header, a pair of NPY arrays, or a folder of images in MNIST's format.
package struct DataSource: Sendable {
  package enum Kind: Sendable { case table, array, images }

  /// Rows for training.
  package struct Training<Element: Scalar>: Sendable {
    package var data: Dataset<Element>
    /// The source's own test part, if it has one.
    package var test: Dataset<Element>?
    /// What became of a table's columns.
    package var encoding: TableEncoding?
    /// What may not be expected, such as columns left out.
    package var notes: [String] = []
    /// Columns of which the precision loses digits that matter.
    package var imprecise: [String] = []
  }

  /// Rows for an existing network.
  package struct Rows<Element: Scalar>: Sendable {
    package var data: Dataset<Element>
    /// What may not be expected, such as unknown texts.
    package var notes: [String] = []
  }

  package let path: String
  package let kind: Kind
  /// What the columns of a table are. `targets` of an array is the path of a second one.
  package let columns: TableColumns
  /// Words that stand for a gap in a table, beside the usual ones.
  package let missingWords: [String]
  /// Whether a gap in a table is an error rather than something to learn.
  package var refusesGaps = false

  /// The kind follows from the path: a folder, an `.npy` file, or else a table.
  package init(path: String, columns: TableColumns = TableColumns(), missingWords: [String] = []) {
    self.path = path
    self.columns = columns
    self.missingWords = missingWords
    kind =
      status(of: path).map(NodeType.init) == .folder ? .images : path.lowercased().hasSuffix(".npy") ? .array : .table
  }

  /// - Throws: `FileError` if there is nothing at the path, or no permission to see it.
  package func requireExists() throws(FileError) {
    if status(of: path) == nil { throw readError(path, errno) }
  }

  /// The training data.
  ///
  /// - Parameters:
  ///   - task: by default a classification for text and images, a regression for numbers.
  ///   - codes: whether inputs may be codes of categories; else each level is an input of its own.
  ///   - own: the encoding of a network that goes on to learn, which is kept if the table has its columns.
  /// - Throws: `FileError` if the rows cannot be used.
  package func training<Element: Scalar>(
    _: Element.Type, task: LearningTask?, codes: Bool, keeping own: TableEncoding? = nil, pool: ThreadPool
  ) throws(FileError) -> Training<Element> {
    switch kind {
    case .table: return try trainingTable(task, codes: codes, own, pool)
    case .array:
      do throws(FileError) {
        return Training(data: try withClasses(Dataset(npy: path, target: targetArray(), task: task ?? .regression)))
      } catch {
        // Gaps are learned; any other fault is one.
        if case .malformed = error.kind, let training: Training<Element> = try trainingArrayWithGaps(task, pool) {
          return training
        }
        throw error
      }
    case .images:
      if task == .regression {
        throw FileError(.malformed, path: path, "the labels of images are classes, not numbers")
      }
      let folder = try readIDXFolder(path)
      return Training(data: Dataset(folder, part: .training), test: Dataset(folder, part: .test))
    }
  }

  /// Returns the data; throws if hardly any class occurs twice, as with names or measurements.
  private func withClasses<Element: Scalar>(_ data: Dataset<Element>) throws(FileError) -> Dataset<Element> {
    if case .classes(_, let count) = data.targets, count > 2, 2 * count > data.rows {
      throw FileError(
        .malformed, path: path,
        "the target has \(count) different values in \(data.rows) rows: they are names or measurements, not classes")
    }
    return data
  }

  /// Rows with targets for an existing network, with the same columns and classes; for images, the test part.
  ///
  /// - Parameter encoding: that of a network that is about to be trained; nil for the network's own.
  package func rows<Element: Scalar>(
    for network: Network<Element>, encoding: TableEncoding? = nil, pool: ThreadPool
  ) throws(FileError) -> Rows<Element> {
    switch kind {
    case .table: return try table(for: network, encoding ?? network.tableEncoding, pool)
    case .array:
      if let own = encoding ?? network.encoding { return try arrayRows(own, pool) }
      let data = try Dataset<Element>(npy: path, target: try targetArray(), task: network.task)
      try requireInputs(data.inputs.columns, network)
      return Rows(data: try matchingTargets(data, network))
    case .images:
      let data = Dataset<Element>(try readIDXFolder(path), part: .test)
      try requireInputs(data.inputs.columns, network)
      return Rows(data: try matchingTargets(data, network))
    }
  }

  /// Rows for prediction, without targets: [rows × in]. Adds to `notes` what may not be expected.
  package func inputs<Element: Scalar>(
    for network: Network<Element>, notes: inout [String], pool: ThreadPool
  ) throws(FileError) -> Matrix<Element> {
    switch kind {
    case .table:
      let encoding = network.tableEncoding
      let table = try read(encoding, targets: [], weights: nil, notes: &notes)
      return try encode(table, encoding, notes: &notes, pool)
    case .array:
      if let own = network.encoding {
        return try encode(arrayTable(own, target: nil), own, notes: &notes, pool)
      }
      let inputs: Matrix<Element> = try readMatrix(path)
      try requireInputs(inputs.columns, network)
      return inputs
    case .images:
      let data = Dataset<Element>(try readIDXFolder(path), part: .test)
      try requireInputs(data.inputs.columns, network)
      return data.inputs
    }
  }

  func targetArray() throws(FileError) -> String {
    guard columns.targets.count == 1, columns.targets[0].lowercased().hasSuffix(".npy") else {
      throw FileError(.malformed, path: path, "an array needs its targets in a second one: --target FILE.npy")
    }
    return columns.targets[0]
  }

  func requireInputs<Element: Scalar>(_ columns: Int, _ network: Network<Element>) throws(FileError) {
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
      let places = own.map { name in network.names.classes.firstIndex(of: name) }
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
