import Foundation
import KANFiles
import Testing

/// What goes where: results, messages, files; and that the same command gives the same bits.
@Suite struct OutputTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(regressionTable(), to: "r.csv")
  }

  @Test func trainJSON() throws {
    let outcome = try folder.kan("train", "r.csv", "--json", "--seed", "7", "--threads", "2").succeeded()
    #expect(outcome.lines.count == 1)
    let result = try outcome.json()
    let keys: Set = ["parameters", "epochs", "seconds", "samplesPerSecond", "seed", "threads", "train", "test"]
    #expect(keys.isSubset(of: result.keys))
    #expect(result["seed"] as? Int == 7 && result["threads"] as? Int == 2)
    #expect(try #require(result["seconds"] as? Double) > 0)
    #expect(try #require(result["samplesPerSecond"] as? Double) > 0)
    #expect((result["train"] as? [String: Double])?["loss"] != nil)
    #expect(
      Set(try #require(result["test"] as? [String: Double]).keys) == ["samples", "loss", "rmse", "r2", "pearson"])
  }

  @Test func messagesGoToStandardError() throws {
    let outcome = try folder.kan("train", "r.csv", "--epochs", "3", "--save", "m.safetensors").succeeded()
    #expect(outcome.errors.hasPrefix("regression on 96 rows, spline network 2-1, 19 parameters, "))
    #expect(outcome.errors.contains("epoch 3/3  loss "))
    #expect(outcome.errors.hasSuffix("saved m.safetensors\n"))
    #expect(!outcome.errors.contains("\u{1B}") && !outcome.errors.contains("\r"))
    #expect(outcome.lines.count == 4)
    #expect(outcome.lines[0].hasPrefix("trained 3 epochs in "))
    #expect(folder.names == ["r.csv", "m.safetensors"])
  }

  @Test func onATerminal() throws {
    let progress = try folder.shell("script -qec \"$KAN train r.csv --epochs 3\" /dev/null").succeeded()
    #expect(progress.output.contains("\r\u{1B}[Kepoch 3/3  loss "))
    let error = try folder.shell("unset NO_COLOR; script -qec \"$KAN train none.csv\" /dev/null")
    #expect(error.status == 66)
    #expect(error.output == "\u{1B}[31merror:\u{1B}[0m none.csv: no such file\r\n")
    let plain = try folder.shell("NO_COLOR=1 script -qec \"$KAN train none.csv\" /dev/null")
    #expect(plain.output == "error: none.csv: no such file\r\n")
  }

  @Test(arguments: [
    ["--hidden", "5"], ["--edge", "linear", "--hidden", "7,3"], ["--optimizer", "sgd", "--batch", "7"],
  ])
  func sameBits(options: [String]) throws {
    func model(_ more: String...) throws -> [String: SafeTensors.Tensor] {
      try folder.kan(["train", "r.csv", "--save", "m.safetensors", "--epochs", "4"] + options + more).succeeded()
      return try SafeTensors(path: folder.file("m.safetensors")).tensors
    }
    let first = try model("--threads", "1")
    #expect(try model("--threads", "1") == first)
    #expect(try model("--threads", "2") == first)
    #expect(try model("--threads", "3") == first)
    #expect(try model("--threads", "1", "--seed", "1") != first)
  }

  /// The same command gives the same file; another name of it is part of the command, which the file has.
  @Test func sameFile() throws {
    let files = try (0..<2).map { _ in
      try folder.kan("train", "r.csv", "--save", "a.safetensors", "--epochs", "0", "--threads", "1").succeeded()
      return try folder.bytes("a.safetensors")
    }
    #expect(files[0] == files[1])
  }

  @Test func log() throws {
    try folder.kan("train", "r.csv", "--log", "l.jsonl", "--epochs", "3", "--patience", "9").succeeded()
    let lines = try folder.text("l.jsonl").split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(lines.map { $0["epoch"] as? Int } == [1, 2, 3])
    let keys: Set = [
      "epoch", "loss", "validationLoss", "validation", "learningRate", "seconds", "samplesPerSecond", "outside",
    ]
    #expect(lines.allSatisfy { Set($0.keys) == keys })
    for line in lines {
      let validation = try #require(line["validation"] as? [String: Any])
      #expect(validation["loss"] as? Double == line["validationLoss"] as? Double && validation["r2"] is Double)
      let outside = try #require(line["outside"] as? [String: Any])
      #expect(outside["layers"] as? [Int] == [0] && outside["rows"] as? Int ?? 0 > 0)
    }
  }

  // MARK: Streams that are closed, full or limited

  @Test func closedStandardError() throws {
    let script = "$KAN train r.csv --epochs 2 --save m.safetensors --log l.jsonl 2>&-"
    let outcome = try folder.shell(script)
    #expect(outcome.status == 0)
    #expect(try folder.text("l.jsonl").hasPrefix("{\"epoch\":1,"))
    #expect(try folder.text("l.jsonl").split(separator: "\n").count == 2)
    try folder.kan("inspect", "m.safetensors").succeeded()
    #expect(try folder.shell("$KAN train none.csv 2>&-") == Outcome(status: 66, bytes: [], errors: ""))
  }

  @Test func closedStandardOutput() throws {
    let message = "error: /dev/stdout: cannot write the file: Bad file descriptor\n"
    let outcome = try folder.shell("$KAN train r.csv --epochs 1 --save m.safetensors --log l.jsonl --json >&- <&-")
    #expect(outcome.status == 74)
    #expect(outcome.errors.hasSuffix(message))
    #expect(try folder.text("l.jsonl").hasPrefix("{\"epoch\":1,"))
    try folder.kan("inspect", "m.safetensors").succeeded()
    #expect(try folder.shell("$KAN help >&-") == Outcome(status: 74, bytes: [], errors: message))
    #expect(try folder.shell("$KAN predict m.safetensors r.csv >&- 2>&-") == Outcome(status: 74, bytes: [], errors: ""))
  }

  @Test func fullDevice() throws {
    try folder.writeModel()
    try folder.shell("$KAN predict m.safetensors r.csv > /dev/full")
      .failed(74, "/dev/stdout: cannot write the file: No space left on device")
  }

  @Test func fullLog() throws {
    let outcome = try folder.kan("train", "r.csv", "--log", "/dev/full", "--save", "m.safetensors")
    #expect(outcome.status == 74)
    #expect(outcome.errors.hasSuffix("error: /dev/full: writing failed\n"))
    try folder.kan("inspect", "m.safetensors").succeeded()
  }

  @Test func readerThatLeaves() throws {
    try folder.writeModel()
    let outcome = try folder.shell(
      """
      for _ in 1 2 3 4 5 6 7 8; do cat r.csv r.csv | grep -v a > s.csv; (echo a,b,y; cat s.csv) > r.csv; done
      $KAN predict m.safetensors r.csv | head -n 1; echo ${PIPESTATUS[0]}
      """)
    #expect(outcome == Outcome(status: 0, bytes: Array("y\n74\n".utf8), errors: ""))
    let training = try folder.shell(
      "$KAN train r.csv --save n.safetensors --epochs 2 2>&1 | true; echo ${PIPESTATUS[0]}")
    #expect(training.output == "74\n")
    try folder.kan("inspect", "n.safetensors").succeeded()
  }

  /// Not more: near 300,000 KiB OpenBLAS itself, as it is loaded, now and then waits for ever for a thread that it could
  /// not start, before the tool's first line.
  @Test(arguments: [200_000, 250_000])
  func littleAddressSpace(kibibytes: Int) throws {
    try folder.writeModel()
    for command in [
      "train r.csv --save n.safetensors", "predict m.safetensors r.csv --out p.csv", "inspect m.safetensors",
    ] {
      // OpenBLAS takes address space for each core before the tool starts, so that many would leave nothing to start in.
      let outcome = try folder.shell("ulimit -v \(kibibytes); exec taskset -c 0,1 $KAN \(command)")
      #expect(outcome.status == 70)
      #expect(outcome.errors.hasPrefix("error: not enough memory: the limit on address space leaves "))
      #expect(outcome.errors.count { $0 == "\n" } == 1)
    }
    #expect(folder.names == ["r.csv", "m.safetensors"])
  }
}
