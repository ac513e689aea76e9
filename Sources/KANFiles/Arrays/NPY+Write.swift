/// An NPY 1.0 file of type `<f4` in C order.
package func encodeNPY(shape: [Int], _ values: [Float]) -> [UInt8] {
  var bytes = npyPreamble("<f4", shape: shape, count: values.count)
  appendLittleEndian(values, to: &bytes) { $0.bitPattern }
  return bytes
}

/// An NPY 1.0 file of type `<f8` in C order.
package func encodeNPY(shape: [Int], _ values: [Double]) -> [UInt8] {
  var bytes = npyPreamble("<f8", shape: shape, count: values.count)
  appendLittleEndian(values, to: &bytes) { $0.bitPattern }
  return bytes
}

/// An NPY 1.0 file of type `<i8` in C order.
package func encodeNPY(shape: [Int], _ values: [Int64]) -> [UInt8] {
  var bytes = npyPreamble("<i8", shape: shape, count: values.count)
  appendLittleEndian(values, to: &bytes) { $0 }
  return bytes
}

/// What stands before the values of a file that is written part by part.
package func encodeNPYHeader(_ descriptor: String, shape: [Int]) -> [UInt8] {
  npyPreamble(descriptor, shape: shape, count: checkedProduct(shape) ?? 0)
}

/// Magic bytes and header, padded with spaces so that the data starts at a multiple of 64 (numpy.lib.format).
private func npyPreamble(_ descriptor: String, shape: [Int], count: Int) -> [UInt8] {
  precondition(checkedProduct(shape) == count, "the shape does not fit the number of values")
  let sizes = shape.map(String.init).joined(separator: ", ")
  let tuple = shape.count == 1 ? "(\(sizes),)" : "(\(sizes))"
  var header = Array("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': \(tuple), }".utf8)
  let padding = (64 - (10 + header.count + 1) % 64) % 64
  header += [UInt8](repeating: 0x20, count: padding) + [0x0A]
  precondition(header.count <= UInt16.max, "too many dimensions")
  let length = UInt16(header.count)
  return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + header
}
