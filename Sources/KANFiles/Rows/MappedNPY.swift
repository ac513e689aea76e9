import KAN

/// Rows in NPY files that are mapped into memory: inputs [rows × in], targets [rows] or [rows × out], and if there are any
/// weights [rows]. The files may be larger than memory.
///
/// Numbers of 4 or 8 bytes in C order and little-endian, rounded to the element type; classes may also be whole numbers of
/// 1, 4 or 8 bytes. While it exists the files must not change: a read after a change throws, and a file that is cut
/// during a read ends the process.
public struct MappedNPY<Element: Scalar>: RowSource {
  private let inputs: NPYColumns
  private let targets: NPYColumns
  private let weights: NPYColumns?
  public let targetShape: TargetShape
  public let names: Names

  public var rows: Int { inputs.rows }
  public var inputColumns: Int { inputs.columns }
  public var hasWeights: Bool { weights != nil }

  /// Maps the files. Numbers are checked when they are read, and a training names the first one that is not finite.
  ///
  /// - Parameters:
  ///   - path: the inputs.
  ///   - targetPath: the targets.
  ///   - weightPath: a weight for each row.
  ///   - classes: how many classes there are, if targets are their indices; nil for a regression.
  /// - Throws: `FileError` if a file cannot be mapped, is no NPY file of such numbers, has less or more data than its
  ///   shape asks for, or another number of rows.
  public init(
    _ path: String, targets targetPath: String, weights weightPath: String? = nil, classes: Int? = nil
  ) throws(FileError) {
    inputs = try NPYColumns(path)
    targets = try NPYColumns(targetPath, labels: classes != nil)
    try targets.requireRows(inputs.rows, "targets")
    if classes != nil && targets.columns != 1 {
      throw FileError(.malformed, path: targetPath, "\(targets.columns) columns, but one of classes is expected")
    }
    weights = if let weightPath { try NPYColumns(weightPath) } else { nil }
    try weights?.requireRows(inputs.rows, "weights")
    if let weights, weights.columns != 1 {
      throw FileError(.malformed, path: weights.file.path, "\(weights.columns) columns, but one of weights is expected")
    }
    targetShape = classes.map { .classes(count: $0) } ?? .values(columns: targets.columns)
    names = Names(
      inputs: (0..<inputs.columns).map { "x\($0)" },
      targets: targets.columns == 1 ? ["y"] : (0..<targets.columns).map { "y\($0)" },
      classes: (0..<(classes ?? 0)).map { "\($0)" })
  }

  /// The number of classes of an array of labels: one more than the largest.
  ///
  /// - Throws: `FileError` also for labels that are no whole numbers from 0 on.
  static func classes(of path: String) throws(FileError) -> Int {
    let labels = try NPYColumns(path, labels: true)
    var largest: Int32 = 0
    for row in 0..<labels.rows {
      let label = labels.type.label(labels.row(row))
      if label < 0 {
        throw FileError(
          .malformed, path: path,
          "row \(row + 1): labels of data that is not in memory have to be whole numbers from 0 on")
      }
      largest = max(largest, label)
      labels.file.didRead(labels.type.size)
    }
    return Int(largest) + 1
  }

  public func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>) throws(RowSourceError) {
    do throws(FileError) {
      if let to = batch.inputs { try inputs.copy(rows, to: to) }
      if let to = batch.values { try targets.copy(rows, to: to) }
      if let to = batch.classes {
        try targets.file.requireUnchanged()
        for (place, row) in rows.enumerated() { to[place] = targets.type.label(targets.row(row)) }
        targets.file.didRead(rows.count * targets.type.size)
      }
      if let weights, let to = batch.weights {
        try weights.copy(rows, to: MutableMatrixView(base: to, rows: rows.count, columns: 1, stride: 1))
      }
    } catch {
      throw RowSourceError(error.description)
    }
  }

  public func willRead(_ rows: Range<Int>) {
    for array in [inputs, targets, weights].compactMap(\.self) { array.willRead(rows) }
  }
}

/// The rows of an NPY file, mapped, without targets.
struct MappedInputs<Element: Scalar> {
  private let array: NPYColumns
  var rows: Int { array.rows }
  var columns: Int { array.columns }

  init(_ path: String) throws(FileError) { array = try NPYColumns(path) }

  /// - Throws: `FileError` also for a number that is not finite, or too large for the precision.
  func rows(_ range: Range<Int>) throws(FileError) -> Matrix<Element> {
    var result = Matrix<Element>(rows: range.count, columns: columns)
    let to = result.mutableView()
    try Array(range).withUnsafeBufferPointer { rows throws(FileError) in try array.copy(rows, to: to) }
    let place = Element.Kernels.firstNonFinite(range.count * columns, UnsafePointer(to.base))
    if place >= 0 {
      throw FileError(
        .malformed, path: array.file.path,
        "row \(range.lowerBound + place / columns + 1), column \(place % columns + 1): "
          + "\(to.base[place]) is not a finite number")
    }
    return result
  }
}

/// An NPY file of rows, mapped.
private struct NPYColumns: Sendable {
  let file: MappedFile
  let type: StoredNumbers
  let rows, columns: Int
  /// Where the data begins.
  let start: Int

  init(_ path: String, labels: Bool = false) throws(FileError) {
    file = try MappedFile(path)
    let (header, start) = try npyHeader(file.prefix(1 << 20), path: path)
    guard let type = StoredNumbers(npy: header.descriptor), labels || !type.isInteger else {
      throw FileError(
        .malformed, path: path,
        "the element type \(quoted(header.descriptor)) cannot be mapped: only <f4 and <f8"
          + (labels ? ", and <i4, <i8 and |u1 for classes" : ""))
    }
    if header.isFortranOrder && header.shape.count > 1 {
      throw FileError(.malformed, path: path, "an array in Fortran order cannot be mapped")
    }
    guard !header.shape.isEmpty else { throw FileError(.malformed, path: path, "a scalar, but an array is expected") }
    guard let count = checkedProduct(header.shape), let bytes = checkedProduct([count, type.size]) else {
      throw FileError(.malformed, path: path, "the shape \(shapeText(header.shape)) is too large")
    }
    guard count > 0 else { throw FileError(.malformed, path: path, "the array is empty (\(shapeText(header.shape)))") }
    let available = file.size - start
    guard available >= bytes else {
      throw FileError(.malformed, path: path, "too little data: \(amount(bytes, "byte")) expected, \(available) found")
    }
    guard available == bytes else {
      throw FileError(.malformed, path: path, "\(amount(available - bytes, "byte")) of excess data after the array")
    }
    self.type = type
    self.start = start
    rows = header.shape[0]
    columns = count / rows
  }

  func requireRows(_ count: Int, _ what: String) throws(FileError) {
    if rows != count {
      throw FileError(
        .malformed, path: file.path, "\(amount(rows, "row")) of \(what) for \(amount(count, "row")) of inputs")
    }
  }

  func row(_ index: Int) -> UnsafeRawPointer { file.bytes(from: start + index * columns * type.size) }

  func willRead(_ rows: Range<Int>) {
    let bytes = columns * type.size
    file.willRead(start + rows.lowerBound * bytes..<start + rows.upperBound * bytes)
  }

  func copy<Element: Scalar>(
    _ selected: UnsafeBufferPointer<Int>, to: MutableMatrixView<Element>
  ) throws(FileError) {
    try file.requireUnchanged()
    for (place, index) in selected.enumerated() { type.copy(row(index), columns, to: to.base + place * to.stride) }
    file.didRead(selected.count * columns * type.size)
  }
}
