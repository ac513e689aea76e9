import Foundation
import KAN
import KANFiles

extension TrainCommand {
  func train<Element: Scalar>(_: Element.Type) throws {
    let pool = try threads.pool()
    let effort = try effort()
    try checkRanks(effort)
    var parts = try readData(Element.self, effort, pool)
    if save != nil { parts.note() }
    if Ranks.areLaunched { parts = try share(parts) }
    if let effort { return try trainAutomatically(effort, parts, pool) }
    for file in [savePath, report].compactMap(\.self) { try checkWritable(file) }
    Interruption.watch()
    var log: EpochLog?
    var (network, history) = try trainNetwork(parts, &log, pool)
    if let ensemble, ensemble > 1 {
      (network, history) = try trainOthers(ensemble, network, history, parts, &log, pool)
    }
    try network.noteRowsOutsideGrids(of: parts.trainingRows, pool: pool)
    // Of shared rows each rank has only a part, which may not be like the whole.
    if parts.shared == nil { network.noteTrainingData(parts.training.inputs) }
    for line in network.record?.outsideLines ?? [] { Console.note(line) }
    if parts.shared == nil { calibrate(&network, parts, pool) }
    if let savePath { try network.save(to: savePath) }
    if Interruption.isRequested {
      let hint = save == nil || ensemble ?? 1 > 1 ? "" : "; the same command with --resume goes on"
      throw ToolError(message: "interrupted after \(counted(history.epochs.count, "epoch"))\(hint)", code: 130)
    }
    try finish(network, history, parts, pool)
  }

  /// Trains one network as described. An interruption ends it early. Opens the log, once nothing is wrong with what was
  /// asked for.
  func trainNetwork<Element: Scalar>(
    _ parts: Parts<Element>, _ log: inout EpochLog?, _ pool: ThreadPool
  ) throws -> (network: Network<Element>, history: TrainingHistory) {
    var network = try parts.shared?.network ?? makeNetwork(for: parts.training, parts.encoding)
    network.contraction = contraction
    if save != nil {
      let terms = terms(parts)
      if resume { try requireSameTerms(save ?? "", network.terms, terms) }
      // With --resume and --start the earlier commands are part of how the network came about.
      network.terms = CommandRecord.replacing(network.commands.adding(.own), in: terms)
    }
    let directions = try directions(in: parts.training.names)
    try initialize(&network, on: parts.trainingRows, pool)
    if log == nil, Ranks.isFirst {
      log = try self.log.map {
        try EpochLog(path: $0, resumingAfter: resume ? network.record?.history.count ?? 0 : nil)
      }
    }
    Console.note(introduction(network, parts.trainingRows, try objectives.objective, pool))
    if resume, extend.isEmpty, let done = network.trainingState?.epochsDone, done >= epochs {
      Console.note("\(counted(done, "epoch")) are done; a larger --epochs goes on")
    }

    var line = ProgressLine()
    var checkpoints = ensemble ?? 1 == 1 ? savePath.flatMap { CheckpointFile($0, every: checkpointEvery) } : nil
    var recoveries = network.record?.recoveries?.count ?? 0
    let sample = EpochLine.sample(of: parts.training.inputs)
    var failure: (any Error)?
    var options = TrainingOptions(
      epochs: epochs, batch: batch, schedule: schedule, patience: patience, seed: seed, resuming: resume,
      updating: keepLearned ? .supported : .all, grids: extend, objective: try objectives.objective)
    if !monotone.isEmpty { options.monotone = directions }
    if let stream = parts.stream { options.order = stream.order }
    options.sparsity = Sparsity(edges: sparsity ?? 0, entropy: entropy ?? 0, smoothness: roughness ?? 0)
    if onDivergence == .recover { options.divergence = .recover() }
    let history: TrainingHistory
    do {
      history = try network.train(
        on: parts.trainingRows, validation: parts.validationRows, with: method(for: network), options: options,
        pool: pool
      ) { progress, network in
        line.show(progress)
        do {
          if progress.isEndOfEpoch, let record = network.record {
            noteRecoveries(record, &recoveries)
            if let log, let epoch = record.history.last {
              try log.append(
                EpochLine(
                  epoch, progress, rows: parts.trainingRows.rows, sample: sample, network,
                  traffic: log.traffic(steps: progress.steps), pool))
            }
          }
        } catch {
          failure = error
          return .stop
        }
        if Interruption.isRequested { return .stop }
        return checkpoints?.isDue(progress, network) == true ? .checkpoint : .continue
      }
    } catch TrainingError.notForObjective(let optimizer, let objective) {
      throw ToolError.usage("\(TrainingError.notForObjective(optimizer: optimizer, objective: objective))")
    } catch TrainingError.otherObjective(let trained, let asked) {
      throw ToolError.usage("--loss: \(TrainingError.otherObjective(trained: trained, asked: asked))")
    } catch TrainingError.cannotRestrict(let optimizer) {
      throw ToolError.usage("\(TrainingError.cannotRestrict(optimizer: optimizer))")
    } catch TrainingError.monotone(let reason) {
      throw ToolError.usage("--monotone: \(TrainingError.monotone(reason))")
    } catch TrainingError.cannotRestrictOnGrids {
      throw ToolError.usage("\(TrainingError.cannotRestrictOnGrids)")
    } catch TrainingError.memory(let what, let needed, let limit, let instead) {
      throw ToolError.usage("\(TrainingError.memory(what: what, needed: needed, limit: limit, instead: instead))")
    } catch {
      throw ToolError.data("\(data.data): \(error)\(try saveLastGood(network))")
    }
    if let failure {
      if let save = savePath { try network.save(to: save) }
      throw failure
    }
    return (network, history)
  }

