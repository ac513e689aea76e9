import CZlib
import Foundation
import KAN
import Testing

@testable import KANFiles

/// SplitMix64 with a fixed seed, so that every run tests the same cases.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A folder that is removed after the body has run.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// Checks that the body throws a `FileError` of this kind and message.
func expectFailure(
  _ kind: FileError.Kind, _ message: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: FileError.self, sourceLocation: sourceLocation) { try body() }
  #expect(error?.kind == kind, sourceLocation: sourceLocation)
  #expect(error?.message == message, sourceLocation: sourceLocation)
}

/// A gzip member (RFC 1952) with these contents.
func gzip(_ contents: [UInt8]) -> [UInt8] {
  let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  stream.initialize(to: z_stream())
  defer { stream.deallocate() }
  deflateInit2_(
    stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(stream) }
  let capacity = Int(deflateBound(stream, uLong(contents.count))) + 64
  return contents.withUnsafeBufferPointer { input in
    [UInt8](unsafeUninitializedCapacity: capacity) { output, filled in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      stream.pointee.next_out = output.baseAddress
      stream.pointee.avail_out = UInt32(capacity)
      #expect(deflate(stream, Z_FINISH) == Z_STREAM_END)
      filled = capacity - Int(stream.pointee.avail_out)
    }
  }
}

/// The bytes of an IDX file.
func idx(type: UInt8 = 8, _ shape: [Int], _ data: [UInt8]) -> [UInt8] {
  [0, 0, type, UInt8(shape.count)]
    + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } } + data
}

/// The bytes of an NPY file with this header text.
func npy(_ header: String, _ data: [UInt8], major: UInt8 = 1) -> [UInt8] {
  let length = header.utf8.count
  let size = [UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)] + (major == 1 ? [] : [0, 0])
  return [0x93] + Array("NUMPY".utf8) + [major, 0] + size + Array(header.utf8) + data
}

/// The bytes of a safetensors file with this header text.
func safeTensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8) + data
}

func table(_ text: String, separator: UInt8 = 0x2C) throws(FileError) -> DelimitedFile {
  try DelimitedFile(bytes: Array(text.utf8), path: "t.csv", separator: separator)
}

extension DelimitedFile {
  /// Columns of numbers without gaps as one matrix, row-major, and target columns.
  func read(
    features: [Int], targets: [(column: Int, request: ColumnRequest)], magnitudeLimit: Double = .greatestFiniteMagnitude
  ) throws(FileError) -> (rows: Int, features: [Double], targets: [Table.Cells]) {
    let rows: NumericRows<Double> = try rows(features: features, targets: targets, magnitudeLimit: magnitudeLimit)
    return (rows.inputs.rows, Array(rows.inputs.elements), rows.targets)
  }
}
