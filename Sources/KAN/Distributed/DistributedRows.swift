/// The rows of a training on several ranks, of which each process has its own.
///
/// Rows are numbered over all ranks. They are cut into 64 shards of equal size, the leaves of a binary tree, and each
/// rank has those of a whole subtree; so what they come to has the same bits on 1, 2, 4, 8 … 64 ranks. Of another number
/// of ranks only the largest power of two below it has rows, and the others compute the same without.
///
/// A training or evaluation on such rows is called on all ranks alike, and ends with the same network on each.
public struct DistributedRows<Element: Scalar>: RowSource {
  /// The processes.
  public let communicator: any Communicator
  /// The rows of this rank, numbered from 0.
  public let local: any RowSource<Element>
  /// The first row of each shard, and the number of all rows: [shards + 1]
  let bounds: [Int]

  public var rows: Int { bounds[bounds.count - 1] }
  public var inputColumns: Int { local.inputColumns }
  public var targetShape: TargetShape { local.targetShape }
  public var hasWeights: Bool { local.hasWeights }
  public var names: Names { local.names }

  /// The rows that a rank has, of `rows` rows in all.
  public static func range(of rows: Int, _ communicator: any Communicator) -> Range<Int> {
    own(evenBounds(rows), communicator)
  }

  /// - Parameters:
  ///   - local: the rows ``range(of:_:)``; traps if they are not as many. The same columns, weights and names on each
  ///     rank.
  ///   - rows: the number of all rows.
  public init(_ local: some RowSource<Element>, of rows: Int, over communicator: any Communicator) {
    self.init(local, bounds: Self.evenBounds(rows), over: communicator)
  }

  init(_ local: some RowSource<Element>, bounds: [Int], over communicator: any Communicator) {
    self.local = local
    self.communicator = communicator
    self.bounds = bounds
    require(
      local.rows == ownRows.count, "DistributedRows: \(local.rows) rows of rank \(communicator.rank), not \(ownRows)")
  }

  /// The rows of this process.
  var ownRows: Range<Int> { Self.own(bounds, communicator) }
  /// Its shards.
  var ownShards: Range<Int> { Self.shards(communicator) }

  private static func evenBounds(_ rows: Int) -> [Int] {
    (0...RowShards.most).map { shard in
      // Without overflow of any number of rows.
      rows / RowShards.most * shard + rows % RowShards.most * shard / RowShards.most
    }
  }

  private static func own(_ bounds: [Int], _ communicator: any Communicator) -> Range<Int> {
    let shards = shards(communicator)
    return bounds[shards.lowerBound]..<bounds[shards.upperBound]
  }

  private static func shards(_ communicator: any Communicator) -> Range<Int> {
    if !communicator.isActive { return RowShards.most..<RowShards.most }
    let size = RowShards.most / communicator.activeRanks
    return communicator.rank * size..<(communicator.rank + 1) * size
  }

  public func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>) throws(RowSourceError) {
    let own = ownRows
    guard rows.allSatisfy(own.contains) else {
      throw RowSourceError("a row of another rank, on rank \(communicator.rank) with rows \(own)")
    }
    // In parts of a size for which no memory has to be asked for.
    let most = 64
    for start in stride(from: 0, to: rows.count, by: most) {
      let count = min(most, rows.count - start)
      var failure: RowSourceError?
      withUnsafeTemporaryAllocation(of: Int.self, capacity: most) { indices in
        for place in 0..<count { indices.initializeElement(at: place, to: rows[start + place] - own.lowerBound) }
        do throws(RowSourceError) {
          try local.read(UnsafeBufferPointer(rebasing: indices[..<count]), into: batch.slice(start, rows: count))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  /// Some rows, given by their numbers over all ranks in rising order, each with the rank that has it.
  func selecting(_ selected: [Int]) -> DistributedRows {
    let own = ownRows
    func place(_ row: Int) -> Int {
      var (low, high) = (0, selected.count)
      while low < high {
        let middle = (low + high) / 2
        if selected[middle] < row { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let mine = selected[place(own.lowerBound)..<place(own.upperBound)].map { $0 - own.lowerBound }
    let bounds = bounds.map(place)
    if let memory = local as? Dataset<Element> {
      return DistributedRows(memory.selecting(rows: mine), bounds: bounds, over: communicator)
    }
    func some(of source: some RowSource<Element>) -> DistributedRows {
      DistributedRows(RowSelection(source: source, selected: mine), bounds: bounds, over: communicator)
    }
    return some(of: local)
  }

  /// Other rows of the same ranks, made of those of this one that are kept.
  func withRows(_ kept: Dataset<Element>, where isKept: (Int) -> Bool) -> DistributedRows {
    let first = ownRows.lowerBound
    let counts = communicator.gather(
      ownShards.map { shard in (bounds[shard]..<bounds[shard + 1]).count { isKept($0 - first) } })
    var sums = [0]
    for count in counts { sums.append(sums[sums.count - 1] + count) }
    return DistributedRows(kept, bounds: sums, over: communicator)
  }

  /// Some rows, given by their numbers over all ranks in rising order, in the memory of every rank. Of rows in memory
  /// alone.
  func gathered(_ selected: [Int]) -> Dataset<Element> {
    guard let own = selecting(selected).local as? Dataset<Element> else {
      // Levenberg-Marquardt alone asks for it, of a copy of its rows that it has made in memory.
      fatalError("DistributedRows: rows to gather that are not in memory")
    }
    let inputs = communicator.gather(Array(own.inputs.elements))
    let weights = own.weights.map { AlignedArray(communicator.gather(Array($0))) }
    let targets: Targets<Element> =
      switch own.targets {
      case .values(let values):
        .values(
          Matrix(
            rows: selected.count, columns: values.columns, elements: communicator.gather(Array(values.elements))))
      case .classes(let labels, let count): .classes(communicator.gather(labels), count: count)
      }
    return Dataset(
      inputs: Matrix(rows: selected.count, columns: own.inputs.columns, elements: inputs), targets: targets,
      weights: weights, names: own.names)
  }
}

extension RowSource {
  /// The processes that share the rows, if any do.
  var sharingRanks: (any Communicator)? { (self as? DistributedRows<Element>)?.communicator }
}
