/// The edges of a pruned layer, and the blocks of neighbouring inputs and some sums in which the passes go through them.
///
/// Each input that still has edges belongs to one block, which contains them all; weights of removed edges within a block
/// are 0. A block is evaluated and contracted like a small layer, so that what lies outside of all blocks costs nothing.
/// The parameters keep their places: W is [in·K × sums] with zeros.
final class EdgeBlocks: Sendable {
  struct Block: Sendable, Equatable {
    let inputs: Range<Int>
    /// Rising.
    let sums: [Int]
    /// The smallest range that contains `sums`.
    var hull: Range<Int> { sums[0]..<sums[sums.count - 1] + 1 }
  }

  let mask: EdgeMask
  /// In the order of inputs.
  let blocks: [Block]
  /// Whether one block is the whole layer, so that its passes are those of any other layer.
  let isDense: Bool
  /// The most sums of a block that are gathered from those of the layer; 0 if all blocks have all sums.
  let mostGathered: Int
  /// Removed edges of each input.
  private let removed: [[Int]]

  init<Element: Scalar>(_ mask: EdgeMask, of layer: Layer<Element>) {
    self.mask = mask
    blocks = Self.blocks(of: mask, Cost(layer))
    isDense = blocks == [Block(inputs: 0..<mask.inputs, sums: Array(0..<mask.sums))]
    mostGathered = blocks.map(\.sums.count).filter { $0 < mask.sums }.max() ?? 0
    removed = (0..<mask.inputs).map { input in (0..<mask.sums).filter { !mask[input, $0] } }
  }

  /// Whether few rows go through all inputs together, with zeros in W: for a single row, each further block takes as long
  /// as a dozen inputs (measured with splines of 64 inputs; flat from 8 to 16).
  var areManyForFewRows: Bool { mask.inputs - inputs < 12 * (blocks.count - 1) }

  /// Inputs of all blocks, by which threads are used or not.
  var inputs: Int { blocks.reduce(0) { $0 + $1.inputs.count } }

  /// Sets rows of W, or of its gradient, to 0 at removed edges.
  ///
  /// - Parameters:
  ///   - weights: of input 0, [in·K × sums]
  ///   - inputs: those to clear.
  ///   - functions: K
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func clearRemoved<Element: Scalar>(
    _ weights: UnsafeMutablePointer<Element>, of inputs: Range<Int>, functions: Int
  ) {
    for input in inputs where !removed[input].isEmpty {
      removed[input].withUnsafeBufferPointer { sums in
        for k in input * functions..<(input + 1) * functions {
          let row = weights + k * mask.sums
          for sum in sums { row[sum] = 0 }
        }
      }
    }
  }

  /// Nanoseconds of a block for one row, by the model of ``ContractionCost``: of the contraction that the layer uses, and
  /// of gathering and scattering sums.
  private struct Cost {
    let evaluation, vector: Double
    let lanes, sums: Int
    /// Inputs that are evaluated together, whether a block has as many or not.
    let together: Int
    /// Of a product for a tile of rows.
    let call: Double

    init<Element: Scalar>(_ layer: Layer<Element>) {
      lanes = 32 / MemoryLayout<Element>.stride
      sums = layer.sums
      let isLocal = layer.resolvedContraction(.auto) == .local
      switch (layer.contractionCost?.nonZeroFunctions, isLocal) {
      case (let functions?, true):
        (evaluation, vector) = (1.3, 0.14 * Double(functions))
        (together, call) = (CompactScratch<Element>.blockInputs, 0)
      default:
        (evaluation, vector) = (layer.isIdentity ? 0 : 4.0, 0.17 * Double(layer.functions))
        // Half a microsecond for 128 rows.
        (together, call) = (1, 4)
      }
    }

    /// Of gathering and scattering one element; flat, since it matters for blocks of few inputs only.
    static let element = 1.0

    func of(inputs: Int, sums count: Int) -> Double {
      let gathering = count == sums ? 0 : Self.element * Double(count)
      let evaluated = (inputs + together - 1) / together * together
      return call + gathering + Double(evaluated) * evaluation
        + Double(inputs) * vector * Double((count + lanes - 1) / lanes)
    }
  }

  /// Neighbouring inputs and the sums that they reach together.
  private struct Group {
    var inputs: Range<Int>
    var reached: [Bool]
    var sums: Int

    func joined(_ other: Group) -> Group {
      let both = zip(reached, other.reached).map { $0 || $1 }
      return Group(
        inputs: inputs.lowerBound..<other.inputs.upperBound, reached: both, sums: both.reduce(0) { $0 + ($1 ? 1 : 0) })
    }

    /// Edges of the block, whether they exist or not.
    var size: Int { inputs.count * sums }
  }

  /// Joins neighbours as long as a block of both costs no more than one for each; those first whose block has the fewest
  /// edges that do not exist.
  private static func blocks(of mask: EdgeMask, _ cost: Cost) -> [Block] {
    var groups: [Group] = []
    for input in 0..<mask.inputs {
      let reached = (0..<mask.sums).map { mask[input, $0] }
      let sums = reached.reduce(0) { $0 + ($1 ? 1 : 0) }
      if sums > 0 { groups.append(Group(inputs: input..<input + 1, reached: reached, sums: sums)) }
    }
    func cheapest(_ group: Group) -> (cost: Double, hasAll: Bool) {
      let own = cost.of(inputs: group.inputs.count, sums: group.sums)
      let all = cost.of(inputs: group.inputs.count, sums: mask.sums)
      return (min(own, all), all <= own)
    }
    /// The edges that joining a group with the next adds; nil if that costs more.
    func growth(_ place: Int) -> Int? {
      let (a, b) = (groups[place], groups[place + 1])
      let both = a.joined(b)
      // Rounding must not keep apart what costs the same.
      let isDearer = cheapest(both).cost > (cheapest(a).cost + cheapest(b).cost) * (1 + 1e-9)
      return isDearer ? nil : both.size - a.size - b.size
    }
    var growths = groups.indices.dropLast().map(growth)
    while let place = growths.indices.filter({ growths[$0] != nil }).min(by: { growths[$0]! < growths[$1]! }) {
      groups[place] = groups[place].joined(groups[place + 1])
      groups.remove(at: place + 1)
      growths.remove(at: place)
      for other in [place - 1, place] where growths.indices.contains(other) { growths[other] = growth(other) }
    }
    return groups.map { group in
      let hasAll = cheapest(group).hasAll
      return Block(inputs: group.inputs, sums: (0..<mask.sums).filter { hasAll || group.reached[$0] })
    }
  }
}
