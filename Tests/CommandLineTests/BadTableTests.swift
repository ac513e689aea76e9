import KAN
import KANFiles
import Testing

/// Data that cannot be used: a code, a line that says where, and no file.
@Suite struct BadTableTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func expectFailure(
    _ name: String, _ options: String..., message: String, code: Int32 = 65,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = folder.names
    try folder.kan(["train", name, "--save", "m.safetensors", "--log", "l.jsonl"] + options)
      .failed(code, "\(name): \(message)", sourceLocation: sourceLocation)
    #expect(folder.names == before, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ("", "the file is empty"),
    ("\n \n", "the file is empty"),
    ("a,y\n", "no data rows after the header"),
    ("a,y\n1,2\n1\n", "row 2 (line 3): 1 cell, but the header has 2"),
    ("a,y\n1,2\n\n1,2,3\n", "row 2 (line 4): 3 cells, but the header has 2"),
    (
      "a,y\n1,2\n1,\n",
      "there is no column from which the target could be learned: column \"a\" is left out: it is the same in every row"
    ),
    ("a,y\n1,2\n2,1e400\n", "row 2 (line 3), column \"y\": \"1e400\" is too large"),
    ("a,y\n1,2\n2,-inf\n", "row 2 (line 3), column \"y\": \"-inf\" is not a finite number"),
    ("a,y\n1,\n2,NA\n", "column \"y\" has no values"),
    ("a,a,y\n1,2,3\n", "header: columns 1 and 2 have the same name \"a\""),
    ("a,,y\n1,2,3\n", "header: column 2 has no name"),
    ("y\n1\n2\n", "there is no column besides the target"),
    ("a,y\n1,\"2\n3,4\n", "line 2: the quotation mark opened here is never closed"),
    ("a,y\n1,\"2\"2\n", "line 2: text after a closing quotation mark"),
    ("a,y\n1,2\n3,\0\n", "line 3: NUL byte; this is not a text file"),
    ("a;y\n1;2\n3\n", "row 2 (line 3): 1 cell, but the header has 2"),
    (
      "\u{1B}[1m,y\nx,2\ny,3\n",
      "there is no column from which the target could be learned: column \"\\u{1B}[1m\" is left out: it names the rows: "
        + "no text is there twice"
    ),
  ])
  func table(text: String, message: String) throws {
    try expectFailure(try folder.write(text, to: "t.csv"), message: message)
  }

  /// Gaps and texts in inputs are no errors, and rows without a target are left out.
  @Test func gapsAndTexts() throws {
    let rows = (0..<40).map { row in
      [row % 7 == 0 ? "" : "\(row % 9)", row % 3 == 0 ? "red" : "blue", row % 11 == 5 ? "NA" : "\(row)"]
    }
    try folder.write(CommandLineTests.table(["a", "colour", "y"], rows), to: "t.csv")
    for options in [[], ["--hidden", "3", "--epochs", "2"], ["--edge", "linear", "--epochs", "2"]] {
      let outcome = try folder.kan(["train", "t.csv", "--save", "m.safetensors"] + options).succeeded()
      #expect(outcome.errors.contains("4 rows without a target are left out\n"))
      try folder.write("colour,a\ngreen,1\n,\nblue,?\n", to: "u.csv")
      let predicted = try folder.kan("predict", "m.safetensors", "u.csv").succeeded()
      #expect(predicted.lines.count == 4)
    }
  }

  @Test func oneRow() throws {
    try folder.write("a,y\n1,2\n2,\n", to: "t.csv")
    let outcome = try folder.kan("train", "t.csv")
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasSuffix("error: t.csv: 1 row, which leaves none to hold out for the test\n"))
  }

  @Test func otherEncodings() throws {
    let text = Array("a,y\n1,2\n".utf16)
    for bigEndian in [false, true] {
      let bytes = ([0xFEFF] + text).flatMap {
        bigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)]
      }
      try expectFailure(try folder.write(bytes, to: "u.csv"), message: "UTF-16 text; convert it to UTF-8")
    }
    try expectFailure(
      try folder.write([0x61, 0x2C, 0x79, 0x0A, 0x31, 0x2C, 0xFF, 0x0A], to: "b.csv"),
      message: "line 2: byte 0xFF is not valid UTF-8 text")
    var generator = RandomGenerator(seed: 9)
    let rubbish = (0..<4000).map { _ in UInt8(generator.uniform() * 256) }
    let outcome = try folder.kan("train", try folder.write(rubbish, to: "r.csv"))
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("error: r.csv: line ") && outcome.errors.count { $0 == "\n" } == 1)
  }

  @Test func targets() throws {
    try folder.write("a,b,y\n1,p,2\n3,q,4\n", to: "t.csv")
    try expectFailure("t.csv", "--target", "z", message: "there is no column \"z\", which the target needs")
    try expectFailure("t.csv", "--target", "a,a", message: "column \"a\" is asked for twice")
    try expectFailure("t.csv", "--target", "a,b,y", message: "there is no column besides the target")
    try expectFailure(
      "t.csv", "--target", "b,y", message: "column \"b\" holds classes, which are learned alone, without other targets")
    try expectFailure(
      "t.csv", "--target", "b", "--task", "regression",
      message: "column \"b\" holds texts such as \"p\", which are no numbers")
  }

  @Test func namesAreNoClasses() throws {
    let rows = (0..<20).map { ["\($0)", "0.\($0)", "user\($0 % 11)"] }
    try folder.write(CommandLineTests.table(["a", "b", "who"], rows), to: "t.csv")
    let reason = "they are names or measurements, not classes"
    try expectFailure("t.csv", message: "column \"who\" has 11 different values in 20 rows: \(reason)")
    try folder.write(regressionTable(rows: 20), to: "n.csv")
    try expectFailure(
      "n.csv", "--task", "classification", message: "column \"y\" has 20 different values in 20 rows: \(reason)")
    // Half of the rows is not more than half of them.
    let half = (0..<20).map { ["\($0)", "0.\($0)", "user\($0 % 10)"] }
    try folder.write(CommandLineTests.table(["a", "b", "who"], half), to: "h.csv")
    try folder.kan("train", "h.csv", "--epochs", "1").succeeded()
  }

  @Test func tooFewRowsForPatience() throws {
    try folder.write("a,y\n1,2\n2,3\n", to: "t.csv")
    try expectFailure(
      "t.csv", "--patience", "2", message: "too few rows for --patience, which judges by a tenth of them")
  }

  @Test func missingFiles() throws {
    try folder.write(regressionTable(), to: "r.csv")
    for name in ["nothere.csv", "nothere.npy", "no/such/folder", "r.csv/x"] {
      try expectFailure(name, message: "no such file", code: 66)
    }
    try folder.kan("train", "r.csv", "--test", "nothere.csv").failed(66, "nothere.csv: no such file")
    try expectFailure("/dev/null", message: "a device, but a file is expected")
  }

  @Test func testData() throws {
    try folder.write(classificationTable(), to: "c.csv")
    try folder.write("a,side\n1,above\n", to: "t.csv")
    try folder.kan("train", "c.csv", "--test", "t.csv")
      .failed(65, "t.csv: there is no column \"b\", which the model needs")
    try folder.write("a,b,side\n1,2,above\n1,1,\u{1B}beside\n", to: "t.csv")
    try folder.kan("train", "c.csv", "--test", "t.csv")
      .failed(65, "t.csv: row 2, column \"side\": the model does not know the class \"\\u{1B}beside\"")
  }
}
