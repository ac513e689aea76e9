import CZlib

/// The CRC-32 of gzip and PNG, of bytes that come one part after another.
struct CRC32: Sendable {
  private(set) var value: UInt32 = 0
  /// Little-endian.
  var bytes: [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    value = UInt32(
      truncatingIfNeeded: crc32_z(uLong(value), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }

  mutating func add(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { add($0) } }
  mutating func add(_ bytes: [UInt8]) { add(bytes[...]) }
}
