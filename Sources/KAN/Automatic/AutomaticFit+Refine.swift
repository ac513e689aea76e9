extension AutomaticFit {
  /// Goes on with a network that was chosen on some rows by passes over more of them, wherever they are, and keeps what
  /// predicts `judges` better.
  ///
  /// Adam begins at a tenth of the rate with which the networks were trained, as they need but small corrections, and ends
  /// near 0.
  ///
  /// - Parameters:
  ///   - rows: of the columns that the network was fitted to.
  ///   - judges: rows that neither this nor the fit learns.
  ///   - order: see ``EpochOrder``.
  ///   - passes: over `rows`.
  /// - Returns: the mean loss on `judges` before and after; the lower one is that of the network kept.
  /// - Throws: ``TrainingError``; the network is then as it was.
  package mutating func refine(
    on rows: some RowSource<Element>, judges: some RowSource<Element>, order: EpochOrder, passes: Int = 1,
    pool: ThreadPool, progress: TrainingReport<Element> = { _, _ in .continue }
  ) throws(TrainingError) -> (before: Double, after: Double) {
    let clock = ContinuousClock.now
    func judge(_ network: Network<Element>) throws(TrainingError) -> Double {
      do { return try network.evaluate(on: judges, pool: pool).loss } catch { throw .rowSource(error) }
    }
    let before = try judge(network)
    var refined = network
    refined.record = nil
    var options = TrainingOptions(
      epochs: passes, batch: max(batch, 256), schedule: .cosine, seed: network.record?.seed ?? 0,
      objective: network.objective)
    options.order = order
    let history = try refined.train(
      on: rows, with: AdamW(learningRate: learningRate / 10), options: options, pool: pool, progress: progress)
    let after = try judge(refined)
    var record = network.record
    let spent = clock.duration(to: .now).seconds
    seconds += spent
    record?.seconds += spent
    record?.samples = rows.rows
    if after < before {
      network = refined
      self.rows = rows.rows
      loss *= before > 0 ? after / before : 1
    }
    network.record = record
    network.trainingState = nil
    // Of a training that was broken off the last state is judged too.
    if history.end == .stopped || history.end == .cancelled { isInterrupted = true }
    return (before, after)
  }
}
