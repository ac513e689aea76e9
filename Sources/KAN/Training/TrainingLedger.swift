/// What a training keeps while it runs, whatever its rule: how far it is, the best parameters so far, and its record.
struct TrainingLedger<Element: Scalar> {
  let options: TrainingOptions
  /// As of the last epoch that ended well: what is kept of a training that stops within an epoch.
  var state: TrainingState<Element>
  private(set) var record: TrainingRecord
  /// Epochs done before this call.
  let earlierEpochs: Int
  /// Of this call.
  var seconds = 0.0
  var samples = 0
  var end = TrainingHistory.End.allEpochs

  /// - Parameters:
  ///   - record: of a training that has not begun; what an earlier one has noted is taken over.
  ///   - optimizer: the state of one.
  ///   - moments: how many an earlier state needs to go on from; nil for any.
  /// - Throws: ``TrainingError/otherOptimizer(trained:asked:)`` for a network that was trained with another rule, to resume.
  init(
    _ network: Network<Element>, _ options: TrainingOptions, record: TrainingRecord,
    optimizer: @autoclosure () -> OptimizerState<Element>, moments: Int?
  ) throws(TrainingError) {
    if options.resuming, network.trainingState != nil, let trained = network.record?.optimizer,
      trained != record.optimizer
    {
      throw .otherOptimizer(trained: trained, asked: record.optimizer)
    }
    self.options = options
    let earlier = options.resuming ? network.trainingState : nil
    if let earlier, moments == nil || moments == earlier.optimizer.moments.count {
      state = earlier
    } else {
      state = TrainingState(
        epochsDone: 0, optimizer: optimizer(), parameters: network.parameters,
        best: .init(epoch: 0, loss: .infinity, parameters: network.parameters))
    }
    earlierEpochs = state.epochsDone
    self.record = record
    if options.resuming || options.stage.map({ $0.earlierEpochs > 0 }) ?? false, let earlier = network.record {
      self.record.seconds = earlier.seconds
      self.record.history = earlier.history
      self.record.grid = earlier.grid
    }
  }

  /// Epochs of coarser grids.
  var offset: Int { options.stage?.earlierEpochs ?? 0 }

  var history: TrainingHistory {
    TrainingHistory(
      epochs: record.history, seconds: seconds, samplesPerSecond: samplesPerSecond, end: end,
      bestEpoch: offset + state.best.epoch)
  }

  var samplesPerSecond: Double { seconds > 0 ? Double(samples) / seconds : 0 }

  /// Whether early stopping ends the training.
  var isOutOfPatience: Bool {
    options.patience.map { state.epochsDone - state.best.epoch >= max(1, $0) } ?? false
  }

  /// Notes an epoch that has ended well, all but the state of the optimiser.
  mutating func finishEpoch(
    loss: Double, validation: Evaluation?, learningRate: Double, seconds spent: Double,
    parameters: AlignedArray<Element>
  ) {
    state.epochsDone += 1
    state.parameters.copyElements(from: parameters)
    record.history.append(
      EpochRecord(
        epoch: offset + state.epochsDone, loss: loss, validationLoss: validation?.loss, learningRate: learningRate,
        seconds: spent, grid: options.stage?.intervals))
    record.seconds += spent
    let judged = validation?.loss ?? loss
    if options.patience == nil || judged < state.best.loss {
      state.best.epoch = state.epochsDone
      state.best.loss = judged
      state.best.parameters.copyElements(from: parameters)
    }
  }

  /// The network with its best parameters and record, since who is shown it may want to save it.
  func shown(_ network: Network<Element>) -> Network<Element> {
    var shown = network
    shown.parameters = state.best.parameters
    shown.record = record
    shown.trainingState = state
    return shown
  }
}
