import Foundation
import KAN
import KANFiles
import Testing

/// A training in parts ends where one training does.
@Suite struct ResumeTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func train(_ arguments: [String], _ save: String) throws -> Outcome {
    try folder.kan(["train", "r.csv", "--batch", "16", "--hidden", "3", "--save", save] + arguments)
  }

  /// All numbers of a model: parameters, scalings, what the optimiser remembers.
  private func tensors(_ model: String) throws -> [String: SafeTensors.Tensor] {
    try SafeTensors(path: folder.file(model)).tensors
  }

  @Test(arguments: [
    ["--optimizer", "adam"], ["--optimizer", "sgd"], ["--patience", "50"], ["--precision", "double"],
    ["--edge", "chebyshev"], ["--optimizer", "lbfgs"],
  ])
  func equalsOneTraining(options: [String]) throws {
    try folder.write(regressionTable(), to: "r.csv")
    let options = options + ["--schedule", "constant", "--weight-decay", "0.01"]
    try train(options + ["--epochs", "7"], "once.safetensors").succeeded()
    try train(options + ["--epochs", "3"], "parts.safetensors").succeeded()
    #expect(try tensors("once.safetensors") != tensors("parts.safetensors"))
    try train(options + ["--epochs", "7", "--resume"], "parts.safetensors").succeeded()
    #expect(try tensors("once.safetensors") == tensors("parts.safetensors"))
    let predictions = try ["once", "parts"].map { try folder.kan("predict", "\($0).safetensors", "r.csv").succeeded() }
    #expect(predictions[0] == predictions[1])
  }

  /// Steps of an epoch that did not end leave nothing behind, neither in the parameters nor in the moments.
  @Test func equalsAfterInterruptionWithinAnEpoch() throws {
    try folder.write(regressionTable(rows: 20_000), to: "r.csv")
    let options = "train r.csv --hidden 2 --batch 1 --schedule constant --threads 1 --log l.jsonl"
    let first = try folder.shell(
      """
      $KAN \(options) --epochs 10000 --save parts.safetensors 2> messages & process=$!
      for _ in $(seq 1000); do grep -q 'epoch 1/' messages && break; sleep 0.02; done
      sleep 0.25; kill -TERM $process; wait $process
      """)
    #expect(first.status == 130)
    let messages = try folder.text("messages")
    let done = try #require(messages.firstMatch(of: /error: interrupted after ([0-9]+) epochs?; the same command/))
    let epochs = try #require(Int(done.1)) + 1
    try folder.shell("$KAN \(options) --epochs \(epochs) --save parts.safetensors --resume").succeeded()
    try folder.shell("$KAN \(options) --epochs \(epochs) --save once.safetensors").succeeded()
    #expect(try tensors("once.safetensors") == tensors("parts.safetensors"))
  }

  /// The same in the library, which is asked to stop at the first report from within the second epoch.
  @Test func equalsAfterStoppingAtAStep() throws {
    let rows = regressionRows(6)
    let data = Dataset<Double>(
      inputs: Matrix(rows: 6, columns: 2, elements: AlignedArray(rows.flatMap { $0[..<2] })),
      targets: .values(Matrix(rows: 6, columns: 1, elements: AlignedArray(rows.map { $0[2] }))))
    let rule = SlowRule()
    var options = TrainingOptions(epochs: 3, batch: 2)
    var (once, parts) = (Network<Double>(.spline(2, 1)), Network<Double>(.spline(2, 1)))
    try once.train(on: data, with: rule, options: options)
    let first = try parts.train(on: data, with: rule, options: options) { progress, _ in
      progress.epoch == 2 && !progress.isEndOfEpoch ? .stop : .continue
    }
    #expect(first.end == .stopped && first.epochs.count == 1)
    options.resuming = true
    try parts.train(on: data, with: rule, options: options)
    #expect(parts.parameters == once.parameters)
    #expect(parts.trainingState == once.trainingState)
  }

  /// Checkpoints within epochs change nothing, and one from within an epoch goes on to the same bits.
  @Test func equalsWithCheckpointsWithinEpochs() throws {
    let rows = regressionRows(6)
    let data = Dataset<Double>(
      inputs: Matrix(rows: 6, columns: 2, elements: AlignedArray(rows.flatMap { $0[..<2] })),
      targets: .values(Matrix(rows: 6, columns: 1, elements: AlignedArray(rows.map { $0[2] }))))
    let rule = SlowRule()
    var options = TrainingOptions(epochs: 2, batch: 2)
    var (once, watched) = (Network<Double>(.spline(2, 1)), Network<Double>(.spline(2, 1)))
    try once.train(on: data, with: rule, options: options)
    var checkpoints: [Network<Double>] = []
    let history = try watched.train(on: data, with: rule, options: options) { progress, network in
      if progress.isResumable && !progress.isEndOfEpoch { checkpoints.append(copy network) }
      return progress.isResumable ? .continue : .checkpoint
    }
    #expect(watched.parameters == once.parameters && watched.trainingState == once.trainingState)
    #expect(history.epochs.count == 2 && checkpoints.count == 4)
    options.resuming = true
    for (index, checkpoint) in checkpoints.enumerated() {
      #expect(checkpoint.trainingState?.stepsDone == index % 2 + 1)
      var resumed = try Network<Double>(data: checkpoint.encoded())
      try resumed.train(on: data, with: rule, options: options)
      #expect(resumed.parameters == once.parameters && resumed.trainingState == once.trainingState)
    }
  }

  /// A divergence goes back to the beginning of its epoch, also from a checkpoint within it.
  @Test func equalsWithCheckpointsBeforeADivergence() throws {
    let rows = regressionRows(4)
    let data = Dataset<Double>(
      inputs: Matrix(rows: 4, columns: 2, elements: AlignedArray(rows.flatMap { $0[..<2] })),
      targets: .values(Matrix(rows: 4, columns: 1, elements: AlignedArray(rows.map { $0[2] }))))
    let rule = SlowRule(rule: SGD(learningRate: 20, momentum: 0.5))
    var options = TrainingOptions(epochs: 2, batch: 2)
    options.divergence = .recover()
    var (once, watched) = (Network<Double>(.spline(2, 1)), Network<Double>(.spline(2, 1)))
    try once.train(on: data, with: rule, options: options)
    let recoveries = try #require(once.record?.recoveries)
    #expect(recoveries.count > 1)
    var checkpoints: [Network<Double>] = []
    try watched.train(on: data, with: rule, options: options) { progress, network in
      if progress.isResumable && !progress.isEndOfEpoch { checkpoints.append(copy network) }
      return progress.isResumable ? .continue : .checkpoint
    }
    #expect(watched.parameters == once.parameters && watched.trainingState == once.trainingState)
    #expect(watched.record?.recoveries == recoveries)
    // One in each epoch, and in each that was begun again.
    #expect(checkpoints.count == 2 + recoveries.count)
    options.resuming = true
    for checkpoint in [checkpoints[0], checkpoints[1]] {
      #expect(checkpoint.trainingState?.stepsDone == 1)
      var resumed = try Network<Double>(data: checkpoint.encoded())
      try resumed.train(on: data, with: rule, options: options)
      #expect(resumed.parameters == once.parameters && resumed.trainingState == once.trainingState)
      #expect(resumed.record?.recoveries == recoveries)
    }
  }

  /// Killed in the middle of an epoch, without a chance to save.
  @Test func equalsAfterBeingKilled() throws {
    try folder.write(regressionTable(rows: 20_000), to: "r.csv")
    let options = "train r.csv --hidden 2 --batch 1 --epochs 3 --threads 1 --checkpoint-every 0.05"
    try folder.shell(
      """
      $KAN \(options) --save parts.safetensors 2> messages & process=$!
      for _ in $(seq 1000); do test -e parts.safetensors && break; sleep 0.02; done
      sleep 0.2; kill -KILL $process; wait $process; true
      """
    ).succeeded()
    #expect(folder.names == ["r.csv", "parts.safetensors", "messages"])
    try folder.kan("predict", "parts.safetensors", "r.csv").succeeded()
    try folder.shell("$KAN \(options) --save parts.safetensors --resume").succeeded()
    try folder.shell("$KAN \(options) --save once.safetensors").succeeded()
    #expect(try tensors("once.safetensors") == tensors("parts.safetensors"))
  }

  @Test func automaticAfterBeingKilled() throws {
    try folder.write(regressionTable(rows: 5000), to: "r.csv")
    let options = "train r.csv --auto best --checkpoint-every 0.05"
    try folder.shell(
      """
      $KAN \(options) --save parts.safetensors 2> messages & process=$!
      for _ in $(seq 5000); do test -e parts.safetensors && break; sleep 0.005; done
      kill -KILL $process; wait $process; true
      """
    ).succeeded()
    try folder.kan("predict", "parts.safetensors", "r.csv").succeeded()
    let other = try folder.kan("train", "r.csv", "--auto", "fast", "--save", "parts.safetensors", "--resume")
    other.failed(64, "parts.safetensors has --auto best, so --resume cannot go on with --auto fast")
    try folder.shell("$KAN \(options) --save parts.safetensors --resume").succeeded()
    try folder.shell("$KAN \(options) --save once.safetensors").succeeded()
    #expect(try tensors("once.safetensors") == tensors("parts.safetensors"))
    try folder.shell("$KAN \(options) --save parts.safetensors --resume")
      .failed(64, "parts.safetensors is finished: leave out --resume, or go on with --start parts.safetensors")
  }

  @Test func refusesOtherRows() throws {
    try folder.write(regressionTable(), to: "r.csv")
    try train(["--epochs", "1"], "m.safetensors").succeeded()
    let lines = try folder.text("r.csv").split(separator: "\n")
    let refused = "r.csv: not the rows that m.safetensors was trained on: "
    let instead = "; --start m.safetensors learns from other rows"
    try folder.write((lines.dropLast(10)).joined(separator: "\n") + "\n", to: "r.csv")
    let fewer = try train(["--epochs", "2", "--resume"], "m.safetensors")
    #expect(
      fewer.status == 65 && fewer.errors.contains("error: \(refused)") && fewer.errors.contains(" to learn from, "))
    try folder.write(([lines[0]] + lines[1...].reversed()).joined(separator: "\n") + "\n", to: "r.csv")
    try train(["--epochs", "2", "--resume"], "m.safetensors")
      .failed(65, refused + "as many, but with other values or in another order" + instead)
  }

  @Test func divergedTrainingIsSavedAsOfItsLastGoodEpoch() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let save = ["--save", "m.safetensors"]
    let failed = try folder.kan(["train", "r.csv", "--learning-rate", "1e30", "--schedule", "constant"] + save)
    #expect(failed.status == 65)
    #expect(
      failed.errors.contains(
        "error: r.csv: training stopped in epoch 2, step 1: a parameter of layer 1 is not finite, first at the "
          + "edge from input 1 (a) to sum 1; the last good parameters are kept (a smaller learning rate may help); m.safetensors has them, of epoch 1\n"
      ))
    // What the optimiser remembers has to be good, too: a model with a number that is not finite is refused.
    try folder.kan(["train", "r.csv", "--resume", "--learning-rate", "0.01", "--schedule", "constant"] + save)
      .succeeded()
  }

  @Test func divergedInTheFirstEpoch() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let failed = try train(["--learning-rate", "1e38"], "m.safetensors")
    #expect(failed.status == 65)
    #expect(failed.errors.hasSuffix("; no model was saved\n"))
    #expect(folder.names == ["r.csv"])
  }

  @Test(arguments: [
    (["--hidden", "4"], "--hidden 3", "--hidden 4"), (["--hidden", "3,3"], "--hidden 3", "--hidden 3,3"),
    (["--edge", "linear"], "--edge spline", "--edge linear"), (["--grid", "6"], "--grid 5", "--grid 6"),
    (["--degree", "2"], "--degree 3", "--degree 2"),
    (["--activation", "tanh"], "--activation identity", "--activation tanh"),
    (["--optimizer", "sgd"], "--optimizer adam", "--optimizer sgd"), (["--seed", "1"], "--seed 0", "--seed 1"),
    (["--precision", "double"], "--precision float", "--precision double"),
    (["--schedule", "cosine"], "--schedule one-cycle", "--schedule cosine"),
    (["--weight-decay", "0.1"], "--weight-decay 0.0", "--weight-decay 0.1"),
    (["--sparsity", "0.1"], "--sparsity 0.0", "--sparsity 0.1"),
  ])
  func refusesOtherOptions(options: [String], own: String, asked: String) throws {
    try folder.write(regressionTable(), to: "r.csv")
    try train(["--epochs", "1"], "m.safetensors").succeeded()
    let model = try folder.bytes("m.safetensors")
    try train(options + ["--resume"], "m.safetensors")
      .failed(64, "m.safetensors has \(own), so --resume cannot go on with \(asked)")
    #expect(try folder.bytes("m.safetensors") == model)
  }

  @Test(arguments: [
    (["--target", "b"], "input columns"), (["--target", "y,b"], "input columns"),
    (["--task", "classification"], nil),
  ])
  func refusesOtherData(options: [String], what: String?) throws {
    let rows = (0..<20).map { ["\($0)", "\($0 / 2)", "\($0 % 2)"] }
    try folder.write(table(["a", "b", "y"], rows), to: "r.csv")
    try train(["--epochs", "1"], "m.safetensors").succeeded()
    let outcome = try train(options + ["--resume"], "m.safetensors")
    if let what {
      outcome.failed(65, "r.csv: not the \(what) that m.safetensors was trained on")
    } else {
      outcome.failed(64, "m.safetensors was trained for regression, not for classification")
    }
  }

  @Test func refusesOtherTargetsAndClasses() throws {
    try folder.write("a,y,z\n" + String(repeating: "1,0,p\n2,1,q\n", count: 5), to: "r.csv")
    try folder.write("a,z\n" + String(repeating: "1,p\n2,r\n", count: 5), to: "other.csv")
    try folder.write("a,y\n" + String(repeating: "1,p\n2,q\n", count: 5), to: "renamed.csv")
    try folder.write("a,z\n" + String(repeating: "1,p\n2,q\n", count: 5), to: "first.csv")
    let options = ["--epochs", "1", "--save", "m.safetensors"]
    try folder.kan(["train", "first.csv"] + options).succeeded()
    for (name, what) in [("other.csv", "classes"), ("renamed.csv", "target columns"), ("r.csv", "input columns")] {
      try folder.kan(["train", name, "--resume"] + options)
        .failed(65, "\(name): not the \(what) that m.safetensors was trained on")
    }
  }

  @Test func logGoesOn() throws {
    try folder.write(regressionTable(), to: "r.csv")
    let options = ["--log", "l.jsonl"]
    try train(options + ["--epochs", "2"], "m.safetensors").succeeded()
    // As after a crash: an epoch that the checkpoint does not have, and half a line.
    try folder.write(folder.text("l.jsonl") + "{\"epoch\":3,\"loss\":1}\n{\"epoch\":4,\"lo", to: "l.jsonl")
    try train(options + ["--epochs", "5", "--resume"], "m.safetensors").succeeded()
    let epochs = try folder.text("l.jsonl").split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(epochs.map { $0["epoch"] as? Int } == [1, 2, 3, 4, 5])
    #expect(epochs.allSatisfy { Set($0.keys).isSuperset(of: ["epoch", "loss", "learningRate", "seconds"]) })
    try train(options + ["--epochs", "3"], "m.safetensors").succeeded()
    #expect(try folder.text("l.jsonl").split(separator: "\n").count == 3)
  }

  /// Whatever else is in the file stays.
  @Test func logOfOthersGoesOn() throws {
    try folder.write(regressionTable(), to: "r.csv")
    try train(["--epochs", "1"], "m.safetensors").succeeded()
    try folder.write("a note\n{\"run\":7}\n", to: "l.jsonl")
    try train(["--log", "l.jsonl", "--epochs", "2", "--resume"], "m.safetensors").succeeded()
    let lines = try folder.text("l.jsonl").split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == "a note" && lines[1] == "{\"run\":7}" && lines[2].contains("\"epoch\":2"))
  }

  @Test func nothingLeftToDo() throws {
    try folder.write(regressionTable(), to: "r.csv")
    try train(["--epochs", "4"], "m.safetensors").succeeded()
    let before = try tensors("m.safetensors")
    let outcome = try train(["--epochs", "3", "--resume"], "m.safetensors").succeeded()
    #expect(outcome.errors.contains("4 epochs are done; a larger --epochs goes on\n"))
    #expect(try tensors("m.safetensors") == before)
  }

  /// Signals save and end with 130; a second one, of another kind too, ends at once.
  @Test(arguments: ["INT", "TERM", "HUP"])
  func signals(name: String) throws {
    try folder.write(regressionTable(rows: 20_000), to: "r.csv")
    // An interactive shell would not have background processes ignore SIGINT.
    let outcome = try folder.shell(
      """
      $KAN train r.csv --hidden 2 --batch 1 --epochs 10000 --threads 1 --save m.safetensors 2> messages & process=$!
      for _ in $(seq 1000); do grep -q 'epoch 1/' messages && break; sleep 0.02; done
      kill -\(name) $process; wait $process
      """)
    #expect(outcome.status == 130)
    #expect(try folder.text("messages").contains("; the same command with --resume goes on"))
    try folder.kan("inspect", "m.safetensors").succeeded()
  }

  @Test func needsAModel() throws {
    try folder.write(regressionTable(), to: "r.csv")
    try train(["--resume"], "m.safetensors").failed(66, "m.safetensors: no such file")
    #expect(folder.names == ["r.csv"])
  }

  @Test func libraryRefusesAnotherOptimizer() throws {
    let data = Dataset<Double>(
      inputs: Matrix(rows: 4, columns: 1, elements: [0, 1, 2, 3]),
      targets: .values(Matrix(rows: 4, columns: 1, elements: [1, 2, 3, 5])))
    var network = Network<Double>(.spline(1, 1))
    try network.train(on: data, with: AdamW(), options: TrainingOptions(epochs: 1))
    #expect(throws: TrainingError.otherOptimizer(trained: "adam", asked: "sgd")) {
      try network.train(on: data, with: SGD(), options: TrainingOptions(epochs: 2, resuming: true))
    }
    #expect(network.record?.history.count == 1)
  }
}

/// Adam, with steps long enough that each is reported.
private struct SlowRule: Optimizer {
  var rule: any Optimizer = AdamW(learningRate: 0.1)
  var name: String { rule.name }
  var learningRate: Double { rule.learningRate }
  var weightDecay: Double { rule.weightDecay }
  var momentCount: Int { rule.momentCount }

  func update<Element: Scalar>(
    _ parameters: UnsafeMutableBufferPointer<Element>, gradients: UnsafePointer<Element>,
    state: inout OptimizerState<Element>, rate: Double, pool: ThreadPool?
  ) {
    usleep(210_000)
    rule.update(parameters, gradients: gradients, state: &state, rate: rate, pool: pool)
  }
}
