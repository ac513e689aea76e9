import KAN
import Testing

@testable import KANFiles

/// A table from a text; `name` decides on the separator.
func readTable(
  _ text: String, _ reading: TableReading = TableReading(), separator: UInt8 = 0x2C, notes: inout [String]
) throws(FileError) -> Table {
  try KANFilesTests.table(text, separator: separator).table(reading, notes: &notes)
}

func readTable(_ text: String, _ reading: TableReading = TableReading()) throws(FileError) -> Table {
  var notes: [String] = []
  return try readTable(text, reading, notes: &notes)
}

/// The cells of the only column of a text; line feeds separate them.
private func cells(_ column: String, _ reading: TableReading = TableReading()) throws(FileError) -> Table.Cells {
  try readTable("c,d\n" + column.split(separator: " ").map { "\($0),1\n" }.joined(), reading).columns[0].cells
}

/// Whether all cells are the same to the bit, NaN equal to itself.
func isIdentical(_ a: Table.Cells, _ b: Table.Cells) -> Bool {
  func same(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
  }
  switch (a, b) {
  case (.numbers(let a), .numbers(let b)), (.times(let a), .times(let b)): return same(a, b)
  case (.texts, .texts): return a == b
  default: return false
  }
}

@Suite struct TableReadingTests {
  /// The same tables by pandas: make_tables.py.
  @Test(arguments: tableFixtures.indices)
  func pandas(index: Int) throws {
    let fixture = tableFixtures[index]
    var notes: [String] = []
    let table = try readTable(fixture.text, separator: index == 3 ? 9 : 0x2C, notes: &notes)
    #expect(table.columns.map(\.name) == fixture.table.columns.map(\.name))
    for (found, expected) in zip(table.columns, fixture.table.columns) {
      #expect(isIdentical(found.cells, expected.cells), "\(found) \(expected)")
    }
    #expect(notes.isEmpty)
  }

  @Test(arguments: ["NA", "n/a", "NAN", "Null", "none", "?", "-", "\"\"", "\"NA\"", " na ", "unknown", "-999.0"])
  func missingAmongNumbers(word: String) throws {
    let reading = TableReading(missingWords: TableReading.standardMissingWords + ["Unknown", "-999"])
    let table = try readTable("a,t,y\n1,2015-01-03,x\n\(word),\(word),x\n", reading)
    #expect(isIdentical(table.columns[0].cells, .numbers([1, .nan])))
    #expect(isIdentical(table.columns[1].cells, .times([1_420_243_200, .nan])))
  }

