extension SafeTensors {
  /// Headers above this many bytes are refused, as in the reference implementation.
  static var headerLimit: Int { 100_000_000 }

  /// Whether a file begins as the format requires, with the header's length and first character.
  static func mayBegin(_ bytes: [UInt8]) -> Bool {
    bytes.count > 8 && headerBytes(bytes) <= UInt64(headerLimit) && bytes[8] == UInt8(ascii: "{")
  }

  /// The length of the header that a file of 8 bytes or more declares.
  static func headerBytes(_ bytes: [UInt8]) -> UInt64 {
    loadIntegers(bytes, from: 0, count: 1, isBigEndian: false) { $0 }[0]
  }

  /// Reads a file. Throws what `readFile` and `init(bytes:path:)` throw.
  package init(path: String) throws(FileError) {
    try self.init(bytes: readFile(path), path: path)
  }

  /// Decodes a file in memory; `path` is only for messages.
  ///
  /// Throws `.malformed` if the header violates the format, or if the tensors do not cover the data exactly, without
  /// gaps and overlaps.
  package init(bytes: [UInt8], path: String) throws(FileError) {
    guard bytes.count >= 8 else { throw FileError(.malformed, path: path, "truncated safetensors header") }
    let length = Self.headerBytes(bytes)
    guard length <= UInt64(Self.headerLimit) else {
      throw FileError(.malformed, path: path, "a safetensors header of \(length) bytes is too large")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else {
      throw FileError(
        .malformed, path: path, "the safetensors header of \(length) bytes goes beyond the end of the file")
    }
    var parser = SafeTensorsHeaderParser(Array(bytes[8..<dataStart]), path: path)
    let header = try parser.parse()
    self.init(metadata: header.metadata)

    var expected = 0
    let available = bytes.count - dataStart
    for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      let name = "tensor \(quoted(entry.name))"
      guard entry.begin <= entry.end, entry.end <= available else {
        let range = "\(entry.begin)…\(entry.end)"
        throw FileError(
          .malformed, path: path, "\(name): offsets \(range) do not fit \(amount(available, "byte")) of data")
      }
      guard entry.begin >= expected else { throw FileError(.malformed, path: path, "\(name) overlaps another tensor") }
      guard entry.begin == expected else { throw FileError(.malformed, path: path, "\(name): unused data before it") }
      guard let size = checkedProduct(entry.shape + [entry.dtype.size]) else {
        throw FileError(.malformed, path: path, "\(name): the shape \(shapeText(entry.shape)) is too large")
      }
      guard size == entry.end - entry.begin else {
        let found = entry.end - entry.begin
        let shape = "\(entry.dtype.rawValue) of shape \(entry.shape.isEmpty ? "()" : shapeText(entry.shape))"
        throw FileError(.malformed, path: path, "\(name): \(shape) needs \(amount(size, "byte")), but has \(found)")
      }
      let contents = Array(bytes[(dataStart + entry.begin)..<(dataStart + entry.end)])
      tensors[entry.name] = Tensor(dtype: entry.dtype, shape: entry.shape, bytes: contents)
      expected = entry.end
    }
    guard expected == available else {
      throw FileError(
        .malformed, path: path, "\(amount(available - expected, "byte")) of excess data after the last tensor")
    }
  }
}
