/// Rejects a file that begins like UTF-16 text.
func checkNotUTF16(_ bytes: [UInt8], path: String) throws(FileError) {
  if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || looksLikeUTF16(bytes) {
    throw FileError(.malformed, path: path, "UTF-16 text; convert it to UTF-8")
  }
}

/// Rejects everything but UTF-8 text without NUL bytes.
func checkText(_ bytes: [UInt8]) throws(ScanFailure) {
  guard let offset = firstInvalidOffset(bytes) else { return }
  let line = bytes[..<offset].reduce(into: 0) { line, byte in line += byte == 0x0A ? 1 : 0 }
  if bytes[offset] == 0 { throw ScanFailure(line: line, message: "NUL byte; this is not a text file") }
  let code = String(bytes[offset], radix: 16, uppercase: true)
  throw ScanFailure(line: line, message: "byte 0x\(code) is not valid UTF-8 text")
}

/// Whether every second byte at the start is NUL and the others are not.
private func looksLikeUTF16(_ bytes: [UInt8]) -> Bool {
  let start = bytes.prefix(32)
  guard start.count >= 4 else { return false }
  let firstIsZero = start[0] == 0
  guard firstIsZero != (start[1] == 0) else { return false }
  return start.indices.allSatisfy { (start[$0] == 0) == (($0 % 2 == 0) == firstIsZero) }
}

/// The offset of the first NUL byte or of the first byte that is not UTF-8.
private func firstInvalidOffset(_ bytes: [UInt8]) -> Int? {
  let high: UInt64 = 0x8080_8080_8080_8080
  let ones: UInt64 = 0x0101_0101_0101_0101
  return bytes.withUnsafeBytes { text in
    var index = 0
    while index < text.count {
      // Eight bytes at a time while they are ASCII without NUL.
      if index + 8 <= text.count {
        let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if (word | ((word &- ones) & ~word)) & high == 0 {
          index += 8
          continue
        }
      }
      guard let length = sequenceLength(text, at: index) else { return index }
      index += length
    }
    return nil
  }
}

/// The length of the UTF-8 sequence at `index`; nil if it is invalid (Unicode standard, table 3-7) or NUL.
private func sequenceLength(_ text: UnsafeRawBufferPointer, at index: Int) -> Int? {
  let second: ClosedRange<UInt8>
  let length: Int
  switch text[index] {
  case 0x01...0x7F: return 1
  case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
  case 0xE0: (length, second) = (3, 0xA0...0xBF)
  case 0xED: (length, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
  case 0xF0: (length, second) = (4, 0x90...0xBF)
  case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
  case 0xF4: (length, second) = (4, 0x80...0x8F)
  default: return nil
  }
  guard index + length <= text.count, second.contains(text[index + 1]) else { return nil }
  for offset in 2..<max(length, 2) where text[index + offset] & 0xC0 != 0x80 { return nil }
  return length
}
