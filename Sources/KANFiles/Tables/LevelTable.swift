/// Different texts, numbered from 0 in the order in which they come.
///
/// A hash table over bytes: a `Dictionary` of strings would allocate one for each cell that is looked up.
struct LevelTable {
  /// The texts, each with a line feed after it, where a number in it ends.
  private var bytes: [UInt8] = []
  /// Where each text ends in `bytes`.
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Places of the hash table: the number of a text, or -1. At most half of them are taken.
  private var slots = [Int32](repeating: -1, count: 16)

  var count: Int { ends.count }

  /// The bytes of a text.
  func range(_ code: Int) -> Range<Int> { (code == 0 ? 0 : ends[code - 1] + 1)..<ends[code] }

  func text(_ code: Int) -> String { String(decoding: bytes[range(code)], as: UTF8.self) }

  /// What a text is by the rules for cells.
  func kind(_ code: Int, _ rules: CellRules) -> CellKind { rules.kind(bytes.span, range(code)) }

  func number(_ code: Int, _ rules: CellRules, mark: UInt8) -> Double {
    rules.number(bytes.span, range(code), mark: mark)
  }

  func time(_ code: Int, _ rules: CellRules) -> Double { rules.time(bytes.span, range(code)) }

  /// The number of the text in `range`, a new one if it has not come before.
  mutating func code(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Int32 {
    let hash = Self.hash(text, range)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] >= 0 {
      let code = Int(slots[place])
      if hashes[code] == hash, isEqual(code, text, range) { return slots[place] }
      place = (place + 1) & mask
    }
    let code = Int32(count)
    slots[place] = code
    for index in range { bytes.append(text[index]) }
    ends.append(bytes.count)
    bytes.append(0x0A)
    hashes.append(hash)
    if 2 * count > slots.count { grow() }
    return code
  }

  /// Adds the texts of another table, and returns their numbers here.
  mutating func append(_ other: LevelTable) -> [Int32] {
    (0..<other.count).map { code(other.bytes.span, other.range($0)) }
  }

  /// The number of a text; nil if it has not come.
  func find(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Int32? {
    let hash = Self.hash(text, range)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] >= 0 {
      let code = Int(slots[place])
      if hashes[code] == hash, isEqual(code, text, range) { return slots[place] }
      place = (place + 1) & mask
    }
    return nil
  }

  /// The numbers that the texts of another table have here.
  func find(_ other: LevelTable) -> [Int32?] { (0..<other.count).map { find(other.bytes.span, other.range($0)) } }

  /// Adds texts of another table as long as there are less than `most`, and returns their numbers here.
  mutating func append(_ other: LevelTable, most: Int) -> [Int32?] {
    (0..<other.count).map {
      count < most ? code(other.bytes.span, other.range($0)) : find(other.bytes.span, other.range($0))
    }
  }

  private func isEqual(_ code: Int, _ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
    let own = self.range(code)
    guard own.count == range.count else { return false }
    for offset in 0..<range.count where bytes[own.lowerBound + offset] != text[range.lowerBound + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    let mask = slots.count - 1
    for (code, hash) in hashes.enumerated() {
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place] >= 0 { place = (place + 1) & mask }
      slots[place] = Int32(code)
    }
  }

  /// FNV-1a (Fowler, Noll and Vo), the upper half folded into the lower one, which chooses the place.
  private static func hash(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in range { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 32)
  }
}
