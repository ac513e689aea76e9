// Runs a reader on mutated files: under libFuzzer where it is linked (`scripts/fuzz`), else once on each file named.
//
//     FuzzReaders csv|npy|idx|safetensors|model|mapped|packed [libFuzzer's options, files or folders]

import Foundation
import KAN
import KANFiles

/// Checks that an error is one printable line, as every error of a reader has to be.
func check(_ error: FileError) {
  let isOneLine = !error.description.unicodeScalars.contains { $0.properties.generalCategory == .control }
  precondition(isOneLine && !error.message.isEmpty && error.message.utf8.count < 5000, "a message that is no line")
}

func bytes(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  [UInt8](UnsafeBufferPointer(start: pointer, count: count))
}

/// A table as texts, as numbers and as a whole.
func readCSV(_ bytes: [UInt8]) throws(FileError) {
  let file = try DelimitedFile(bytes: bytes, path: "", separator: 0x2C)
  for request in [ColumnRequest.category, .input] {
    _ = try file.read(Array(repeating: request, count: file.header.count), partBytes: 16)
  }
  var notes: [String] = []
  _ = try file.table(TableReading(), notes: &notes)
}

/// A header and data with a zero between them, as a safetensors file: the length in front would hide everything else.
func framed(_ bytes: [UInt8]) -> [UInt8] {
  let header = bytes.prefix { $0 != 0 }
  let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
  return length + header + bytes.dropFirst(header.count + 1)
}

/// What is read is written and read alike.
func readSafeTensors(_ bytes: [UInt8]) throws(FileError) {
  let file = try SafeTensors(bytes: framed(bytes), path: "")
  if file.metadata["checksum"] != nil { return }
  let again = try SafeTensors(bytes: file.encoded(), path: "")
  precondition(again == file, "another file than the one that was written")
}

/// A model that is read predicts, and can be saved.
func readModel(_ bytes: [UInt8]) throws(FileError) {
  let network = try Network<Float>(ModelFile(bytes: framed(bytes), path: ""))
  if network.inputs <= 1000 && network.parameterCount <= 100_000 {
    _ = network.predict(Matrix(rows: 2, columns: network.inputs), pool: oneThread)
  }
  do {
    _ = try network.encoded()
  } catch {
    preconditionFailure("a model that is read cannot be saved: \(error)")
  }
}

/// The mutated bytes as a file, for readers that map it.
func onDisk(_ bytes: [UInt8], _ read: (String) throws(FileError) -> Void) throws(FileError) {
  let isWritten = ftruncate(memoryFile, 0) == 0 && pwrite(memoryFile, bytes, bytes.count, 0) == bytes.count
  precondition(isWritten, "cannot write to memory")
  try read("/proc/self/fd/\(memoryFile)")
}

/// A file that goes away with the process.
let memoryFile = {
  let name = "/dev/shm/kan-fuzz-\(getpid())"
  defer { unlink(name) }
  return open(name, O_RDWR | O_CREAT, 0o600)
}()

/// Reads the first and the last row of a source, and what a program sees of it.
func readRows<Source: RowSource>(_ source: Source) throws(FileError) {
  if source.rows == 0 || source.inputColumns > 1000 { return }
  if case .values(let columns) = source.targetShape, columns > 1000 { return }
  let buffer = RowBuffer<Source.Element>(source, capacity: 1)
  for row in [0, source.rows - 1] {
    do throws(RowSourceError) { _ = try buffer.read(row..<row + 1, of: source) } catch {
      check(FileError(.malformed, path: "", error.description))
    }
  }
  precondition([0, source.inputColumns].contains(source.names.inputs.count), "other names than columns")
}

/// An array that is mapped: as numbers in both precisions, as classes and as inputs.
func readMapped(_ bytes: [UInt8]) throws(FileError) {
  try onDisk(bytes) { path throws(FileError) in
    try readRows(MappedNPY<Float>(path, targets: path))
    try readRows(MappedNPY<Double>(path, targets: path, classes: 3))
  }
}

/// Damage is to be found by the reader, not by the checksum.
func readPacked(_ bytes: [UInt8]) throws(FileError) {
  try onDisk(bytes) { path throws(FileError) in
    try readRows(PackedRows<Float>(path, isChecked: false))
  }
}

let oneThread = ThreadPool(threads: 1)

typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

/// Passes bytes to a reader, whose errors have to be lines.
func run(_ read: ([UInt8]) throws(FileError) -> Void, _ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(FileError) { try read(bytes(pointer, count)) } catch { check(error) }
  return 0
}

let callbacks: [String: Callback] = [
  "csv": { run(readCSV, $0, $1) },
  "npy": { run({ bytes throws(FileError) in _ = try decodeNPY(bytes, path: "") }, $0, $1) },
  "idx": { run({ bytes throws(FileError) in _ = try decodeIDX(bytes, path: "") }, $0, $1) },
  "safetensors": { run(readSafeTensors, $0, $1) },
  "model": { run(readModel, $0, $1) },
  "mapped": { run(readMapped, $0, $1) },
  "packed": { run(readPacked, $0, $1) },
]

guard CommandLine.arguments.count > 1, let callback = callbacks[CommandLine.arguments[1]] else {
  FileHandle.standardError.write(Data("usage: FuzzReaders \(callbacks.keys.sorted().joined(separator: "|")) …\n".utf8))
  exit(64)
}

typealias Driver =
  @convention(c) (
    UnsafeMutablePointer<CInt>, UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>, Callback
  ) -> CInt

if let symbol = dlsym(nil, "LLVMFuzzerRunDriver") {
  let driver = unsafeBitCast(symbol, to: Driver.self)
  var arguments: [UnsafeMutablePointer<CChar>?] =
    ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)).map { strdup($0) } + [nil]
  var count = CInt(arguments.count - 1)
  let status = arguments.withUnsafeMutableBufferPointer { buffer in
    var pointer = buffer.baseAddress
    return driver(&count, &pointer, callback)
  }
  exit(status)
}

var files = 0
for path in CommandLine.arguments.dropFirst(2) where !path.hasPrefix("-") {
  var isFolder: ObjCBool = false
  _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
  let names =
    isFolder.boolValue ? try FileManager.default.contentsOfDirectory(atPath: path).map { path + "/" + $0 } : [path]
  for name in names {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: name)))
    _ = bytes.withUnsafeBufferPointer { callback($0.baseAddress, $0.count) }
    files += 1
  }
}
print("\(CommandLine.arguments[1]): \(files) files, without libFuzzer")
