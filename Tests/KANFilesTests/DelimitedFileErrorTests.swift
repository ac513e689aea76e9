import Testing

@testable import KANFiles

/// A text that must be refused, and the message.
struct BadText: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let message: String
  var testDescription: String { message }

  init(_ text: String, _ message: String) {
    self.init(bytes: Array(text.utf8), message)
  }

  init(bytes: [UInt8], _ message: String) {
    self.bytes = bytes
    self.message = message
  }
}

@Suite struct DelimitedFileErrorTests {
  @Test(arguments: [
    BadText("", "the file is empty"),
    BadText("\u{FEFF}", "the file is empty"),
    BadText("\n \r\n\n", "the file is empty"),
    BadText("\na;b;a\n1;2;3\n", "header: columns 1 and 3 have the same name \"a\""),
    BadText("a\t\"b\" c\n1\t2\n", "line 1: text after a closing quotation mark"),
    BadText("a,b,a\n1,2,3\n", "header: columns 1 and 3 have the same name \"a\""),
    BadText("a,,b\n1,2,3\n", "header: column 2 has no name"),
    BadText("a,,b,\n", "header: column 2 has no name"),
    BadText("a,\"\"\n", "header: column 2 has no name"),
    BadText("\n\na,\"b\n1,2\n", "line 3: the quotation mark opened here is never closed"),
    BadText("a,\"b\" c\n1,2\n", "line 1: text after a closing quotation mark"),
    BadText("a,b\r1,2\r", "line 1: carriage return without line feed"),
    BadText("a,b\n1,\0\n", "line 2: NUL byte; this is not a text file"),
    BadText(bytes: [0xFF, 0xFE, 0x61, 0], "UTF-16 text; convert it to UTF-8"),
    BadText(bytes: [0xFE, 0xFF, 0, 0x61], "UTF-16 text; convert it to UTF-8"),
    BadText(bytes: Array("a,b\n".utf8).flatMap { [$0, 0] }, "UTF-16 text; convert it to UTF-8"),
    BadText(bytes: Array("a,b\n".utf8).flatMap { [0, $0] }, "UTF-16 text; convert it to UTF-8"),
    BadText(bytes: [0x61, 0x0A, 0x31, 0xE9, 0x0A], "line 2: byte 0xE9 is not valid UTF-8 text"),
    BadText(bytes: [0x1F, 0x8B, 0x08, 0x00], "line 1: byte 0x8B is not valid UTF-8 text"),
  ])
  func badHeader(text: BadText) {
    expectFailure(.malformed, text.message) {
      _ = try DelimitedFile(bytes: text.bytes, path: "t.csv", separator: 0x2C)
    }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xC3], [0xE2, 0x28, 0xA1],
      [0xF0, 0x9F, 0x98, 0x41],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    for padding in 0..<9 {
      let text = [UInt8](repeating: 0x61, count: padding) + bytes
      #expect(throws: FileError.self) { try DelimitedFile(bytes: text, path: "", separator: 0x2C) }
      #expect(throws: FileError.self) { try DelimitedFile(bytes: text + [0x0A, 0x31], path: "", separator: 0x2C) }
    }
  }

  @Test(arguments: [
    BadText("a,age\n", "no data rows after the header"),
    BadText("a,age", "no data rows after the header"),
    BadText("a,age\r\n\r\n \n", "no data rows after the header"),
    BadText("a,age\n1,2\n\n1\n", "row 2 (line 4): 1 cell, but the header has 2"),
    BadText("a,age\n1,2\n1,2,3,4\n", "row 2 (line 3): 4 cells, but the header has 2"),
    BadText("a,age\n1,,2\n", "row 1 (line 2): 3 cells, but the header has 2"),
    BadText("a,age\nx\n", "row 1 (line 2): 1 cell, but the header has 2"),
    BadText("a,age\n1,2\n3,\n", "row 2 (line 3), column \"age\": missing value"),
    BadText("a,age\n1,2\n3,  \r\n", "row 2 (line 3), column \"age\": missing value"),
    BadText("a,age\n1,\"\"\n", "row 1 (line 2), column \"age\": missing value"),
    BadText("a,age\n1,\" \"\n", "row 1 (line 2), column \"age\": missing value"),
    BadText("a,age\n,1\n", "row 1 (line 2), column \"a\": missing value"),
    BadText("a,age\n1,old\n", "row 1 (line 2), column \"age\": \"old\" is not a number"),
    BadText("a,age\n1,NA\n", "row 1 (line 2), column \"age\": \"NA\" is missing"),
    BadText("a,age\n1,0x1F\n", "row 1 (line 2), column \"age\": \"0x1F\" is not a number"),
    BadText("a,age\n1,1_000\n", "row 1 (line 2), column \"age\": \"1_000\" is not a number"),
    BadText("a,age\n1,\"1,5\"\n", "row 1 (line 2), column \"age\": \"1,5\" is not a number"),
    BadText("a,age\n1,1 2\n", "row 1 (line 2), column \"age\": \"1 2\" is not a number"),
    BadText("a,age\n1,e5\n", "row 1 (line 2), column \"age\": \"e5\" is not a number"),
    BadText("a,age\n1,\"x\u{1B}\ny\"\n", "row 1 (line 2), column \"age\": \"x\\u{1B}\\ny\" is not a number"),
    BadText("a,age\n1,NaN\n", "row 1 (line 2), column \"age\": \"NaN\" is missing"),
    BadText("a,age\n1,-inf\n", "row 1 (line 2), column \"age\": \"-inf\" is not a finite number"),
    BadText("a,age\n1,+Infinity\n", "row 1 (line 2), column \"age\": \"+Infinity\" is not a finite number"),
    BadText("a,age\n1,1e400\n", "row 1 (line 2), column \"age\": \"1e400\" is too large"),
    BadText("a,age\n1,-1e31\n", "row 1 (line 2), column \"age\": \"-1e31\" is too large"),
    BadText("a,age\n1,2\n\"3\",\"4\n5,6\n", "line 3: the quotation mark opened here is never closed"),
    BadText("a,age\n1,\"2\"3\n", "line 2: text after a closing quotation mark"),
    BadText("a,age\n\"1\n\",\"2\"3\n", "line 3: text after a closing quotation mark"),
    BadText("a,age\n1,\"2\"\r3\n", "line 2: carriage return without line feed"),
    BadText("a,age\n1\r,2\n", "line 2: carriage return without line feed"),
    BadText(
      "a,age\n1,\(String(repeating: "é", count: 1000))\n",
      "row 1 (line 2), column \"age\": \"\(String(repeating: "é", count: 40))…\" is not a number"),
    BadText("a,age\n\"1\n\",2\n3,x\n", "row 1 (line 2), column \"a\": \"1\\n\" is not a number"),
  ])
  func badRows(text: BadText) throws {
    let file = try DelimitedFile(bytes: text.bytes, path: "t.csv", separator: 0x2C)
    expectFailure(.malformed, text.message) { _ = try file.read(features: [0, 1], targets: [], magnitudeLimit: 1e30) }
    expectFailure(.malformed, text.message) {
      _ = try file.read(features: [0], targets: [(1, .number)], magnitudeLimit: 1e30)
    }
  }

  @Test func linesInQuotesAreCounted() throws {
    expectFailure(.malformed, "row 3 (line 6), column \"b\": \"x\" is not a number") {
      _ = try table("a,b\n\"\n\",1\n\"q\r\n\",2\n,x\n").read(features: [1], targets: [])
    }
    expectFailure(.malformed, "row 1 (line 3), column \"b\": missing value") {
      _ = try table("\"a\n\",b\n1,\n").read(features: [1], targets: [])
    }
  }

  @Test func oneColumn() throws {
    expectFailure(.malformed, "row 2 (line 3), column \"a\": missing value") {
      _ = try table("a\n1\n\n3\n").read(features: [0], targets: [])
    }
    #expect(try table("a\n1\n3\n\n \r\n").read(features: [0], targets: []).features == [1, 3])
  }

  @Test(arguments: [
    BadText("a\n1\nnan\n3\n", "row 2 (line 3), column \"a\": \"nan\" is missing"),
    BadText("a\n1\n+nan\n3\n", "row 2 (line 3), column \"a\": \"+nan\" is not a finite number"),
    BadText("a\n1\n1e999\ninf\n", "row 2 (line 3), column \"a\": \"1e999\" is too large"),
    BadText("a\ninf\n", "row 1 (line 2), column \"a\": \"inf\" is not a finite number"),
    BadText("a\nx\n\"\"\n", "row 2 (line 3), column \"a\": missing value"),
  ])
  func detectedColumn(text: BadText) throws {
    expectFailure(.malformed, text.message) {
      _ = try DelimitedFile(bytes: text.bytes, path: "", separator: 0x2C).read(features: [], targets: [(0, .target)])
    }
  }

  @Test func wrongSeparatorOnlyForWholeHeader() throws {
    #expect(try table("\"a;b\"\n1\n").header == ["a;b"])
    #expect(try table("a;b,c\n1,2\n").header == ["a;b", "c"])
    #expect(try table("a,b\n1\n", separator: 9).header == ["a,b"])
  }

  @Test func pathInDescription() throws {
    let error = #expect(throws: FileError.self) { try DelimitedFile(path: "/missing/x.csv") }
    #expect(error?.description == "/missing/x.csv: no such file")
  }
}
