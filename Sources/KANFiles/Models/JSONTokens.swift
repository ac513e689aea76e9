/// Reads the JSON tokens (RFC 8259) of a safetensors header.
struct JSONTokens {
  private let path: String
  private let text: [UInt8]
  private var index = 0

  init(_ text: [UInt8], path: String) {
    self.text = text
    self.path = path
  }

  func failure(_ reason: String) -> FileError {
    FileError(.malformed, path: path, "safetensors header: \(reason)")
  }

  func checkEncoding() throws(FileError) {
    guard String(validating: text, as: UTF8.self) != nil else { throw failure("not valid UTF-8 text") }
  }

  mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
    guard consume(character) else { throw failure("'\(character)' is expected at byte \(index + 1)") }
  }

  /// Checks that only whitespace follows.
  mutating func expectEnd() throws(FileError) {
    skipBlanks()
    guard index == text.count else { throw failure("text after the end at byte \(index + 1)") }
  }

  /// Whether another element follows in an object or array; consumes the comma or the closing character.
  mutating func hasNext(before closing: Unicode.Scalar, isFirst: inout Bool) throws(FileError) -> Bool {
    if consume(closing) { return false }
    if !isFirst {
      guard consume(",") else { throw failure("',' or '\(closing)' is expected at byte \(index + 1)") }
    }
    isFirst = false
    return true
  }

  /// An array of non-negative integers.
  mutating func integers() throws(FileError) -> [Int] {
    var values: [Int] = []
    try expect("[")
    var isFirst = true
    while try hasNext(before: "]", isFirst: &isFirst) { values.append(try integer()) }
    return values
  }

  private mutating func integer() throws(FileError) -> Int {
    skipBlanks()
    let start = index
    var value = 0
    while index < text.count, text[index] &- 0x30 < 10 {
      let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = product.addingReportingOverflow(Int(text[index] - 0x30))
      guard !productOverflow, !sumOverflow else { throw failure("a number at byte \(start + 1) is too large") }
      value = sum
      index += 1
    }
    let hasLeadingZero = index > start + 1 && text[start] == 0x30
    let hasFraction = index < text.count && [0x2E, 0x45, 0x65].contains(text[index])
    guard index > start, !hasLeadingZero, !hasFraction else {
      throw failure("a whole number is expected at byte \(start + 1)")
    }
    return value
  }

  mutating func string() throws(FileError) -> String {
    try expect("\"")
    var contents: [UInt8] = []
    while true {
      guard index < text.count else { throw failure("a string is not closed") }
      let byte = text[index]
      index += 1
      switch byte {
      case 0x22: return String(decoding: contents, as: UTF8.self)
      case 0x5C: try appendEscape(to: &contents)
      case 0..<0x20: throw failure("control character in a string at byte \(index)")
      default: contents.append(byte)
      }
    }
  }

  private mutating func appendEscape(to contents: inout [UInt8]) throws(FileError) {
    guard index < text.count else { throw failure("a string is not closed") }
    let byte = text[index]
    index += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: contents.append(byte)
    case UInt8(ascii: "b"): contents.append(0x08)
    case UInt8(ascii: "f"): contents.append(0x0C)
    case UInt8(ascii: "n"): contents.append(0x0A)
    case UInt8(ascii: "r"): contents.append(0x0D)
    case UInt8(ascii: "t"): contents.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if code & 0xFC00 == 0xD800, text[index...].starts(with: [0x5C, UInt8(ascii: "u")]) {
        index += 2
        let low = try hexadecimal()
        guard low & 0xFC00 == 0xDC00 else { throw failure("invalid escape at byte \(index)") }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("invalid escape at byte \(index)") }
      contents.append(contentsOf: Array(Character(scalar).utf8))
    default: throw failure("invalid escape at byte \(index)")
    }
  }

  private mutating func hexadecimal() throws(FileError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < text.count, let digit = Character(Unicode.Scalar(text[index])).hexDigitValue else {
        throw failure("invalid escape at byte \(index)")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  private mutating func skipBlanks() {
    while index < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[index]) { index += 1 }
  }

  private mutating func consume(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }
}