  /// Trains the other networks of an ensemble, from the seeds that follow, and returns the mean of all. After an
  /// interruption it is the mean of those that were done.
  private func trainOthers<Element: Scalar>(
    _ count: Int, _ first: Network<Element>, _ history: TrainingHistory, _ parts: Parts<Element>,
    _ log: inout EpochLog?, _ pool: ThreadPool
  ) throws -> (network: Network<Element>, history: TrainingHistory) {
    var networks = [first]
    var history = history
    for place in 1..<count where !Interruption.isRequested {
      var member = self
      member.seed = seed &+ UInt64(place)
      Console.note("network \(place + 1) of \(count)")
      let next = try member.trainNetwork(parts, &log, pool)
      if Interruption.isRequested { break }
      networks.append(next.network)
      history.seconds += next.history.seconds
    }
    do {
      var mean = try Network(meanOf: networks)
      mean.commands = first.commands
      return (mean, history)
    } catch {
      throw ToolError.usage("--ensemble: \(error)")
    }
  }

  /// Says where a training diverged and went on at a smaller rate, once for each place.
  private func noteRecoveries(_ record: TrainingRecord, _ told: inout Int) {
    let recoveries = record.recoveries ?? []
    for recovery in recoveries.dropFirst(told) {
      Console.note(
        "epoch \(recovery.epoch): \(recovery.reason); went back to the epoch before and on at \(short(recovery.rateFactor)) "
          + "of the learning rate")
    }
    told = recoveries.count
  }

  /// Saves the last good network after a failure; returns the text to add to the message.
  private func saveLastGood<Element: Scalar>(_ network: Network<Element>) throws -> String {
    guard let save = savePath else { return "" }
    guard let state = network.trainingState, state.epochsDone > 0 else { return "; no model was saved" }
    try network.save(to: save)
    return "; \(save) has them, of epoch \(state.best.epoch)"
  }

  func introduction<Element: Scalar>(
    _ network: Network<Element>, _ data: some RowSource<Element>, _ objective: (any Objective)?, _ pool: ThreadPool
  ) -> String {
    let objective =
      objective ?? (network.record == nil ? data.targetShape.task.objective : network.objective)
    return "\(data.targetShape.task.rawValue) on \(counted(data.rows, "row")), \(edge.name) network "
      + "\(text(network.inputs, network.layers.map(\.width))), "
      + "\(counted(network.parameterCount, "parameter")), loss \(ObjectiveDescription(objective)), "
      + "\(counted(pool.threads, "thread"))"
      + (Ranks.areLaunched ? " on each of \(counted(Ranks.communicator.ranks, "rank"))" : "")
  }

  func text(_ inputs: Int, _ widths: [HiddenWidth]) -> String {
    (["\(inputs)"] + widths.map(\.description)).joined(separator: "-")
  }

  /// Makes intervals of the rows held out, for a loss whose predictions have them.
  func calibrate<Element: Scalar>(_ network: inout Network<Element>, _ parts: Parts<Element>, _ pool: ThreadPool) {
    do {
      try network.calibrateIntervals(training: parts.training, heldOut: parts.test, pool: pool)
    } catch .notForObjective {
      return
    } catch {
      Console.note("predictions have no intervals: \(error)")
    }
  }

  /// What a user should know whatever the network is.
  func warnings<Element: Scalar>(
    _ network: Network<Element>, _ parts: Parts<Element>, fit: Evaluation, _ history: TrainingHistory?
  ) -> Warnings {
    var warnings = Warnings()
    warnings.add(.training, Warnings.training(history, fit: fit))
    warnings.add(.parameters, Warnings.parameters(of: network, rows: parts.trainingRows.rows))
    warnings.add(.precision, Warnings.precision(parts.imprecise))
    for note in parts.notes { warnings.add(.other, note) }
    // The others look at all rows.
    if parts.shared != nil { return warnings }
    warnings.add(.skewed, Warnings.skewed(network, on: parts.training))
    if objectives.loss == nil && network.objective is MeanSquaredError {
      let text = Warnings.objective(in: parts.training)
      warnings.add(.objective, text.map { "\($0.dropLast()); see --loss." })
    }
    warnings.add(.constantTarget, Warnings.constantTargets(in: parts.training))
    warnings.add(.fewOfClass, Warnings.fewOfClass(training: parts.training, test: parts.test))
    warnings.add(.unlike, Warnings.unlike(training: parts.training, test: parts.test))
    return warnings
  }

