/// The rows of another source with weights by which every class counts the same, as ``Dataset/balancingClasses()`` gives
/// them to rows in memory: the same weights, bit for bit.
package struct BalancedRows<Element: Scalar>: RowSource {
  private let source: any RowSource<Element>
  private let balance: ClassBalance

  package var rows: Int { source.rows }
  package var inputColumns: Int { source.inputColumns }
  package var targetShape: TargetShape { source.targetShape }
  package var hasWeights: Bool { true }
  package var names: Names { source.names }

  /// Reads the classes and weights of all rows once. Traps unless the targets are classes.
  package init(_ source: any RowSource<Element>) throws(RowSourceError) {
    guard case .classes(let count) = source.targetShape else { fatalError("BalancedRows: balanced classes of numbers") }
    self.source = source
    var balance = ClassBalance(classes: count)
    let most = min(source.rows, 1 << 14)
    var labels = [Int32](repeating: 0, count: most)
    var weights = [Element](repeating: 1, count: most)
    for start in stride(from: 0, to: source.rows, by: max(1, most)) {
      let indices = Array(start..<min(start + most, source.rows))
      source.willRead(start..<start + indices.count)
      try Self.read(source, indices, &labels, &weights)
      for place in indices.indices { balance.add(labels[place], Double(weights[place])) }
    }
    balance.finish()
    self.balance = balance
  }

  private static func read(
    _ source: any RowSource<Element>, _ indices: [Int], _ labels: inout [Int32], _ weights: inout [Element]
  ) throws(RowSourceError) {
    var failure: RowSourceError?
    indices.withUnsafeBufferPointer { indices in
      labels.withUnsafeMutableBufferPointer { labels in
        weights.withUnsafeMutableBufferPointer { weights in
          do throws(RowSourceError) {
            try source.read(
              indices,
              into: RowBatch(
                rows: indices.count, classes: labels.baseAddress, weights: source.hasWeights ? weights.baseAddress : nil
              ))
            try source.targetShape.check(labels.baseAddress!, indices)
          } catch {
            failure = error
          }
        }
      }
    }
    if let failure { throw failure }
  }

  package func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>) throws(RowSourceError) {
    guard let weights = batch.weights else { return try source.read(rows, into: batch) }
    if let classes = batch.classes { return try read(rows, into: batch, classes, weights) }
    // Weights alone: the classes are read too, in parts of a size for which no memory has to be asked for.
    let most = 64
    for start in stride(from: 0, to: rows.count, by: most) {
      let count = min(most, rows.count - start)
      var failure: RowSourceError?
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: most) { classes in
        do throws(RowSourceError) {
          try read(
            UnsafeBufferPointer(rebasing: rows[start..<start + count]), into: batch.slice(start, rows: count),
            classes.baseAddress!, weights + start)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  private func read(
    _ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>, _ classes: UnsafeMutablePointer<Int32>,
    _ weights: UnsafeMutablePointer<Element>
  ) throws(RowSourceError) {
    try source.read(
      rows,
      into: RowBatch(
        rows: batch.rows, inputs: batch.inputs, values: batch.values, classes: classes,
        weights: source.hasWeights ? weights : nil))
    try targetShape.check(classes, rows)
    for place in 0..<rows.count {
      weights[place] = Element(balance.weight(classes[place], source.hasWeights ? Double(weights[place]) : 1))
    }
  }

  package func willRead(_ rows: Range<Int>) { source.willRead(rows) }
}

/// The weights of classes' rows, summed, and what makes every class count the same.
struct ClassBalance: Sendable {
  /// W_c: [classes]
  private var sums: [Double]
  /// W/C
  private var equal = 0.0

  init(classes: Int) { sums = [Double](repeating: 0, count: classes) }

  mutating func add(_ label: Int32, _ weight: Double) { sums[Int(label)] += weight }

  /// Called when all rows have been added.
  mutating func finish() {
    let present = sums.filter { $0 > 0 }
    equal = present.reduce(0, +) / Double(max(1, present.count))
  }

  /// w·W/(C·W_c), of the C classes with rows that count.
  func weight(_ label: Int32, _ own: Double) -> Double { own > 0 ? own * equal / sums[Int(label)] : 0 }
}
