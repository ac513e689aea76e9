import Foundation
import Testing

@testable import KANFiles

@Suite struct DelimitedFileTests {
  @Test(arguments: ["\n", "\r\n"])
  func numbers(lineEnd: String) throws {
    let text = "\u{FEFF}x, y ,\"z \"\"q\"\"\",id\n\n 1 ,\"2\",+3e0,a\n.5,\"  -2.5 \",1E3,\n\n-0,5.,1e-3,\"b,\nc\"\n\n"
    let file = try table(text.replacingOccurrences(of: "\n", with: lineEnd))
    #expect(file.header == ["x", "y", "z \"q\"", "id"])
    let result = try file.read(features: [0, 1, 2], targets: [])
    #expect(result.rows == 3)
    #expect(result.features == [1, 2, 3, 0.5, -2.5, 1000, 0, 5, 0.001])
    #expect(result.features[6].sign == .minus)
  }

  @Test func columnOrder() throws {
    let file = try table("a,b,c\n1,2,3\n4,5,6")
    let result = try file.read(features: [2, 0], targets: [(0, .number), (1, .category), (2, .target)])
    #expect(result.features == [3, 1, 6, 4])
    #expect(
      result.targets == [.numbers([1, 4]), .texts(codes: [0, 1], levels: ["2", "5"]), .numbers([3, 6])])
    let none = try file.read(features: [], targets: [])
    #expect(none.rows == 2 && none.features.isEmpty && none.targets.isEmpty)
  }

  @Test func tabs() throws {
    try withTemporaryFolder { folder in
      for name in ["t.tsv", "t.TAB"] {
        let path = folder + "/" + name
        try writeFile(Array("a,1\tb\n1\t 2\n\t \"x\ty\"\n".utf8), to: path)
        let file = try DelimitedFile(path: path)
        #expect(file.header == ["a,1", "b"])
        #expect(
          try file.read(features: [], targets: [(1, .target)]).targets
            == [.texts(codes: [0, 1], levels: ["2", "x\ty"])])
      }
    }
  }

  @Test func categories() throws {
    let mixed = try table("c\nb\n10\na\n\"b\"\ninf\n").read(features: [], targets: [(0, .target)])
    #expect(mixed.targets == [.texts(codes: [2, 0, 1, 2, 3], levels: ["10", "a", "b", "inf"])])
    let numeric = try table("c\n10\n9\n-1\n9\n1e1\n").read(features: [], targets: [(0, .category)])
    #expect(numeric.targets == [.texts(codes: [2, 1, 0, 1, 2], levels: ["-1", "9", "10"])])
    let late = try table("c\n1\n1e999\n\"q\"\"\"\n").read(features: [], targets: [(0, .target)])
    #expect(late.targets == [.texts(codes: [0, 1, 2], levels: ["1", "1e999", "q\""])])
  }

  @Test func magnitudeLimit() throws {
    let file = try table("a\n-1000\n")
    #expect(try file.read(features: [0], targets: [], magnitudeLimit: 1000).features == [-1000])
    expectFailure(.malformed, "row 1 (line 2), column \"a\": \"-1000\" is too large") {
      _ = try file.read(features: [0], targets: [], magnitudeLimit: 999)
    }
    expectFailure(.malformed, "row 1 (line 2), column \"a\": \"1e999\" is too large") {
      _ = try table("a\n1e999\n").read(features: [0], targets: [], magnitudeLimit: .infinity)
    }
  }

  /// A straightforward reader of RFC 4180 by characters.
  private func reference(_ text: String) -> [[String]] {
    var rows: [[String]] = [[]]
    var cell = ""
    var isQuoted = false
    var previous: Unicode.Scalar = ","
    for scalar in text.unicodeScalars {
      if isQuoted {
        if scalar == "\"" { isQuoted = false } else { cell.unicodeScalars.append(scalar) }
      } else if scalar == "\"" {
        if previous == "\"" { cell.append("\"") }
        isQuoted = true
      } else if scalar == "," {
        rows[rows.count - 1].append(cell)
        cell = ""
      } else if scalar == "\n" {
        rows[rows.count - 1].append(cell)
        cell = ""
        rows.append([])
      } else if scalar != "\r" {
        cell.unicodeScalars.append(scalar)
      }
      previous = scalar
    }
    return rows.dropLast()
  }

  @Test func randomQuotedText() throws {
    var generator = SeededGenerator(4)
    let pieces = ["a", "é", "😀", "1", ",", "\"\"", "\n", " ", "x y", "\t", "\r\n", "-"]
    let plainPieces = ["a", "é", "😀", "1", "x y", "-", "Z"]
    for _ in 0..<300 {
      let columns = Int.random(in: 1...5, using: &generator)
      var text = (0..<columns).map { "c\($0)" }.joined(separator: ",") + "\n"
      let rows = Int.random(in: 1...20, using: &generator)
      for _ in 0..<rows {
        let cells = (0..<columns).map { _ in
          let length = Int.random(in: 0...6, using: &generator)
          if Bool.random(using: &generator) {
            return "\"t" + (0..<length).map { _ in pieces.randomElement(using: &generator)! }.joined() + "\""
          }
          return "t" + (0..<length).map { _ in plainPieces.randomElement(using: &generator)! }.joined()
        }
        text += cells.joined(separator: ",") + (Bool.random(using: &generator) ? "\n" : "\r\n")
      }
      let expected = reference(text)
      let result = try table(text).read(features: [], targets: (0..<columns).map { ($0, .category) })
      #expect(result.rows == rows)
      for (column, target) in result.targets.enumerated() {
        guard case .texts(let codes, let names) = target else {
          Issue.record("categories expected")
          continue
        }
        #expect(codes.map { names[Int($0)] } == expected.dropFirst().map { $0[column] })
        #expect(names == names.sorted())
      }
    }
  }

  @Test func randomNumbers() throws {
    var generator = SeededGenerator(5)
    let values = (0..<3000).map { _ in Double.random(in: -1e6...1e6, using: &generator) }
    var text = "a,b,c\n"
    for row in 0..<1000 { text += values[(3 * row)..<(3 * row + 3)].map { "\($0)" }.joined(separator: ", ") + "\n" }
    let result = try table(text).read(features: [0, 1, 2], targets: [(1, .target), (2, .number)])
    #expect(result.features == values)
    #expect(result.targets[0] == .numbers((0..<1000).map { values[3 * $0 + 1] }))
    #expect(result.targets[1] == .numbers((0..<1000).map { values[3 * $0 + 2] }))
  }
}
