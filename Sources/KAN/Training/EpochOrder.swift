/// The order in which an epoch of a first-order rule takes the rows. It depends on the seed, the epoch and the number of
/// rows alone, so that the same rows train to the same bits wherever they are.
public enum EpochOrder: Sendable, Equatable {
  /// All rows shuffled together: a number for each row is in memory.
  case shuffled
  /// Blocks of neighbours shuffled, and the rows of some blocks at a time: memory does not grow with the rows, and a file
  /// is read in long stretches.
  case blocks(RowBlocks)
}

/// Rows cut into blocks of neighbours, of which some at a time are shuffled together.
///
///     rows     0 1 2 | 3 4 5 | 6 7 8 | 9           size 3
///     epoch    6 1 8 0 2 7 | 4 9 3 5               group 2: blocks 2 and 0, then 3 and 1
///
/// The order of blocks, and the order of rows within each group, are drawn anew for each epoch. Rows that lie in one block
/// come near each other in every epoch; so blocks should be few rows compared with a group, and a group many batches.
public struct RowBlocks: Sendable, Equatable {
  /// Rows of a block; the last one has what is left.
  public let size: Int
  /// Blocks whose rows are shuffled together.
  public let group: Int

  /// Traps unless both are at least 1.
  public init(size: Int, group: Int) {
    require(size > 0 && group > 0, "RowBlocks: blocks of \(size) rows, groups of \(group)")
    self.size = size
    self.group = group
  }

  /// Blocks of about a megabyte, as long as a disk reads at once, and groups of 32 of them or what half of the memory
  /// holds.
  ///
  /// - Parameters:
  ///   - rowBytes: of a row where it is read from.
  ///   - memory: that a group and its order may take, in bytes.
  public init(rowBytes: Int, memory: Int) {
    let row = max(1, rowBytes)
    // An order takes a number for each row beside the row.
    let most = max(1, memory / (row + MemoryLayout<Int>.size))
    let size = max(1, min((1 << 20) / row, most / 8))
    self.init(size: size, group: max(1, min(32, most / size)))
  }
}

/// The order of one epoch: which blocks follow each other, and the rows of each group.
struct BlockOrder {
  let blocks: RowBlocks
  let rows: Int
  /// Blocks as they follow each other.
  let order: [Int]
  /// The place in the epoch of each group's first row, and the number of all rows.
  let starts: [Int]
  private let seed: UInt64

  init(_ blocks: RowBlocks, rows: Int, seed: UInt64, epoch: Int) {
    self.blocks = blocks
    self.rows = rows
    var generator = RandomGenerator(seed: seed, stream: RandomStream.epochs + UInt64(epoch))
    order = generator.permutation(of: (rows + blocks.size - 1) / blocks.size)
    self.seed = generator.next()
    var (starts, place) = ([0], 0)
    for first in stride(from: 0, to: order.count, by: blocks.group) {
      for block in order[first..<min(first + blocks.group, order.count)] {
        place += Self.range(block, blocks, rows).count
      }
      starts.append(place)
    }
    self.starts = starts
  }

  private static func range(_ block: Int, _ blocks: RowBlocks, _ rows: Int) -> Range<Int> {
    block * blocks.size..<min((block + 1) * blocks.size, rows)
  }

  var groups: Int { starts.count - 1 }

  /// The blocks of a group, as ranges of rows.
  func ranges(ofGroup group: Int) -> [Range<Int>] {
    let first = group * blocks.group
    return order[first..<min(first + blocks.group, order.count)].map { Self.range($0, blocks, rows) }
  }

  /// The rows of a group in their order.
  func rows(ofGroup group: Int) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(starts[group + 1] - starts[group])
    for range in ranges(ofGroup: group) { result.append(contentsOf: range) }
    var generator = RandomGenerator(seed: seed, stream: UInt64(group) + 1)
    generator.shuffle(&result)
    return result
  }

  /// The group that has a place of the epoch.
  func group(at place: Int) -> Int {
    var (low, high) = (0, groups - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= place { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// The rows of one epoch, batch after batch.
///
/// Batches lie in memory of its own, as a batch may begin in one group and end in the next; the last two asked for are
/// kept, the one that is computed on and the one that is read ahead.
final class EpochRows<Element: Scalar> {
  private enum Order {
    case shuffled([Int])
    case blocks(BlockOrder)
  }
  private let order: Order
  private let source: any RowSource<Element>
  private var group = -1
  private var rowsOfGroup: [Int] = []
  private let capacity: Int
  private let memory: UnsafeMutablePointer<Int>
  private var (last, slot): (Range<Int>, Int) = (0..<0, 0)

  /// - Parameter batch: the most rows asked for at a time.
  init(_ order: EpochOrder, of source: any RowSource<Element>, seed: UInt64, epoch: Int, batch: Int) {
    self.source = source
    capacity = min(batch, max(1, source.rows))
    memory = .allocate(capacity: 2 * capacity)
    switch order {
    case .shuffled:
      var generator = RandomGenerator(seed: seed, stream: RandomStream.epochs + UInt64(epoch))
      self.order = .shuffled(generator.permutation(of: source.rows))
    case .blocks(let blocks):
      self.order = .blocks(BlockOrder(blocks, rows: source.rows, seed: seed, epoch: epoch))
    }
  }

  deinit { memory.deallocate() }

  /// The rows at some places of the epoch, until other rows have been asked for twice.
  func rows(_ places: Range<Int>) -> UnsafeBufferPointer<Int> {
    if places != last {
      (last, slot) = (places, 1 - slot)
      let to = memory + slot * capacity
      switch order {
      case .shuffled(let all): for place in places { to[place - places.lowerBound] = all[place] }
      case .blocks(let order): write(places, of: order, to: to)
      }
    }
    return UnsafeBufferPointer(start: memory + slot * capacity, count: places.count)
  }

  private func write(_ places: Range<Int>, of order: BlockOrder, to: UnsafeMutablePointer<Int>) {
    var place = places.lowerBound
    while place < places.upperBound {
      if group < 0 || !(order.starts[group]..<order.starts[group + 1]).contains(place) {
        group = order.group(at: place)
        rowsOfGroup = order.rows(ofGroup: group)
        if group + 1 < order.groups { for range in order.ranges(ofGroup: group + 1) { source.willRead(range) } }
      }
      let start = order.starts[group]
      let end = min(places.upperBound, order.starts[group + 1])
      for index in place..<end { to[index - places.lowerBound] = rowsOfGroup[index - start] }
      place = end
    }
  }
}
