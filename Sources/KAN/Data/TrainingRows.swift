/// The rows of a training or an evaluation: a source and the mean of its weights, by which they are divided.
///
/// A class, since a training step passes it on in every loop: one reference is counted, and not each of its parts.
package final class TrainingRows<Element: Scalar>: Sendable {
  package let source: any RowSource<Element>
  /// The source, if it is in memory.
  let memory: Dataset<Element>?
  /// Σ w / rows, 1 without weights
  let meanWeight: Double

  package init(_ data: Dataset<Element>) {
    source = data
    memory = data
    meanWeight = data.meanWeight
  }

  /// Reads the weights, if there are any.
  package init(_ source: some RowSource<Element>) throws(RowSourceError) {
    let data = source as? Dataset<Element>
    self.source = source
    memory = data
    meanWeight = if let data { data.meanWeight } else { try source.meanWeight() }
  }

  /// Without reading the weights, where nobody asks for them.
  init(unweighted source: some RowSource<Element>) {
    self.source = source
    memory = source as? Dataset<Element>
    meanWeight = 1
  }

  /// - Parameter meanWeight: that of rows of which these are some.
  private init(_ source: some RowSource<Element>, meanWeight: Double) {
    self.source = source
    memory = source as? Dataset<Element>
    self.meanWeight = meanWeight
  }

  /// The rows of ranks, if ranks share them.
  var shared: DistributedRows<Element>? { source as? DistributedRows<Element> }
  /// The rows of this process, numbered from 0.
  var own: TrainingRows {
    guard let shared else { return self }
    func rows(_ local: some RowSource<Element>) -> TrainingRows { TrainingRows(local, meanWeight: meanWeight) }
    return rows(shared.local)
  }
  /// The number of the first of them.
  var firstOwn: Int { shared?.ownRows.lowerBound ?? 0 }

  package var rows: Int { source.rows }
  var inputColumns: Int { source.inputColumns }
  var targetShape: TargetShape { source.targetShape }
  /// Whether rows have weights.
  var isWeighted: Bool { source.hasWeights }
}

extension RowSource {
  /// Σ w / rows
  fileprivate func meanWeight() throws(RowSourceError) -> Double {
    if !hasWeights { return 1 }
    let buffer = RowBuffer(self, capacity: 4096, parts: .weights)
    let sum = try RowShards(of: self).sum { range throws(RowSourceError) in
      var sum = 0.0
      for start in stride(from: range.lowerBound, to: range.upperBound, by: buffer.capacity) {
        let batch = try buffer.read(start..<min(start + buffer.capacity, range.upperBound), of: self)
        addUp(batch.weights!, batch.rows, to: &sum)
      }
      return sum
    }
    return sum / Double(max(1, rows))
  }
}

/// Σ w / rows of weights in memory, in the order of summation that every source has.
func meanWeight<Element: Scalar>(of weights: AlignedArray<Element>) -> Double {
  let sum = RowShards(rows: weights.count).sum { range in
    var sum = 0.0
    addUp(weights.pointer + range.lowerBound, range.count, to: &sum)
    return sum
  }
  return sum / Double(max(1, weights.count))
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func addUp<Element: Scalar>(_ values: UnsafePointer<Element>, _ count: Int, to sum: inout Double) {
  for index in 0..<count { sum += Double(values[index]) }
}
