import Testing

@testable import KANFiles

@Suite struct FileErrorTests {
  @Test func descriptionIsOneLine() {
    let error = FileError(.malformed, path: "a\nb\u{1B}.csv", "x\r\ty\u{202E}\u{2028}z\u{85}")
    #expect(error.description == "a\\nb\\u{1B}.csv: x\\r\\ty\\u{202E}\\u{2028}z\\u{85}")
    #expect(error.path == "a\\nb\\u{1B}.csv")
    #expect(FileError(.notFound, path: "", "m").description == "\"\": m")
  }

  @Test func longTextsAreCut() {
    #expect(printable(String(repeating: "é", count: 40)) == String(repeating: "é", count: 40))
    #expect(printable(String(repeating: "é", count: 41)) == String(repeating: "é", count: 40) + "…")
    let bytes = Array(String(repeating: "😀", count: 1000).utf8)
    #expect(quoted(bytes) == "\"" + String(repeating: "😀", count: 40) + "…\"")
    #expect(quoted([0xFF, 0x41, 0x00]) == "\"\u{FFFD}A\\u{0}\"")
    #expect(printable("a" + String(repeating: "\u{301}", count: 10000)).unicodeScalars.count == 41)
  }

  @Test func productIsChecked() {
    #expect(checkedProduct([3, 4, 5]) == 60)
    #expect(checkedProduct([Int.max, 2]) == nil)
    #expect(checkedProduct([]) == 1)
    #expect(shapeText([3, 4]) == "3 × 4")
  }
}
