import KAN

extension Dataset {
  /// Reads a table of numbers with a header, as ``KAN/Table/init(csv:reading:)`` does.
  ///
  /// All columns but the target are inputs and must hold numbers. A target of numbers makes a regression, one of texts a
  /// classification. No cell may be missing. A `Table` takes texts, times and gaps too.
  ///
  /// - Throws: `FileError`, which names the file, row and column.
  public init(csv path: String, target: String) throws(FileError) {
    try self.init(csv: path, targets: [target], task: nil)
  }

  /// The same with several targets or a given task.
  ///
  /// - Parameters:
  ///   - targets: by default the last column.
  ///   - task: a classification treats numbers in the target as names of classes.
  ///   - weights: a column of weights, not negative and not all 0, which is not an input.
  public init(
    csv path: String, targets names: [String] = [], task: LearningTask? = nil, weights: String? = nil
  ) throws(FileError) {
    let file = try DelimitedFile(path: path)
    let weightColumn = try file.weightColumn(named: weights)
    let targetNames = try file.targetNames(names, weights: weights)
    let targetColumns = try file.columns(named: targetNames)
    let features = file.namedColumns.filter { !targetColumns.contains($0) && $0 != weightColumn }
    if features.isEmpty { throw FileError(.malformed, path: path, "there is no column besides the target") }
    let request: ColumnRequest =
      switch task {
      case .regression: .number
      case .classification: .category
      case nil: .target
      }
    let read: NumericRows<Element> = try file.rows(
      features: features, targets: targetColumns.map { ($0, request) }, weights: weightColumn)
    var classes: [String] = []
    if case .texts(_, let levels) = read.targets.first { classes = levels }
    self.init(
      inputs: read.inputs, targets: try makeTargets(read.targets, names: targetNames, path: path),
      weights: read.weights,
      names: Names(inputs: features.map { file.header[$0] }, targets: targetNames, classes: classes))
  }

  /// Reads inputs [rows × in] and targets [rows] or [rows × out] from two NPY files.
  ///
  /// - Throws: `FileError`, also if the numbers of rows differ or the labels of a classification are not one integer
  ///   per row.
  public init(npy path: String, target targetPath: String, task: LearningTask = .regression) throws(FileError) {
    let inputs: Matrix<Element> = try readMatrix(path)
    let targets = try readNPY(targetPath, magnitudeLimit: Double(Element.greatestFiniteMagnitude))
    let columns = targets.shape.count > 1 ? targets.shape[1] : 1
    guard targets.shape[0] == inputs.rows else {
      throw FileError(
        .malformed, path: targetPath,
        "\(amount(targets.shape[0], "row")) of targets for \(amount(inputs.rows, "row")) of inputs")
    }
    var names = Names(
      inputs: (0..<inputs.columns).map { "x\($0)" },
      targets: columns == 1 ? ["y"] : (0..<columns).map { "y\($0)" })
    switch task {
    case .regression:
      let values = Matrix<Element>(
        rows: inputs.rows, columns: columns, elements: AlignedArray(converting: targets.values))
      self.init(inputs: inputs, targets: .values(values), names: names)
    case .classification:
      guard columns == 1, targets.values.allSatisfy({ $0.rounded() == $0 && abs($0) < 0x1p53 }) else {
        throw FileError(.malformed, path: targetPath, "labels of classes have to be one whole number for each row")
      }
      let labels = targets.values.map { Int($0) }
      let classes = Set(labels).sorted()
      let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
      names.classes = classes.map { "\($0)" }
      self.init(
        inputs: inputs, targets: .classes(labels.map { places[$0]! }, count: classes.count), names: names)
    }
  }

  /// Reads images and labels from a folder with the four files of MNIST's format, plain or gzip.
  ///
  /// - Throws: `FileError`
  public init(images folder: String, part: ImagePart) throws(FileError) {
    self.init(try readIDXFolder(folder), part: part)
  }

  init(_ folder: IDXFolder, part: ImagePart) {
    let (images, labels) =
      part == .training ? (folder.trainImages, folder.trainLabels) : (folder.testImages, folder.testLabels)
    let classes = Int(max(folder.trainLabels.max() ?? 0, folder.testLabels.max() ?? 0)) + 1
    self.init(
      inputs: Matrix(rows: labels.count, columns: folder.pixels, elements: AlignedArray(converting: images)),
      targets: .classes(labels.map { Int32($0) }, count: classes),
      names: Names(targets: ["label"], classes: (0..<classes).map { "\($0)" }))
  }
}

/// The two parts of a folder of images.
public enum ImagePart: Sendable {
  /// The files whose names begin with `train`.
  case training
  /// The files whose names begin with `t10k`.
  case test
}

extension DelimitedFile {
  /// Indices of columns by name.
  func columns(named names: [String], purpose: String = "the target") throws(FileError) -> [Int] {
    var columns: [Int] = []
    for name in names {
      guard !name.isEmpty, let column = header.firstIndex(of: name) else {
        throw FileError(.malformed, path: path, "there is no column \"\(printable(name))\", which \(purpose) needs")
      }
      if columns.contains(column) {
        throw FileError(.malformed, path: path, "column \"\(printable(name))\" is asked for twice")
      }
      columns.append(column)
    }
    return columns
  }

