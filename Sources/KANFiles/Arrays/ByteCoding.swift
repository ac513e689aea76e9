/// Reads `count` integers of either byte order from `start` and converts each.
@inline(__always)
func loadIntegers<Stored: FixedWidthInteger & BitwiseCopyable, Value>(
  _ bytes: [UInt8], from start: Int, count: Int, isBigEndian: Bool, _ convert: (Stored) -> Value
) -> [Value] {
  let size = MemoryLayout<Stored>.size
  precondition(start >= 0 && count >= 0 && start + count * size <= bytes.count)
  return bytes.withUnsafeBytes { raw in
    [Value](unsafeUninitializedCapacity: count) { values, filled in
      for index in 0..<count {
        let stored = raw.loadUnaligned(fromByteOffset: start + index * size, as: Stored.self)
        values.initializeElement(
          at: index, to: convert(isBigEndian ? Stored(bigEndian: stored) : Stored(littleEndian: stored)))
      }
      filled = count
    }
  }
}

/// Appends integers in little-endian byte order.
func appendLittleEndian<Value, Stored: FixedWidthInteger & BitwiseCopyable>(
  _ values: [Value], to bytes: inout [UInt8], _ convert: (Value) -> Stored
) {
  bytes.reserveCapacity(bytes.count + values.count * MemoryLayout<Stored>.size)
  for value in values {
    withUnsafeBytes(of: convert(value).littleEndian) { bytes.append(contentsOf: $0) }
  }
}
