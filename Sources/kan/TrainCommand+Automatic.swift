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
    warn(warnings)
    try writeReport(fit.network, parts, test, warnings, pool)
    if json {
      let result = TrainingResult(
        parameters: fit.network.parameterCount, epochs: fit.epochs, seconds: fit.seconds,
        samplesPerSecond: Double(fit.rows) / fit.seconds, seed: seed, threads: pool.threads, train: training,
        test: test, bestEpoch: nil, end: "allEpochs", objective: ObjectiveDescription(fit.network.objective),
        grid: nil, gridReason: nil, chosen: chosen,
        warnings: parts.notes + warnings.texts)
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
  /// This command without the choice.
  fileprivate func command(_ options: String) -> String {
    let target = data.target.map { " --target '\($0.joined(separator: ","))'" } ?? ""
    let task = task.map { " --task \($0.rawValue)" } ?? ""
    let quantile = objectives.quantile.map { " --quantile \($0)" } ?? ""
    let delta = objectives.huberDelta.map { " --huber-delta \($0)" } ?? ""
    let loss = objectives.loss.map { " --loss \($0)\(quantile)\(delta)" } ?? ""
    return "kan train \(printable(data.data, limit: 4096))\(target)\(task)\(loss) \(options)"
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
