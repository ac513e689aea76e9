extension TrainingLoop {
  /// Trains on one grid after another and keeps a finer grid if it is clearly better (``GridChoice``).
  ///
  /// Between two grids the method carries the curves over. What a first-order rule remembers starts afresh: gradients of
  /// finer functions are no combination of those of coarser ones, and a running mean that starts at 0 needs its correction
  /// for that. So does the schedule of the rate.
  ///
  /// Each grid is judged by the validation data, or else by the training rows as if each had been left out, if the method
  /// knows that; two grids in a row that are not kept end the training. Resumed, a training goes on on the grid that the
  /// network has, and judges from that grid on, since the networks of coarser ones are not stored.
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

  /// Epochs on the grids after one, each counted as often as it takes longer.
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
