import Foundation
import KAN
import Testing

@testable import KANFiles

/// Files in parts, on several threads.
@Suite struct TablePartTests {
  /// Quotations over many lines, blank lines, gaps, slips, a scale, and texts that come up late.
  private func text(lineEnd: String = "\n") -> String {
    var generator = SeededGenerator(8)
    var text = "\"a\nname\",x,slips,scale,when,late\n\n"
    for row in 0..<1500 {
      let lines = (0..<Int.random(in: 0...8, using: &generator)).map { "1,2,3,4,5,\($0)\n\"\"" }.joined()
      let number = "\(Double.random(in: -1...1, using: &generator))"
      let scale = ["1", "2", "3", "4+"].randomElement(using: &generator)!
      text += "\"\(lines)\",\(row % 7 == 0 ? "" : number),\(row % 400 == 3 ? "oops" : number),\(scale),"
      text += "2015-01-03T05:07:\(10 + row % 50),\(row > 1400 ? "\"l\(row)\"" : "l\(row % 5)")\n"
      if row % 100 == 0 { text += " \n" }
    }
    return text.replacingOccurrences(of: "\n", with: lineEnd)
  }

  @Test(arguments: [1, 2, 3], ["\n", "\r\n"])
  func sameTable(threads: Int, lineEnd: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try writeFile(Array(text(lineEnd: lineEnd).utf8), to: path)
      let file = try DelimitedFile(path: path)
      let requests: [ColumnRequest] = [.category, .input, .input, .input, .target, .input]
      let whole = try DelimitedFile(bytes: Array(text(lineEnd: lineEnd).utf8), path: path, separator: 0x2C)
        .read(requests, partBytes: 1 << 30)
      #expect(whole.rows == 1500 && whole.notes.count == 1)
      for partBytes in [1, 37, 1000, 20_000] {
        let parts = try file.read(requests, partBytes: partBytes, pool: ThreadPool(threads: threads))
        #expect(parts.notes == whole.notes)
        for (a, b) in zip(parts.table.columns, whole.table.columns) { #expect(isIdentical(a.cells, b.cells)) }
      }
    }
  }

  @Test(arguments: [1, 37, 1000, 1 << 20])
  func samePlaces(partBytes: Int) throws {
    let pool = ThreadPool(threads: 2)
    func expectFailure(_ ending: String, _ message: String, _ request: ColumnRequest = .number) {
      let text = text() + ending
      KANFilesTests.expectFailure(.malformed, message) {
        _ = try KANFilesTests.table(text).read(
          [.category, .input, .input, .passOver, .input, request], partBytes: partBytes, pool: pool)
      }
    }
    let line = text().count { $0 == "\n" } + 1
    expectFailure("x,1\n", "row 1501 (line \(line)): 2 cells, but the header has 6")
    expectFailure("\"\n\n\",1,2,3,4,5,6\n", "row 1501 (line \(line)): 7 cells, but the header has 6")
    expectFailure("\"\n\n,1,2\n", "line \(line): the quotation mark opened here is never closed")
    expectFailure("\n,1,2\u{0},2\n", "line \(line + 1): NUL byte; this is not a text file")
    expectFailure("", "row 1 (line 4), column \"late\": \"l0\" is not a number")
  }

  @Test func changedFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try writeFile(Array(text().utf8), to: path)
      let file = try DelimitedFile(path: path)
      let handle = try #require(FileHandle(forUpdatingAtPath: path))
      try handle.truncate(atOffset: 5000)
      expectFailure(.inputOutput, "the file was changed while it was read") {
        _ = try file.read(Array(repeating: .input, count: 6), partBytes: 1000)
      }
    }
  }

  @Test func largeHeader() throws {
    let names = (0..<200_000).map { "column \($0)" }
    let text = names.joined(separator: ",") + "\n" + names.map { _ in "1" }.joined(separator: ",") + "\n"
    let table = try Table(columns: text)
    #expect(table.columns.map(\.name) == names)
    let blank = try Table(columns: String(repeating: " \n", count: 1 << 20) + "a\n1\n")
    #expect(blank == Table([.init(name: "a", cells: .numbers([1]))]))
  }
}

extension Table {
  fileprivate init(columns text: String) throws {
    var notes: [String] = []
    self = try readTable(text, notes: &notes)
  }
}
