import Foundation
import KAN
import Testing

@testable import KANFiles

/// A table packed part by part has the rows, the encoding and the notes of the same table in memory.
@Suite struct PackedTableTests {
  /// Columns of each kind: numbers, gaps, a wide range, categories with rare levels, words of a truth, times, a scale with
  /// words, slips, constants and names of rows.
  private func text(rows: Int, target: (Int) -> String) -> String {
    var generator = SeededGenerator(3)
    var text = "id,x,gappy,wide,city,flag,day,grade,slips,same,code,w,y\n"
    for row in 0..<rows {
      func number(_ most: Int) -> Int { Int.random(in: 0..<most, using: &generator) }
      let cells = [
        "\(row)", "\(Double(number(1_000_000)) / 1000 - 300)", number(10) == 0 ? "NA" : "\(number(50))",
        row % 97 == 0 ? "\(number(1000))e7" : "\(number(1000))", number(300) == 0 ? "rare\(row)" : "city \(number(9))",
        number(2) == 0 ? "Yes" : "no", "2020-\(10 + number(3))-\(10 + number(18))",
        ["1", "2", "3", "1", "2", "3", "1", "2", "3", "1", "2", "3", "4+"][number(13)],
        number(200) == 0 ? "unknown" : "\(number(5000)).5", "7", "0\(10 + number(5))", "\(number(3))", target(row),
      ]
      text += cells.joined(separator: ",") + "\n"
    }
    return text
  }

