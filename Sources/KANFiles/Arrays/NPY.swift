/// Numbers read from an array file, in C order.
package struct NumericArray: Sendable, Equatable {
  /// `[rows]` or `[rows, columns]`; further dimensions are merged into the columns.
  package var shape: [Int]
  package var values: [Double]
  /// Whether the file holds integers or truth values.
  package var isInteger: Bool

  package init(shape: [Int], values: [Double], isInteger: Bool) {
    self.shape = shape
    self.values = values
    self.isInteger = isInteger
  }
}

/// Reads an NPY file. See `decodeNPY`.
package func readNPY(
  _ path: String, magnitudeLimit: Double = .greatestFiniteMagnitude, allowsGaps: Bool = false
) throws(FileError) -> NumericArray {
  try decodeNPY(readFile(path), path: path, magnitudeLimit: magnitudeLimit, allowsGaps: allowsGaps)
}

/// Decodes an array in the NPY format 1.0, 2.0 or 3.0 (numpy.lib.format); `path` is only for messages.
///
/// Element types: floating point of 2, 4 and 8 bytes, integers of 1 to 8 bytes (rounded to the nearest Double), and
/// truth values. Throws `.malformed` for everything else, for scalars and empty arrays, if the amount of data differs
/// from the shape, and for values that are not finite or exceed `magnitudeLimit`; with `allowsGaps` NaN is a gap.
package func decodeNPY(
  _ bytes: [UInt8], path: String, magnitudeLimit: Double = .greatestFiniteMagnitude, allowsGaps: Bool = false
) throws(FileError) -> NumericArray {
  let (header, dataStart) = try npyHeader(bytes, path: path)
  let type = try NPYType(header.descriptor, path: path)
  guard !header.shape.isEmpty else { throw FileError(.malformed, path: path, "a scalar, but an array is expected") }
  guard let count = checkedProduct(header.shape), let size = checkedProduct([count, type.size]) else {
    throw FileError(.malformed, path: path, "the shape \(shapeText(header.shape)) is too large")
  }
  guard count > 0 else { throw FileError(.malformed, path: path, "the array is empty (\(shapeText(header.shape)))") }
  let available = bytes.count - dataStart
  guard available >= size else {
    throw FileError(.malformed, path: path, "too little data: \(amount(size, "byte")) expected, \(available) found")
  }
  guard available == size else {
    throw FileError(.malformed, path: path, "\(amount(available - size, "byte")) of excess data after the array")
  }
  var values = type.decode(bytes, from: dataStart, count: count)
  if header.isFortranOrder, header.shape.count > 1 { values = reorderedToC(values, shape: header.shape) }
  let rows = header.shape[0]
  let columns = count / rows
  let limit = min(magnitudeLimit, .greatestFiniteMagnitude)
  if let index = values.firstIndex(where: { !($0.magnitude <= limit || allowsGaps && $0.isNaN) }) {
    let place = header.shape.count == 1 ? "" : ", column \(index % columns + 1)"
    let reason = values[index].isFinite ? "is too large" : "is not a finite number"
    throw FileError(.malformed, path: path, "row \(index / columns + 1)\(place): \(values[index]) \(reason)")
  }
  if type.kind == "b", let index = values.firstIndex(where: { $0 > 1 }) {
    let place = header.shape.count == 1 ? "" : ", column \(index % columns + 1)"
    throw FileError(.malformed, path: path, "row \(index / columns + 1)\(place): a truth value that is not 0 or 1")
  }
  let shape = header.shape.count == 1 ? [rows] : [rows, columns]
  return NumericArray(shape: shape, values: values, isInteger: type.kind != "f")
}