  /// - Parameter notes: those among them that have been printed.
  func warn(_ warnings: Warnings, besides notes: [String]) {
    for text in warnings.texts where !notes.contains(text) { Console.note("warning: \(printable(text, limit: 500))") }
  }

  /// The page of `--report`, on the rows that the network is judged by.
  func writeReport<Element: Scalar>(
    _ network: Network<Element>, _ parts: Parts<Element>, _ test: Evaluation, _ warnings: Warnings, _ pool: ThreadPool
  ) throws {
    guard let report else { return }
    try kan.writeReport(
      network, on: parts.test, test, warnings: warnings.texts, model: save ?? "network",
      data: self.test ?? data.data, to: report, pool)
    Console.note("wrote \(printable(report, limit: 4096))")
  }

  func finish<Element: Scalar>(
    _ network: Network<Element>, _ history: TrainingHistory, _ parts: Parts<Element>, _ pool: ThreadPool
  ) throws {
    let training = try network.evaluate(on: parts.trainingRows, pool: pool)
    let test = try network.evaluate(on: parts.testRows, pool: pool)
    let warnings = warnings(network, parts, fit: training, history)
    warn(warnings, besides: parts.notes)
    try writeReport(network, parts, test, warnings, pool)
    if json {
      let result = TrainingResult(
        parameters: network.parameterCount, epochs: history.epochs.count, seconds: history.seconds,
        samplesPerSecond: history.samplesPerSecond, seed: seed, threads: pool.threads, train: training, test: test,
        bestEpoch: history.bestEpoch, end: history.end.rawValue, objective: ObjectiveDescription(network.objective),
        grid: history.grid?.intervals,
        gridReason: history.grid?.description, ranks: Ranks.areLaunched ? Ranks.communicator.ranks : nil,
        traffic: Ranks.areLaunched ? Ranks.communicator.traffic : nil, warnings: warnings.texts)
      try Console.print(encodeJSON(result))
      return
    }
    if history.end == .earlyStopping {
      Console.note("stopped after \(counted(history.epochs.count, "epoch")), the best one was \(history.bestEpoch)")
    }
    for line in gridLines(history) { Console.note(line) }
    if let grid = history.grid { Console.note("\(grid)") }
    if history.end == .converged { Console.note("converged after \(counted(history.epochs.count, "epoch"))") }
    try Console.print(
      "trained \(counted(history.epochs.count, "epoch")) in \(short(history.seconds)) s, "
        + "\(rate(history.samplesPerSecond)) samples/s\n"
        + resultTable(training, test))
    if let save { Console.note("saved \(printable(save, limit: 4096))") }
  }
}

/// The loss of the training rows at the end of each grid, and how grids are judged.
private func gridLines(_ history: TrainingHistory) -> [String] {
  guard let choice = history.grid else { return [] }
  var lines: [String] = []
  var before: Double?
  for judgement in choice.judgements {
    guard let loss = history.epochs.last(where: { $0.grid == judgement.intervals })?.loss else { continue }
    lines.append(
      "grid \(judgement.intervals): loss " + (before.map { "\(short($0)) before, " } ?? "")
        + "\(short(loss)) after, \(choice.criterion.rawValue) \(short(judgement.score))")
    before = loss
  }
  return lines
}

/// The table of metrics after a training, and that of each of several targets in the test.
func resultTable(_ training: Evaluation, _ test: Evaluation) -> String {
  let lines = table([training.header, ["train"] + training.cells, ["test"] + test.cells])
  return ([lines] + test.targetLines.map { "test, by target:\n" + $0 }).joined(separator: "\n\n")
}

/// The output of `kan train --json`.
struct TrainingResult: Encodable {
  var parameters: Int
  var epochs: Int
  var seconds: Double
  var samplesPerSecond: Double
  var seed: UInt64
  var threads: Int
  var train: Evaluation
  var test: Evaluation
  var bestEpoch: Int?
  var end: String
  /// The objective and its settings.
  var objective: ObjectiveDescription
  /// The grid kept, if several were trained on.
  var grid: Int?
  var gridReason: String?
  /// What an automatic training chose, and why.
  var chosen: Chosen?
  /// Processes that shared the rows, and what rank 0 sent to others.
  var ranks: Int? = nil
  var traffic: Traffic? = nil
  /// What a user should know of data, network and training.
  var warnings: [String]
}
