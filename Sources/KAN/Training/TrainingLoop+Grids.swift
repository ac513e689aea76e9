extension TrainingLoop {
  /// Trains on each grid in turn and keeps a finer grid if it is significantly better (``GridChoice``).
  ///
  /// Between grids the method transfers the curves. A first-order rule's moments and the learning-rate schedule start
  /// afresh: gradients of finer functions are not combinations of those of coarser ones, and the bias correction of
  /// running means assumes a start from 0.
  ///
  /// Each grid is judged by the validation data, or else by leave-one-out errors if the method provides them. Two
  /// successive rejected grids end the training. A resumed training goes on where it was, with what its state has of
  /// the grid kept so far.
  func runOnGrids(_ network: inout Network<Element>) throws(TrainingError) -> TrainingHistory {
    let isResumed = options.resuming && network.trainingState != nil && network.record != nil
    let progress = isResumed ? network.trainingState?.grids : nil
    let present =
      isResumed
      ? progress?.intervals ?? network.record?.history.last?.grid ?? network.layers.compactMap(\.gridIntervals).max()!
      : 0
    let grids = options.grids.filter { $0 >= present }
    var judge = GridJudge(validation == nil ? .crossValidation : .validation)
    var (best, stage) = (Network<Element>?.none, Stage?.none)
    if let progress, let choice = network.record?.grid, let stored = keptNetwork(progress, choice, network) {
      judge.resume(choice, losses: progress.losses)
      best = stored
    }
    let earlier = isResumed ? network.record?.history.filter { $0.grid != grids.first }.count ?? 0 : 0
    monitor.epochs = earlier + grids.count * options.epochs
    for (index, intervals) in grids.enumerated() {
      let continues = isResumed && index == 0 && intervals == present
      let before = try stage?.process.onGrid(intervals, of: &network)
      if stage == nil, !continues { try method.changeGrid(of: &network, to: intervals, on: data.source, pool: pool) }
      let done = index > 0 || isResumed ? network.record?.history.filter { $0.grid != intervals }.count ?? 0 : 0
      var current = try begin(
        network, on: .init(intervals: intervals, earlierEpochs: done), continues: continues, after: before)
      current.ledger.state.grids = GridProgress(
        intervals: intervals, losses: judge.losses, best: best.map { StoredNetwork($0) })
      monitor.laterEpochs = laterEpochs(network, after: intervals, grids)
      try run(&current, &network)
      stage = current
      if monitor.end != nil { break }
      let losses = try losses(current.process, network)
      let isKept = judge.keeps(network.layers.compactMap(\.gridIntervals).max() ?? intervals, losses)
      network.record?.grid = judge.choice
      if isKept { best = network }
      if judge.choice.isExhausted { break }
    }
    guard let stage else {
      return TrainingHistory(
        epochs: network.record?.history ?? [], seconds: 0, samplesPerSecond: 0, end: .allEpochs, bestEpoch: 0,
        grid: judge.choice)
    }
    var result = history(stage)
    result.grid = judge.choice
    // Even if all epochs on the present grid were done: it has not been judged.
    if let end = monitor.end { result.end = end }
    if monitor.end == nil, let best {
      result.bestEpoch = judge.choice.kept.flatMap { lastEpoch(onGridNumber: $0, network) }?.epoch ?? 0
      var record = network.record
      record?.epochs = options.grids.count * options.epochs
      network = best
      network.record = record
    }
    return result
  }

  /// The network on the best of the grids before an interruption.
  private func keptNetwork(
    _ progress: GridProgress, _ choice: GridChoice, _ network: Network<Element>
  ) -> Network<Element>? {
    guard let kept = choice.kept, choice.judgements.indices.contains(kept),
      var best = progress.best?.network(like: network)
    else { return nil }
    let done = network.record?.history.filter { options.grids.indices.contains(kept) && $0.grid == options.grids[kept] }
    best.trainingState = TrainingState(
      epochsDone: done?.count ?? 0, optimizer: OptimizerState(step: 0, moments: []), parameters: best.parameters,
      best: .init(epoch: done?.count ?? 0, loss: .infinity, parameters: best.parameters))
    return best
  }

  /// Grids are judged in the order of the options.
  private func lastEpoch(onGridNumber index: Int, _ network: Network<Element>) -> EpochRecord? {
    guard options.grids.indices.contains(index) else { return nil }
    return network.record?.history.last { $0.grid == options.grids[index] }
  }

  /// By row: as if it had been left out, if the method knows that, or of the rows to judge by.
  private func losses(
    _ process: any TrainingProcess<Element>, _ network: Network<Element>
  ) throws(TrainingError) -> [Double] {
    if let losses = process.leaveOneOutLosses() { return losses }
    do { return try network.losses(on: validation ?? data, pool: pool) } catch { throw .rowSource(error) }
  }

  /// Epochs on later grids, weighted by their relative duration.
  private func laterEpochs(_ network: Network<Element>, after intervals: Int, _ grids: [Int]) -> Double {
    func cost(_ intervals: Int) -> Double {
      let parameters = network.layers.reduce(0) { sum, layer in
        let functions = layer.gridIntervals.map { layer.functions - $0 + intervals } ?? layer.functions
        return sum + layer.inputs * functions * layer.sums + layer.sums
      }
      return method.relativeCost(parameters: parameters)
    }
    let present = cost(intervals)
    return grids.filter { $0 > intervals }.reduce(0) { $0 + Double(options.epochs) * cost($1) / present }
  }
}
