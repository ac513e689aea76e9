import KAN
import KANFiles

extension TrainCommand {
  /// Trains what the data suggests.
  func trainAutomatically<Element: Scalar>(_ effort: Effort, _ parts: Parts<Element>, _ pool: ThreadPool) throws {
    for file in [save, report].compactMap(\.self) { try checkWritable(file) }
    let (store, earlier) = try automaticStore(effort, parts)
    let terms = CommandRecord.replacing(earlier.adding(.own), in: automaticTerms(effort, parts))
    let log = try self.log.map { try EpochLog(path: $0, resumingAfter: nil) }
    Interruption.watch()
    let line = AutomaticProgressLine()
    let checkpoints = save.flatMap { AutomaticCheckpointFile($0, every: checkpointEvery, terms, parts.encoding, store) }
    let tell: AutomaticReport = { progress in
      line.show(progress)
      if Interruption.isRequested { return .stop }
      checkpoints?.saveIfDue()
      return .continue
    }
    var fit: AutomaticFit<Element>
    do {
      let objective = try objectives.objective
      // Names are checked, so that the message is the option's.
      _ = try directions(in: parts.training.names)
      var options = AutomaticOptions(effort: effort, intervals: grid, hasEvenKnots: knots == .even, seed: seed)
      options.starts = ensemble
      for direction in monotone { options.monotone[direction.name] = direction.monotonicity }
      fit = try Network.fit(
        parts.training, parts.encoding, options: options, objective: objective, pool: pool, store: store,
        progress: tell)
    } catch TrainingError.monotone(let reason) {
      throw ToolError.usage("--monotone: \(TrainingError.monotone(reason))")
    } catch let error as ToolError {
      throw error
    } catch {
      throw ToolError.data("\(data.data): \(error)")
    }
    if let stream = parts.stream { try refine(&fit, on: stream, pool) }
    calibrate(&fit.network, parts, pool)
    fit.network.terms = terms
    if let save {
      if fit.isInterrupted && isReplaceable(save) {
        try fit.network.save(to: save, with: store.contents.parts)
      } else {
        try fit.network.save(to: save)
      }
    }
    let chosen = Chosen(fit, effort, command)
    for member in chosen.members { try log?.append(member) }
    if fit.isInterrupted {
      Console.note(chosen.why)
      let saved =
        save.map { "; \($0) has what was chosen of the parts that were done; the same command with --resume goes on" }
        ?? ""
      throw ToolError(message: "interrupted\(saved)", code: 130)
    }
    let training = try fit.network.evaluate(on: parts.trainingRows, pool: pool)
    let test = try fit.network.evaluate(on: parts.testRows, pool: pool)
    let warnings = warnings(fit.network, parts, fit: training, nil)
    warn(warnings, besides: parts.notes)
    try writeReport(fit.network, parts, test, warnings, pool)
    if json {
      let result = TrainingResult(
        parameters: fit.network.parameterCount, epochs: fit.epochs, seconds: fit.seconds,
        samplesPerSecond: Double(fit.rows) / fit.seconds, seed: seed, threads: pool.threads, train: training,
        test: test, bestEpoch: nil, end: "allEpochs", objective: ObjectiveDescription(fit.network.objective),
        grid: nil, gridReason: nil, chosen: chosen,
        warnings: warnings.texts)
      return try Console.print(encodeJSON(result))
    }
    Console.note(chosen.why)
    Console.note("a single network like the largest part: \(chosen.command)")
    try Console.print(
      "trained in \(short(fit.seconds)) s\n"
        + resultTable(training, test))
    if let save { Console.note("saved \(printable(save, limit: 4096))") }
  }
}

extension TrainCommand {
  /// This command without the choice: all that was said of the data, and options of a described training in the place of
  /// those that a choice takes.
  fileprivate func command(_ described: String) -> String {
    var words = ["kan", "train", printable(data.data, limit: 4096)]
    func add(_ name: String, _ value: String?) { if let value { words += [name, value] } }
    func add(_ name: String, names: [String]) { add(name, names.isEmpty ? nil : names.joined(separator: ",")) }
    add("--target", names: data.target ?? [])
    add("--weights", data.weights)
    add("--missing-words", names: data.missing.words)
    if columns.inputs != nil { add("--inputs", names: columns.inputs ?? []) }
    add("--ignore", names: columns.ignore)
    add("--categorical", names: columns.categorical)
    add("--task", task?.rawValue)
    add("--loss", objectives.loss)
    add("--quantile", objectives.quantile.map { "\($0)" })
    add("--huber-delta", objectives.huberDelta.map { "\($0)" })
    add("--test", test)
    add("--test-target", testTarget)
    add("--holdout", holdout.map { "\($0)" })
    add("--missing", missing == .fit ? nil : missing.rawValue)
    add("--class-weight", classWeight == .none ? nil : classWeight.rawValue)
    add("--knots", knots?.rawValue)
    add("--monotone", names: monotone.map { "\($0.name)=\($0.monotonicity.rawValue)" })
    add("--seed", seed == 0 ? nil : "\(seed)")
    add("--memory", memory.memory.map { "\($0)" })
    add("--cache", memory.cache)
    // Some described trainings have a precision of their own.
    if !described.contains("--precision") { add("--precision", precision == .float ? nil : precision.rawValue) }
    return words.map(shellQuoted).joined(separator: " ") + " " + described
  }
}

/// What an automatic training chose, and why.
struct Chosen: Encodable {
  var effort: Effort
  var members: [Member]
  var loss: Double
  var folds: Int
  var why: String
  /// A single network like the largest part, by hand.
  var command: String

  struct Member: Encodable {
    var name: String
    var weight: Double
    var loss: Double
    var networks: Int
    var hidden: Int
  }

  init<Element: Scalar>(_ fit: AutomaticFit<Element>, _ effort: Effort, _ command: (String) -> String) {
    self.effort = effort
    members = fit.members.map {
      Member(name: $0.name, weight: $0.weight, loss: $0.loss, networks: $0.networks, hidden: $0.hidden)
    }
    loss = fit.loss
    folds = fit.folds
    why = fit.description
    self.command = command(fit.explicitOptions)
  }
}