  /// The rows of a table without gaps, inputs as numbers of the engine's type.
  func rows<Element: Scalar>(
    features: [Int], targets: [(column: Int, request: ColumnRequest)], weights: Int? = nil,
    magnitudeLimit limit: Double = Double(Element.greatestFiniteMagnitude)
  ) throws(FileError) -> NumericRows<Element> {
    var requests = [ColumnRequest](repeating: .passOver, count: header.count)
    for target in targets { requests[target.column] = target.request }
    // A model may be asked how well it predicts one of its inputs.
    let shared = targets.filter { $0.request != .number && features.contains($0.column) }
    for column in features + (weights.map { [$0] } ?? []) { requests[column] = .number }
    let read = try read(requests, allowsGaps: false, magnitudeLimit: limit)
    let cells = Dictionary(uniqueKeysWithValues: read.table.columns.map { ($0.name, $0.cells) })
    var found: [Table.Cells] = []
    for target in targets {
      guard shared.contains(where: { $0.column == target.column }) else {
        found.append(cells[header[target.column]]!)
        continue
      }
      requests = [ColumnRequest](repeating: .passOver, count: header.count)
      requests[target.column] = target.request
      found.append(try self.read(requests, allowsGaps: false, magnitudeLimit: limit).table.columns[0].cells)
    }
    let inputs = Matrix<Element>(columns: features.compactMap { cells[header[$0]]?.numbers }, rows: read.rows)
    guard let weights, let numbers = cells[header[weights]]?.numbers else {
      return NumericRows(inputs: inputs, targets: found)
    }
    try requireWeights(numbers, column: weights)
    return NumericRows(inputs: inputs, targets: found, weights: AlignedArray(converting: numbers))
  }

  private func requireWeights(_ weights: [Double], column: Int) throws(FileError) {
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw FileError(
        .malformed, path: path, "row \(row + 1), column \(quoted(header[column])): a weight must not be negative")
    }
    if weights.allSatisfy({ $0 == 0 }) {
      throw FileError(.malformed, path: path, "column \(quoted(header[column])): all weights are 0")
    }
  }

  /// The index of the column of weights.
  func weightColumn(named name: String?) throws(FileError) -> Int? {
    guard let name else { return nil }
    return try columns(named: [name], purpose: "--weights").first
  }

  /// The targets asked for, or the last column other than the weights.
  func targetNames(_ names: [String], weights: String?) throws(FileError) -> [String] {
    if let weights, names.contains(weights) {
      throw FileError(.malformed, path: path, "column \(quoted(weights)) is asked for as target and as weights")
    }
    if !names.isEmpty { return names }
    guard let last = header.last(where: { $0 != weights && !$0.isEmpty }) else {
      throw FileError(.malformed, path: path, "there is no column besides the weights")
    }
    return [last]
  }
}

/// Rows of numbers with their targets.
struct NumericRows<Element: Scalar> {
  /// [rows × in]
  let inputs: Matrix<Element>
  let targets: [Table.Cells]
  var weights: AlignedArray<Element>?
}

extension Table.Cells {
  /// The values of numbers and times.
  fileprivate var numbers: [Double]? {
    switch self {
    case .numbers(let values), .times(let values): values
    case .texts: nil
    }
  }
}

extension Matrix {
  /// A matrix of columns: [rows × columns.count]
  fileprivate init(columns: [[Double]], rows: Int) {
    let count = columns.count
    self.init(rows: rows, columns: count) { to in
      // So many rows that their cells stay in a cache until all columns are written.
      for first in stride(from: 0, to: rows, by: 256) {
        for (column, values) in columns.enumerated() {
          for row in first..<min(first + 256, rows) {
            to.initializeElement(at: row * count + column, to: Element(values[row]))
          }
        }
      }
    }
  }
}

/// The targets of a data set from the columns of a table.
func makeTargets<Element: Scalar>(
  _ columns: [Table.Cells], names: [String], path: String
) throws(FileError) -> Targets<Element> {
  if case .texts(let codes, let classes) = columns[0], columns.count == 1 {
    return .classes(codes, count: classes.count)
  }
  var values: [[Double]] = []
  for (column, name) in zip(columns, names) {
    guard let numbers = column.numbers else {
      throw FileError(
        .malformed, path: path, "column \"\(printable(name))\" is text; of several targets each has to be numbers")
    }
    values.append(numbers)
  }
  return .values(Matrix(columns: values, rows: values[0].count))
}

/// An NPY file as a matrix; a one-dimensional array is one column.
func readMatrix<Element: Scalar>(_ path: String) throws(FileError) -> Matrix<Element> {
  let array = try readNPY(path, magnitudeLimit: Double(Element.greatestFiniteMagnitude))
  return Matrix(
    rows: array.shape[0], columns: array.shape.count > 1 ? array.shape[1] : 1,
    elements: AlignedArray(converting: array.values))
}
