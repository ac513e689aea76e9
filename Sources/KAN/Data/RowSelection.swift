/// Some rows of a source, in an order of their own.
struct RowSelection<Source: RowSource>: RowSource {
  let source: Source
  let selected: [Int]

  var rows: Int { selected.count }
  var inputColumns: Int { source.inputColumns }
  var targetShape: TargetShape { source.targetShape }
  var hasWeights: Bool { source.hasWeights }
  var names: Names { source.names }

  func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Source.Element>) throws(RowSourceError) {
    // In parts of a size for which no memory has to be asked for.
    let most = 64
    for start in stride(from: 0, to: rows.count, by: most) {
      let count = min(most, rows.count - start)
      var failure: RowSourceError?
      withUnsafeTemporaryAllocation(of: Int.self, capacity: most) { indices in
        for place in 0..<count { indices.initializeElement(at: place, to: selected[rows[start + place]]) }
        do throws(RowSourceError) {
          try source.read(
            UnsafeBufferPointer(rebasing: indices[..<count]), into: batch.slice(start, rows: count))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }
}