  private func check(_ path: String, _ columns: TableColumns, task: LearningTask? = nil, codes: Bool) throws {
    let source = DataSource(path: path, columns: columns)
    let pool = ThreadPool(threads: 2)
    let memory = try source.training(Float.self, task: task, codes: codes, pool: pool)
    for partBytes in [200, 5000, 1 << 20] {
      try? FileManager.default.removeItem(atPath: path + ".kanrows")
      let packed = try #require(
        try source.packedTraining(
          Float.self, task: task, codes: codes, in: nil, partBytes: partBytes, pool: pool
        ) { _ in true })
      let rows = try Dataset(reading: packed.rows)
      #expect(packed.encoding == memory.encoding)
      #expect(rows.inputs == memory.data.inputs && rows.targets == memory.data.targets)
      #expect(rows.weights == memory.data.weights && rows.names == memory.data.names)
      #expect(Set(packed.notes) == Set(memory.notes))
    }
  }

  @Test(arguments: [true, false])
  func numbers(codes: Bool) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try writeFile(Array(text(rows: 3000) { $0 % 50 == 0 ? "" : "\(Double($0 % 13) / 4)" }.utf8), to: path)
      try check(path, TableColumns(targets: ["y"], weights: "w"), codes: codes)
      try check(path, TableColumns(targets: ["y", "gappy"], categorical: ["code", "grade"]), codes: codes)
    }
  }

  @Test func classes() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try writeFile(Array(text(rows: 2000) { ["no", "yes", "NA", "no"][$0 % 4] }.utf8), to: path)
      try check(path, TableColumns(targets: ["y"]), codes: true)
      try check(path, TableColumns(targets: ["grade"], ignored: ["x"]), codes: true)
      try check(path, TableColumns(targets: ["gappy"], weights: "w"), task: .classification, codes: true)
    }
  }

  /// A packed file is used again for the same table, read the same way, and made anew for any other.
  @Test func cache() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      func made(_ columns: TableColumns, in other: String? = nil) throws -> (rows: Int, isNew: Bool) {
        var steps = 0
        let packed = try DataSource(path: path, columns: columns).packedTraining(
          Float.self, task: nil, codes: true, in: other, pool: .shared
        ) { _ in
          steps += 1
          return true
        }
        return (try #require(packed).rows.rows, steps > 0)
      }
      let columns = TableColumns(targets: ["y"])
      try writeFile(Array(text(rows: 100) { "\($0 % 7)" }.utf8), to: path)
      #expect(try made(columns) == (100, true))
      #expect(try made(columns) == (100, false))
      #expect(try made(TableColumns(targets: ["x"])) == (100, true))
      #expect(try made(columns) == (100, true))
      try writeFile(Array(text(rows: 101) { "\($0 % 7)" }.utf8), to: path)
      #expect(try made(columns) == (101, true))
      #expect(try made(columns, in: folder) == (101, false))
      // A damaged one is made again, be it cut or changed within.
      var packed = try readFile(path + ".kanrows")
      packed[packed.count - 50] ^= 4
      try writeFile(packed, to: path + ".kanrows")
      #expect(try made(columns) == (101, true))
      #expect(try made(columns) == (101, false))
      try writeFile(Array(readFile(path + ".kanrows").dropLast(5)), to: path + ".kanrows")
      #expect(try made(columns) == (101, true))
      expectFailure(.cannotCreate, "there is no such folder") { _ = try made(columns, in: folder + "/none") }
    }
  }

  @Test func interruption() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try writeFile(Array(text(rows: 100) { "\($0)" }.utf8), to: path)
      expectFailure(.inputOutput, "interrupted") {
        _ = try DataSource(path: path).packedTraining(
          Float.self, task: nil, codes: true, in: nil, pool: .shared
        ) { $0.step == .reading }
      }
      #expect(!FileManager.default.fileExists(atPath: path + ".kanrows"))
    }
  }

  /// The messages are those of a table in memory, with the row and line in the file.
  @Test func badTables() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      for (line, target) in [("1,2,3,4\n", "y"), ("1,x,2\n", "b"), ("1,2,-1\n", "b")] {
        let rows = (0..<400).map { "\($0),\($0 % 7),\($0 % 3)\n" }.joined()
        try writeFile(Array(("a,b,y\n" + rows + line + rows).utf8), to: path)
        let source = DataSource(
          path: path, columns: TableColumns(targets: [target], weights: target == "b" ? "y" : nil))
        let memory = #expect(throws: FileError.self) {
          try source.training(Float.self, task: nil, codes: true, pool: .shared)
        }
        let packed = #expect(throws: FileError.self) {
          try source.packedTraining(Float.self, task: nil, codes: true, in: nil, partBytes: 100, pool: .shared) { _ in
            true
          }
        }
        #expect(packed?.description == memory?.description)
      }
    }
  }

  /// Rows of a large file and those of a pipe, cut anywhere, are predicted as those of a table in memory.
  @Test(arguments: [1, 7, 100_000])
  func pipes(portion: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      let header = "a,\"b \"\"c\"\"\",y\n"
      let rows = (0..<3000).map { "\($0 % 50),\"\($0 % 5 == 0 ? "two\nlines" : "o\($0 % 3)")\",\($0 % 11)\n" }.joined()
      let bytes = Array((header + rows).utf8)
      try writeFile(bytes, to: path)
      let source = DataSource(path: path, columns: TableColumns(targets: ["y"]))
      let training = try source.training(Float.self, task: nil, codes: true, pool: .shared)
      var network = Network<Float>(.linear(training.data.inputs.columns, 1))
      network.take(training.encoding)
      network.describe(training.data)
      var notes: [String] = []
      let expected = try source.inputs(for: network, notes: &notes, pool: .shared)

      let pipe = Pipe()
      let writer = Thread {
        for start in stride(from: 0, to: bytes.count, by: portion) {
          // A pipe's reader gets what is there.
          try? pipe.fileHandleForWriting.write(contentsOf: bytes[start..<min(start + portion, bytes.count)])
        }
        try? pipe.fileHandleForWriting.close()
      }
      writer.start()
      var found: [Float] = []
      var counts: [Int] = []
      try DataSource(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)").forEachInputs(
        for: network, notes: &notes, pool: .shared
      ) {
        #expect($0 == nil)
      } _: { rows in
        counts.append(rows.rows)
        found += rows.elements
      }
      #expect(found == Array(expected.elements))
      #expect(counts.dropLast().allSatisfy { $0 % 1024 == 0 } && counts.reduce(0, +) == 3000)
    }
  }
}
