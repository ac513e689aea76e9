import KAN
import Testing

@testable import KANFiles

/// The first line: names, or a row of data; and separators behind the last cell.
@Suite struct HeaderTests {
  @Test(arguments: [
    "5.1,3.5,1.4,setosa\n4.9,3.0,1.4,setosa\n", "1,7,3\n2,8,4\n", "-1,2\n3,4\n", "1e3,2\n3,4\n", "2.5,,1\n3,4,5\n",
    "3,NA,1\n3,4,5\n", "5,5\n6,7\n",
  ])
  func aRowOfDataIsNoHeader(text: String) throws {
    var notes: [String] = []
    let table = try readTable(text, notes: &notes)
    #expect(table.columns.map(\.name) == (1...table.columns.count).map { "column\($0)" })
    #expect(table.rows == 2)
    #expect(notes.count == 1 && notes[0].contains("without a header"))
  }

  @Test(arguments: [
    ("a,b\n1,2\n", ["a", "b"], 0), ("0,1,2\n5,6,7\n", ["0", "1", "2"], 1),
    ("name,2001,2002\nx,1,2\n", ["name", "2001", "2002"], 1),
    ("\"1.5\",\"2.5\"\n1,2\n", ["1.5", "2.5"], 0), ("sex,25\nm,3\n", ["sex", "25"], 0),
  ])
  func namesMayBeNumbers(text: String, names: [String], noteCount: Int) throws {
    var notes: [String] = []
    let table = try readTable(text, notes: &notes)
    #expect(table.columns.map(\.name) == names && table.rows == 1)
    #expect(notes.count == noteCount)
  }

  @Test(arguments: [
    "a,b,\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4\n", "a,b,,,\n1,2,,,\n3,4\n", "a,b, ,\r\n1,2, ,\r\n3,4,,\r\n",
    "a,b,\n1,2,\n3,4,",
  ])
  func separatorsBehindTheLastCellArePassedOver(text: String) throws {
    let table = try readTable(text)
    #expect(table.columns.map(\.name) == ["a", "b"])
    #expect(table.columns.map(\.cells) == [.numbers([1, 3]), .numbers([2, 4])])
  }

  @Test(arguments: ["a,b\n1,2,3\n", "a,b\n1,2,,3\n", "a,b,\n1,2,3\n"])
  func moreCellsThanNamesAreAnError(text: String) {
    #expect(throws: FileError.self) { try readTable(text) }
  }

  @Test func semicolonsHaveDecimalCommas() throws {
    let table = try readTable("1,5;2,5\n3,5;4\n")
    #expect(table.columns.map(\.cells) == [.numbers([1.5, 3.5]), .numbers([2.5, 4])])
  }
}

@Suite struct NoteTests {
  @Test func manyOfAKindAreOne() {
    let few = (0..<3).map { "column \"c\($0)\": no number in \($0 + 1) cells" }
    #expect(collapsed(few) == few)
    let many = (0..<500).map {
      "column \"c \($0)\": no number in \($0 + 1) cell\($0 == 0 ? "" : "s"), first \"x\($0)\""
    }
    #expect(
      collapsed(["other"] + many + ["last"]) == ["other", many[0], many[1], "the same of 498 other columns", "last"])
  }
}

@Suite struct TimeTextTests {
  @Test(arguments: [
    (0.0, "1970-01-01"), (951_782_400, "2000-02-29"), (-1, "1969-12-31T23:59:59Z"),
    (1_420_261_629.4, "2015-01-03T05:07:09Z"),
    (-2_203_891_200, "1900-03-01"), (4_107_542_400, "2100-03-01"), (-62_167_219_200, "0000-01-01"),
  ])
  func isISO(seconds: Double, text: String) throws {
    #expect(timeText(seconds) == text)
    let bytes = Array(text.utf8)
    #expect(scanTime(bytes.span, 0, bytes.count) == seconds.rounded())
  }

  @Test(arguments: [Double.nan, .infinity, 1e15, 253_402_300_800, -62_167_219_201])
  func isNilBeyondFourDigits(seconds: Double) { #expect(timeText(seconds) == nil) }
}
