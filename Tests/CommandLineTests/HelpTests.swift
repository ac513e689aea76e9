import Testing

@Suite struct HelpTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test(arguments: ["train", "evaluate", "predict", "inspect", "explain", "symbolic", "doctor"])
  func examples(command: String) throws {
    let help = try folder.kan("help", command).succeeded()
    #expect(help.errors == "")
    #expect(help.output.contains("\nEXAMPLES\n  kan \(command) "))
    #expect(help.output.contains("USAGE: kan \(command)"))
    #expect(help.lines.allSatisfy { $0.count <= 80 })
    // An example that is broken over two lines cannot be copied.
    let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
    let examples = lines.drop { $0 != "EXAMPLES" }.dropFirst().prefix { !$0.isEmpty }
    #expect(examples.allSatisfy { $0.hasPrefix("  kan ") })
    #expect(try folder.kan(command, "--help") == help)
  }

  @Test func overview() throws {
    let help = try folder.kan("--help").succeeded()
    #expect(try folder.kan() == help)
    #expect(try folder.kan("help") == help)
    for text in ["train", "evaluate", "predict", "inspect", "demo", "EXIT CODES", "64   wrong usage", "74   reading"] {
      #expect(help.output.contains(text))
    }
    #expect(help.lines.allSatisfy { $0.count <= 80 })
  }

  @Test func options() throws {
    let help = try folder.kan("help", "train").succeeded().output
    for option in [
      "task", "test", "holdout", "hidden", "edge", "activation", "grid", "degree", "optimizer", "learning-rate",
      "schedule", "weight-decay", "batch", "epochs", "patience", "seed", "threads", "precision", "save", "resume",
      "log",
      "json", "target", "test-target",
    ] {
      #expect(help.contains("\n  --\(option) "), "\(option)")
    }
    for value in ["default: spline", "default: 0.2", "default: 256", "default: 20", "values: adam, sgd"] {
      #expect(help.replacing(#/\s+/#, with: " ").contains(value), "\(value)")
    }
  }

  @Test func version() throws {
    let outcome = try folder.kan("--version").succeeded()
    #expect(outcome.output.wholeMatch(of: #/\d+\.\d+\.\d+\n/#) != nil)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let script = try folder.kan("--generate-completion-script", shell).succeeded()
    for text in ["holdout", "inspect", "one-cycle"] { #expect(script.output.contains(text), "\(text)") }
    if shell != "bash" { return }
    try folder.write(script.bytes, to: "completions")
    try folder.shell("bash -n completions").succeeded()
  }

  /// The demo where the large images are not there, with an epoch of the small ones.
  @Test func demo() throws {
    let outcome = try folder.kan("demo", "--images", "none", "--epochs", "1", "--out", "d").succeeded()
    #expect(outcome.errors.contains("none is not there"))
    for text in ["KAN 64-64-10", "MLP 64-64-10", "MLP 64-576-10"] { #expect(outcome.output.contains(text)) }
    for name in ["sine.svg", "training.svg"] { #expect(try folder.text("d/\(name)").hasPrefix("<svg")) }
    #expect(try folder.text("d/results.md").contains("| KAN 64-64-10 |"))
  }
}
