extension TrainingLoop {
  /// Trains on each grid in turn and keeps a finer grid if it is significantly better (``GridChoice``).
  ///
  /// Between grids the method transfers the curves. A first-order rule's moments and the learning-rate schedule start
  /// afresh: gradients of finer functions are not combinations of those of coarser ones, and the bias correction of
  /// running means assumes a start from 0.
  ///
  /// Each grid is judged by the validation data, or else by leave-one-out errors if the method provides them. Two
  /// successive rejected grids end the training. A resumed training starts on the network's grid and compares from
  /// there on, since the networks on coarser grids are not stored.
  func runOnGrids(_ network: inout Network<Element>) throws(TrainingError) -> TrainingHistory {
    let isResumed = options.resuming && network.trainingState != nil && network.record != nil
    let present =
      isResumed ? network.record?.history.last?.grid ?? network.layers.compactMap(\.gridIntervals).max()! : 0
    let grids = options.grids.filter { $0 >= present }
    var judge = GridJudge(validation == nil ? .crossValidation : .validation)
    var (best, stage) = (Network<Element>?.none, Stage?.none)
    let earlier = isResumed ? network.record?.history.filter { $0.grid != grids.first }.count ?? 0 : 0
    monitor.epochs = earlier + grids.count * options.epochs
    for (index, intervals) in grids.enumerated() {
      let continues = isResumed && index == 0 && intervals == present
      let before = try stage?.process.onGrid(intervals, of: &network)
      if stage == nil, !continues { try method.changeGrid(of: &network, to: intervals, on: data.source, pool: pool) }
      let done = index > 0 || isResumed ? network.record?.history.filter { $0.grid != intervals }.count ?? 0 : 0
      var current = try begin(
        network, on: .init(intervals: intervals, earlierEpochs: done), continues: continues, after: before)
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
    if monitor.end == nil, let best {
      result.bestEpoch = best.record?.history.last?.epoch ?? 0
      var record = network.record
      record?.epochs = options.grids.count * options.epochs
      network = best
      network.record = record
    }
    return result
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
