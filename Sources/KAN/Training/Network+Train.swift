extension Network {
  /// Trains on a data set by any method: a first-order rule on shuffled batches, ``LBFGS`` or ``LevenbergMarquardt``.
  ///
  /// The first training sets the scalings: inputs to [-1, 1] by their range in `data`, and targets of a regression to
  /// mean 0 and standard deviation 1. A constant column is scaled by the first later training in which it varies. If
  /// the first data cover only part of a range, call ``setRanges(inputs:targets:)`` before. The same data, method,
  /// options and seed give the same parameters, bit for bit, for any number of threads.
  ///
  /// With ``TrainingOptions/grids`` it trains on each grid in turn and keeps a finer one if it is significantly better
  /// (``GridChoice``). The criterion is the loss on `validation`; without it, leave-one-out errors if the method
  /// provides them, or else the loss on a tenth of the rows, held out.
  ///
  /// A training stopped by `progress`, or by cancellation of the Swift task that runs it, keeps its progress, even
  /// within an epoch. Called again with the same options and ``TrainingOptions/resuming``, on as many threads as you
  /// like, it ends with the same bits as if it had not stopped, whichever the method, with several grids too, and from
  /// a model file as well.
  ///
  /// - Parameters:
  ///   - data: in memory (``Dataset``) or any other ``RowSource``, with the same results; of several machines
  ///     (``DistributedRows``), with the same results on any number of them. Its columns have to fit the network, or this
  ///     traps. ``LevenbergMarquardt`` keeps all rows in double precision; the others keep a batch.
  ///   - validation: judged after every epoch; what early stopping goes by.
  ///   - method: see ``TrainingMethod``.
  ///   - options: without them, the method's own number of epochs.
  ///   - progress: called now and then with the network as it is; returns whether to go on.
  /// - Throws: ``TrainingError`` if a row cannot be read, the data is not finite or its names do not fit its columns, if
  ///   the method cannot do what is asked, or if the loss, a gradient or a parameter becomes infinite or NaN; the network
  ///   then has the parameters of the last good epoch (the best one with ``TrainingOptions/patience``).
  @discardableResult
  public mutating func train(
    on data: some RowSource<Element>, validation: (any RowSource<Element>)? = nil,
    with method: some TrainingMethod = AdamW(), options: TrainingOptions? = nil, pool: ThreadPool = .shared,
    progress: TrainingReport<Element> = { _, _ in .continue }
  ) throws(TrainingError) -> TrainingHistory {
    let options = options ?? TrainingOptions(epochs: method.defaultEpochs)
    let objective = try objective(for: data, options)
    let rows: TrainingRows<Element>
    let judges: TrainingRows<Element>?
    do throws(RowSourceError) {
      rows = try TrainingRows(data)
      judges = if let validation { try TrainingRows(validation) } else { nil }
    } catch {
      throw .rowSource(error)
    }
    try check(rows, "", objective, pool)
    if let judges { try check(judges, "validation ", objective, pool) }
    try method.check(self, on: data, options: options)
    if !options.sparsity.isNone && !method.takesSparsity { throw .cannotPenalize(optimizer: method.name) }
    if !options.grids.isEmpty {
      if options.updating == .supported { throw .cannotRestrictOnGrids }
      guard layers.contains(where: { $0.gridIntervals != nil }) else { throw .basis(BasisError("no layer has a grid")) }
    }
    try checkResuming(method, options)
    try checkMonotone(options, method, on: data)
    return try withoutActuallyEscaping(progress) { progress throws(TrainingError) in
      try train(
        on: rows, validation: judges, method, objective, options, pool,
        TrainingMonitor(progress, over: data.sharingRanks ?? OneProcess()))
    }
  }

  /// The same with default options, except for the number of epochs.
  @discardableResult
  public mutating func train(
    on data: some RowSource<Element>, with method: some TrainingMethod = AdamW(), epochs: Int
  ) throws(TrainingError) -> TrainingHistory {
    try train(on: data, with: method, options: TrainingOptions(epochs: epochs))
  }

  private mutating func train(
    on data: TrainingRows<Element>, validation: TrainingRows<Element>?, _ method: some TrainingMethod,
    _ objective: any Objective, _ options: TrainingOptions, _ pool: ThreadPool, _ monitor: TrainingMonitor<Element>
  ) throws(TrainingError) -> TrainingHistory {
    // Scalings come from all rows, including those held out.
    do { try prepare(for: data.source, objective, pool) } catch { throw .rowSource(error) }
    try setMonotone(options.monotone ?? monotone, task: data.targetShape.task)
    // The caller may have written parameters.
    clearRemovedEdges()
    if outputScalingOrigin == .constantData, record == nil, options.updating == .all,
      layers[layers.count - 1].activation == .identity
    {
      return try endAtConstant(
        TrainingLoop(
          method: method, data: data, validation: validation, options: options, pool: pool, monitor: monitor))
    }
    if options.grids.isEmpty {
      let loop = TrainingLoop(
        method: method, data: data, validation: validation, options: options, pool: pool, monitor: monitor)
      monitor.epochs = options.epochs
      var stage = try loop.begin(self, on: nil, continues: options.resuming && trainingState != nil)
      try loop.run(&stage, &self)
      return loop.history(stage)
    }
    var (training, judges) = (data, validation)
    if judges == nil && !method.judgesByLeavingOut {
      let parts: (training: TrainingRows<Element>, test: TrainingRows<Element>)?
      do { parts = try data.holdingOut(0.1, seed: options.seed &+ 1) } catch { throw .rowSource(error) }
      guard let parts else { throw .tooFewRows }
      (training, judges) = (parts.training, parts.test)
    }
    let loop = TrainingLoop(
      method: method, data: training, validation: judges, options: options, pool: pool, monitor: monitor)
    return try loop.runOnGrids(&self)
  }

  /// Sets the last layer to 0, which is the constant that all targets are: no method gets nearer to it.
  private mutating func endAtConstant(
    _ loop: TrainingLoop<Element>
  ) throws(TrainingError) -> TrainingHistory {
    let to = parameters.mutablePointer()
    for index in parameterOffset(ofLayer: layers.count - 1)..<parameterCount { to[index] = 0 }
    var stage = try loop.begin(self, on: nil, continues: false)
    stage.ledger.end = .converged
    stage.ledger.adopt(by: &self)
    return loop.history(stage)
  }

  private func checkMonotone(
    _ options: TrainingOptions, _ method: some TrainingMethod, on data: some RowSource<Element>
  ) throws(TrainingError) {
    let monotone = options.monotone ?? monotone
    if monotone.isEmpty { return }
    if !method.keepsMonotone { throw .monotone("\(method.name) takes steps without bounds: use adam or sgd") }
    if options.updating == .supported { throw .monotone("not if other parameters have to stay as they are") }
    try checkMonotone(monotone, task: data.targetShape.task)
  }

  /// - Throws: ``TrainingError/otherOptimizer(trained:asked:)`` if the training to resume used another method.
  private func checkResuming(
    _ method: some TrainingMethod, _ options: TrainingOptions
  ) throws(TrainingError) {
    if options.resuming, trainingState != nil, let trained = record?.optimizer, trained != method.name {
      throw .otherOptimizer(trained: trained, asked: method.name)
    }
  }
}
