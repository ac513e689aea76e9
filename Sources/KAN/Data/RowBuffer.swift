/// Which parts of its rows a source is asked for.
package struct RowParts: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }
  static let inputs = RowParts(rawValue: 1)
  static let targets = RowParts(rawValue: 2)
  static let weights = RowParts(rawValue: 4)
  package static let all: RowParts = [.inputs, .targets, .weights]
}

/// Memory for some rows of a source, for one thread.
package final class RowBuffer<Element: Scalar> {
  let capacity: Int
  private let inputColumns, targetColumns: Int
  private let inputs: UnsafeMutablePointer<Element>?
  private let values: UnsafeMutablePointer<Element>?
  private let classes: UnsafeMutablePointer<Int32>?
  private let weights: UnsafeMutablePointer<Element>?
  private let indices: UnsafeMutablePointer<Int>

  /// - Parameter parts: those that it has room for.
  package init(_ source: any RowSource<Element>, capacity: Int, parts: RowParts = .all) {
    self.capacity = max(1, capacity)
    inputColumns = source.inputColumns
    targetColumns = source.targetShape.outputs
    let isRegression = source.targetShape.task == .regression
    let rows = self.capacity
    inputs = parts.contains(.inputs) ? .allocate(capacity: rows * inputColumns) : nil
    values = parts.contains(.targets) && isRegression ? .allocate(capacity: rows * targetColumns) : nil
    classes = parts.contains(.targets) && !isRegression ? .allocate(capacity: rows) : nil
    weights = parts.contains(.weights) && source.hasWeights ? .allocate(capacity: rows) : nil
    indices = .allocate(capacity: rows)
  }

  deinit {
    inputs?.deallocate()
    values?.deallocate()
    classes?.deallocate()
    weights?.deallocate()
    indices.deallocate()
  }

  /// Places for `rows` rows; inputs elsewhere if given.
  func batch(rows: Int, inputs elsewhere: MutableMatrixView<Element>? = nil) -> RowBatch<Element> {
    func view(_ base: UnsafeMutablePointer<Element>, _ columns: Int) -> MutableMatrixView<Element> {
      MutableMatrixView(base: base, rows: rows, columns: columns, stride: columns)
    }
    return RowBatch(
      rows: rows, inputs: elsewhere ?? inputs.map { view($0, inputColumns) },
      values: values.map { view($0, targetColumns) }, classes: classes, weights: weights)
  }

  /// The indices of a range, until the next call.
  func rows(_ range: Range<Int>) -> UnsafeBufferPointer<Int> {
    for place in 0..<range.count { indices[place] = range.lowerBound + place }
    return UnsafeBufferPointer(start: indices, count: range.count)
  }

  /// Reads a range of rows, no more than ``capacity``.
  package func read(_ range: Range<Int>, of source: any RowSource<Element>) throws(RowSourceError) -> RowBatch<Element>
  {
    let batch = batch(rows: range.count)
    try source.read(rows(range), into: batch)
    return batch
  }
}
