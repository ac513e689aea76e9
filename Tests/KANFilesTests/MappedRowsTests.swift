import Foundation
import KAN
import Testing

@testable import KANFiles

/// Rows in mapped NPY files and in packed files train to the bits of the same rows in memory.
@Suite struct MappedRowsTests {
  /// Rows computed from their index.
  struct Grid: RowSource {
    var rows = 2500
    var classes = false
    let inputColumns = 3
    let hasWeights = true
    var targetShape: TargetShape { classes ? .classes(count: 4) : .values(columns: 2) }
    var names: Names {
      Names(
        inputs: ["x0", "x1", "x2"], targets: classes ? ["y"] : ["y0", "y1"],
        classes: classes ? ["0", "1", "2", "3"] : [])
    }

    func value(_ row: Int, _ column: Int) -> Float { Float(row &* (7919 + 1000 * column) % 1013) / 500 - 1 }

    func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) {
      for (place, row) in rows.enumerated() {
        for column in 0..<3 { batch.inputs?[place, column] = value(row, column) }
        for column in 0..<2 { batch.values?[place, column] = value(row, column) * value(row, 2) }
        batch.classes?[place] = Int32(row / 3 % 4)
        batch.weights?[place] = Float(row % 3)
      }
    }

    func array(_ columns: Int, _ value: (Int, Int) -> Float) -> [Float] {
      (0..<rows).flatMap { row in (0..<columns).map { value(row, $0) } }
    }

