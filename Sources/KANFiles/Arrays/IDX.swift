/// An array in the IDX format of the MNIST files.
package struct IDXArray: Sendable, Equatable {
  package enum Values: Sendable, Equatable {
    /// Unsigned bytes.
    case bytes([UInt8])
    /// All other element types.
    case numbers([Double])
  }

  package let shape: [Int]
  /// The values in C order.
  package let values: Values
}

/// Reads an IDX file, plain or compressed with gzip. See `decodeIDX`.
package func readIDX(_ path: String) throws(FileError) -> IDXArray {
  try decodeIDX(readFile(path), path: path)
}

/// Decodes an array in the IDX format (yann.lecun.com/exdb/mnist): two zero bytes, element type, number of dimensions,
/// big-endian 32-bit sizes, big-endian data; gzip is recognised by its magic number.
///
/// Throws `.malformed` for wrong magic bytes or element types, empty or overflowing shapes, too little or too much
/// data, values that are not finite, and corrupt gzip data. `path` is only for messages.
package func decodeIDX(_ bytes: [UInt8], path: String) throws(FileError) -> IDXArray {
  var plain = bytes
  if isGzip(bytes) {
    plain = try inflateGzip(bytes, path: path) { (output) throws(FileError) -> Int in
      guard output.count >= 4 else { return .max }
      return try IDXHeader(output, path: path, isComplete: false)?.fileSize ?? .max
    }
  }
  guard let header = try IDXHeader(plain, path: path, isComplete: true) else {
    throw FileError(.malformed, path: path, "truncated IDX header")
  }
  guard plain.count >= header.fileSize else {
    let (expected, found) = (header.fileSize - header.size, plain.count - header.size)
    throw FileError(.malformed, path: path, "too little data: \(amount(expected, "byte")) expected, \(found) found")
  }
  guard plain.count == header.fileSize else {
    throw FileError(
      .malformed, path: path, "\(amount(plain.count - header.fileSize, "byte")) of excess data after the array")
  }
  let values = header.decode(plain)
  if case .numbers(let numbers) = values, let index = numbers.firstIndex(where: { !$0.isFinite }) {
    throw FileError(.malformed, path: path, "value \(index + 1) is not a finite number")
  }
  return IDXArray(shape: header.shape, values: values)
}

private struct IDXHeader {
  let type: UInt8
  let shape: [Int]
  /// The bytes of the header.
  let size: Int
  let count: Int
  /// The bytes of header and data.
  let fileSize: Int

  /// Parses the start of a file; nil if `bytes` end inside the header.
  init?(_ bytes: [UInt8], path: String, isComplete: Bool) throws(FileError) {
    let sizes: [UInt8: Int] = [0x08: 1, 0x09: 1, 0x0B: 2, 0x0C: 4, 0x0D: 4, 0x0E: 8]
    guard bytes.prefix(2).allSatisfy({ $0 == 0 }), isComplete || bytes.count >= 4 else {
      throw FileError(.malformed, path: path, "not an IDX file (wrong magic bytes)")
    }
    guard bytes.count >= 4 else { return nil }
    type = bytes[2]
    guard let elementSize = sizes[type] else {
      let code = String(type, radix: 16, uppercase: true)
      throw FileError(.malformed, path: path, "not an IDX file (unknown element type 0x\(code))")
    }
    let dimensions = Int(bytes[3])
    guard dimensions > 0 else { throw FileError(.malformed, path: path, "the IDX file has no dimensions") }
    size = 4 + 4 * dimensions
    guard bytes.count >= size else { return nil }
    shape = loadIntegers(bytes, from: 4, count: dimensions, isBigEndian: true) { (size: UInt32) in Int(size) }
    guard !shape.contains(0) else {
      throw FileError(.malformed, path: path, "the array is empty (\(shapeText(shape)))")
    }
    guard let count = checkedProduct(shape), let data = checkedProduct([count, elementSize]) else {
      throw FileError(.malformed, path: path, "the shape \(shapeText(shape)) is too large")
    }
    let (fileSize, overflow) = data.addingReportingOverflow(size)
    guard !overflow else { throw FileError(.malformed, path: path, "the shape \(shapeText(shape)) is too large") }
    self.count = count
    self.fileSize = fileSize
  }

  func decode(_ bytes: [UInt8]) -> IDXArray.Values {
    switch type {
    case 0x09: .numbers(load(bytes) { (value: Int8) in Double(value) })
    case 0x0B: .numbers(load(bytes) { (value: Int16) in Double(value) })
    case 0x0C: .numbers(load(bytes) { (value: Int32) in Double(value) })
    case 0x0D: .numbers(load(bytes) { (bits: UInt32) in Double(Float(bitPattern: bits)) })
    case 0x0E: .numbers(load(bytes) { (bits: UInt64) in Double(bitPattern: bits) })
    default: .bytes(Array(bytes[size...]))
    }
  }

  private func load<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: [UInt8], _ convert: (Stored) -> Double
  ) -> [Double] {
    loadIntegers(bytes, from: size, count: count, isBigEndian: true, convert)
  }
}
