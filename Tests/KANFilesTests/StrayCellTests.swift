import KAN
import Testing

@testable import KANFiles

/// Texts among numbers.
@Suite struct StrayCellTests {
  private func table(_ column: [String], _ reading: TableReading = TableReading()) throws -> (Table.Cells, [String]) {
    var notes: [String] = []
    let text = "c,d\n" + column.map { "\($0),1\n" }.joined()
    let table = try readTable(text, reading, notes: &notes)
    return (table.columns[0].cells, notes)
  }

  /// So many words that it is a column of texts, among which some are digits.
  @Test func manyWords() throws {
    let column = (0..<100).map { $0 % 9 == 0 ? "word" : "\($0)" }
    let (cells, notes) = try table(column)
    guard case .texts(_, let levels) = cells else {
      Issue.record("texts expected")
      return
    }
    #expect(levels == Set(column).sorted() && notes.isEmpty)
  }

  private let ages = (0..<200).map { "\(20 + $0 % 60)" }

  @Test func slipsAreGaps() throws {
    var column = ages
    column[5] = "unknown"
    column[9] = "unknown"
    let (cells, notes) = try table(column)
    #expect(isIdentical(cells, .numbers(column.map { Double($0) ?? .nan })))
    #expect(
      notes == ["column \"c\": no number in 2 of 200 cells, first \"unknown\" in row 6 (line 7); read as missing"])
  }

  @Test func slipsInTimes() throws {
    var column = (0..<50).map { "2015-01-03T05:00:\(10 + $0)" }
    column[49] = "later"
    let (cells, notes) = try table(column)
    #expect(isIdentical(cells, .times((0..<50).map { $0 == 49 ? .nan : 1_420_261_210 + Double($0) })))
    #expect(notes.count == 1)
  }

  @Test func slipsInTargets() throws {
    var column = ages
    column[5] = "1O"
    expectFailure(
      .malformed, "row 6 (line 7), column \"c\": \"1O\" is not a number, as nearly all cells of the column are"
    ) { _ = try table(column, TableReading(targets: ["c"])) }
    #expect(throws: Never.self) { try table(column, TableReading(categories: ["c"], targets: ["c"])) }
  }

  @Test(arguments: [
    ["1", "2", "3", "4+"], ["1", "2", "three"], ["a", "b", "1"], ["1.5", "x"],
    ["1", "2", "3", "4", "5", "6", "7", "8", "9", "X"],
  ])
  func scales(levels: [String]) throws {
    let column = (0..<300).map { levels[$0 % levels.count] }
    let (cells, notes) = try table(column, TableReading(targets: ["c"]))
    #expect(cells == .texts(codes: column.map { Int32(levels.sorted().firstIndex(of: $0)!) }, levels: levels.sorted()))
    #expect(notes.isEmpty)
  }

  /// A word once among a thousand grades is a slip, though there are few different grades.
  @Test func slipInGrades() throws {
    var column = (0..<1000).map { "\(1 + $0 % 5)" }
    column[500] = "x"
    expectFailure(
      .malformed, "row 501 (line 502), column \"c\": \"x\" is not a number, as nearly all cells of the column are"
    ) { _ = try table(column, TableReading(targets: ["c"])) }
    column[500] = "NA"
    let (cells, _) = try table(column, TableReading(targets: ["c"]))
    #expect(isIdentical(cells, .numbers(column.map { Double($0) ?? .nan })))
    let (texts, _) = try table(column, TableReading(categories: ["c"], targets: ["c"]))
    #expect(texts == .texts(codes: column.map { (Int32($0) ?? 0) - 1 }, levels: ["1", "2", "3", "4", "5"]))
  }

  @Test(arguments: [("inf", "is not a finite number"), ("-1e400", "is too large"), ("+nan", "is not a finite number")])
  func infinities(word: String, reason: String) throws {
    let column = ["1", word, "2.5"]
    let (cells, notes) = try table(column)
    #expect(isIdentical(cells, .numbers([1, .nan, 2.5])))
    #expect(notes == ["column \"c\": no finite number in 1 cell, first \"\(word)\" in row 2 (line 3); read as missing"])
    expectFailure(.malformed, "row 2 (line 3), column \"c\": \"\(word)\" \(reason)") {
      _ = try table(column, TableReading(targets: ["c"]))
    }
  }

  @Test func textsKeepTheirWords() throws {
    let (cells, notes) = try table(["a", "inf", "1e400"])
    #expect(cells == .texts(codes: [1, 2, 0], levels: ["1e400", "a", "inf"]))
    #expect(notes.isEmpty)
  }
}
