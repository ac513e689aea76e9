extension Network {
  /// Trains a regression by ``LevenbergMarquardt``: all rows at every iteration, each of which counts as an epoch.
  ///
  /// Of the options `epochs` is the number of iterations on each grid at most, and `seed` decides the starts; batch and
  /// schedule are not used. An epoch's loss is that of all rows after its step. After each grid the fit is judged by the
  /// validation data, or without it by training rows that were left out; a finer one is kept if it is clearly better (``GridChoice``).
  ///
  /// - Throws: ``TrainingError`` if the data is not finite, is for a classification, or if the memory that
  ///   ``LevenbergMarquardt/bytes(for:rows:)`` tells is beyond the rule's limit.
  @discardableResult
  public mutating func train(
    on data: Dataset<Element>, validation: Dataset<Element>? = nil, with rule: LevenbergMarquardt,
    options: TrainingOptions = TrainingOptions(epochs: 60), pool: ThreadPool = .shared,
    progress: (TrainingProgress, borrowing Network<Element>) -> TrainingDecision = { _, _ in .continue }
  ) throws(TrainingError) -> TrainingHistory {
    try check(data, "")
    if let validation { try check(validation, "validation ") }
    if data.targets.task == .classification { throw .notForClasses(optimizer: rule.name) }
    let needed = rule.bytes(for: self, rows: data.rows)
    if needed > rule.memoryLimit {
      throw .memory(
        what: "Levenberg-Marquardt for \(parameterCount) parameters", needed: needed, limit: rule.memoryLimit,
        instead: "L-BFGS, or Adam")
    }
    if options.restrictsToSupport { throw .cannotRestrict(optimizer: rule.name) }
    // A trained network goes on from its parameters.
    var rule = rule
    if record != nil { rule.starts = 1 }
    prepare(for: data)
    var run: LevenbergMarquardtRun
    do throws(BasisError) {
      run = LevenbergMarquardtRun(
        try converted(to: Double.self), data.inDoublePrecision(), validation?.inDoublePrecision(), rule, options, pool,
        earlier: options.resuming ? record : nil)
    } catch {
      throw .basis(error)
    }
    var failure: BasisError?
    do throws(BasisError) {
      try run.train { report, network in
        do throws(BasisError) {
          return progress(report, try network.converted(to: Element.self))
        } catch {
          failure = error
          return .stop
        }
      }
      try adopt(run)
    } catch {
      throw .basis(error)
    }
    if let failure { throw .basis(failure) }
    return run.history
  }

  private mutating func adopt(_ run: LevenbergMarquardtRun) throws(BasisError) {
    let trained = try run.best.converted(to: Element.self)
    replaceLayers(trained.layers, parameters: trained.parameters)
    record = run.record
    trainingState = TrainingState(
      epochsDone: run.record.history.count, optimizer: OptimizerState(step: run.record.history.count, moments: []),
      parameters: parameters,
      best: .init(epoch: run.bestEpoch, loss: run.bestLoss, parameters: parameters))
  }
}
