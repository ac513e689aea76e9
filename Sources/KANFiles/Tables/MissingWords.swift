/// The words that stand for a missing cell. An empty cell is always missing, and blanks around a word do not count.
struct MissingWords: Sendable {
  /// Whether a text is one of the words.
  enum Match { case no, yes, amongNumbers }

  /// Words in lower case, and as they have to be written in a column of texts, if that matters.
  private let words: [(lowered: [UInt8], exact: [UInt8]?)]
  /// The words that are numbers, compared by value.
  let numbers: [Double]
  private let longest: Int

  init(_ texts: [String]) {
    var words: [(lowered: [UInt8], exact: [UInt8]?)] = []
    var numbers: [Double] = []
    for text in texts {
      let word = Array(text.utf8).trimmingBlanks()
      if word.isEmpty { continue }
      // In other cases these two are words of their own: sodium, and none of several.
      let isExact = word == Array("NA".utf8) || word == Array("None".utf8)
      words.append((word.map(loweredASCII), isExact ? word : nil))
      if let number = scanDecimal(word.span, from: 0), number.end == word.count { numbers.append(number.value) }
    }
    self.words = words
    self.numbers = numbers
    longest = words.reduce(0) { max($0, $1.lowered.count) }
  }

  func match(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Match {
    guard end - start <= longest else { return .no }
    for word in words where word.lowered.count == end - start {
      guard isEqual(text, start, word.lowered, lowering: true) else { continue }
      guard let exact = word.exact else { return .yes }
      return isEqual(text, start, exact, lowering: false) ? .yes : .amongNumbers
    }
    return .no
  }

  private func isEqual(_ text: borrowing Span<UInt8>, _ start: Int, _ word: [UInt8], lowering: Bool) -> Bool {
    for (place, byte) in word.enumerated() {
      let found = text[start + place]
      if (lowering ? loweredASCII(found) : found) != byte { return false }
    }
    return true
  }
}

/// A capital letter of ASCII as a small one, any other byte as it is.
func loweredASCII(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

extension [UInt8] {
  /// Without spaces and tabs at either end.
  func trimmingBlanks() -> [UInt8] {
    guard let first = firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
      let last = lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
    else { return [] }
    return Array(self[first...last])
  }
}
