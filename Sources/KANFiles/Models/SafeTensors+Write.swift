extension SafeTensors {
  /// The file: tensors sorted by the bytes of their names, data from a multiple of 64; equal contents give equal bytes.
  ///
  /// A checksum in the metadata is made anew (``ModelChecksum``).
  package func encoded() -> [UInt8] {
    var metadata = metadata
    let hasChecksum = metadata[ModelChecksum.key] != nil
    if hasChecksum { metadata[ModelChecksum.key] = ModelChecksum.blank }
    let names = sorted(tensors.keys)
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = sorted(metadata.keys).map { "\(jsonString($0)):\(jsonString(metadata[$0] ?? ""))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var data: [[UInt8]] = []
    var offset = 0
    for name in names {
      guard let tensor = tensors[name] else { continue }
      precondition(name != "__metadata__", "a tensor cannot be named __metadata__")
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.bytes.count
      let type = tensor.dtype.rawValue
      members.append(
        "\(jsonString(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
      data.append(tensor.bytes)
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: 0x20, count: (64 - (8 + header.count) % 64) % 64)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    appendLittleEndian([UInt64(header.count)], to: &bytes) { $0 }
    bytes += header
    for part in data { bytes += part }
    if hasChecksum { ModelChecksum.write(into: &bytes) }
    return bytes
  }

  /// Writes the file atomically. Throws what `writeFile` throws.
  package func write(to path: String) throws(FileError) {
    try writeFile(encoded(), to: path)
  }
}

private func sorted(_ names: some Sequence<String>) -> [String] {
  names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// A JSON string; quotation marks, backslashes and control characters escaped. As bytes, since a text that grows by one
/// character at a time is copied again and again.
private func jsonString(_ text: String) -> String {
  var result: [UInt8] = [0x22]
  result.reserveCapacity(text.utf8.count + text.utf8.count / 8 + 2)
  for byte in text.utf8 {
    switch byte {
    case 0x22, 0x5C: result += [0x5C, byte]
    case 0..<0x20:
      let code = String(byte, radix: 16)
      result += Array("\\u\(String(repeating: "0", count: 4 - code.count))\(code)".utf8)
    default: result.append(byte)
    }
  }
  result.append(0x22)
  return String(decoding: result, as: UTF8.self)
}
