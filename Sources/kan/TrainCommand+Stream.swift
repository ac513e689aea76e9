import KAN
import KANFiles

// Data that is not in memory.

extension TrainCommand {
  /// Rows that are read from a file while they are learned.
  struct Stream<Element: Scalar> {
    var training: any RowSource<Element>
    var validation: (any RowSource<Element>)?
    /// Nil if the test is in memory.
    var test: (any RowSource<Element>)?
    var order: EpochOrder
  }

  /// Rows that do not fit in the memory allowed, mapped or packed, with a sample of them in memory; nil if they fit.
  ///
  /// - Parameter own: the encoding of a model that goes on to learn.
  func readStream<Element: Scalar>(
    _: Element.Type, _ source: DataSource, keeping own: TableEncoding?, _ pool: ThreadPool
  ) throws -> Parts<Element>? {
    // What comes through a pipe can be read but once, and ranks have their rows in memory.
    guard source.isFile, !Ranks.areLaunched else { return nil }
    let needed = try source.memoryInAll(Element.self)
    let bound = memory.bound
    if needed + (memory.memory == nil ? 0 : MemoryArguments.least) <= bound {
      if memory.memory != nil {
        Console.note("the rows take about \(sizeText(needed)) of the \(sizeText(bound)) that --memory allows")
      }
      return nil
    }
    guard bound >= MemoryArguments.least else {
      throw ToolError.usage(
        "the rows of \(data.data) take about \(sizeText(needed)) of memory, or \(sizeText(MemoryArguments.least)) if they are "
          + "read from a file, and there are \(sizeText(bound))\(memory.memory == nil ? " for them" : " by --memory")")
    }
    if source.kind == .table {
      try requireDistinct(
        outputs: [
          ("--save", save), ("--log", log), ("--report", report), ("--cache", try source.packedPath(in: memory.cache)),
        ],
        inputs: [data.data, test, testTarget])
    }
    Console.note(
      "the rows take about \(sizeText(needed)) in memory, and \(sizeText(bound)) are allowed: they are read from "
        + (source.kind == .table ? printable(try source.packedPath(in: memory.cache), limit: 4096) : "the arrays"))
    Interruption.watch()
    let line = PackingLine()
    let read: PackedTraining<Element>?
    do {
      read = try source.packedTraining(
        Element.self, task: task ?? objectives.objective?.targetDomain.task, codes: try effort() != nil || takesCodes,
        keeping: own, in: memory.cache, pool: pool
      ) { progress in
        line.show(progress)
        return !Interruption.isRequested
      }
    } catch let error as FileError {
      if Interruption.isRequested { throw ToolError.interrupted }
      throw error
    }
    guard let read else { return nil }
    for note in read.notes { Console.note(note) }
    return try parts(read, source, pool)
  }

  private func parts<Element: Scalar>(
    _ read: PackedTraining<Element>, _ source: DataSource, _ pool: ThreadPool
  ) throws -> Parts<Element> {
    func cut(_ rows: some RowSource<Element>, _ share: Double, _ seed: UInt64) throws -> (
      training: StratifiedRows<Element>, test: StratifiedRows<Element>
    ) {
      guard let parts = rows.holdingOutStrata(share, seed: seed) else {
        throw ToolError.data("\(data.data): too few rows to hold some out")
      }
      return parts
    }
    let order = EpochOrder.blocks(RowBlocks(rowBytes: read.rowBytes, memory: memory.forGroups))
    var stream = Stream<Element>(training: read.rows, order: order)
    let effort = try effort()
    var test: Dataset<Element>?
    do {
      if let other = try testSource(source) {
        test = try testRows(other, like: read.rows, read.encoding, pool)
      } else {
        let parts = try cut(read.rows, holdout ?? 0.2, seed)
        (stream.training, stream.test) = (parts.training, parts.test)
      }
      // A choice is judged by rows of its own before and after its pass over all rows.
      if patience != nil || effort != nil {
        let parts = try cut(stream.training, patience == nil ? 1.0 / 64 : 0.1, seed &+ 1)
        (stream.training, stream.validation) = (parts.training, parts.test)
      }
      stream.training = try weighted(stream.training)
      stream.validation = try stream.validation.map { try weighted($0) }
      let row = (read.rows.inputColumns + read.rows.targetShape.outputs + 1) * MemoryLayout<Element>.size
      // A training has the rows several times: cut into folds, scaled, and in double precision for a moment.
      let most = max(1024, min(effort == nil ? 1 << 16 : 1 << 17, memory.forSample / (6 * row)))
      let sample = try stream.training.sample(of: most, pool: pool)
      if sample.rows < stream.training.rows {
        Console.note(
          effort == nil
            ? "ranges are those of all rows; knots and warnings go by \(counted(sample.rows, "row"))"
            : "the choice goes by \(counted(sample.rows, "row")), which is then trained on all \(grouped(stream.training.rows))"
        )
      }
      var parts = Parts(
        training: sample, validation: nil, test: try test ?? stream.test!.sample(of: most, pool: pool),
        encoding: read.encoding, notes: read.notes)
      parts.stream = stream
      try objectives.objective?.requireTargets(of: sample, in: data.data)
      for part in [parts.training, parts.test] where part.meanWeight == 0 {
        throw ToolError.data("\(data.data): the weights of all rows held out, or of all others, are 0")
      }
      return parts
    } catch let error as RowSourceError {
      throw ToolError.data("\(data.data): \(error)")
    }
  }

  /// Goes on with what was chosen on a sample by a pass over all rows.
  func refine<Element: Scalar>(
    _ fit: inout AutomaticFit<Element>, on stream: Stream<Element>, _ pool: ThreadPool
  ) throws {
    guard let judges = stream.validation, !fit.isInterrupted else { return }
    var line = ProgressLine()
    do {
      let (before, after) = try fit.refine(on: stream.training, judges: judges, order: stream.order, pool: pool) {
        progress, _ in
        line.show(progress)
        return Interruption.isRequested ? .stop : .continue
      }
      Console.note(
        "a pass over all \(counted(stream.training.rows, "row")): loss \(short(before)) before, \(short(after)) after"
          + (after < before ? "" : "; the network stays as it was"))
    } catch {
      Console.note("the pass over all rows ended without a better network: \(error)")
    }
  }
}

/// A line for each step of a conversion, and one every ten seconds within it.
private final class PackingLine {
  private var last: (time: ContinuousClock.Instant, step: PackingProgress.Step?) = (.now, nil)

  func show(_ progress: PackingProgress) {
    let line = "\(progress.step.rawValue) \(Int(100 * progress.share)) %"
    if Console.isTerminal { return Console.progress(line) }
    let now = ContinuousClock.now
    if last.step == progress.step && last.time.duration(to: now) < .seconds(10) { return }
    last = (now, progress.step)
    Console.note(line)
  }
}
