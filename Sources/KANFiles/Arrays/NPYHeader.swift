/// The header of an NPY file: element type, order and shape.
struct NPYHeader {
  var descriptor: String
  var isFortranOrder: Bool
  var shape: [Int]
}

/// Parses the Python dictionary literal of an NPY header (numpy.lib.format): exactly the keys `descr`,
/// `fortran_order` and `shape`.
struct NPYHeaderParser {
  private let path: String
  private let text: [UInt8]
  private var index = 0

  init(_ text: [UInt8], path: String) {
    self.text = text
    self.path = path
  }

  mutating func parse() throws(FileError) -> NPYHeader {
    var descriptor: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !consume("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil:
        skipBlanks()
        if index < text.count, text[index] == UInt8(ascii: "[") {
          throw FileError(.malformed, path: path, "structured arrays are not supported")
        }
        descriptor = try string()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw unparsable("unexpected key \(quoted(key))")
      }
      if !consume(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard index == text.count else { throw unparsable("text after the dictionary") }
    guard let descriptor else { throw unparsable("no descr") }
    guard let isFortranOrder else { throw unparsable("no fortran_order") }
    guard let shape else { throw unparsable("no shape") }
    return NPYHeader(descriptor: descriptor, isFortranOrder: isFortranOrder, shape: shape)
  }

  private mutating func string() throws(FileError) -> String {
    skipBlanks()
    guard index < text.count, text[index] == 0x27 || text[index] == 0x22 else {
      throw unparsable("a string is expected at character \(index + 1)")
    }
    let mark = text[index]
    let start = index + 1
    index = start
    while index < text.count, text[index] != mark, text[index] != UInt8(ascii: "\\") { index += 1 }
    guard index < text.count, text[index] == mark else { throw unparsable("unclosed string") }
    defer { index += 1 }
    return String(decoding: text[start..<index], as: UTF8.self)
  }

  private mutating func boolean() throws(FileError) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)] where text[index...].starts(with: word.utf8) {
      index += word.utf8.count
      return value
    }
    throw unparsable("True or False is expected at character \(index + 1)")
  }

  private mutating func tuple() throws(FileError) -> [Int] {
    var sizes: [Int] = []
    try expect("(")
    while !consume(")") {
      sizes.append(try integer())
      if !consume(",") {
        // Python needs the comma in a tuple of one number.
        guard sizes.count > 1 else { throw unparsable("a comma is expected at character \(index + 1)") }
        try expect(")")
        break
      }
    }
    return sizes
  }

  private mutating func integer() throws(FileError) -> Int {
    skipBlanks()
    let isNegative = consume("-")
    let start = index
    var value = 0
    while index < text.count, text[index] &- 0x30 < 10 {
      let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = product.addingReportingOverflow(Int(text[index] - 0x30))
      guard !productOverflow, !sumOverflow else {
        throw FileError(.malformed, path: path, "a dimension in the NPY header is too large")
      }
      value = sum
      index += 1
    }
    guard index > start else { throw unparsable("a whole number is expected at character \(index + 1)") }
    guard !isNegative else { throw FileError(.malformed, path: path, "negative dimension -\(value) in the NPY header") }
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

  private mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
    guard consume(character) else { throw unparsable("'\(character)' is expected at character \(index + 1)") }
  }

  private func unparsable(_ reason: String) -> FileError {
    FileError(.malformed, path: path, "the NPY header does not parse: \(reason)")
  }
}