  @Test func missingAmongTexts() throws {
    let words = "NA na Na None none n/a null NULL nan ? - x -999"
    let reading = TableReading(missingWords: TableReading.standardMissingWords + ["-999"])
    #expect(
      try cells(words, reading)
        == .texts(
          codes: [-1, 2, 0, -1, 3, -1, -1, -1, -1, -1, -1, 4, -1].map { $0 > 1 ? $0 - 1 : $0 },
          levels: ["Na", "na", "none", "x"]))
    #expect(try readTable("a\n-999\nx\n").columns[0].cells == .texts(codes: [0, 1], levels: ["-999", "x"]))
  }

  @Test func emptyColumn() throws {
    let table = try readTable("a,b,c\n,1,NA\n ,2,\n")
    #expect(isIdentical(table.columns[0].cells, .numbers([.nan, .nan])))
    #expect(isIdentical(table.columns[2].cells, .numbers([.nan, .nan])))
    let one = try readTable("a\n\n1\n\n\n2\n\n")
    #expect(isIdentical(one.columns[0].cells, .numbers([.nan, 1, .nan, .nan, 2])))
  }

  @Test func truthValues() throws {
    #expect(try cells("TRUE false True") == .texts(codes: [1, 0, 1], levels: ["false", "true"]))
    #expect(try cells("No YES NA") == .texts(codes: [0, 1, -1], levels: ["No", "YES"]))
    #expect(try cells("Yes yes") == .texts(codes: [0, 0], levels: ["yes"]))
    #expect(try cells("Yes true") == .texts(codes: [0, 1], levels: ["Yes", "true"]))
  }

  @Test func numbersAsCategories() throws {
    let reading = TableReading(categories: ["c"])
    #expect(
      try cells("3 3.0 10 1e1 -0 0.50 NA na", reading)
        == .texts(codes: [2, 2, 3, 3, 0, 1, -1, -1], levels: ["0", "0.5", "3", "10"]))
    #expect(try cells("3 3.0 x", reading) == .texts(codes: [0, 1, 2], levels: ["3", "3.0", "x"]))
    #expect(try cells("007 7 070", reading) == .texts(codes: [0, 1, 2], levels: ["007", "7", "070"]))
    #expect(try cells("2015-01-03 x", reading) == .texts(codes: [0, 1], levels: ["2015-01-03", "x"]))
  }

  @Test(arguments: ["00123 12345 NA", "007 0012 15", "9007199254740993 9007199254740995 1"])
  func namesOfDigits(column: String) throws {
    guard case .texts(_, let levels) = try cells(column) else {
      Issue.record("texts expected")
      return
    }
    #expect(levels.sorted() == column.split(separator: " ").map(String.init).filter { $0 != "NA" }.sorted())
  }

  @Test(arguments: [
    "05 10 23", "007 12 1500", "0.50 1.25", "100000000000000000000 3", "-5 0 10", "9007199254740993 1 2",
  ])
  func quantities(column: String) throws {
    guard case .numbers(let values) = try cells(column) else {
      Issue.record("numbers expected")
      return
    }
    #expect(values == column.split(separator: " ").map { Double($0)! })
  }

  @Test func columns() throws {
    let text = "a,b,c\n1,x,2\n3,y,4\n"
    let table = try readTable(text, TableReading(columns: ["c", "a"]))
    #expect(table == Table([.init(name: "a", cells: .numbers([1, 3])), .init(name: "c", cells: .numbers([2, 4]))]))
    expectFailure(.malformed, "there is no column \"z\"") { _ = try readTable(text, TableReading(targets: ["z"])) }
  }

  @Test func semicolons() throws {
    var notes: [String] = []
    let text = "\"a\";b;c;d\n1,5;1.5;1,5;x, y\n-2;2;2.5;\"z;\"\n1e3;;3;x, y\n"
    let table = try readTable(text, notes: &notes)
    #expect(isIdentical(table["a"]!.cells, .numbers([1.5, -2, 1000])))
    #expect(isIdentical(table["b"]!.cells, .numbers([1.5, 2, .nan])))
    // Both marks in one column are no numbers.
    #expect(table["c"]!.cells == .texts(codes: [0, 1, 2], levels: ["1,5", "2.5", "3"]))
    #expect(table["d"]!.cells == .texts(codes: [0, 1, 0], levels: ["x, y", "z;"]))
    #expect(try readTable("a\tb\n1\t2\n").columns.count == 2)
  }

  @Test func rowNames() throws {
    var notes: [String] = []
    let table = try readTable("\"\",a\n1,2\n", notes: &notes)
    #expect(table == Table([.init(name: "a", cells: .numbers([2]))]))
    #expect(notes == ["column 1 has no name, as row names that R and pandas write; left out"])
  }

  /// The names of classes in older models.
  @Test(arguments: [
    ("1.0", "1"), ("-0", "0"), ("0.50", "0.5"), ("1e300", "1e+300"), ("Yes", "yes"), ("FALSE", "false"),
  ])
  func plainLevels(text: String, expected: String) {
    #expect(plainLevel(text) == expected)
    #expect(plainLevel("No. " + text) == "No. " + text)
  }

  @Test func composedLetters() throws {
    let table = try readTable("a\n\u{E9}\ne\u{301}\nf\n")
    #expect(table.columns[0].cells == .texts(codes: [1, 1, 0], levels: ["f", "\u{E9}"]))
  }
}