    /// Writes NPY files and maps them.
    func mapped(in folder: String, double: Bool = false) throws -> MappedNPY<Float> {
      func write(_ name: String, _ columns: Int, _ value: (Int, Int) -> Float) throws {
        let (shape, values) = (columns == 1 ? [rows] : [rows, columns], array(columns, value))
        try writeFile(
          double ? encodeNPY(shape: shape, values.map { Double($0) }) : encodeNPY(shape: shape, values),
          to: "\(folder)/\(name).npy")
      }
      try write("x", 3, value)
      try write("w", 1) { row, _ in Float(row % 3) }
      if classes {
        try writeFile(encodeNPY(shape: [rows], (0..<rows).map { Int64($0 / 3 % 4) }), to: "\(folder)/y.npy")
      } else {
        try write("y", 2) { value($0, $1) * value($0, 2) }
      }
      return try MappedNPY(
        "\(folder)/x.npy", targets: "\(folder)/y.npy", weights: "\(folder)/w.npy", classes: classes ? 4 : nil)
    }
  }

  private func train(_ source: some RowSource<Float>, threads: Int) throws -> Network<Float> {
    var network = Network<Float>(.spline(3, 5), .spline(5, source.targetShape.outputs), seed: 2)
    try network.train(
      on: source, validation: source, options: TrainingOptions(epochs: 2, batch: 128),
      pool: ThreadPool(threads: threads))
    return network
  }

  @Test(arguments: [false, true])
  func bitsOfMemory(classes: Bool) throws {
    let source = Grid(classes: classes)
    let memory = try train(Dataset(reading: source), threads: 2)
    try withTemporaryFolder { folder in
      let mapped = try source.mapped(in: folder)
      try mapped.pack(to: folder + "/rows")
      let packed = try PackedRows<Float>(folder + "/rows")
      #expect(packed.rows == source.rows && packed.names == source.names && packed.hasWeights)
      for threads in 1...3 {
        let networks = [
          try train(source, threads: threads), try train(mapped, threads: threads), try train(packed, threads: threads),
          try train(source.mapped(in: folder, double: true), threads: threads),
        ]
        for network in networks {
          #expect(network.parameters == memory.parameters && network.names == memory.names)
          #expect(network.record?.history.map(\.loss) == memory.record?.history.map(\.loss))
          #expect(network.record?.history.map(\.validationLoss) == memory.record?.history.map(\.validationLoss))
        }
        // Opened again: the files have been written anew.
        _ = try source.mapped(in: folder)
      }
    }
  }

  /// Mapped float32 as double precision, and packed in it.
  @Test func otherPrecision() throws {
    try withTemporaryFolder { folder in
      _ = try Grid(rows: 20).mapped(in: folder)
      let mapped = try MappedNPY<Double>(folder + "/x.npy", targets: folder + "/y.npy")
      try mapped.pack(to: folder + "/rows")
      let data = try Dataset(reading: PackedRows<Float>(folder + "/rows"))
      let expected = try Dataset(reading: Grid(rows: 20))
      #expect(data.inputs == expected.inputs && data.targets == expected.targets && data.weights == nil)
    }
  }

  @Test func malformedFiles() throws {
    try withTemporaryFolder { folder in
      let source = Grid(rows: 20)
      _ = try source.mapped(in: folder)
      let (x, y, rows) = (folder + "/x.npy", folder + "/y.npy", folder + "/rows")
      func open() throws { _ = try MappedNPY<Float>(x, targets: y) }
      let bytes = try readFile(x)
      try writeFile(Array(bytes.dropLast()), to: x)
      expectFailure(.malformed, "too little data: 240 bytes expected, 239 found", open)
      try writeFile(bytes + [0], to: x)
      expectFailure(.malformed, "1 byte of excess data after the array", open)
      try writeFile([], to: x)
      expectFailure(.malformed, "not an NPY file (wrong magic bytes)", open)
      try writeFile(encodeNPY(shape: [20, 3], (0..<60).map { Int64($0) }), to: x)
      expectFailure(.malformed, "the element type \"<i8\" cannot be mapped: only <f4 and <f8", open)
      try writeFile(bytes, to: x)
      try writeFile(encodeNPY(shape: [19], [Float](repeating: 1, count: 19)), to: y)
      expectFailure(.malformed, "19 rows of targets for 20 rows of inputs", open)
      expectFailure(.notFound, "no such file") { _ = try MappedNPY<Float>(folder + "/none.npy", targets: y) }
      expectFailure(.malformed, "not a file that can be mapped") { _ = try PackedRows<Float>(folder) }

      try source.pack(to: rows)
      let packed = try readFile(rows)
      func openPacked() throws { _ = try PackedRows<Float>(rows) }
      try writeFile(Array(packed.dropLast(3)), to: rows)
      expectFailure(.malformed, "480 bytes of rows expected, 477 found", openPacked)
      var older = packed
      older[7] = UInt8(ascii: "1")
      try writeFile(older, to: rows)
      expectFailure(
        .malformed, "rows packed by an earlier version, without a checksum; pack them again", openPacked)
      try writeFile(Array(packed.prefix(60)), to: rows)
      #expect(throws: FileError.self, performing: openPacked)
      try writeFile(bytes, to: rows)
      expectFailure(.malformed, "not a packed file of rows (wrong magic bytes)", openPacked)
      // Every byte changed, of the header, the rows and the checksum: an error, never other rows.
      for place in packed.indices {
        var changed = packed
        changed[place] ^= 0x11
        try writeFile(changed, to: rows)
        #expect(throws: FileError.self, "byte \(place)", performing: openPacked)
      }
      var changed = packed
      changed[packed.count - 100] ^= 1
      try writeFile(changed, to: rows)
      expectFailure(.malformed, "the file is damaged: its checksum does not fit its contents", openPacked)
    }
  }

  /// The last four bytes are zlib's CRC-32, bit by bit as PNG's specification has it, of all before them.
  @Test func checksum() throws {
    try withTemporaryFolder { folder in
      try Grid(rows: 3000).pack(to: folder + "/rows")
      let bytes = try readFile(folder + "/rows")
      var remainder: UInt32 = ~0
      for byte in bytes.dropLast(4) {
        remainder ^= UInt32(byte)
        for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
      }
      #expect(bytes.suffix(4).elementsEqual(withUnsafeBytes(of: (~remainder).littleEndian) { Array($0) }))
    }
  }

  /// A file that changes under a source that has it open.
  @Test(arguments: ["rows", "x.npy"])
  func changedFiles(name: String) throws {
    try withTemporaryFolder { folder in
      let source = Grid(rows: 3000)
      let npy = try source.mapped(in: folder)
      try source.pack(to: folder + "/rows")
      let packed = try PackedRows<Float>(folder + "/rows")
      let path = "\(folder)/\(name)"
      var network = try train(source, threads: 1)
      let opened: any RowSource<Float> = name == "rows" ? packed : npy
      _ = try network.evaluate(on: opened)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.truncate(atOffset: 4096)
      let expected = RowSourceError("\(path): the file has been cut to 4096 bytes since it was opened")
      #expect(throws: expected) { try network.evaluate(on: opened) }
      #expect(throws: TrainingError.rowSource(expected)) { try network.train(on: opened, epochs: 1) }
    }
  }
}
