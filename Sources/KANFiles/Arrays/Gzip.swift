import CZlib

/// Whether the bytes start with the magic number of gzip (RFC 1952).
func isGzip(_ bytes: [UInt8]) -> Bool {
  bytes.starts(with: [0x1F, 0x8B])
}

/// Decompresses gzip data, including several concatenated members.
///
/// After each chunk `maximum` is called with the output so far and returns the limit on its length. Exceeding it is an
/// error, so that memory stays bounded. Throws `.malformed` for corrupt, truncated or oversized data.
func inflateGzip(
  _ bytes: [UInt8], path: String, maximum: ([UInt8]) throws(FileError) -> Int
) throws(FileError) -> [UInt8] {
  // zlib requires that its state never moves in memory.
  let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  stream.initialize(to: z_stream())
  defer { stream.deallocate() }
  guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
    throw FileError(.inputOutput, path: path, "cannot start decompression")
  }
  defer { inflateEnd(stream) }
  let memory = memoryLimit()
  var output: [UInt8] = []
  var offset = 0
  while true {
    var chunk = Chunk()
    let contents = inflateChunk(stream, bytes, from: offset, &chunk)
    offset += chunk.consumed
    output += contents
    let limit = try maximum(output)
    guard output.count <= limit else {
      throw FileError(.malformed, path: path, "the gzip data hold more than the \(limit) bytes declared inside")
    }
    guard output.count < memory else { throw tooLarge(path) }
    switch chunk.result {
    case Z_STREAM_END:
      if offset == bytes.count { return output }
      guard isGzip(Array(bytes[offset...].prefix(2))), inflateReset(stream) == Z_OK else {
        throw FileError(.malformed, path: path, "excess data after the end of the gzip data")
      }
    case Z_OK where chunk.consumed > 0 || !contents.isEmpty: continue
    case Z_OK, Z_BUF_ERROR: throw FileError(.malformed, path: path, "truncated gzip data")
    case Z_MEM_ERROR: throw FileError(.inputOutput, path: path, "not enough memory for decompression")
    default:
      let reason = stream.pointee.msg.map { ": " + String(cString: $0) } ?? ""
      throw FileError(.malformed, path: path, "corrupt gzip data\(reason)")
    }
  }
}

private struct Chunk {
  var result: Int32 = Z_OK
  var consumed = 0
}

/// Decompresses at most 64 KiB of output from the input that starts at `offset`.
private func inflateChunk(
  _ stream: UnsafeMutablePointer<z_stream>, _ bytes: [UInt8], from offset: Int, _ chunk: inout Chunk
) -> [UInt8] {
  let capacity = 1 << 16
  return bytes.withUnsafeBufferPointer { input in
    [UInt8](unsafeUninitializedCapacity: capacity) { output, filled in
      let available = min(input.count - offset, 1 << 30)
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + offset })
      stream.pointee.avail_in = UInt32(available)
      stream.pointee.next_out = output.baseAddress
      stream.pointee.avail_out = UInt32(capacity)
      chunk.result = inflate(stream, Z_NO_FLUSH)
      chunk.consumed = available - Int(stream.pointee.avail_in)
      filled = capacity - Int(stream.pointee.avail_out)
    }
  }
}