/// The parsed header and the offset of the data.
func npyHeader(_ bytes: [UInt8], path: String) throws(FileError) -> (NPYHeader, Int) {
  let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  guard bytes.starts(with: magic) else {
    throw FileError(.malformed, path: path, "not an NPY file (wrong magic bytes)")
  }
  guard bytes.count >= 8 else { throw FileError(.malformed, path: path, "truncated NPY header") }
  let (major, minor) = (bytes[6], bytes[7])
  guard (1...3).contains(major), minor == 0 else {
    throw FileError(.malformed, path: path, "NPY version \(major).\(minor) is not supported")
  }
  let start = major == 1 ? 10 : 12
  guard bytes.count >= start else { throw FileError(.malformed, path: path, "truncated NPY header") }
  let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
  guard length <= bytes.count - start else {
    throw FileError(.malformed, path: path, "the NPY header of \(length) bytes goes beyond the end of the file")
  }
  var parser = NPYHeaderParser(Array(bytes[start..<(start + length)]), path: path)
  return (try parser.parse(), start + length)
}

/// The element type of an NPY file.
private struct NPYType {
  /// `f`, `i`, `u` or `b`.
  let kind: Character
  let size: Int
  let isBigEndian: Bool

  /// Parses a type text such as `<f8`.
  init(_ text: String, path: String) throws(FileError) {
    var rest = Substring(text)
    var order: Character = "="
    if let first = rest.first, "<>|=".contains(first) { order = rest.removeFirst() }
    let kind = rest.first ?? " "
    switch kind {
    case "O": throw FileError(.malformed, path: path, "pickled Python objects are not supported")
    case "V": throw FileError(.malformed, path: path, "structured arrays are not supported")
    case "c": throw FileError(.malformed, path: path, "complex numbers are not supported")
    case "S", "U", "a": throw FileError(.malformed, path: path, "arrays of strings are not supported")
    case "M", "m": throw FileError(.malformed, path: path, "dates and times are not supported")
    default: break
    }
    let supported = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]
    guard supported.contains(String(rest)), let size = Int(rest.dropFirst()), order != "|" || size == 1 else {
      throw FileError(.malformed, path: path, "the element type \(quoted(text)) is not supported")
    }
    self.kind = kind
    self.size = size
    isBigEndian = order == ">"
  }

  /// Reads `count` elements; the caller has checked that they are there.
  func decode(_ bytes: [UInt8], from start: Int, count: Int) -> [Double] {
    switch (kind, size) {
    case ("f", 2): convert(bytes, start, count) { (bits: UInt16) in Double(Float16(bitPattern: bits)) }
    case ("f", 4): convert(bytes, start, count) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
    case ("f", 8): convert(bytes, start, count) { (bits: UInt64) in Double(bitPattern: bits) }
    case ("i", 1): convert(bytes, start, count) { (value: Int8) in Double(value) }
    case ("i", 2): convert(bytes, start, count) { (value: Int16) in Double(value) }
    case ("i", 4): convert(bytes, start, count) { (value: Int32) in Double(value) }
    case ("i", 8): convert(bytes, start, count) { (value: Int64) in Double(value) }
    case ("u", 2): convert(bytes, start, count) { (value: UInt16) in Double(value) }
    case ("u", 4): convert(bytes, start, count) { (value: UInt32) in Double(value) }
    case ("u", 8): convert(bytes, start, count) { (value: UInt64) in Double(value) }
    default: convert(bytes, start, count) { (value: UInt8) in Double(value) }
    }
  }

  @inline(__always)
  private func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: [UInt8], _ start: Int, _ count: Int, _ value: (Stored) -> Double
  ) -> [Double] {
    loadIntegers(bytes, from: start, count: count, isBigEndian: isBigEndian, value)
  }
}

/// Converts values from column-major to row-major order.
private func reorderedToC(_ values: [Double], shape: [Int]) -> [Double] {
  var strides: [Int] = []
  var stride = 1
  for size in shape {
    strides.append(stride)
    stride *= size
  }
  var result: [Double] = []
  result.reserveCapacity(values.count)
  var position = [Int](repeating: 0, count: shape.count)
  var source = 0
  for _ in 0..<values.count {
    result.append(values[source])
    var axis = shape.count - 1
    while axis >= 0 {
      position[axis] += 1
      source += strides[axis]
      if position[axis] < shape[axis] { break }
      source -= strides[axis] * shape[axis]
      position[axis] = 0
      axis -= 1
    }
  }
  return result
}
