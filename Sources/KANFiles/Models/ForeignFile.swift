/// What a file that is no model seems to be, by its first bytes, for the message that refuses it.
func foreignKind(_ bytes: [UInt8]) -> String? {
  // Each format's own documentation has its first bytes.
  let beginnings: [([UInt8], String)] = [
    ([0x93] + Array("NUMPY".utf8), "an NPY array"), ([0x1F, 0x8B], "gzip-compressed data"),
    ([0x50, 0x4B, 3, 4], "a ZIP archive, such as .npz or PyTorch's .pt"), ([0x89] + Array("HDF".utf8), "an HDF5 file"),
    (Array("PAR1".utf8), "a Parquet file"), (Array("GGUF".utf8), "a GGUF file"), ([0x80, 2], "a Python pickle"),
    ([0x80, 3], "a Python pickle"), ([0x80, 4], "a Python pickle"), ([0x80, 5], "a Python pickle"),
    ([0x89] + Array("PNG".utf8), "a picture"), ([0xFF, 0xD8, 0xFF], "a picture"), (Array("%PDF".utf8), "a PDF file"),
    ([0x7F] + Array("ELF".utf8), "a program"), ([0x42, 0x5A, 0x68], "bzip2-compressed data"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz-compressed data"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed data"),
    ([0, 0, 8, 1], "an IDX array"), ([0, 0, 8, 3], "an IDX array"), (Array("<svg".utf8), "a picture"),
  ]
  if bytes.isEmpty { return "empty" }
  if let kind = beginnings.first(where: { bytes.starts(with: $0.0) })?.1 { return kind }
  // Enough to tell a text, and short enough to cut a character only at the end.
  let start = bytes.prefix(4096)
  let isPrintable = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
  guard isPrintable, (0...3).contains(where: { String(validating: start.dropLast($0), as: UTF8.self) != nil }) else {
    return nil
  }
  if start.first == UInt8(ascii: "{") || start.first == UInt8(ascii: "[") { return "JSON text" }
  let line = start.prefix { $0 != 0x0A }
  return line.count < start.count && line.contains { [0x2C, 0x09, 0x3B].contains($0) } ? "a table of text" : "text"
}
