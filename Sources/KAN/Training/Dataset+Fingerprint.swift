extension Dataset {
  /// A hash of all inputs, targets and weights, bit for bit and in their order: 16 hexadecimal digits.
  ///
  /// Two data sets that differ in one element never have the same; others have it once in 2⁶⁴.
  package var fingerprint: String {
    var hash = DataHash()
    hash.add(inputs.elements)
    switch targets {
    case .values(let values): hash.add(values.elements)
    case .classes(let labels, let count):
      hash.add(UInt64(count))
      for label in labels { hash.add(UInt64(truncatingIfNeeded: label)) }
    }
    if let weights { hash.add(AlignedArray(weights)) }
    return hash.text
  }
}

/// A hash of words: each step is a bijection of the state for a given word and of the word for a given state, so that one
/// changed word always shows.
private struct DataHash {
  // 2⁶⁴ over the golden ratio, whose bits have no pattern.
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var state = factor

  mutating func add(_ word: UInt64) {
    state = (state ^ word) &* Self.factor
    state ^= state >> 32
  }

  mutating func add<Element: Scalar>(_ values: AlignedArray<Element>) {
    add(UInt64(values.count))
    let bytes = UnsafeRawBufferPointer(start: values.pointer, count: values.count * MemoryLayout<Element>.stride)
    add(bytes)
    withExtendedLifetime(values) {}
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let words = bytes.count / 8
    for word in 0..<words { add(bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)) }
    for byte in bytes[(8 * words)...] { add(UInt64(byte)) }
  }

  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
